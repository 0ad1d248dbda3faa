package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * Lets another context mechanism carry the {@link LlmContext} across threads. Found by {@link
 * java.util.ServiceLoader}; the OpenTelemetry module brings one, so that executors which carry
 * OpenTelemetry's context carry ours as well. Must be thread-safe and must not block.
 */
public interface ContextCarrier {

  /** What is carried on this thread, absent when nothing is. */
  @Nullable LlmContext current();

  /** Carries the context on this thread until the scope is closed, on the same thread. */
  LlmContext.Scope attach(LlmContext context);
}
