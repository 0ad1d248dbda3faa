package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.report.EvalCollector;
import org.jspecify.annotations.Nullable;

/**
 * What can be asserted of anything that evaluators judge. Each assertion runs its evaluator once.
 *
 * @param <S> the assertion itself
 * @param <A> what it is about
 */
public abstract class AbstractScoreAssert<S extends AbstractScoreAssert<S, A>, A>
    extends AbstractEvalAssert<S, A> {

  AbstractScoreAssert(@Nullable A actual, Class<?> selfType, Failures failures) {
    super(actual, selfType, failures);
  }

  /**
   * The score is at least this.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public S scoresAtLeast(double threshold, Evaluator evaluator) {
    return check(evaluator, Demand.atLeast(threshold));
  }

  /**
   * The score is less than this; a case that could not be measured fails here too.
   *
   * @param threshold 0 (worst) to 1 (best)
   */
  public S scoresBelow(double threshold, Evaluator evaluator) {
    return check(evaluator, Demand.below(threshold));
  }

  /**
   * The evaluator's verdict is a pass: the label {@code pass}, or a score of 1 where there is no
   * such label. An evaluator of graded scores has no verdict and fails with the assertion to use.
   */
  public S passes(Evaluator evaluator) {
    return check(evaluator, Demand.PASS);
  }

  /**
   * The evaluator's verdict is a failure: the label {@code fail}, or a score of 0 where there is no
   * such label; a case that could not be measured fails here too.
   */
  public S doesNotPass(Evaluator evaluator) {
    return check(evaluator, Demand.NO_PASS);
  }

  /** What the evaluators judge. */
  abstract EvalCase evalCase(A actual);

  private S check(Evaluator evaluator, Demand demand) {
    return collected(
        () -> {
          isNotNull();
          EvalCase judged = evalCase(actual);
          EvalResult result = evaluator.evaluate(judged);
          boolean held = demand.isMetBy(result);
          EvalCollector collector = EvalCollector.current();
          collector.judged(new EvalCollector.Judgement(judged, result, held));
          if (!held) {
            throw failure(
                "%s", CaseText.of(judged, result, demand, collector.reproduce(judged.id())));
          }
        });
  }
}
