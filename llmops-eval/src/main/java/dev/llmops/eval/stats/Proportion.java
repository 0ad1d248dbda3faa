package dev.llmops.eval.stats;

import org.jspecify.annotations.Nullable;

/**
 * A share of a number of trials.
 *
 * @param successes 0 to n
 * @param n the trials, 0 or more
 */
public record Proportion(long successes, long n) {

  /** The 0.975 quantile of the standard normal distribution. */
  private static final double Z95 = 1.959963984540054;

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

  /**
   * The 95 % interval by Wilson's score (1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)
   * with z = 1.959964. 65 of 88 → 0.6382 to 0.8191. For no trials 0 to 1.
   */
  public Interval wilson95() {
    if (n == 0) {
      return new Interval(0, 1);
    }
    double p = (double) successes / n;
    double z2 = Z95 * Z95;
    double middle = p + z2 / (2 * n);
    double half = Z95 * Math.sqrt(p * (1 - p) / n + z2 / (4.0 * n * n));
    double scale = 1 + z2 / n;
    // all or none: the bound is exact, rounding apart
    return new Interval(
        successes == 0 ? 0 : Math.max(0, (middle - half) / scale),
        successes == n ? 1 : Math.min(1, (middle + half) / scale));
  }

  /**
   * An interval.
   *
   * @param low its lower end
   * @param high its upper end
   */
  public record Interval(double low, double high) {}
}
