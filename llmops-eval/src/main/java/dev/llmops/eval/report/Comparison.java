package dev.llmops.eval.report;

import dev.llmops.eval.stats.Alternative;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.PairedTests;
import dev.llmops.eval.stats.TestResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One evaluator's scores case by case against a baseline's, to be shown: what was lost, what was
 * gained. Gates do their own arithmetic.
 *
 * @param metric the evaluator
 * @param why nothing can be compared, absent when something can
 * @param note which cases were left out, empty when none was
 * @param cases how many are compared
 * @param before their mean in the baseline
 * @param now their mean in the run
 * @param difference an interval of now − before, 95 %, absent without cases
 * @param test whether that could be chance, to explore; absent without cases
 * @param lost cases that pass less often than before, or score less where passing is not defined;
 *     the greatest loss first
 * @param gained cases that pass more often, or score more; the greatest gain first
 */
record Comparison(
    String metric,
    @Nullable String why,
    String note,
    int cases,
    double before,
    double now,
    @Nullable Interval difference,
    @Nullable TestResult test,
    List<Triage.Change> lost,
    List<Triage.Change> gained) {

  private static final int RESAMPLES = 2_000;
  private static final long SEED = 1;

  /** Each evaluator, in the report's order; empty without a baseline. */
  static List<Comparison> of(
      EvalReport report, @Nullable Baseline baseline, Map<String, Double> thresholds) {
    List<Comparison> all = new ArrayList<>();
    if (baseline != null) {
      report
          .evaluators()
          .forEach(each -> all.add(of(report, baseline, each.name(), thresholds.get(each.name()))));
    }
    return all;
  }

  private static Comparison of(
      EvalReport report, Baseline baseline, String metric, @Nullable Double threshold) {
    Baseline.Pairs pairs = baseline.pairs(report, metric, null);
    // who was lost is asked of passing where that is defined; what is shown are scores
    Baseline.Pairs passing = threshold == null ? pairs : baseline.pairs(report, metric, threshold);
    if (pairs.why() != null) {
      return new Comparison(metric, pairs.why(), "", 0, 0, 0, null, null, List.of(), List.of());
    }
    double[] before = pairs.before();
    double[] now = pairs.now();
    List<Triage.Change> lost = new ArrayList<>();
    List<Triage.Change> gained = new ArrayList<>();
    boolean binary = true;
    double sumBefore = 0;
    double sumNow = 0;
    for (int i = 0; i < now.length; i++) {
      sumBefore += before[i];
      sumNow += now[i];
      binary &= (before[i] == 0 || before[i] == 1) && (now[i] == 0 || now[i] == 1);
      double moved = passing.now()[i] - passing.before()[i];
      if (moved != 0) {
        (moved < 0 ? lost : gained)
            .add(new Triage.Change(pairs.ids().get(i), metric, before[i], now[i]));
      }
    }
    Comparator<Triage.Change> byLoss =
        Comparator.comparingDouble(each -> each.now() - each.before());
    lost.sort(byLoss);
    gained.sort(byLoss.reversed());
    return new Comparison(
        metric,
        null,
        pairs.note(),
        now.length,
        sumBefore / now.length,
        sumNow / now.length,
        PairedTests.bootstrap(before, now, 0.95, RESAMPLES, SEED),
        binary
            ? PairedTests.mcNemarMidP(lost.size(), gained.size(), Alternative.DIFFERENT)
            : PairedTests.permutation(before, now, Alternative.DIFFERENT, SEED),
        List.copyOf(lost),
        List.copyOf(gained));
  }
}
