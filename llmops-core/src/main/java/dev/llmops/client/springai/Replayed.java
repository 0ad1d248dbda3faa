package dev.llmops.client.springai;

import java.util.List;
import org.springframework.ai.chat.model.ChatResponse;

/**
 * How a stored answer gets past the model that is about to be asked: thrown where the model starts
 * its observation, caught by the advisor right before the model.
 */
final class Replayed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<ChatResponse> answers;

  /**
   * @param answers one, or the chunks of a stream
   */
  Replayed(List<ChatResponse> answers) {
    super(
        "the call is answered from a store, not by the model; SpringAiAdvisor returns the answer",
        null,
        false,
        false);
    this.answers = answers;
  }

  List<ChatResponse> answers() {
    return answers;
  }
}
