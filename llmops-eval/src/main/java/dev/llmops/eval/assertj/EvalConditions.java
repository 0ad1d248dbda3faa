package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.report.EvalCollector;
import org.assertj.core.api.Condition;

/**
 * Evaluators as conditions, for {@code is}, {@code allOf}, {@code anyOf}, {@code are} over lists of
 * cases, and {@code not}. A condition is met or not: a negated one is also true of what could not
 * be measured, so prefer {@link AbstractScoreAssert#scoresBelow} and {@link
 * AbstractScoreAssert#doesNotPass}. A condition keeps the reason of its last failure for the
 * message: make one for each assertion.
 */
public final class EvalConditions {

  private EvalConditions() {}

  /**
   * Scores at least this.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public static Condition<EvalCase> scoring(Evaluator evaluator, double threshold) {
    return new Judged(evaluator, Demand.atLeast(threshold));
  }

  /**
   * Scores less than this; not met by what could not be measured.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public static Condition<EvalCase> scoringBelow(Evaluator evaluator, double threshold) {
    return new Judged(evaluator, Demand.below(threshold));
  }

  /** Passes; see {@link AbstractScoreAssert#passes}. */
  public static Condition<EvalCase> passing(Evaluator evaluator) {
    return new Judged(evaluator, Demand.PASS);
  }

  /** Does not pass; not met by what could not be measured. */
  public static Condition<EvalCase> notPassing(Evaluator evaluator) {
    return new Judged(evaluator, Demand.NO_PASS);
  }

  private static final class Judged extends Condition<EvalCase> {
    private final Evaluator evaluator;
    private final Demand demand;

    Judged(Evaluator evaluator, Demand demand) {
      this.evaluator = evaluator;
      this.demand = demand;
      describedAs("%s", claim());
    }

    @Override
    public boolean matches(EvalCase evalCase) {
      EvalResult result = evaluator.evaluate(evalCase);
      boolean held = demand.isMetBy(result);
      EvalCollector.current().judged(new EvalCollector.Judgement(evalCase, result, held));
      describedAs(
          "%s", held ? claim() : claim() + "\n" + CaseText.of(evalCase, result, demand, null));
      return held;
    }

    private String claim() {
      return evaluator.spec().name() + " " + demand.inWords();
    }
  }
}
