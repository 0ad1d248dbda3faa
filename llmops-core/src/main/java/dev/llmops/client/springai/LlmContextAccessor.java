package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Carries the {@link LlmContext} where Micrometer's context propagation goes: into Reactor's
 * context by {@code contextCapture()}, across threads by {@code
 * Hooks.enableAutomaticContextPropagation()} and {@code ContextSnapshot}. Found by {@link
 * java.util.ServiceLoader}. Such mechanisms restore threads in an order of their own, so that
 * OpenTelemetry's context is left alone: see {@link LlmContext#openOnThread()}.
 */
public final class LlmContextAccessor implements ThreadLocalAccessor<LlmContext> {

  /** Under which Reactor's context holds it. */
  public static final String KEY = "dev.llmops.context";

  @SuppressWarnings("ThreadLocalUsage") // one accessor a registry
  private final ThreadLocal<@Nullable Deque<LlmContext.Scope>> scopes = new ThreadLocal<>();

  /** For the service loader. */
  public LlmContextAccessor() {}

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  // null is for absent, as the interface says in words; only the one that says nothing
  @SuppressWarnings({"NullAway", "ReferenceEquality"})
  public LlmContext getValue() {
    LlmContext current = LlmContext.current();
    return current == LlmContext.EMPTY ? null : current;
  }

  @Override
  public void setValue(LlmContext value) {
    Deque<LlmContext.Scope> open = scopes.get();
    if (open == null) {
      open = new ArrayDeque<>(4);
      scopes.set(open);
    }
    open.push(value.openOnThread());
  }

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
    Deque<LlmContext.Scope> open = scopes.get();
    if (open == null) {
      return; // nothing of ours is open here
    }
    LlmContext.Scope scope = open.poll();
    if (scope != null) {
      scope.close();
    }
    if (open.isEmpty()) {
      scopes.remove();
    }
  }
}
