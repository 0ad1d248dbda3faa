package dev.llmops.client.springai;

/** Tells from the stack what Spring AI 1.1 does not tell of a call. */
final class Callers {

  private static final StackWalker STACK = StackWalker.getInstance();
  private static final int MAX_FRAMES = 64;

  private Callers() {}

  /**
   * Whether the observation that starts on this thread is one of a call that waits for its answer:
   * those are started by {@code Observation.observe}, streams by {@code Observation.start}.
   */
  static boolean observesACall() {
    return STACK.walk(
        frames ->
            frames
                .limit(MAX_FRAMES)
                .dropWhile(frame -> !isMicrometer(frame.getClassName()))
                .takeWhile(frame -> isMicrometer(frame.getClassName()))
                .anyMatch(frame -> frame.getMethodName().startsWith("observe")));
  }

  private static boolean isMicrometer(String type) {
    return type.startsWith("io.micrometer.observation.");
  }
}
