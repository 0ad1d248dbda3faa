package dev.llmops.otel;

import dev.llmops.ContextCarrier;
import dev.llmops.LlmContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Carries the {@link LlmContext} in OpenTelemetry's context, so that whatever carries that one to
 * another thread ({@code Context.taskWrapping}, the Java agent, Reactor's hooks) carries ours too.
 * Found by {@link java.util.ServiceLoader}; not for direct use.
 */
public final class OtelContextCarrier implements ContextCarrier {

  private static final ContextKey<LlmContext> KEY = ContextKey.named("llmops-context");

  /** For the service loader. */
  public OtelContextCarrier() {}

  @Override
  public @Nullable LlmContext current() {
    return Context.current().get(KEY);
  }

  @Override
  public LlmContext.Scope attach(LlmContext context) {
    Scope scope = Context.current().with(KEY, context).makeCurrent();
    return scope::close;
  }
}
