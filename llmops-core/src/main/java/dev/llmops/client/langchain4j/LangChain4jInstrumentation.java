package dev.llmops.client.langchain4j;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.service.tool.AiServiceTool;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolService;
import dev.llmops.LlmOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records what an application does through LangChain4j 1.x: its model calls, and around them the
 * searches, tools and AI services as a tree of steps. Wrap each part where it is made:
 *
 * <pre>{@code
 * ChatModel model = LangChain4jInstrumentation.wrap(openAiChatModel, ops);
 * Assistant built = AiServices.builder(Assistant.class)
 *     .chatModel(model)
 *     .contentRetriever(LangChain4jInstrumentation.wrap(retriever, ops, "handbook"))
 *     .tools(LangChain4jInstrumentation.tools(ops, new Calendar()))
 *     .build();
 * Assistant assistant = LangChain4jInstrumentation.wrap(Assistant.class, built, ops);
 * }</pre>
 *
 * <p>What a model returns and throws is what the caller gets, the same objects, on the same
 * threads. While a wrapped model issues its call, a recorded client below it (the OpenAI client of
 * {@code langchain4j-open-ai-official}, say) stands back: one call is one record. Listeners that
 * are registered with the model still run.
 *
 * <p>Every wrap returns its argument if {@code ops} is {@link LlmOps#noop()} or the argument is
 * wrapped for this {@code ops} already, and is as thread-safe as its argument.
 */
public final class LangChain4jInstrumentation {

  private LangChain4jInstrumentation() {}

  /**
   * The model, recorded. The provider is named after what the model says of itself, in the words of
   * the OpenTelemetry conventions where they have one ({@code openai}, {@code gcp.gemini}, {@code
   * aws.bedrock}); after its package where it says nothing ({@code huggingface}); otherwise {@code
   * langchain4j}.
   */
  public static ChatModel wrap(ChatModel model, LlmOps ops) {
    return chat(model, ops, null);
  }

  /**
   * Like {@link #wrap(ChatModel, LlmOps)} under a provider name of the caller's choice, for servers
   * of your own.
   *
   * @param provider such as {@code vllm}, {@code groq} or your own name; a metric label, so of low
   *     cardinality
   * @throws IllegalArgumentException if the provider is blank
   */
  public static ChatModel wrap(ChatModel model, LlmOps ops, String provider) {
    return chat(model, ops, notBlank(provider, "provider"));
  }

  /**
   * The streaming model, recorded; the provider is named as in {@link #wrap(ChatModel, LlmOps)}.
   * The record is made before the handler is told the end. The handler's code runs on the client's
   * thread, in the {@link dev.llmops.LlmContext} in which the call was made. A handler that throws
   * makes the record cancelled by its consumer; the client decides what happens to the stream, and
   * where it reads on, as LangChain4j's do, the record ends with it and has its usage.
   */
  public static StreamingChatModel wrap(StreamingChatModel model, LlmOps ops) {
    return streaming(model, ops, null);
  }

  /**
   * The streaming model, recorded under a provider name of the caller's choice.
   *
   * @throws IllegalArgumentException if the provider is blank
   */
  public static StreamingChatModel wrap(StreamingChatModel model, LlmOps ops, String provider) {
    return streaming(model, ops, notBlank(provider, "provider"));
  }

  /** The embedding model, recorded, without texts and vectors. */
  public static EmbeddingModel wrap(EmbeddingModel model, LlmOps ops) {
    check(model, ops);
    return ops.isNoop() || (model instanceof RecordedEmbeddingModel it && it.isRecordedBy(ops))
        ? model
        : RecordedEmbeddingModel.of(model, ops, Providers.name(provider(model), model));
  }

  /**
   * The scoring model, recorded as the operation {@code rerank}, which the conventions have no name
   * for.
   */
  public static ScoringModel wrap(ScoringModel model, LlmOps ops) {
    check(model, ops);
    return ops.isNoop() || (model instanceof RecordedScoringModel it && it.isRecordedBy(ops))
        ? model
        : new RecordedScoringModel(model, ops, Providers.name(ModelProvider.OTHER, model));
  }

  /**
   * The moderation model, recorded as the operation {@code moderation}, which the conventions have
   * no name for.
   */
  public static ModerationModel wrap(ModerationModel model, LlmOps ops) {
    check(model, ops);
    return ops.isNoop() || (model instanceof RecordedModerationModel it && it.isRecordedBy(ops))
        ? model
        : new RecordedModerationModel(model, ops, Providers.name(model.provider(), model));
  }

  /**
   * The retriever, each of whose searches is a retrieval step with the ids and scores of what it
   * found. A document's id is that of its embedding; where there is none, its file name and index;
   * else {@code rank 0}, {@code rank 1} and so on, its place in this one answer.
   *
   * @param dataSource names what is searched, of low cardinality
   * @throws IllegalArgumentException if the name is blank
   */
  public static ContentRetriever wrap(ContentRetriever retriever, LlmOps ops, String dataSource) {
    check(retriever, ops);
    notBlank(dataSource, "dataSource");
    return ops.isNoop()
            || (retriever instanceof RecordedContentRetriever it && it.isRecordedBy(ops))
        ? retriever
        : new RecordedContentRetriever(retriever, ops, dataSource);
  }

  /**
   * The tools of objects with {@link dev.langchain4j.agent.tool.Tool} methods, for {@link
   * dev.langchain4j.service.AiServices#tools(List)}: each execution is a tool step. Compensating
   * actions of these objects are not found by LangChain4j this way. LangChain4j 1.14 or newer.
   *
   * @throws dev.langchain4j.service.IllegalConfigurationException if an object has no such method
   */
  public static List<AiServiceTool> tools(LlmOps ops, Object... objectsWithTools) {
    check(objectsWithTools, ops);
    List<AiServiceTool> tools = new ArrayList<>();
    for (Object each : objectsWithTools) {
      for (AiServiceTool tool : ToolService.findTools(each)) {
        tools.add(recorded(tool, ops));
      }
    }
    return tools;
  }

  /**
   * The tool, each of whose executions is a tool step.
   *
   * @param name the tool's name, as in its specification
   * @throws IllegalArgumentException if the name is blank
   */
  public static ToolExecutor wrap(ToolExecutor tool, LlmOps ops, String name) {
    check(tool, ops);
    notBlank(name, "name");
    return ops.isNoop() ? tool : RecordedTool.of(name, tool, ops);
  }

  /** The provider, each execution of whose tools (those of an MCP server, say) is a tool step. */
  public static ToolProvider wrap(ToolProvider provider, LlmOps ops) {
    check(provider, ops);
    return ops.isNoop()
            || (provider instanceof RecordedToolProvider recorded && recorded.ops() == ops)
        ? provider
        : new RecordedToolProvider(provider, ops);
  }

  /**
   * The AI service, each of whose methods is an agent step named {@code Type.method}, with what it
   * does meanwhile inside of it. The value of its {@link dev.langchain4j.service.MemoryId} is the
   * conversation of all these. A method that returns a {@link dev.langchain4j.service.TokenStream},
   * a future or Reactor's {@code Flux} ends its step with the stream or the future; other reactive
   * types end it when the method returns. Tools and searches that LangChain4j runs on threads of
   * its own are inside of the step as well.
   *
   * @param type the service's interface
   */
  public static <T> T wrap(Class<T> type, T service, LlmOps ops) {
    Objects.requireNonNull(type, "type must not be null");
    check(service, ops);
    if (!type.isInterface()) {
      throw new IllegalArgumentException(
          "type must be the interface of the AI service, but was " + type.getName());
    }
    return ops.isNoop() ? service : RecordedAiService.of(type, service, ops);
  }

  /**
   * A listener that records chat calls, for models that are not yours to wrap. It is told less than
   * a wrap: not whether the answer is streamed, so no first chunk; not of a cancelled stream, which
   * is recorded as abandoned once it is collected; and interceptors (replay, budgets) can only
   * watch. A recorded client below the model does not notice it, and records the call as well; a
   * wrap around the model does, and records the call alone.
   */
  public static ChatModelListener listener(LlmOps ops) {
    return new RecordingListener(Objects.requireNonNull(ops, "ops must not be null"));
  }

  private static ChatModel chat(ChatModel model, LlmOps ops, @Nullable String provider) {
    check(model, ops);
    if (ops.isNoop() || (model instanceof RecordedChatModel it && it.isRecordedBy(ops))) {
      return model;
    }
    return RecordedChatModel.of(
        model, ops, provider == null ? Providers.name(model.provider(), model) : provider);
  }

  private static StreamingChatModel streaming(
      StreamingChatModel model, LlmOps ops, @Nullable String provider) {
    check(model, ops);
    if (ops.isNoop() || (model instanceof RecordedStreamingChatModel it && it.isRecordedBy(ops))) {
      return model;
    }
    return RecordedStreamingChatModel.of(
        model, ops, provider == null ? Providers.name(model.provider(), model) : provider);
  }

  private static @Nullable ModelProvider provider(EmbeddingModel model) {
    try {
      return model.provider();
    } catch (NoSuchMethodError e) { // LangChain4j before 1.18
      return null;
    }
  }

  private static AiServiceTool recorded(AiServiceTool tool, LlmOps ops) {
    return ops.isNoop()
        ? tool
        : tool.toBuilder()
            .toolExecutor(RecordedTool.of(tool.name(), tool.toolExecutor(), ops))
            .build();
  }

  private static void check(@Nullable Object wrapped, LlmOps ops) {
    Objects.requireNonNull(wrapped, "what is to be wrapped must not be null");
    Objects.requireNonNull(ops, "ops must not be null");
  }

  private static String notBlank(String value, String field) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          field + " must not be blank, but was " + (value == null ? "null" : "\"" + value + "\""));
    }
    return value;
  }
}
