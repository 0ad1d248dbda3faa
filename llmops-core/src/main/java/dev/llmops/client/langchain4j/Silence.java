package dev.llmops.client.langchain4j;

import dev.llmops.LlmContext;
import dev.llmops.ModelCall;

/** Issues calls such that a client below, which may be recorded as well, stands back. */
final class Silence {

  private static final LlmContext NOTHING_SAID = LlmContext.builder().suppressed(true).build();

  private Silence() {}

  @SuppressWarnings("ReferenceEquality") // equals() leaves out who listens
  static <T, E extends Exception> T below(ModelCall<T, E> issue) throws E {
    LlmContext current = LlmContext.current();
    LlmContext silent =
        current == LlmContext.EMPTY ? NOTHING_SAID : current.toBuilder().suppressed(true).build();
    try (LlmContext.Scope scope = silent.open()) {
      return issue.call();
    }
  }
}
