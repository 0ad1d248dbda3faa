package dev.llmops.spring;

import dev.llmops.LlmOps;

/**
 * A bean that has the last word on how the auto-configured {@link LlmOps} is built. Asked once, in
 * the order of {@code @Order}, after beans and properties were wired; what it throws stops the
 * start. Not asked when {@code llmops.enabled=false} or when the application makes its own {@link
 * LlmOps}.
 */
@FunctionalInterface
public interface LlmOpsCustomizer {

  /** Adds to what is wired; what is wired already stays. */
  void customize(LlmOps.Builder builder);
}
