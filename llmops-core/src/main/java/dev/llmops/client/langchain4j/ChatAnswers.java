package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmResponse;
import dev.llmops.ResponseReader;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads whole answers of chat models, and stores them and brings them back. */
record ChatAnswers(LlmOps ops) implements ResponseReader<ChatResponse> {

  @Override
  public LlmResponse read(ChatResponse response) {
    return read(response, ops.capturesContent());
  }

  static LlmResponse read(ChatResponse response, boolean content) {
    LlmResponse.Builder into =
        LlmResponse.builder()
            .id(response.id())
            .model(response.modelName())
            .usage(Usages.of(response.tokenUsage()));
    FinishReason reason = response.finishReason();
    if (reason != null) {
      into.finishReasons(List.of(named(reason)));
    }
    ChatResponseMetadata metadata = response.metadata();
    if (metadata != null && metadata.getClass() != ChatResponseMetadata.class) {
      into.serviceTier(Accessors.text(metadata, "serviceTier"))
          .systemFingerprint(Accessors.text(metadata, "systemFingerprint"));
    }
    AiMessage message = response.aiMessage();
    if (content && message != null) {
      into.outputs(List.of(Messages.read(message)));
    }
    return into.build();
  }

  @Override
  public CallError readError(Throwable error) {
    return Failures.of(error);
  }

  @Override
  public CallCodec<ChatResponse> codec() {
    return Codec.INSTANCE;
  }

  /** In the conventions' words, where those have one. */
  private static String named(FinishReason reason) {
    return switch (reason.name()) { // by name: newer versions may add constants
      case "STOP" -> "stop";
      case "LENGTH" -> "length";
      case "TOOL_EXECUTION" -> "tool_call";
      case "CONTENT_FILTER" -> "content_filter";
      default -> reason.name().toLowerCase(Locale.ROOT);
    };
  }

  /**
   * Keeps what every provider's answers have: message, id, model, finish reason and usage, the
   * details of the usage included. What only the provider's own types have does not come back.
   */
  enum Codec implements CallCodec<ChatResponse> {
    INSTANCE;

    @Override
    public JsonText encode(ChatResponse response) {
      ObjectNode json = Json.object();
      json.put("id", response.id());
      json.put("model", response.modelName());
      FinishReason reason = response.finishReason();
      json.put("finish_reason", reason == null ? null : reason.name());
      json.set("usage", usage(response.tokenUsage()));
      json.set("message", Json.parsed(ChatMessageSerializer.messageToJson(response.aiMessage())));
      return JsonText.of(json.toString());
    }

    @Override
    public ChatResponse decode(JsonText stored) {
      try {
        return decoded(Json.parsed(stored.text()));
      } catch (RuntimeException e) {
        // without its message and cause: they quote the content
        throw new IllegalArgumentException(
            "stored answer must be the JSON of a LangChain4j chat response, but it could not be"
                + " read: "
                + e.getClass().getSimpleName());
      }
    }

    private static ChatResponse decoded(JsonNode json) {
      String reason = text(json, "finish_reason");
      return ChatResponse.builder()
          .aiMessage(
              (AiMessage)
                  ChatMessageDeserializer.messageFromJson(json.required("message").toString()))
          .metadata(
              ChatResponseMetadata.builder()
                  .id(text(json, "id"))
                  .modelName(text(json, "model"))
                  .finishReason(reason == null ? null : FinishReason.valueOf(reason))
                  .tokenUsage(usage(json.path("usage")))
                  .build())
          .build();
    }

    /** The counts as LangChain4j has them, and as they are recorded. */
    static @Nullable JsonNode usage(@Nullable TokenUsage usage) {
      if (usage == null) {
        return null;
      }
      dev.llmops.TokenUsage recorded = Usages.of(usage);
      return Json.object()
          .put("input", usage.inputTokenCount())
          .put("output", usage.outputTokenCount())
          .put("total", usage.totalTokenCount())
          .put("all_input", recorded.inputTokens())
          .put("all_output", recorded.outputTokens())
          .put("cached_input", recorded.cachedInputTokens())
          .put("cache_write_input", recorded.cacheWriteInputTokens())
          .put("reasoning", recorded.reasoningTokens());
    }

    static @Nullable TokenUsage usage(JsonNode json) {
      if (!json.isObject()) {
        return null;
      }
      dev.llmops.TokenUsage.Builder recorded = dev.llmops.TokenUsage.builder();
      Usages.set(count(json, "all_input"), recorded::inputTokens);
      Usages.set(count(json, "all_output"), recorded::outputTokens);
      Usages.set(count(json, "cached_input"), recorded::cachedInputTokens);
      Usages.set(count(json, "cache_write_input"), recorded::cacheWriteInputTokens);
      Usages.set(count(json, "reasoning"), recorded::reasoningTokens);
      return new StoredUsage(
          small(json, "input"), small(json, "output"), small(json, "total"), recorded.build());
    }

    private static @Nullable Long count(JsonNode json, String field) {
      JsonNode value = json.path(field);
      return value.isIntegralNumber() ? Long.valueOf(value.longValue()) : null;
    }

    private static @Nullable Integer small(JsonNode json, String field) {
      JsonNode value = json.path(field);
      return value.canConvertToInt() ? Integer.valueOf(value.intValue()) : null;
    }

    static @Nullable String text(JsonNode json, String field) {
      JsonNode value = json.path(field);
      return value.isTextual() ? value.textValue() : null;
    }
  }
}
