package dev.llmops.eval.run;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.GateResult;
import dev.llmops.eval.stats.SequentialResult;
import dev.llmops.eval.stats.SequentialRun;
import dev.llmops.eval.stats.SequentialTest;
import dev.llmops.eval.stats.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A gate on a pass rate that ends the run as soon as its verdict is certain. Its verdict stands in
 * the report's gates. Belongs to one run.
 *
 * <pre>{@code
 * EvalRun.of(dataset)
 *     .task(assistant::answer)
 *     .until(SequentialGate.passRate("exact_match", SequentialTest.between(0.8, 0.9).build()), 42)
 *     .evaluate(Evaluators.byName("exact_match"))
 *     .verify();
 * }</pre>
 *
 * <p>A case that was repeated counts once, and passes if its mean score reaches the threshold. One
 * without a score counts neither way, and then the run can no longer pass.
 */
public final class SequentialGate implements StopRule {

  private final String evaluator;
  private final double threshold;
  private final SequentialTest test;
  private final SequentialRun run;

  private SequentialGate(String evaluator, double threshold, SequentialTest test) {
    this.evaluator = Objects.requireNonNull(evaluator, "evaluator must not be null");
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be above 0.0 and at most 1.0, but was " + threshold);
    }
    this.threshold = threshold;
    this.test = Objects.requireNonNull(test, "test must not be null");
    this.run = test.start();
  }

  /** About how many cases score 1. */
  public static SequentialGate passRate(String evaluator, SequentialTest test) {
    return new SequentialGate(evaluator, 1, test);
  }

  /**
   * About how many cases score at least the threshold.
   *
   * @param threshold above 0, at most 1
   */
  public static SequentialGate passRate(String evaluator, double threshold, SequentialTest test) {
    return new SequentialGate(evaluator, threshold, test);
  }

  @Override
  public @Nullable String after(List<CaseRun> repetitions) {
    OptionalInt position = run.issue();
    if (position.isEmpty()) {
      return run.result().summary();
    }
    double sum = 0;
    boolean missing = false;
    for (CaseRun each : repetitions) {
      EvalResult result = each.result(evaluator);
      if (result instanceof Scored scored) {
        sum += scored.score();
      } else {
        missing = true;
      }
    }
    if (missing) {
      run.withdraw(position.getAsInt());
    } else {
      run.record(position.getAsInt(), sum / repetitions.size() >= threshold);
    }
    return run.ended() ? run.result().summary() : null;
  }

  /** How the test stands. */
  public SequentialResult result() {
    return run.result();
  }

  /** The verdict as a gate's: one that has not ended is undecided, and blocks. */
  public GateResult gateResult() {
    SequentialResult result = run.result();
    Verdict verdict = result.ended() ? result.verdict() : Verdict.UNDECIDED;
    return new GateResult(
        "pass rate of " + evaluator + ": " + test,
        evaluator,
        verdict,
        verdict != Verdict.PASS,
        result.cases() == 0 ? "Not measured: no case has a score." : result.summary(),
        null);
  }
}
