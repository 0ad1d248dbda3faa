package dev.llmops.eval.judge;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Scale;
import dev.llmops.eval.stats.Correlation;
import dev.llmops.eval.stats.Means;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far an evaluator's scores follow people's grades of the same cases, where both are numbers;
 * for labels there is {@link JudgeCalibration}. What the evaluator could not say (Skipped, Errored)
 * is counted apart. Both sides are taken as scores from 0 (worst) to 1 (best), so a judge that goes
 * by 1 to 5 can be held against people who went by 1 to 7.
 *
 * <p>Correlation says whether the order is right, not whether the numbers are: a judge that gives
 * everything 0.2 too much has a correlation of 1 and a bias of 0.2.
 *
 * @param n cases with a score
 * @param unmeasured cases without one, by {@code skipped} or the type of the error
 * @param pearson Pearson's r; absent where a side is constant
 * @param spearman Spearman's ρ, of mean ranks; absent where a side is constant
 * @param kendall Kendall's τ-b; absent where a side is constant
 * @param meanAbsoluteError the mean distance of the scores, 0 to 1; absent without cases
 * @param bias the mean of the evaluator's score less the people's, -1 to 1: above 0 it is kinder
 *     than people; absent without cases
 * @param worstMisses where both are furthest apart, worst first; at most 20
 */
public record ScoreCalibration(
    int n,
    Map<String, Integer> unmeasured,
    @Nullable Estimate pearson,
    @Nullable Estimate spearman,
    @Nullable Estimate kendall,
    @Nullable Estimate meanAbsoluteError,
    @Nullable Estimate bias,
    List<Miss> worstMisses) {

  private static final int MAX_MISSES = 20;
  private static final int RESAMPLES = 1_000;
  private static final int FEWEST_FOR_INTERVAL = 10;
  private static final long SEED = 7;

  /** Copies. */
  public ScoreCalibration {
    unmeasured = Collections.unmodifiableMap(new TreeMap<>(unmeasured));
    worstMisses = List.copyOf(worstMisses);
  }

  /**
   * A case that people graded and the evaluator scored.
   *
   * @param caseId names it
   * @param human the people's grade, or the mean of theirs, on their scale
   * @param judged what the evaluator found
   */
  public record Graded(String caseId, double human, EvalResult judged) {
    /** Checks for null only. */
    public Graded {
      Objects.requireNonNull(caseId, "caseId must not be null");
      Objects.requireNonNull(judged, "judged must not be null");
    }
  }

  /**
   * A measure with its 95 % interval: percentiles of 1,000 resamples of the cases with replacement
   * (Efron 1979), with a fixed seed, so the same cases give the same interval. It takes the cases
   * to be independent: several answers to one question make it too narrow.
   *
   * @param value the measure
   * @param low of the interval; absent for fewer than 10 cases, or where too many resamples have no
   *     value
   * @param high of the interval, absent with {@code low}
   */
  public record Estimate(double value, @Nullable Double low, @Nullable Double high) {
    @Override
    public String toString() {
      return low == null || high == null
          ? String.format(Locale.ROOT, "%.3f", value)
          : String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
    }
  }

  /**
   * A case on which they differ.
   *
   * @param caseId names it
   * @param human the people's score, 0 to 1
   * @param judge the evaluator's, 0 to 1
   * @param reason the evaluator's; content
   */
  public record Miss(String caseId, double human, double judge, String reason) {
    /** How far apart they are, 0 to 1. */
    public double distance() {
      return Math.abs(human - judge);
    }
  }

  /**
   * Over these cases. Takes about 1,000 sorts of them.
   *
   * @param people the range and direction of the people's grades, such as {@code Scale.higher(1,
   *     5)}
   * @throws IllegalArgumentException if a grade is not on that scale
   */
  public static ScoreCalibration of(Scale people, List<Graded> cases) {
    Map<String, Integer> unmeasured = new TreeMap<>();
    List<Miss> measured = new ArrayList<>();
    for (Graded each : cases) {
      if (!(each.human() >= people.min() && each.human() <= people.max())) {
        throw new IllegalArgumentException(
            "case "
                + each.caseId()
                + ": human must be between "
                + people.min()
                + " and "
                + people.max()
                + ", but was "
                + each.human());
      }
      double human = people.score(each.human());
      if (each.judged() instanceof EvalResult.Scored scored) {
        measured.add(new Miss(each.caseId(), human, scored.score(), scored.reason()));
      } else {
        String why =
            each.judged() instanceof EvalResult.Errored errored ? errored.type() : "skipped";
        unmeasured.merge(why, 1, Integer::sum);
      }
    }
    double[] human = measured.stream().mapToDouble(Miss::human).toArray();
    double[] judge = measured.stream().mapToDouble(Miss::judge).toArray();
    List<Miss> misses = new ArrayList<>(measured);
    misses.removeIf(each -> each.distance() == 0);
    misses.sort(Comparator.comparingDouble(Miss::distance).reversed().thenComparing(Miss::caseId));
    return new ScoreCalibration(
        measured.size(),
        unmeasured,
        estimate(Correlation::pearson, human, judge),
        estimate(Correlation::spearman, human, judge),
        estimate(Correlation::kendallTauB, human, judge),
        estimate(Correlation::meanAbsoluteError, human, judge),
        estimate(ScoreCalibration::meanDifference, human, judge),
        misses.subList(0, Math.min(MAX_MISSES, misses.size())));
  }

  /** In two lines, without content. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "n %d, not measured %s%n"
            + "spearman %s, pearson %s, kendall %s, mean absolute error %s, bias %s",
        n,
        unmeasured.isEmpty() ? "0" : unmeasured.toString(),
        orUndefined(spearman),
        orUndefined(pearson),
        orUndefined(kendall),
        orUndefined(meanAbsoluteError),
        orUndefined(bias));
  }

  private interface Measure {
    @Nullable Double of(double[] human, double[] judge);
  }

  private static @Nullable Estimate estimate(Measure measure, double[] human, double[] judge) {
    Double value = human.length == 0 ? null : measure.of(human, judge);
    if (value == null) {
      return null;
    }
    int n = human.length;
    if (n < FEWEST_FOR_INTERVAL) {
      return new Estimate(value, null, null);
    }
    Random random = new Random(SEED);
    double[] values = new double[RESAMPLES];
    int defined = 0;
    double[] x = new double[n];
    double[] y = new double[n];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < n; i++) {
        int pick = random.nextInt(n);
        x[i] = human[pick];
        y[i] = judge[pick];
      }
      Double one = measure.of(x, y);
      if (one != null) {
        values[defined++] = one;
      }
    }
    if (defined < 0.95 * RESAMPLES) {
      return new Estimate(value, null, null);
    }
    Arrays.sort(values, 0, defined);
    return new Estimate(value, values[(int) (0.025 * defined)], values[(int) (0.975 * defined)]);
  }

  private static @Nullable Double meanDifference(double[] human, double[] judge) {
    return Means.mean(judge) - Means.mean(human);
  }

  private static String orUndefined(@Nullable Estimate estimate) {
    return estimate == null ? "undefined" : estimate.toString();
  }
}
