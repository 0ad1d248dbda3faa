package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.models.ChatModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the assistant finds its model. The first that is there is taken: what {@code
 * OPENAI_BASE_URL} or {@code OPENAI_API_KEY} names; Ollama on its usual port; the file that {@code
 * LLMOPS_GGUF} names; the embedded server that picks sentences of the docs.
 *
 * <p>{@code OPENAI_MODEL} chooses the model of the first; without it that is the first model which
 * the server lists, or {@code gpt-5.4-mini} at OpenAI itself.
 */
final class ModelEndpoint implements AutoCloseable {
  static final URI OLLAMA = URI.create("http://127.0.0.1:11434/v1");

  private static final String OPENAI = "https://api.openai.com/v1";
  private static final String NO_KEY = "none";
  private static final Duration OLLAMA_PATIENCE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String baseUrl;
  private final String apiKey;
  private final String model;
  private final String description;
  private final Runnable stop;
  private final boolean keepsJvmAlive;

  private ModelEndpoint(
      String baseUrl, String apiKey, String model, String description, Runnable stop) {
    this(baseUrl, apiKey, model, description, stop, false);
  }

  private ModelEndpoint(
      String baseUrl,
      String apiKey,
      String model,
      String description,
      Runnable stop,
      boolean keepsJvmAlive) {
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
    this.model = model;
    this.description = description;
    this.stop = stop;
    this.keepsJvmAlive = keepsJvmAlive;
  }

  /** Chooses by the environment of this process; {@code docs} is for the embedded server. */
  static ModelEndpoint choose(DocIndex docs) {
    return choose(System.getenv(), OLLAMA, () -> docs);
  }

  /**
   * @param ollama the base URL where an Ollama may be, with {@code /v1}
   * @param docs asked for only when the embedded server is chosen
   * @throws IllegalStateException when what the environment names does not answer
   * @throws IllegalArgumentException when {@code LLMOPS_GGUF} names no model
   */
  static ModelEndpoint choose(Map<String, String> env, URI ollama, Supplier<DocIndex> docs) {
    String baseUrl = setting(env, "OPENAI_BASE_URL");
    String apiKey = setting(env, "OPENAI_API_KEY");
    if (baseUrl != null || apiKey != null) {
      return named(
          baseUrl == null ? OPENAI : baseUrl,
          apiKey == null ? NO_KEY : apiKey,
          setting(env, "OPENAI_MODEL"));
    }
    String ollamaModel = firstOllamaModel(ollama);
    if (ollamaModel != null) {
      return new ModelEndpoint(
          ollama.toString(), NO_KEY, ollamaModel, "Ollama on this machine.", () -> {});
    }
    String gguf = setting(env, "LLMOPS_GGUF");
    if (gguf != null) {
      GgufModelServer server = GgufModelServer.start(Path.of(gguf));
      return new ModelEndpoint(
          server.baseUrl().toString(),
          NO_KEY,
          server.model(),
          "The GGUF file of LLMOPS_GGUF, run in this process on one thread.",
          server::close,
          true);
    }
    EmbeddedModelServer server = EmbeddedModelServer.start(docs.get());
    return new ModelEndpoint(
        server.baseUrl().toString(),
        NO_KEY,
        EmbeddedModelServer.MODEL,
        EmbeddedModelServer.DESCRIPTION,
        server::close);
  }

  String baseUrl() {
    return baseUrl;
  }

  /** A key, or a word that stands for one where none is needed; the client insists on it. */
  String apiKey() {
    return apiKey;
  }

  String model() {
    return model;
  }

  /** What answers, in one line of plain words. */
  String description() {
    return description;
  }

  /** Whether the program must call {@link System#exit} to end; see {@link GgufModelServer}. */
  boolean keepsJvmAlive() {
    return keepsJvmAlive;
  }

  /** Stops the server that this started, if it did. */
  @Override
  public void close() {
    stop.run();
  }

  private static ModelEndpoint named(String baseUrl, String apiKey, @Nullable String model) {
    String chosen = model;
    if (chosen == null && baseUrl.equals(OPENAI)) {
      chosen = ChatModel.GPT_5_4_MINI.asString();
    }
    if (chosen == null) {
      chosen = firstListedModel(baseUrl, apiKey);
    }
    return new ModelEndpoint(
        baseUrl,
        apiKey,
        chosen,
        "The server that OPENAI_BASE_URL or OPENAI_API_KEY names.",
        () -> {});
  }

  private static String firstListedModel(String baseUrl, String apiKey) {
    String trouble = "lists no model";
    try {
      List<String> models = models(URI.create(baseUrl), apiKey, PATIENCE);
      if (!models.isEmpty()) {
        return models.get(0);
      }
    } catch (IOException e) {
      trouble = "does not answer";
    } catch (IllegalArgumentException e) {
      trouble = "is not a URL";
    }
    throw new IllegalStateException(
        "OPENAI_BASE_URL must be the base URL of a server that lists its models at /models, but"
            + " what it names "
            + trouble
            + "; set OPENAI_MODEL, or unset OPENAI_BASE_URL and OPENAI_API_KEY for the embedded"
            + " model");
  }

  private static @Nullable String firstOllamaModel(URI ollama) {
    try {
      return models(ollama, NO_KEY, OLLAMA_PATIENCE).stream()
          .filter(model -> !model.contains("embed"))
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      return null; // the usual case: no Ollama
    }
  }

  private static List<String> models(URI baseUrl, String apiKey, Duration patience)
      throws IOException {
    String base = baseUrl.toString();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + (base.endsWith("/") ? "models" : "/models")))
            .header("Authorization", "Bearer " + apiKey)
            .timeout(patience)
            .build();
    HttpClient client = HttpClient.newBuilder().connectTimeout(patience).build();
    HttpResponse<String> response;
    try {
      response = client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for the models", e);
    }
    if (response.statusCode() != 200) {
      throw new IOException("status must be 200, but was " + response.statusCode());
    }
    List<String> models = new ArrayList<>();
    try {
      for (JsonNode model : new ObjectMapper().readTree(response.body()).path("data")) {
        if (model.path("id").isTextual()) {
          models.add(model.path("id").textValue());
        }
      }
    } catch (JsonProcessingException e) {
      throw new IOException("the list of models is not JSON");
    }
    return models;
  }

  private static @Nullable String setting(Map<String, String> env, String name) {
    String value = env.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }
}
