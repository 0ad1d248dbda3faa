package dev.llmops.client.springai;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.tool.ToolCallback;

/** Tells from the stack what Spring AI does not tell of a call. */
final class Callers {

  private static final StackWalker STACK = StackWalker.getInstance();
  private static final int MAX_FRAMES = 64;

  private static final StackWalker WITH_TYPES =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Callers() {}

  /** The model whose observation starts on this thread, null if it cannot be told. */
  static @Nullable Class<?> nearestModel() {
    return nearest(Callers::isModel);
  }

  /**
   * Whether what asks on this thread is this model of Spring AI itself: the nearest of what is
   * known on the stack, and no tool, which is the application's code, another model, or an
   * observation of something else.
   */
  static boolean isAsking(Class<?> model) {
    return nearest(type -> isModel(type) || isTool(type) || isMicrometer(type.getName())) == model;
  }

  /** Whether a tool runs on this thread, nearer than any model but the one that is asked. */
  static boolean isAToolAsking() {
    Class<?> asked = nearestModel();
    Class<?> asking = nearest(type -> type != asked && (isModel(type) || isTool(type)));
    return asking != null && isTool(asking);
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

  private static @Nullable Class<?> nearest(Predicate<Class<?>> which) {
    return WITH_TYPES.walk(
        frames ->
            frames
                .limit(MAX_FRAMES)
                .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                .filter(which)
                .findFirst()
                .orElse(null));
  }

  private static boolean isTool(Class<?> type) {
    return ToolCallback.class.isAssignableFrom(type);
  }

  private static boolean isModel(Class<?> type) {
    return ChatModel.class.isAssignableFrom(type);
  }

  private static boolean isMicrometer(String type) {
    return type.startsWith("io.micrometer.observation.");
  }
}
