package dev.llmops.client.springai;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.advisor.ChatModelCallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.model.ChatModel;

/**
 * Whether the advisor is there to take a stored answer in place of the one that a model on this
 * thread is about to ask for.
 */
final class Asking implements AutoCloseable {

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final ThreadLocal<@Nullable Asking> CURRENT = new ThreadLocal<>();

  private final @Nullable Asking before;

  private Asking(@Nullable Asking before) {
    this.before = before;
  }

  /** The advisor asks the model next; closed on the same thread. */
  static Asking begin() {
    Asking asking = new Asking(CURRENT.get());
    CURRENT.set(asking);
    return asking;
  }

  @Override
  public void close() {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }

  /**
   * Whether the model whose observation starts on this thread was asked by the advisor itself. With
   * another model in between, which may choose among several or change the answer, what is stored
   * of this one is not what the advisor's caller would get.
   */
  static boolean isDirect() {
    if (CURRENT.get() == null) {
      return false; // and the types below need not be there
    }
    List<Class<?>> callers =
        STACK.walk(
            frames ->
                frames
                    .filter(Asking::answers)
                    .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                    .limit(3)
                    .toList());
    return callers.size() == 3
        && ChatModel.class.isAssignableFrom(callers.get(0))
        && callers.get(1) == ChatModelCallAdvisor.class
        && callers.get(2) == SpringAiAdvisor.class;
  }

  private static boolean answers(StackWalker.StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    return switch (frame.getMethodName()) {
      case "call" -> ChatModel.class.isAssignableFrom(type);
      case "adviseCall" -> CallAdvisor.class.isAssignableFrom(type);
      default -> false;
    };
  }
}
