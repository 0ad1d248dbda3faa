package dev.llmops.eval.stats;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.jspecify.annotations.Nullable;

/**
 * A share of a number of trials.
 *
 * @param successes 0 to n
 * @param n the trials, 0 or more
 */
public record Proportion(long successes, long n) {

  /** Checks the counts. */
  public Proportion {
    if (n < 0 || successes < 0 || successes > n) {
      throw new IllegalArgumentException(
          "successes must be between 0 and n, but were " + successes + " of " + n);
    }
  }

  /** The share, 0 to 1; absent for no trials. */
  public @Nullable Double value() {
    return n == 0 ? null : Double.valueOf((double) successes / n);
  }

  /** The 95 % interval by Wilson: what a report shows. See {@link #wilson(double)}. */
  public Interval wilson95() {
    return wilson(0.95);
  }

  /**
   * The interval by Wilson's score (1927), to <em>show</em> a rate: (p + z²/2n ± z √(p(1−p)/n +
   * z²/4n²)) ÷ (1 + z²/n). It covers the level on average over p, not for each p: gate with {@link
   * #clopperPearson}. 65 of 88 at 0.95 → 0.6382 to 0.8191. For no trials 0 to 1.
   *
   * @param level as 0.95
   */
  public Interval wilson(double level) {
    Interval.checkLevel(level);
    return wilson(
        (double) successes, (double) n, Normal.quantile(0.5 + level / 2), level, "Wilson");
  }

  /**
   * The interval by Clopper and Pearson (1934), to <em>decide</em> by: it covers at least the level
   * whatever the rate, each end alone with half of what is left. 65 of 88 at 0.95 → 0.6341 to
   * 0.8266; 10 of 10 → 0.6915 to 1. For no trials 0 to 1.
   *
   * @param level as 0.95
   */
  public Interval clopperPearson(double level) {
    Interval.checkLevel(level);
    double tail = (1 - level) / 2;
    return new Interval(low(tail), high(tail), level, "Clopper-Pearson");
  }

  /**
   * The rate is at least this, with this confidence (one-sided Clopper-Pearson): the α-quantile of
   * Beta(x, n − x + 1), where α = 1 − confidence. 59 of 59 at 0.95 → 0.9505. 0 for no successes.
   *
   * @param confidence between 0 and 1 exclusive
   */
  public double atLeast(double confidence) {
    Interval.checkLevel(confidence);
    return low(1 - confidence);
  }

  /**
   * The rate is at most this, with this confidence (one-sided Clopper-Pearson): the (1 −
   * α)-quantile of Beta(x + 1, n − x). 0 of 59 at 0.95 → 0.0495. 1 when all succeed.
   *
   * @param confidence between 0 and 1 exclusive
   */
  public double atMost(double confidence) {
    Interval.checkLevel(confidence);
    return high(1 - confidence);
  }

  private double low(double tail) {
    return successes == 0
        ? 0
        : BetaDistribution.of(successes, n - successes + 1.0).inverseCumulativeProbability(tail);
  }

  private double high(double tail) {
    return successes == n
        ? 1
        : BetaDistribution.of(successes + 1.0, (double) n - successes)
            .inverseSurvivalProbability(tail);
  }

  /** Wilson for a number of successes and trials that need not be whole, as an effective n is. */
  static Interval wilson(double successes, double n, double z, double level, String method) {
    if (n == 0) {
      return new Interval(0, 1, level, method);
    }
    double p = successes / n;
    double z2 = z * z;
    double middle = p + z2 / (2 * n);
    double half = z * Math.sqrt(p * (1 - p) / n + z2 / (4.0 * n * n));
    double scale = 1 + z2 / n;
    // all or none: the bound is exact, rounding apart
    return new Interval(
        successes == 0 ? 0 : Math.max(0, (middle - half) / scale),
        successes == n ? 1 : Math.min(1, (middle + half) / scale),
        level,
        method);
  }
}
