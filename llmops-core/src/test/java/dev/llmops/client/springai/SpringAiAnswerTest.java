package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.OpenCall;
import dev.llmops.Pricing;
import dev.llmops.testing.Records;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Answers, whole and streamed, in the shapes that the models of several providers give them. */
class SpringAiAnswerTest {

  /**
   * As Anthropic's, Bedrock's, Gemini's, Mistral's, Azure's and OpenAI's interfaces name them
   * (documentation of 2026-10).
   */
  @ParameterizedTest
  @CsvSource({
    "stop, stop",
    "STOP, stop",
    "end_turn, stop",
    "stop_sequence, stop",
    "length, length",
    "max_tokens, length",
    "MAX_TOKENS, length",
    "model_length, length",
    "model_context_window_exceeded, length",
    "tool_use, tool_call",
    "TOOL_CALLS, tool_call",
    "function_call, tool_call",
    "content_filter, content_filter",
    "content_filtered, content_filter",
    "guardrail_intervened, content_filter",
    "refusal, content_filter",
    "SAFETY, content_filter",
    "PROHIBITED_CONTENT, content_filter",
    "BLOCKLIST, content_filter",
    "SPII, content_filter",
    "IMAGE_SAFETY, content_filter",
    "pause_turn, pause_turn",
    "RECITATION, RECITATION",
  })
  void finishReasonsHaveTheWordsOfTheConventions(String told, String word) {
    Generation generation = generation("Noon.", told, Map.of());

    assertThat(Responses.chat(answer(generation), false, null).finishReasons())
        .containsExactly(word);
    assertThat(streamed(answer(generation)).finishReasons()).containsExactly(word);
  }

  private static Generation generation(
      String text, String finishReason, Map<String, Object> metadata) {
    return new Generation(
        AssistantMessage.builder().content(text).properties(metadata).build(),
        ChatGenerationMetadata.builder().finishReason(finishReason).build());
  }

  private static ChatResponse answer(Generation... generations) {
    return new ChatResponse(List.of(generations));
  }

  private static OpenCall open(LlmOps ops) {
    return ops.open(LlmRequest.builder(LlmRequest.CHAT, "test").stream(true).build());
  }

  private static LlmResponse streamed(ChatResponse... chunks) {
    Records records = Records.withContent();
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
    OpenCall call = open(ops);
    ChatChunks reader = new ChatChunks();
    for (ChatResponse chunk : chunks) {
      call.chunk(chunk, reader);
    }
    call.complete();
    assertThat(ops.stats().swallowed()).isEmpty();
    return records.onlyCall().response();
  }
}
