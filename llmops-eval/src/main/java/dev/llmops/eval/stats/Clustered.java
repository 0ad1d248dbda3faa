package dev.llmops.eval.stats;

import java.util.Objects;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * A rate or a mean over cases of which each was tried several times. Trials of one case resemble
 * each other, so 20 cases of 5 trials say less than 100 cases do; an interval over 100 "trials"
 * would be too narrow.
 *
 * @param estimate the rate or mean over all trials
 * @param interval for the rate or mean of cases like these
 * @param cases how many, 1 or more
 * @param trials of all cases together
 * @param effectiveTrials independent trials that would say as much: between the cases and the
 *     trials
 * @param designEffect trials ÷ effective trials: 1 where trials of a case are independent
 * @param correlation of two trials of one case (ICC, the one-way ANOVA estimate), at most 1 and
 *     possibly below 0; absent without a spread, or without a case of two trials
 */
public record Clustered(
    double estimate,
    Interval interval,
    int cases,
    long trials,
    double effectiveTrials,
    double designEffect,
    @Nullable Double correlation) {

  /** Checks the parts. */
  public Clustered {
    Objects.requireNonNull(interval, "interval");
  }

  /**
   * A rate: Wilson's interval on the effective number of trials p(1 − p) ÷ V, where V is the
   * cluster-robust variance of the rate (Korn and Graubard 1998), with t of cases − 1 degrees in
   * place of z. For few cases V is joined by one case's worth of the greatest variance there can
   * be: without it all cases alike would look like certainty, and 50 cases at 0.95 covered 91 % of
   * the time. Covers 0.93 and more from 10 cases on; see docs/statistics.md.
   *
   * @param successes for each case
   * @param trials for each case, 1 or more
   * @param level as 0.95
   * @throws IllegalArgumentException for no case, arrays of different lengths, successes outside 0
   *     to trials, or a level outside (0, 1)
   */
  public static Clustered rate(int[] successes, int[] trials, double level) {
    Interval.checkLevel(level);
    if (successes.length != trials.length || trials.length == 0) {
      throw new IllegalArgumentException(
          "successes and trials must have the same length of at least 1, but have "
              + successes.length
              + " and "
              + trials.length);
    }
    int cases = trials.length;
    double passed = 0;
    double all = 0;
    double squares = 0;
    for (int i = 0; i < cases; i++) {
      if (trials[i] < 1 || successes[i] < 0 || successes[i] > trials[i]) {
        throw new IllegalArgumentException(
            "successes["
                + i
                + "] must be between 0 and trials["
                + i
                + "], which is at least 1, but were "
                + successes[i]
                + " of "
                + trials[i]);
      }
      passed += successes[i];
      all += trials[i];
      squares += (double) trials[i] * trials[i];
    }
    double p = passed / all;
    double between = 0; // Σ mᵢ (pᵢ − p)²
    double within = 0; // Σ mᵢ pᵢ (1 − pᵢ)
    double robust = 0; // Σ (xᵢ − p mᵢ)²
    for (int i = 0; i < cases; i++) {
      double own = (double) successes[i] / trials[i];
      between += trials[i] * (own - p) * (own - p);
      within += trials[i] * own * (1 - own);
      robust += Math.pow(successes[i] - p * trials[i], 2);
    }
    double effectiveCases = all * all / squares;
    double effective = effectiveCases;
    if (cases > 1 && p > 0 && p < 1) {
      double seen = robust / (all * all) * cases / (cases - 1);
      double smoothed = (p * effectiveCases + 1) / (effectiveCases + 2);
      double worst = smoothed * (1 - smoothed) / effectiveCases;
      double variance = ((cases - 1) * seen + worst) / cases;
      effective = Math.max(effectiveCases, Math.min(all, p * (1 - p) / variance));
    }
    double tail = (1 - level) / 2;
    Interval interval =
        cases == 1
            ? new Interval(0, 1, level, "no interval of one case")
            : Proportion.wilson(
                p * effective,
                effective,
                TDistribution.of(cases - 1).inverseSurvivalProbability(tail),
                level,
                "Wilson on " + Text.number(effective) + " effective trials, t of " + (cases - 1));
    return new Clustered(
        p,
        interval,
        cases,
        (long) all,
        effective,
        all / effective,
        correlation(between, within, cases, all, squares));
  }

  /**
   * A mean: Student's interval over the means of the cases, which weigh alike.
   *
   * @param values for each case those of its trials, 1 or more
   * @param level as 0.95
   * @throws IllegalArgumentException for fewer than two cases, one without a trial, a value that is
   *     not finite, or a level outside (0, 1)
   */
  public static Clustered mean(double[][] values, double level) {
    double[] means = new double[values.length];
    double all = 0;
    double squares = 0;
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      Values.checkFinite(values[i], "values[" + i + "]", 1);
      means[i] = Values.mean(values[i]);
      all += values[i].length;
      squares += (double) values[i].length * values[i].length;
      sum += means[i] * values[i].length;
    }
    Interval interval = Means.tInterval(means, level);
    double grand = sum / all;
    double between = 0;
    double within = 0;
    for (int i = 0; i < values.length; i++) {
      between += values[i].length * (means[i] - grand) * (means[i] - grand);
      within += Values.variance(values[i]) * (values[i].length - 1);
    }
    double variance = Values.variance(means) / means.length;
    double effective =
        variance == 0
            ? means.length
            : Math.max(
                means.length, Math.min(all, (between + within) / Math.max(1, all - 1) / variance));
    return new Clustered(
        Values.mean(means),
        interval,
        means.length,
        (long) all,
        effective,
        all / effective,
        correlation(between, within, means.length, all, squares));
  }

  private static @Nullable Double correlation(
      double between, double within, int cases, double all, double squares) {
    if (cases < 2 || all == cases || between + within == 0) {
      return null;
    }
    double betweenMean = between / (cases - 1);
    double withinMean = within / (all - cases);
    double size = (all - squares / all) / (cases - 1);
    return (betweenMean - withinMean) / (betweenMean + (size - 1) * withinMean);
  }
}
