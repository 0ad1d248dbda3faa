package dev.llmops.eval.run;

import dev.llmops.eval.EvalCase;

/**
 * The application under test, for one case. Called on a thread of the run's, on several at once,
 * with the case's id and the repetition in its {@link dev.llmops.LlmContext}.
 */
@FunctionalInterface
public interface CaseTask {

  /**
   * The case with what the application made of it: {@code c.withOutput(..)}, or through {@link
   * EvalCase#toBuilder()} with tool calls, retrieved ids or further samples as well. The id must
   * stay.
   *
   * @throws Exception the case then has no output and is not judged; what is thrown is kept as its
   *     class name only
   */
  EvalCase run(EvalCase evalCase) throws Exception;

  /** An application that answers a text with a text. */
  @FunctionalInterface
  interface Answer {
    /**
     * The answer to this input.
     *
     * @throws Exception the case then has no output and is not judged
     */
    String answer(String input) throws Exception;
  }
}
