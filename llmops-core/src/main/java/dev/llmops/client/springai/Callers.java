package dev.llmops.client.springai;

import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.tool.ToolCallback;

/** Tells from the stack what Spring AI does not tell of a call. */
final class Callers {

  private static final StackWalker STACK = StackWalker.getInstance();
  private static final int MAX_FRAMES = 64;

  private static final StackWalker WITH_TYPES =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Callers() {}

  /**
   * Whether what asks on this thread is a model of Spring AI itself: the nearest of what is known
   * on the stack, and no tool, which is the application's code, or observation of something else.
   */
  static boolean isAModelAsking() {
    return WITH_TYPES.walk(
        frames ->
            frames
                .limit(MAX_FRAMES)
                .map(StackWalker.StackFrame::getDeclaringClass)
                .filter(
                    type ->
                        isModel(type)
                            || ToolCallback.class.isAssignableFrom(type)
                            || isMicrometer(type.getName()))
                .findFirst()
                .map(Callers::isModel)
                .orElse(false));
  }

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

  private static boolean isModel(Class<?> type) {
    return ChatModel.class.isAssignableFrom(type);
  }

  private static boolean isMicrometer(String type) {
    return type.startsWith("io.micrometer.observation.");
  }
}
