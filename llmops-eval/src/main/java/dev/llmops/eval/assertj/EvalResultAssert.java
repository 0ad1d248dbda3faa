package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalResult;
import org.jspecify.annotations.Nullable;

/** Assertions about what one evaluator found. */
public final class EvalResultAssert extends AbstractEvalAssert<EvalResultAssert, EvalResult> {

  EvalResultAssert(@Nullable EvalResult actual, Failures failures) {
    super(actual, EvalResultAssert.class, failures);
  }

  /**
   * Something was measured, and the score is at least this.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public EvalResultAssert isAtLeast(double threshold) {
    return check(Demand.atLeast(threshold));
  }

  /**
   * Something was measured, and the score is less than this.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public EvalResultAssert isBelow(double threshold) {
    return check(Demand.below(threshold));
  }

  /** See {@link AbstractScoreAssert#passes}. */
  public EvalResultAssert isPass() {
    return check(Demand.PASS);
  }

  /** See {@link AbstractScoreAssert#doesNotPass}. */
  public EvalResultAssert isNoPass() {
    return check(Demand.NO_PASS);
  }

  /** Something was measured, whatever the score. */
  public EvalResultAssert isScored() {
    return kind(EvalResult.Scored.class, "scored");
  }

  /** Nothing could be measured, and nobody is to blame. */
  public EvalResultAssert isSkipped() {
    return kind(EvalResult.Skipped.class, "skipped");
  }

  /** The evaluator failed. */
  public EvalResultAssert isErrored() {
    return kind(EvalResult.Errored.class, "errored");
  }

  private EvalResultAssert check(Demand demand) {
    return collected(
        () -> {
          isNotNull();
          if (!demand.isMetBy(actual)) {
            throw failure("%s", CaseText.result(actual, demand, null));
          }
        });
  }

  private EvalResultAssert kind(Class<? extends EvalResult> kind, String word) {
    return collected(
        () -> {
          isNotNull();
          if (!kind.isInstance(actual)) {
            throw failure(
                "%s",
                actual.by().name()
                    + " must be "
                    + word
                    + ", but was "
                    + (actual instanceof EvalResult.Scored
                        ? "scored"
                        : actual instanceof EvalResult.Skipped ? "skipped" : "errored")
                    + ": "
                    + dev.llmops.eval.internal.ShortText.of(actual.reason(), 400));
          }
        });
  }
}
