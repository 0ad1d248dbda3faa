package dev.llmops.eval.semantic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.CallError;
import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Pricing;
import dev.llmops.RequestParameters;
import dev.llmops.ResponseReader;
import dev.llmops.TokenUsage;
import dev.llmops.cost.PriceTable;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings from any endpoint that speaks OpenAI's protocol ({@code POST {base}/embeddings}):
 * OpenAI itself, vLLM, Ollama, llama.cpp, LocalAI, TEI and many more. Thread-safe; asynchronous
 * without a thread that waits. Requests are split, answers are bounded and checked, a redirect is
 * not followed (it could carry the key elsewhere), nothing is tried twice.
 *
 * <p>With {@link Builder#ops} each request is recorded as an embeddings call of {@link
 * Origin#JUDGE}, without the texts.
 */
public final class OpenAiEmbeddings implements Embeddings {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI endpoint;
  private final String baseUrl;
  private final String provider;
  private final String model;
  private final @Nullable String apiKey;
  private final @Nullable String apiKeyVariable;
  private final @Nullable Integer requestedDimension;
  private final Duration timeout;
  private final int maxBatch;
  private final int maxInputChars;
  private final int maxAnswerBytes;
  private final @Nullable Double sameMeaningFrom;
  private final LlmOps ops;
  private final Pricing pricing;
  private final LlmRequest recorded;
  private final HttpClient client;
  private volatile @Nullable Integer dimension;

  private OpenAiEmbeddings(Builder builder, String model) {
    this.model = model;
    baseUrl = builder.baseUrl.toString();
    endpoint = URI.create((baseUrl.endsWith("/") ? baseUrl : baseUrl + "/") + "embeddings");
    provider = builder.provider;
    apiKeyVariable = builder.apiKeyVariable;
    apiKey = builder.apiKey;
    requestedDimension = builder.dimensions;
    dimension = builder.dimensions;
    timeout = builder.timeout;
    maxBatch = builder.maxBatch;
    maxInputChars = builder.maxInputChars;
    maxAnswerBytes = builder.maxAnswerBytes;
    sameMeaningFrom = builder.sameMeaningFrom;
    ops = builder.ops;
    pricing = builder.pricing;
    recorded =
        LlmRequest.builder(LlmRequest.EMBEDDINGS, provider)
            .model(model)
            .server(endpoint.getHost(), endpoint.getPort() < 0 ? null : endpoint.getPort())
            .parameters(
                RequestParameters.builder()
                    .embeddingDimensions(
                        requestedDimension == null ? null : requestedDimension.longValue())
                    .build())
            .build();
    client = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /** A builder for OpenAI's own endpoint, without a key. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public int maxInputChars() {
    return maxInputChars;
  }

  @Override
  public @Nullable Integer dimension() {
    return dimension;
  }

  @Override
  public @Nullable Double sameMeaningFrom() {
    return sameMeaningFrom;
  }

  @Override
  public CostClass costClass() {
    return CostClass.PAID;
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("embeddings", "endpoint");
    settings.put("base_url", baseUrl);
    settings.put("embedding_model", model);
    if (apiKeyVariable != null) {
      settings.put("api_key_env", apiKeyVariable);
    }
    return settings;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts) {
    TextChecks.check(this, texts);
    Total total = new Total();
    for (List<String> part : parts(texts)) {
      try (LlmContext.Scope scope = LlmContext.extend().origin(Origin.JUDGE).open()) {
        total.add(ops.call(recorded, () -> await(send(part)), Reader.INSTANCE));
      }
    }
    return total.batch();
  }

  /** Asks the endpoint without blocking; the executor is not used. */
  @Override
  public CompletableFuture<EmbeddingBatch> embedAsync(List<String> texts, Executor executor) {
    String why = whyNot(texts);
    if (why != null) {
      return CompletableFuture.failedFuture(new EmbeddingException("unsuitable_text", why));
    }
    Total total = new Total();
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (List<String> part : parts(texts)) {
      all = all.thenCompose(before -> recordedSend(part)).thenAccept(total::add);
    }
    return all.thenApply(done -> total.batch());
  }

  /** Model and endpoint; never the key. */
  @Override
  public String toString() {
    return "OpenAiEmbeddings[" + model + " at " + endpoint + "]";
  }

  private CompletableFuture<Answer> recordedSend(List<String> part) {
    try (LlmContext.Scope scope = LlmContext.extend().origin(Origin.JUDGE).open()) {
      return ops.callAsync(recorded, () -> send(part), Reader.INSTANCE);
    }
  }

  private List<List<String>> parts(List<String> texts) {
    List<List<String>> parts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += maxBatch) {
      parts.add(texts.subList(from, Math.min(texts.size(), from + maxBatch)));
    }
    return parts;
  }

  private CompletableFuture<Answer> send(List<String> texts) {
    long start = System.nanoTime();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body(texts)));
    if (apiKey != null) {
      request.header("Authorization", "Bearer " + apiKey);
    }
    CompletableFuture<HttpResponse<BoundedBody.Result>> sent =
        client.sendAsync(request.build(), BoundedBody.handler(maxAnswerBytes));
    // the client's own time-out ends with the headers; this one covers the body
    CompletableFuture<Answer> answer =
        sent.copy()
            .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .handle(
                (response, error) -> {
                  if (error != null) {
                    sent.cancel(true);
                    throw failure(error);
                  }
                  return read(response, texts.size(), start);
                });
    return answer;
  }

  private byte[] body(List<String> texts) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model);
    ArrayNode input = body.putArray("input");
    texts.forEach(text -> input.add(TextChecks.clean(text)));
    body.put("encoding_format", "float");
    if (requestedDimension != null) {
      body.put("dimensions", requestedDimension);
    }
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
    }
  }

  private Answer read(HttpResponse<BoundedBody.Result> response, int texts, long startNanos) {
    int status = response.statusCode();
    if (status != 200) {
      // the body may quote the texts: not in the message
      throw new EmbeddingException("http_" + status, "the endpoint answered HTTP " + status);
    }
    byte[] bytes = response.body().bytes();
    if (bytes == null) {
      throw new EmbeddingException(
          "too_large",
          "the endpoint's answer is beyond " + maxAnswerBytes + " bytes (maxAnswerBytes)");
    }
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (java.io.IOException e) {
      throw bad("its answer is not JSON");
    }
    @Nullable Embedding[] vectors = new Embedding[texts];
    JsonNode data = json.path("data");
    if (!data.isArray() || data.size() != texts) {
      throw bad("it sent " + data.size() + " vectors for " + texts + " texts");
    }
    for (int i = 0; i < texts; i++) {
      JsonNode item = data.get(i);
      int index = item.path("index").asInt(i);
      if (index < 0 || index >= texts || vectors[index] != null) {
        throw bad("index " + index + " is out of range or stands twice");
      }
      vectors[index] = vector(item.path("embedding"));
    }
    List<Embedding> ordered = new ArrayList<>(texts);
    for (Embedding vector : vectors) {
      if (vector == null || vector.dimension() != first(vectors).dimension()) {
        throw bad("its vectors have different dimensions");
      }
      ordered.add(vector);
    }
    dimension = ordered.get(0).dimension();
    LlmResponse.Builder told = LlmResponse.builder();
    JsonNode tokens = json.path("usage").path("prompt_tokens");
    if (tokens.canConvertToLong() && tokens.asLong() >= 0) {
      told.usage(TokenUsage.builder().inputTokens(tokens.asLong()).outputTokens(0).build());
    }
    if (json.path("model").isTextual()) {
      told.model(json.path("model").asText());
    }
    LlmResponse record = told.build();
    Duration time = Duration.ofNanos(System.nanoTime() - startNanos);
    Cost cost = pricing.price(recorded, record, Instant.now());
    return new Answer(ordered, record, new Spend(1, record.usage(), cost, time));
  }

  private Embedding vector(JsonNode values) {
    if (!values.isArray() || values.isEmpty()) {
      throw bad("an embedding is not an array of numbers");
    }
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      JsonNode value = values.get(i);
      if (!value.isNumber()) {
        throw bad("an embedding is not an array of numbers");
      }
      vector[i] = value.floatValue();
    }
    try {
      return Embedding.of(vector);
    } catch (IllegalArgumentException e) {
      throw bad("an embedding is all 0 or not finite");
    }
  }

  private static Embedding first(@Nullable Embedding[] vectors) {
    Embedding first = vectors[0];
    if (first == null) {
      throw bad("a vector is missing");
    }
    return first;
  }

  private static EmbeddingException bad(String why) {
    return new EmbeddingException(
        "bad_answer", "the endpoint does not speak OpenAI's embeddings protocol: " + why);
  }

  private EmbeddingException failure(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof EmbeddingException known) {
      return known;
    }
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return new EmbeddingException("timeout", "no answer within " + timeout, cause);
    }
    return new EmbeddingException(
        "io", "the endpoint could not be reached: " + cause.getClass().getName(), cause);
  }

  private Answer await(CompletableFuture<Answer> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new EmbeddingException("interrupted", "interrupted while waiting for the endpoint", e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private record Answer(List<Embedding> vectors, LlmResponse record, Spend spend) {}

  /** Adds up the parts of a batch; what one did not know, the sum does not know. */
  private static final class Total {
    private final List<Embedding> vectors = new ArrayList<>();
    private @Nullable Spend spend;

    void add(Answer answer) {
      vectors.addAll(answer.vectors());
      Spend one = spend;
      spend = one == null ? answer.spend() : sum(one, answer.spend());
    }

    EmbeddingBatch batch() {
      return new EmbeddingBatch(vectors, spend == null ? Spend.NONE : spend);
    }

    private static Spend sum(Spend one, Spend other) {
      Long mine = one.usage().inputTokens();
      Long theirs = other.usage().inputTokens();
      Cost a = one.cost();
      Cost b = other.cost();
      Duration t = one.time();
      Duration u = other.time();
      return new Spend(
          one.calls() + other.calls(),
          mine == null || theirs == null ? TokenUsage.NONE : TokenUsage.of(mine + theirs, 0),
          a == null || b == null
              ? null
              : new Cost(
                  a.amount().add(b.amount()),
                  a.currency(),
                  a.priceId(),
                  a.estimated() || b.estimated()),
          t == null || u == null ? null : t.plus(u));
    }
  }

  private enum Reader implements ResponseReader<Answer> {
    INSTANCE;

    @Override
    public LlmResponse read(Answer answer) {
      return answer.record();
    }

    @Override
    public CallError readError(Throwable error) {
      Throwable cause =
          error instanceof CompletionException && error.getCause() != null
              ? error.getCause()
              : error;
      return cause instanceof EmbeddingException known
          ? CallError.of(
              known.type().startsWith("http_") ? known.type().substring(5) : known.type(), known)
          : CallError.of(error);
    }
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private URI baseUrl = URI.create("https://api.openai.com/v1");
    private String provider = "openai";
    private @Nullable String model;
    private @Nullable String apiKey;
    private @Nullable String apiKeyVariable;
    private @Nullable Integer dimensions;
    private Duration timeout = Duration.ofSeconds(30);
    private int maxBatch = 256;
    private int maxInputChars = 24_000;
    private int maxAnswerBytes = 64 * 1024 * 1024;
    private @Nullable Double sameMeaningFrom;
    private LlmOps ops = LlmOps.noop();
    private Pricing pricing = PriceTable.bundled();

    private Builder() {}

    /** Where the server is, with its version: {@code http://localhost:11434/v1}. */
    public Builder baseUrl(URI baseUrl) {
      String scheme = String.valueOf(baseUrl.getScheme());
      if (baseUrl.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
        throw new IllegalArgumentException(
            "baseUrl must be an http or https URL with a host, such as"
                + " http://localhost:11434/v1");
      }
      if (baseUrl.getUserInfo() != null || baseUrl.getQuery() != null) {
        throw new IllegalArgumentException(
            "baseUrl must not carry a user or a query: they would stand in reports");
      }
      this.baseUrl = baseUrl;
      return this;
    }

    /** The provider's name for records and prices; {@code openai} unless told. */
    public Builder provider(String provider) {
      this.provider = provider;
      return this;
    }

    /** The model's name as it is sent. Must be given. */
    public Builder model(String model) {
      this.model = model;
      return this;
    }

    /** The key that is sent as a bearer token; null sends none. */
    public Builder apiKey(@Nullable String apiKey) {
      if (apiKey != null && (apiKey.isBlank() || apiKey.chars().anyMatch(c -> c < 33 || c > 126))) {
        throw new IllegalArgumentException(
            "apiKey must be visible ASCII characters without spaces; check for a line break");
      }
      this.apiKey = apiKey;
      return this;
    }

    /** The environment variable to take the key from; null for none. */
    public Builder apiKeyVariable(@Nullable String variable) {
      if (variable != null) {
        String key = System.getenv(variable);
        if (key == null) {
          throw new IllegalArgumentException(
              "environment variable " + variable + " is not set; it should hold the API key");
        }
        apiKey(key);
      }
      this.apiKeyVariable = variable;
      return this;
    }

    /** The number of values to ask for, where the model can shorten; null asks for none. */
    public Builder dimensions(@Nullable Integer dimensions) {
      if (dimensions != null) {
        between("dimensions", dimensions, 65_536);
      }
      this.dimensions = dimensions;
      return this;
    }

    /** The most that a request may take, the body of its answer included; 30 s unless told. */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("timeout must be above 0, but was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /** The most texts in one request, 1 to 2048; 256 unless told. */
    public Builder maxBatch(int maxBatch) {
      this.maxBatch = between("maxBatch", maxBatch, 2048);
      return this;
    }

    /** See {@link Embeddings#maxInputChars()}; 24,000 unless told (OpenAI takes 8,192 tokens). */
    public Builder maxInputChars(int maxInputChars) {
      this.maxInputChars = between("maxInputChars", maxInputChars, 10_000_000);
      return this;
    }

    /** The largest answer that is read, in bytes; 64 MiB unless told. */
    public Builder maxAnswerBytes(int maxAnswerBytes) {
      this.maxAnswerBytes = between("maxAnswerBytes", maxAnswerBytes, Integer.MAX_VALUE - 8);
      return this;
    }

    /** See {@link Embeddings#sameMeaningFrom()}; -1 to 1, null when not known. */
    public Builder sameMeaningFrom(@Nullable Double cosine) {
      if (cosine != null && !(cosine >= -1 && cosine <= 1)) {
        throw new IllegalArgumentException(
            "sameMeaningFrom must be between -1.0 and 1.0, but was " + cosine);
      }
      this.sameMeaningFrom = cosine;
      return this;
    }

    /** Records each request. */
    public Builder ops(LlmOps ops) {
      this.ops = ops;
      return this;
    }

    /** Tells the cost for the spend of a result; the bundled prices unless told. */
    public Builder pricing(Pricing pricing) {
      this.pricing = pricing;
      return this;
    }

    /**
     * The embeddings.
     *
     * @throws IllegalArgumentException if no model is named
     */
    public OpenAiEmbeddings build() {
      if (model == null || model.isBlank()) {
        throw new IllegalArgumentException("model must be named, such as text-embedding-3-small");
      }
      return new OpenAiEmbeddings(this, model);
    }

    private static int between(String name, int value, int max) {
      if (value < 1 || value > max) {
        throw new IllegalArgumentException(
            name + " must be between 1 and " + max + ", but was " + value);
      }
      return value;
    }
  }
}
