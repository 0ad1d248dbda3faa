package dev.llmops.eval.judge;

import dev.llmops.JsonText;
import dev.llmops.Prompt;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A question to a judge.
 *
 * @param rubric which rubric asks, with its version
 * @param system the instructions; the same for every case, so it can be cached, and free of what is
 *     judged
 * @param user what is judged, each text in its fence
 * @param choices the names to choose from; empty when the answer is not a choice
 * @param schema the JSON schema of the answer
 * @param temperature 0 or more; absent to leave it to the server, as some models allow none
 * @param logprobs whether log-probabilities of the answer's tokens are wanted, where there are any
 */
public record JudgeRequest(
    Prompt rubric,
    String system,
    String user,
    List<String> choices,
    JsonText schema,
    @Nullable Double temperature,
    boolean logprobs) {

  /** Checks for null and copies the choices. */
  public JudgeRequest {
    Objects.requireNonNull(rubric, "rubric must not be null");
    Objects.requireNonNull(system, "system must not be null");
    Objects.requireNonNull(user, "user must not be null");
    choices = List.copyOf(choices);
    Objects.requireNonNull(schema, "schema must not be null");
  }

  /** The rubric; never what is judged. */
  @Override
  public String toString() {
    return "JudgeRequest[" + rubric.name() + "@" + rubric.version() + "]";
  }
}
