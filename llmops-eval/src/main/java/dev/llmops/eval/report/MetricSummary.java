package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.stats.Clustered;
import dev.llmops.eval.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one evaluator found over a run, to be shown; gates do their own arithmetic. Means are over
 * all runs that were scored; intervals hold the repetitions of a case together.
 *
 * @param by the evaluator
 * @param cases how many cases were run
 * @param scored runs with a score
 * @param skipped runs that could not be measured
 * @param errored runs where the evaluator or the task failed
 * @param meanScore the mean goodness, absent when nothing was scored
 * @param interval for the mean goodness, 95 %; absent when nothing was scored
 * @param meanRaw the mean of the raw measure, absent when nothing was scored
 * @param binary whether each score is 0 or 1, so that the mean is a pass rate
 */
public record MetricSummary(
    EvaluatorSpec by,
    int cases,
    int scored,
    int skipped,
    int errored,
    @Nullable Double meanScore,
    @Nullable Interval interval,
    @Nullable Double meanRaw,
    boolean binary) {

  private static final double LEVEL = 0.95;

  /** Of this evaluator, which the report must have. */
  static MetricSummary of(EvalReport report, EvaluatorSpec by) {
    int skipped = 0;
    int errored = 0;
    int scored = 0;
    double raw = 0;
    for (CaseRun run : report.runs()) {
      EvalResult result = run.result(by.name());
      if (result instanceof Scored found) {
        scored++;
        raw += found.raw();
      } else if (result instanceof Skipped) {
        skipped++;
      } else if (result instanceof Errored) {
        errored++;
      }
    }
    CaseValues values = CaseValues.of(report, by.name(), null);
    double[][] rows = scoredOnly(values.rows());
    Clustered clustered = rows.length == 0 ? null : clustered(rows, values.isBinary());
    return new MetricSummary(
        by,
        values.means().size(),
        scored,
        skipped,
        errored,
        clustered == null ? null : clustered.estimate(),
        clustered == null ? null : clustered.interval(),
        scored == 0 ? null : raw / scored,
        values.isBinary() && scored > 0);
  }

  private static Clustered clustered(double[][] rows, boolean binary) {
    if (!binary) {
      return Clustered.mean(rows, LEVEL);
    }
    int[] successes = new int[rows.length];
    int[] trials = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      trials[i] = rows[i].length;
      for (double score : rows[i]) {
        successes[i] += score == 1 ? 1 : 0;
      }
    }
    return Clustered.rate(successes, trials, LEVEL);
  }

  private static double[][] scoredOnly(double[][] rows) {
    List<double[]> kept = new ArrayList<>();
    for (double[] row : rows) {
      double[] scores =
          java.util.Arrays.stream(row).filter(score -> !Double.isNaN(score)).toArray();
      if (scores.length > 0) {
        kept.add(scores);
      }
    }
    return kept.toArray(double[][]::new);
  }
}
