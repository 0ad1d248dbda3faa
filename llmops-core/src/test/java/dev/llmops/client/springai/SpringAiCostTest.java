package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.testing.AllocatedBytes;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;

/**
 * What the handler adds to an observed call with a ready answer, in bytes of the calling thread,
 * content off.
 */
class SpringAiCostTest {

  /** A third of the 11,230 that Spring AI's own observation takes with Boot's handlers. */
  private static final int MOST_BYTES_A_CALL = 3_700;

  private static final Prompt PROMPT =
      new Prompt(
          "When is high tide?", ChatOptions.builder().model("gpt-4o").temperature(0.7).build());
  private static final ChatResponse ANSWER =
      new ChatResponse(
          List.of(
              new Generation(
                  new AssistantMessage("At noon."),
                  ChatGenerationMetadata.builder().finishReason("STOP").build())),
          ChatResponseMetadata.builder()
              .id("chatcmpl-1")
              .model("gpt-4o-2024-08-06")
              .usage(new DefaultUsage(5, 2))
              .build());

  @Test
  void aCall() {
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(record -> {}).build();
    long bare = bytes(registry(context -> true));
    long recorded = bytes(registry(SpringAiObservationHandler.create(ops)));

    assertThat(recorded - bare).isBetween(100L, (long) MOST_BYTES_A_CALL);
    assertThat(ops.stats().completed()).isPositive();
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  private static ObservationRegistry registry(ObservationHandler<?> handler) {
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(handler);
    return registry;
  }

  private static long bytes(ObservationRegistry registry) {
    return AllocatedBytes.aCall(4_000, () -> call(registry));
  }

  private static void call(ObservationRegistry registry) {
    ChatModelObservationContext context =
        ChatModelObservationContext.builder().prompt(PROMPT).provider("openai").build();
    ChatResponse answer =
        ChatModelObservationDocumentation.CHAT_MODEL_OPERATION
            .observation(null, new DefaultChatModelObservationConvention(), () -> context, registry)
            .observe(
                () -> {
                  context.setResponse(ANSWER);
                  return ANSWER;
                });
    if (answer != ANSWER) {
      throw new AssertionError("another answer");
    }
  }
}
