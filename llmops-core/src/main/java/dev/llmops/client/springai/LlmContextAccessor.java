package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the {@link LlmContext} where Micrometer's context propagation goes: into Reactor's
 * context by {@code contextCapture()}, across threads by {@code
 * Hooks.enableAutomaticContextPropagation()} and {@code ContextSnapshot}. Found by {@link
 * java.util.ServiceLoader}; nobody else needs it.
 */
public final class LlmContextAccessor implements ThreadLocalAccessor<LlmContext> {

  /** Under which Reactor's context holds it. */
  public static final String KEY = "dev.llmops.context";

  /**
   * The scopes that this accessor opened on a thread, for it to close: values are set and restored
   * in the order of a stack.
   */
  private static final ThreadLocal<@Nullable Opened> OPENED = new ThreadLocal<>();

  /** For the service loader. */
  public LlmContextAccessor() {}

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  // null is for absent, as the interface says in words; an equal context may have listeners
  @SuppressWarnings({"NullAway", "ReferenceEquality"})
  public LlmContext getValue() {
    LlmContext current = LlmContext.current();
    return current == LlmContext.EMPTY ? null : current;
  }

  @Override
  public void setValue(LlmContext context) {
    OPENED.set(new Opened(context.open(), OPENED.get()));
  }

  /** Nothing is known where the task comes from, and so nothing is here. */
  @Override
  public void setValue() {
    setValue(LlmContext.EMPTY);
  }

  @Override
  public void restore(LlmContext previous) {
    restore();
  }

  @Override
  public void restore() {
    Opened opened = OPENED.get();
    if (opened != null) {
      if (opened.before() == null) {
        OPENED.remove();
      } else {
        OPENED.set(opened.before());
      }
      opened.scope().close();
    }
  }

  private record Opened(LlmContext.Scope scope, @Nullable Opened before) {}
}
