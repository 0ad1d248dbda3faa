package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Proportion;
import java.io.Serializable;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sums of a run that is too large to be kept, or spread over many machines: counts and exact
 * sums a metric, some hundred bytes in all. Serialisable; {@link #plus} is associative and
 * commutative to the last digit, so parts may be added in any order. Immutable.
 */
public final class RunTotals implements Serializable {

  private static final long serialVersionUID = 1;

  /** No case. */
  public static final RunTotals NONE = new RunTotals(0, new TreeMap<>());

  private final long cases;
  private final TreeMap<String, Metric> metrics;

  private RunTotals(long cases, TreeMap<String, Metric> metrics) {
    this.cases = cases;
    this.metrics = metrics;
  }

  /** The sums of one case. */
  public static RunTotals of(Collection<? extends EvalResult> results) {
    TreeMap<String, Metric> metrics = new TreeMap<>();
    for (EvalResult result : results) {
      metrics.merge(result.by().signature(), Metric.of(result), Metric::plus);
    }
    return new RunTotals(1, metrics);
  }

  /** Both together. */
  public RunTotals plus(RunTotals other) {
    TreeMap<String, Metric> sum = new TreeMap<>(metrics);
    other.metrics.forEach((name, metric) -> sum.merge(name, metric, Metric::plus));
    return new RunTotals(cases + other.cases, sum);
  }

  /** How many cases. */
  public long cases() {
    return cases;
  }

  /** The sums by the evaluator's signature, as {@code exact_match@1}. */
  public Map<String, Metric> metrics() {
    return java.util.Collections.unmodifiableMap(metrics);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunTotals that && cases == that.cases && metrics.equals(that.metrics);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(cases) * 31 + metrics.hashCode();
  }

  /** A line a metric. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(cases).append(" cases");
    metrics.forEach((name, metric) -> text.append('\n').append(name).append(": ").append(metric));
    return text.toString();
  }

  /**
   * One metric's sums.
   *
   * @param scored cases with a score
   * @param skipped cases that could not be measured
   * @param errored cases where the evaluator failed
   * @param full cases with a score of 1
   * @param billionths the sum of all scores, each rounded to a billionth: whole numbers add up to
   *     the same in any order
   */
  public record Metric(long scored, long skipped, long errored, long full, long billionths)
      implements Serializable {

    private static final double BILLION = 1e9;

    private static Metric of(EvalResult result) {
      if (result instanceof Scored found) {
        return new Metric(1, 0, 0, found.score() == 1 ? 1 : 0, Math.round(found.score() * BILLION));
      }
      return result instanceof Errored ? new Metric(0, 0, 1, 0, 0) : new Metric(0, 1, 0, 0, 0);
    }

    private Metric plus(Metric other) {
      return new Metric(
          scored + other.scored,
          skipped + other.skipped,
          errored + other.errored,
          full + other.full,
          Math.addExact(billionths, other.billionths));
    }

    /** The mean score over the scored cases, absent when there is none. */
    public @Nullable Double mean() {
      return scored == 0 ? null : billionths / BILLION / scored;
    }

    /**
     * Wilson's 95 % interval for the share of scored cases with a score of 1, absent when none was
     * scored; for metrics whose scores are 0 or 1.
     */
    public @Nullable Interval fullShare() {
      return scored == 0 ? null : new Proportion(full, scored).wilson(0.95);
    }

    @Override
    public String toString() {
      Double mean = mean();
      return (mean == null ? "not measured" : String.format(java.util.Locale.ROOT, "%.4f", mean))
          + " over "
          + scored
          + " (skipped "
          + skipped
          + ", errored "
          + errored
          + ")";
    }
  }
}
