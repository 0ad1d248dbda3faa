package dev.llmops.client.springai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.client.okhttp.OpenAIOkHttpClientAsync;
import dev.llmops.testing.FakeModelServer;
import io.micrometer.observation.ObservationRegistry;
import java.lang.reflect.Method;
import java.util.function.UnaryOperator;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.document.MetadataMode;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;
import org.springframework.ai.openai.api.OpenAiApi;
import org.springframework.ai.tool.execution.DefaultToolExecutionExceptionProcessor;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.web.client.RestClient;

/**
 * Real OpenAI models of the Spring AI on the class path, without retries. The same compiled tests
 * run on 1.1 and on 2.0, which builds its models in another way: that is reflected upon.
 */
public final class Models {

  static final String MODEL = "gpt-4o";

  /** Whether Spring AI 2 is on the class path. */
  static final boolean TWO = !Features.isPresent("org.springframework.ai.openai.api.OpenAiApi");

  private Models() {}

  /** A chat model that talks to this server and reports to this registry. */
  public static ChatModel chat(FakeModelServer server, ObservationRegistry registry) {
    return chat(server, registry, client -> client, client -> client);
  }

  /** The clients are those of Spring AI 2, which uses the official one. */
  public static ChatModel chat(
      FakeModelServer server,
      ObservationRegistry registry,
      UnaryOperator<OpenAIClient> client,
      UnaryOperator<OpenAIClientAsync> async) {
    return TWO ? Two.chat(server, registry, client, async) : One.chat(server, registry);
  }

  /** A chat model whose HTTP client reports to the registry too, as under Spring Boot. */
  public static ChatModel observedDown(FakeModelServer server, ObservationRegistry registry) {
    return TWO ? Two.observedDown(server, registry) : One.observedDown(server, registry);
  }

  static EmbeddingModel embeddings(FakeModelServer server, ObservationRegistry registry) {
    return embeddings(server, registry, client -> client);
  }

  /** An embedding model; the client is that of Spring AI 2. */
  public static EmbeddingModel embeddings(
      FakeModelServer server, ObservationRegistry registry, UnaryOperator<OpenAIClient> client) {
    return TWO ? Two.embeddings(server, registry, client) : One.embeddings(server, registry);
  }

  /** What a model tells of a call. */
  static ChatModelObservationContext observation(
      Prompt prompt, String provider, boolean streaming) {
    ChatModelObservationContext.Builder builder =
        ChatModelObservationContext.builder().prompt(prompt).provider(provider);
    if (TWO) {
      Object unused = Two.set(builder, "streaming", streaming);
    }
    return builder.build();
  }

  /** The advisor that runs tools in the chain; its builder differs in what compiles against it. */
  public static Advisor inTheChain(ToolCallingManager manager) {
    Object builder = Two.builder("org.springframework.ai.chat.client.advisor.ToolCallAdvisor");
    return (Advisor) Two.build(Two.set(builder, "toolCallingManager", manager));
  }

  /** The official client, without retries. */
  public static OpenAIClient client(FakeModelServer server) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.baseUrl())
        .apiKey("test")
        .maxRetries(0)
        .build();
  }

  static OpenAIClientAsync clientAsync(FakeModelServer server) {
    return OpenAIOkHttpClientAsync.builder()
        .baseUrl(server.baseUrl())
        .apiKey("test")
        .maxRetries(0)
        .build();
  }

  /** Runs tools, and has their failures told. */
  public static ToolCallingManager tools(ObservationRegistry registry) {
    return ToolCallingManager.builder()
        .observationRegistry(registry)
        .toolExecutionExceptionProcessor(
            ToolFailures.told(
                DefaultToolExecutionExceptionProcessor.builder().build(), () -> registry))
        .build();
  }

  private static final class One {

    static ChatModel chat(FakeModelServer server, ObservationRegistry registry) {
      return chat(api(server), registry);
    }

    static ChatModel observedDown(FakeModelServer server, ObservationRegistry registry) {
      return chat(
          OpenAiApi.builder()
              .baseUrl(server.baseUrl().replaceFirst("/v1/?$", ""))
              .apiKey("test")
              .restClientBuilder(RestClient.builder().observationRegistry(registry))
              .build(),
          registry);
    }

    private static ChatModel chat(OpenAiApi api, ObservationRegistry registry) {
      return OpenAiChatModel.builder()
          .openAiApi(api)
          .defaultOptions(
              OpenAiChatOptions.builder().model(MODEL).temperature(0.7).streamUsage(true).build())
          .toolCallingManager(tools(registry))
          .retryTemplate(RetryTemplate.builder().maxAttempts(1).build())
          .observationRegistry(registry)
          .build();
    }

    static EmbeddingModel embeddings(FakeModelServer server, ObservationRegistry registry) {
      return new OpenAiEmbeddingModel(
          api(server),
          MetadataMode.EMBED,
          OpenAiEmbeddingOptions.builder().model("text-embedding-3-small").build(),
          RetryTemplate.builder().maxAttempts(1).build(),
          registry);
    }

    private static OpenAiApi api(FakeModelServer server) {
      return OpenAiApi.builder()
          .baseUrl(server.baseUrl().replaceFirst("/v1/?$", ""))
          .apiKey("test")
          .build();
    }
  }

  private static final class Two {

    static ChatModel chat(
        FakeModelServer server,
        ObservationRegistry registry,
        UnaryOperator<OpenAIClient> client,
        UnaryOperator<OpenAIClientAsync> async) {
      Object streaming =
          set(builder(OpenAiChatOptions.class.getName() + "$StreamOptions"), "includeUsage", true);
      Object options = builder(OpenAiChatOptions.class.getName());
      set(options, "model", MODEL);
      set(options, "temperature", 0.7);
      set(options, "streamOptions", build(streaming));
      Object model = builder(OpenAiChatModel.class.getName());
      set(model, "openAiClient", client.apply(client(server)));
      set(model, "openAiClientAsync", async.apply(clientAsync(server)));
      set(model, "options", build(options));
      set(model, "toolCallingManager", tools(registry));
      set(model, "observationRegistry", registry);
      return (ChatModel) build(model);
    }

    static ChatModel observedDown(FakeModelServer server, ObservationRegistry registry) {
      Object options = builder(OpenAiChatOptions.class.getName());
      set(options, "model", MODEL);
      set(options, "baseUrl", server.baseUrl());
      set(options, "apiKey", "test");
      Object model = builder(OpenAiChatModel.class.getName());
      set(model, "options", build(options));
      set(model, "observationRegistry", registry);
      return (ChatModel) build(model);
    }

    static EmbeddingModel embeddings(
        FakeModelServer server, ObservationRegistry registry, UnaryOperator<OpenAIClient> client) {
      Object options = builder(OpenAiEmbeddingOptions.class.getName());
      set(options, "model", "text-embedding-3-small");
      Object model = builder(OpenAiEmbeddingModel.class.getName());
      set(model, "openAiClient", client.apply(client(server)));
      set(model, "options", build(options));
      set(model, "observationRegistry", registry);
      return (EmbeddingModel) build(model);
    }

    private static Object builder(String type) {
      try {
        return Class.forName(type).getMethod("builder").invoke(null);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Object set(Object builder, String name, Object value) {
      for (Method method : builder.getClass().getMethods()) {
        Class<?>[] parameters = method.getParameterTypes();
        if (method.getName().equals(name)
            && parameters.length == 1
            && (parameters[0].isInstance(value)
                || (parameters[0] == boolean.class && value instanceof Boolean))) {
          try {
            method.invoke(builder, value);
            return builder;
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      }
      throw new IllegalStateException(builder.getClass() + " has no " + name);
    }

    private static Object build(Object builder) {
      try {
        return builder.getClass().getMethod("build").invoke(builder);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
