package dev.llmops.eval.assertj;

import dev.llmops.LlmCall;
import dev.llmops.Outcome;
import dev.llmops.eval.EvalCase;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Assertions about a recorded call; it must hold content for most evaluators. */
public final class LlmCallAssert extends AbstractScoreAssert<LlmCallAssert, LlmCall> {

  LlmCallAssert(@Nullable LlmCall actual, Failures failures) {
    super(actual, LlmCallAssert.class, failures);
  }

  /** It ended with an answer: it neither failed nor was left before its end. */
  public LlmCallAssert isCompleted() {
    return collected(
        () -> {
          isNotNull();
          if (!(actual.outcome() instanceof Outcome.Completed)) {
            String how =
                actual.error() != null
                    ? "failed: " + actual.error().type()
                    : "was " + actual.outcome().getClass().getSimpleName().toLowerCase(Locale.ROOT);
            throw failure("%s", "call must be completed, but " + how);
          }
        });
  }

  /** It took no longer than this, from its issue to its last chunk. */
  public LlmCallAssert tookAtMost(Duration limit) {
    return collected(
        () -> {
          isNotNull();
          Duration total = actual.timing().total();
          if (total.compareTo(limit) > 0) {
            throw failure(
                "%s",
                "call must take at most "
                    + limit.toMillis()
                    + " ms, but took "
                    + total.toMillis()
                    + " ms");
          }
        });
  }

  @Override
  EvalCase evalCase(LlmCall call) {
    return EvalCase.of(call);
  }
}
