package dev.llmops.eval.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.ClientOptions;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import dev.llmops.cost.PriceTable;
import dev.llmops.eval.judge.JudgeAnswer.TokenLogprob;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A judge behind the official OpenAI client, and so behind any server that speaks OpenAI's chat
 * completions: Ollama, vLLM, llama.cpp, Azure and others. Needs {@code com.openai:openai-java}.
 *
 * <p>Give it a client that {@link dev.llmops.client.openai.OpenAiInstrumentation} wrapped: then
 * every question is recorded as a call of origin {@link dev.llmops.Origin#JUDGE}. Retries and
 * time-outs are the client's.
 *
 * <p>A call's cost is that of {@link Builder#pricing}; it is known where the provider is: OpenAI's
 * own hosts, or the one that {@link Builder#provider} names.
 */
public final class OpenAiJudgeModel implements JudgeModel {

  /** How the server is asked for JSON. */
  public enum Format {
    /** By the JSON schema of the answer: choices off the menu cannot be written. */
    JSON_SCHEMA,
    /** As some JSON object, for servers without schemas. */
    JSON_OBJECT,
    /** By the instructions alone. */
    TEXT
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int TOP_LOGPROBS = 20; // the most that OpenAI gives

  private final OpenAIClientAsync client;
  private final String model;
  private final @Nullable String provider;
  private final @Nullable String address;
  private final Pricing pricing;
  private final Format format;

  private OpenAiJudgeModel(Builder builder) {
    client = builder.client;
    model = builder.model;
    address = address(client);
    provider = builder.provider != null ? builder.provider : isOpenAi(address) ? "openai" : null;
    pricing = builder.pricing;
    format = builder.format;
  }

  /** This model at the client's server, asked by JSON schema, at the bundled prices. */
  public static OpenAiJudgeModel create(OpenAIClient client, String model) {
    return builder(client, model).build();
  }

  /** A builder with the defaults of {@link #create}. */
  public static Builder builder(OpenAIClient client, String model) {
    return new Builder(client.async(), model);
  }

  @Override
  public String name() {
    return model;
  }

  @Override
  public CompletableFuture<JudgeAnswer> ask(JudgeRequest request) {
    Instant start = Instant.now();
    CompletableFuture<ChatCompletion> asked = client.chat().completions().create(params(request));
    CompletableFuture<JudgeAnswer> answer =
        asked.handle(
            (completion, error) -> {
              if (error != null) {
                throw failure(error);
              }
              return read(completion, start);
            });
    passCancelOn(answer, asked);
    return answer;
  }

  private static void passCancelOn(CompletableFuture<?> from, CompletableFuture<?> to) {
    var unusedStage =
        from.whenComplete(
            (value, error) -> {
              if (from.isCancelled()) {
                boolean unused = to.cancel(true);
              }
            });
  }

  private ChatCompletionCreateParams params(JudgeRequest request) {
    ChatCompletionCreateParams.Builder params =
        ChatCompletionCreateParams.builder()
            .model(model)
            .addSystemMessage(request.system())
            .addUserMessage(request.user());
    Double temperature = request.temperature();
    if (temperature != null) {
      params.temperature(temperature);
    }
    if (request.logprobs()) {
      params.logprobs(true).topLogprobs(TOP_LOGPROBS);
    }
    switch (format) {
      case JSON_SCHEMA ->
          params.responseFormat(
              ResponseFormatJsonSchema.builder()
                  .jsonSchema(
                      ResponseFormatJsonSchema.JsonSchema.builder()
                          .name(request.choices().isEmpty() ? "claims" : "verdict")
                          .strict(true)
                          .schema(schema(request))
                          .build())
                  .build());
      case JSON_OBJECT -> params.responseFormat(ResponseFormatJsonObject.builder().build());
      case TEXT -> {}
    }
    return params.build();
  }

  private static ResponseFormatJsonSchema.JsonSchema.Schema schema(JudgeRequest request) {
    ResponseFormatJsonSchema.JsonSchema.Schema.Builder schema =
        ResponseFormatJsonSchema.JsonSchema.Schema.builder();
    try {
      for (Map.Entry<String, JsonNode> field :
          MAPPER.readTree(request.schema().text()).properties()) {
        schema.putAdditionalProperty(field.getKey(), JsonValue.fromJsonNode(field.getValue()));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("schema must be JSON, but is not", e);
    }
    return schema.build();
  }

  private JudgeAnswer read(ChatCompletion completion, Instant start) {
    // by the raw fields: the accessors throw when a server left a field out
    String answered = known(completion._model());
    TokenUsage usage = usage(known(completion._usage()));
    Cost cost = cost(answered, usage, completion, start);
    List<ChatCompletion.Choice> choices = known(completion._choices());
    ChatCompletion.Choice choice = choices == null || choices.isEmpty() ? null : choices.get(0);
    if (choice == null) {
      return new JudgeAnswer("", null, null, answered, List.of(), usage, cost);
    }
    var message = known(choice._message());
    var finish = known(choice._finishReason());
    String text = message == null ? null : known(message._content());
    return new JudgeAnswer(
        text == null ? "" : text,
        message == null ? null : known(message._refusal()),
        finish == null ? null : finish.toString(),
        answered,
        logprobs(known(choice._logprobs())),
        usage,
        cost);
  }

  private @Nullable Cost cost(
      @Nullable String answered, TokenUsage usage, ChatCompletion completion, Instant start) {
    if (provider == null) {
      return null;
    }
    var tier = known(completion._serviceTier());
    return pricing.price(
        LlmRequest.builder(LlmRequest.CHAT, provider).model(model).server(address, null).build(),
        LlmResponse.builder()
            .model(answered)
            .usage(usage)
            .serviceTier(tier == null ? null : tier.toString())
            .build(),
        start);
  }

  private static TokenUsage usage(@Nullable CompletionUsage usage) {
    if (usage == null) {
      return TokenUsage.NONE;
    }
    TokenUsage.Builder builder = TokenUsage.builder();
    Long input = count(usage._promptTokens());
    Long output = count(usage._completionTokens());
    if (input != null) {
      builder.inputTokens(input);
    }
    if (output != null) {
      builder.outputTokens(output);
    }
    var in = known(usage._promptTokensDetails());
    Long cached = in == null ? null : count(in._cachedTokens());
    if (cached != null && input != null && cached <= input) {
      builder.cachedInputTokens(cached);
    }
    var out = known(usage._completionTokensDetails());
    Long reasoning = out == null ? null : count(out._reasoningTokens());
    if (reasoning != null && output != null && reasoning <= output) {
      builder.reasoningTokens(reasoning);
    }
    return builder.build();
  }

  private static @Nullable Long count(JsonField<Long> field) {
    Long count = known(field);
    return count == null || count < 0 ? null : count;
  }

  private static List<TokenLogprob> logprobs(ChatCompletion.Choice.@Nullable Logprobs logprobs) {
    List<ChatCompletionTokenLogprob> content = logprobs == null ? null : known(logprobs._content());
    if (content == null) {
      return List.of();
    }
    List<TokenLogprob> tokens = new ArrayList<>(content.size());
    for (ChatCompletionTokenLogprob each : content) {
      List<TokenLogprob> alternatives = new ArrayList<>();
      List<ChatCompletionTokenLogprob.TopLogprob> top = known(each._topLogprobs());
      if (top != null) {
        for (ChatCompletionTokenLogprob.TopLogprob other : top) {
          String token = known(other._token());
          Double logprob = known(other._logprob());
          if (token != null && logprob != null) {
            alternatives.add(new TokenLogprob(token, logprob, List.of()));
          }
        }
      }
      String token = known(each._token());
      Double logprob = known(each._logprob());
      if (token == null || logprob == null) {
        return List.of(); // a hole would shift all others
      }
      tokens.add(new TokenLogprob(token, logprob, alternatives));
    }
    return tokens;
  }

  private static JudgeException failure(Throwable error) {
    Throwable cause = Futures.cause(error);
    if (cause instanceof OpenAIServiceException service) {
      int status = service.statusCode();
      String type =
          switch (status) {
            case 429 -> "rate_limited";
            case 401, 403 -> "unauthorized";
            case 408, 504 -> "timeout";
            default -> status >= 500 ? "unavailable" : "bad_request";
          };
      return new JudgeException(
          type,
          status >= 200 && status < 300
              ? "the judge's server sent an error inside of its answer"
              : "the judge's server answered with HTTP status " + status,
          cause);
    }
    JudgeException named = JudgeException.of(cause);
    return cause instanceof OpenAIIoException && !named.type().equals("timeout")
        ? new JudgeException("unavailable", "the connection to the judge's server failed", cause)
        : named;
  }

  private static <T> @Nullable T known(JsonField<T> field) {
    Optional<T> value = field.asKnown();
    return value.orElse(null);
  }

  private static boolean isOpenAi(@Nullable String address) {
    return address != null
        && (address.equals("api.openai.com") || address.endsWith(".api.openai.com"));
  }

  private static @Nullable String address(OpenAIClientAsync client) {
    try {
      @Nullable ClientOptions[] seen = new ClientOptions[1];
      OpenAIClientAsync unused = client.withOptions(options -> seen[0] = options.build());
      ClientOptions options = seen[0];
      return options == null ? null : URI.create(options.baseUrl()).getHost();
    } catch (RuntimeException e) { // a decorated client may not copy its options
      return null;
    }
  }

  /** Collects how the server is asked. Not thread-safe. */
  public static final class Builder {
    private final OpenAIClientAsync client;
    private final String model;
    private @Nullable String provider;
    private Pricing pricing = PriceTable.bundled();
    private Format format = Format.JSON_SCHEMA;

    private Builder(OpenAIClientAsync client, String model) {
      this.client = client;
      if (model.isBlank()) {
        throw new IllegalArgumentException("model must not be blank; name the judge's model");
      }
      this.model = model;
    }

    /** Whose prices hold, such as {@code openai}; needed where the host is not OpenAI's own. */
    public Builder provider(String provider) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      return this;
    }

    /** The prices; the bundled ones unless told. */
    public Builder pricing(Pricing pricing) {
      this.pricing = Objects.requireNonNull(pricing, "pricing must not be null");
      return this;
    }

    /** How JSON is asked for; by schema unless told. */
    public Builder format(Format format) {
      this.format = Objects.requireNonNull(format, "format must not be null");
      return this;
    }

    /** The model as it stands. */
    public OpenAiJudgeModel build() {
      return new OpenAiJudgeModel(this);
    }
  }
}
