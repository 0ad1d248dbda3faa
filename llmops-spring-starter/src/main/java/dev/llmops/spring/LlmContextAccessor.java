package dev.llmops.spring;

import dev.llmops.LlmContext;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets Micrometer's context propagation, and Reactor with it, carry the {@code LlmContext}. Such
 * mechanisms restore threads in an order of their own, so that OpenTelemetry's context is left
 * alone: see {@link LlmContext#openOnThread()}.
 */
final class LlmContextAccessor implements ThreadLocalAccessor<LlmContext> {

  /** Under which the context is kept in Reactor's. */
  static final String KEY = "llmops.context";

  @SuppressWarnings("ThreadLocalUsage") // one accessor a registry
  private final ThreadLocal<@Nullable Deque<LlmContext.Scope>> scopes = new ThreadLocal<>();

  /** Registers an accessor, in place of one that was registered before. */
  static void register() {
    ContextRegistry.getInstance().registerThreadLocalAccessor(new LlmContextAccessor());
  }

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // only the one that says nothing
  public @Nullable LlmContext getValue() {
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
