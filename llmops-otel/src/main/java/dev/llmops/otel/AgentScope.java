package dev.llmops.otel;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The agent that runs in a context, and what it has done itself so far; inner agents count apart.
 */
final class AgentScope {

  static final ContextKey<AgentScope> KEY = ContextKey.named("llmops-agent");

  final String name;
  final AtomicLong inferenceCalls = new AtomicLong();
  final AtomicLong toolCalls = new AtomicLong();

  AgentScope(String name) {
    this.name = name;
  }

  static @Nullable AgentScope in(Context context) {
    return context.get(KEY);
  }
}
