package dev.llmops.spring;

import dev.llmops.LlmOps;
import org.jspecify.annotations.Nullable;

/** A bean that has work to do when {@link LlmOps} is built, and something to say about it. */
interface AfterLlmOps {

  /** Called once, with the auto-configured {@link LlmOps}. */
  void built(LlmOps ops);

  /** A line of {@code explain()}, asked each time; null when there is nothing to say. */
  @Nullable String note();
}
