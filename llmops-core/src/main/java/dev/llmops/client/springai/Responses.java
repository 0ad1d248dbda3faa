package dev.llmops.client.springai;

import dev.llmops.LlmResponse;
import dev.llmops.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;

/** Reads what a model answered. */
final class Responses {

  private Responses() {}

  /**
   * @param before what the calls before in the same loop of tools are said to have used
   */
  static LlmResponse chat(Object answer, boolean content, @Nullable Usage before) {
    ChatResponse response = (ChatResponse) answer;
    LlmResponse.Builder read = LlmResponse.builder();
    ChatResponseMetadata metadata = response.getMetadata();
    if (metadata != null) {
      read.id(id(metadata.getId()))
          .model(known(metadata.getModel()))
          .usage(Usages.of(metadata, before));
    }
    List<Generation> generations = response.getResults();
    List<String> reasons = new ArrayList<>(1);
    List<Message> outputs = content ? new ArrayList<>(generations.size()) : List.of();
    Choices.read(generations, content, reasons, outputs);
    return read.finishReasons(reasons).outputs(outputs).build();
  }

  static LlmResponse embeddings(Object answer) {
    EmbeddingResponseMetadata metadata = ((EmbeddingResponse) answer).getMetadata();
    return metadata == null
        ? LlmResponse.EMPTY
        : LlmResponse.builder()
            .model(known(metadata.getModel()))
            .usage(Usages.ofInput(metadata.getUsage()))
            .build();
  }

  /** Spring AI writes an absent id as an empty text, or as NO_ID. */
  static @Nullable String id(@Nullable String id) {
    return "NO_ID".equals(id) ? null : known(id);
  }

  static @Nullable String known(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }

  /** In the words of OpenTelemetry's conventions where they have one, else the provider's own. */
  static @Nullable String finishReason(@Nullable ChatGenerationMetadata metadata) {
    String reason = metadata == null ? null : known(metadata.getFinishReason());
    if (reason == null) {
      return null;
    }
    return switch (reason.toLowerCase(Locale.ROOT)) {
      case "stop", "end_turn", "stop_sequence" -> "stop";
      // Anthropic, Bedrock, Gemini; Mistral; Anthropic
      case "length", "max_tokens", "model_length", "model_context_window_exceeded" -> "length";
      // Anthropic; Bedrock; Gemini
      case "content_filter",
          "refusal",
          "content_filtered",
          "guardrail_intervened",
          "safety",
          "image_safety",
          "prohibited_content",
          "image_prohibited_content",
          "blocklist",
          "spii" ->
          "content_filter";
      case "tool_call", "tool_calls", "function_call", "tool_use" -> "tool_call";
      case "null", "_unknown" -> null;
      default -> reason;
    };
  }
}
