package dev.llmops;

/**
 * A step whose end its caller reports: for frameworks that tell when a step begins and ends instead
 * of handing over its body. Made by {@link LlmOps#openStep}. Thread-safe; it ends exactly once,
 * later ends are ignored. Nothing here throws.
 *
 * <p>An open step that is never ended is never recorded.
 */
public sealed interface OpenStep permits StepRecording, NoopStep {

  /** Names the step. */
  CallRef ref();

  /**
   * Makes the step and its span current on this thread until the scope is closed, on the same
   * thread: calls and steps that start meanwhile name it as their parent.
   */
  LlmContext.Scope makeCurrent();

  /** The step ended well. */
  void complete(StepResult result);

  /** The step failed. */
  void fail(Throwable error);
}
