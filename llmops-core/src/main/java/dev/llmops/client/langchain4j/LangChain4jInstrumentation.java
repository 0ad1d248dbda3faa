package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.llmops.LlmOps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Records. */
public final class LangChain4jInstrumentation {

  private LangChain4jInstrumentation() {}

  /** The model, recorded. */
  public static ChatModel wrap(ChatModel model, LlmOps ops) {
    return chat(model, ops, null);
  }

  /** The model, recorded under a provider name of the caller's choice. */
  public static ChatModel wrap(ChatModel model, LlmOps ops, String provider) {
    return chat(model, ops, provider);
  }

  private static ChatModel chat(ChatModel model, LlmOps ops, @Nullable String provider) {
    Objects.requireNonNull(model, "model must not be null");
    if (Objects.requireNonNull(ops, "ops must not be null").isNoop()
        || (model instanceof RecordedChatModel recorded && recorded.isRecordedBy(ops))) {
      return model;
    }
    return new RecordedChatModel(
        model, ops, provider == null ? Providers.name(model.provider(), model) : provider);
  }

  /** The model, recorded. */
  public static StreamingChatModel wrap(StreamingChatModel model, LlmOps ops) {
    return new RecordedStreamingChatModel(model, ops, Providers.name(model.provider(), model));
  }
}
