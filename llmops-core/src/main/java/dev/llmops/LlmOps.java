package dev.llmops;

/** Placeholder. */
public final class LlmOps {
  private LlmOps() {}
}
