package dev.llmops.eval.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Means of values, with intervals, and what describes a sample. Values are one a case: where cases
 * were repeated, give each one's mean, or use {@link Clustered}. Rates of 0 and 1 belong to {@link
 * Proportion}. Static and thread-safe; the bootstraps are repeatable by their seed.
 */
public final class Means {

  /** Resamples that keep the ends of an interval within about 1 % of its width. */
  public static final int DEFAULT_RESAMPLES = 10_000;

  private static final int MAX_RESAMPLES = 1_000_000;

  /** Up to here all resamples are counted, rather than some drawn. */
  private static final int MAX_ENUMERATED = 6;

  private Means() {}

  /**
   * The mean.
   *
   * @throws IllegalArgumentException for no values, or one that is not finite
   */
  public static double mean(double[] values) {
    Values.checkFinite(values, "values", 1);
    return Values.mean(values);
  }

  /**
   * The standard deviation, with n − 1.
   *
   * @throws IllegalArgumentException for fewer than two values, or one that is not finite
   */
  public static double standardDeviation(double[] values) {
    Values.checkFinite(values, "values", 2);
    return Values.deviation(values);
  }

  /**
   * A quantile with linear interpolation between the ordered values at (n − 1) q (type 7 of Hyndman
   * and Fan, 1996; NumPy's default). 0.5 of 1, 2, 4, 8 → 3.
   *
   * @param q 0 to 1
   * @throws IllegalArgumentException for no values, one that is not finite, or another q
   */
  public static double quantile(double[] values, double q) {
    Values.checkFinite(values, "values", 1);
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("q must be between 0 and 1, but was " + q);
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sortedQuantile(sorted, q);
  }

  /**
   * Student's interval: mean ± t(n − 1) s ÷ √n. Right for values about normal, or many; for skewed
   * ones the BCa bootstrap is closer. 1, 2, 3 at 0.95 → 2 ± 4.3027 · 1 ÷ √3.
   *
   * @param level as 0.95
   * @throws IllegalArgumentException for fewer than two values, one that is not finite, or a level
   *     outside (0, 1)
   */
  public static Interval tInterval(double[] values, double level) {
    Values.checkFinite(values, "values", 2);
    Interval.checkLevel(level);
    double mean = Values.mean(values);
    double half =
        TDistribution.of(values.length - 1).inverseSurvivalProbability((1 - level) / 2)
            * Values.deviation(values)
            / Math.sqrt(values.length);
    return new Interval(mean - half, mean + half, level, "Student's t", warning(values));
  }

  /**
   * The percentile bootstrap (Efron 1979): quantiles of the means of resamples. Simple; too narrow
   * for few or skewed values. Up to six values all resamples are counted, and the seed does not
   * matter.
   *
   * @param level as 0.95
   * @param resamples 100 to 1,000,000; see {@link #DEFAULT_RESAMPLES}
   * @throws IllegalArgumentException for no values, one that is not finite, or a setting out of
   *     range
   */
  public static Interval percentileBootstrap(
      double[] values, double level, int resamples, long seed) {
    Values.checkFinite(values, "values", 1);
    Interval.checkLevel(level);
    double[] means = sortedMeans(values, resamples, seed);
    return new Interval(
        sortedQuantile(means, (1 - level) / 2),
        sortedQuantile(means, (1 + level) / 2),
        level,
        name("percentile bootstrap", values.length, resamples, seed),
        warning(values));
  }

  /**
   * The bias-corrected and accelerated bootstrap (Efron 1987): the percentile bootstrap, with its
   * ends moved for bias and for skewness, which the jackknife measures. The one to show for graded
   * scores. Values that are all the same make an interval of one point, with a warning.
   *
   * @param level as 0.95
   * @param resamples 100 to 1,000,000; see {@link #DEFAULT_RESAMPLES}
   * @throws IllegalArgumentException for values of 0 and 1 alone, whose rate belongs to {@link
   *     Proportion}: the bootstrap is far off near 0 and 1; for fewer than two values, one that is
   *     not finite, or a setting out of range
   */
  public static Interval bca(double[] values, double level, int resamples, long seed) {
    Values.checkFinite(values, "values", 2);
    Interval.checkLevel(level);
    if (Values.zeroOrOne(values)) {
      throw new IllegalArgumentException(
          "values must not be of 0 and 1 alone: the BCa bootstrap is not for rates; use"
              + " Proportion.wilson to show one, clopperPearson to decide by it");
    }
    String name = name("BCa bootstrap", values.length, resamples, seed);
    double mean = Values.mean(values);
    if (Values.variance(values) == 0) {
      return new Interval(mean, mean, level, name, "all values are the same");
    }
    double[] means = sortedMeans(values, resamples, seed);

    // half of those equal to the mean count as below
    int below = 0;
    int equal = 0;
    for (double each : means) {
      if (each < mean) {
        below++;
      } else if (each == mean) {
        equal++;
      }
    }
    double share = (below + 0.5 * equal) / means.length;
    double bias =
        Normal.quantile(
            Math.max(0.5, Math.min(means.length - 0.5, share * means.length)) / means.length);
    // the jackknife means are (sum − xᵢ) ÷ (n − 1): their skewness is that of the x by n
    double second = 0;
    double third = 0;
    for (double each : values) {
      double d = each - mean;
      second += d * d;
      third += d * d * d;
    }
    double acceleration = third / (6 * Math.pow(second, 1.5));

    return new Interval(
        sortedQuantile(means, moved((1 - level) / 2, bias, acceleration)),
        sortedQuantile(means, moved((1 + level) / 2, bias, acceleration)),
        level,
        name,
        warning(values));
  }

  private static double moved(double tail, double bias, double acceleration) {
    double z = bias + Normal.quantile(tail);
    double scale = 1 - acceleration * z;
    return scale <= 0 ? (z > 0 ? 1 : 0) : Normal.cumulative(bias + z / scale);
  }

  private static double[] sortedMeans(double[] values, int resamples, long seed) {
    if (resamples < 100 || resamples > MAX_RESAMPLES) {
      throw new IllegalArgumentException(
          "resamples must be between 100 and " + MAX_RESAMPLES + ", but was " + resamples);
    }
    double[] means =
        values.length <= MAX_ENUMERATED
            ? Resampler.allMeans(values)
            : new Resampler(seed).means(values, resamples);
    Arrays.sort(means);
    return means;
  }

  static double sortedQuantile(double[] sorted, double q) {
    double at = (sorted.length - 1) * q;
    int index = (int) at;
    double rest = at - index;
    return index + 1 >= sorted.length
        ? sorted[sorted.length - 1]
        : sorted[index] + rest * (sorted[index + 1] - sorted[index]);
  }

  private static String name(String method, int n, int resamples, long seed) {
    return n <= MAX_ENUMERATED
        ? method + ", all resamples"
        : method + ", " + resamples + " resamples, seed " + seed;
  }

  /**
   * Below n = 500 no interval of a mean keeps its level when rare values are far out: |skewness|
   * above 2 or excess kurtosis above 7 (West, Finch and Curran 1995).
   */
  static @Nullable String warning(double[] values) {
    int n = values.length;
    if (n >= 500) {
      return null;
    }
    double mean = Values.mean(values);
    double second = 0;
    double third = 0;
    double fourth = 0;
    for (double each : values) {
      double d = each - mean;
      second += d * d;
      third += d * d * d;
      fourth += d * d * d * d;
    }
    if (second == 0) {
      return n < 2 ? "one value has no spread" : "all values are the same";
    }
    double skewness = third / n / Math.pow(second / n, 1.5);
    double kurtosis = fourth / n / (second / n * (second / n)) - 3;
    return Math.abs(skewness) > 2 || kurtosis > 7
        ? "heavy tails in "
            + n
            + " values (skewness "
            + Text.number(skewness)
            + ", excess kurtosis "
            + Text.number(kurtosis)
            + "): the interval may be too narrow below 500 values; a quantile, as the median, is safer"
        : null;
  }
}
