package dev.llmops.eval.stats;

import java.util.Arrays;
import java.util.Comparator;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.ranking.NaturalRanking;
import org.jspecify.annotations.Nullable;

/**
 * How two measures of the same cases go together, as a judge's scores and people's. Static and
 * thread-safe. All throw an IllegalArgumentException for arrays of different lengths or a value
 * that is not finite.
 */
public final class Correlation {

  private Correlation() {}

  /**
   * Pearson's r, of a straight line.
   *
   * @return −1 to 1; absent where one measure has no spread, as for fewer than two pairs
   */
  public static @Nullable Double pearson(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    // of a constant the mean may differ from the value in the last digit, which is no spread
    if (isConstant(x) || isConstant(y)) {
      return null;
    }
    double meanX = Values.mean(x);
    double meanY = Values.mean(y);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    return xx > 0 && yy > 0
        ? Double.valueOf(Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy))))
        : null;
  }

  /**
   * The two-sided p value of Pearson's r: t = r √((n − 2) ÷ (1 − r²)) with n − 2 degrees.
   *
   * @return 0 to 1; absent where r is, and for fewer than three pairs
   */
  public static @Nullable Double pearsonPValue(double[] x, double[] y) {
    Double r = pearson(x, y);
    if (r == null || x.length < 3) {
      return null;
    }
    double t = Math.abs(r) * Math.sqrt((x.length - 2) / Math.max(0, (1 - r) * (1 + r)));
    return Double.isInfinite(t) ? 0 : 2 * TDistribution.of(x.length - 2).survivalProbability(t);
  }

  /**
   * Spearman's ρ: Pearson's r of the ranks, ties sharing theirs.
   *
   * @return −1 to 1; absent where one measure has no spread, as for fewer than two pairs
   */
  public static @Nullable Double spearman(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    return pearson(ranks(x), ranks(y));
  }

  /**
   * Kendall's τ-b (Kendall 1945): pairs of cases in the same order less those in the other, divided
   * by √((pairs − ties in x) (pairs − ties in y)). Pairs in the other order are the exchanges of a
   * merge sort (Knight 1966): O(n log n).
   *
   * @return −1 to 1; absent where one measure has no spread, as for fewer than two pairs
   */
  public static @Nullable Double kendallTauB(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    int n = x.length;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(i -> zero(x[i])).thenComparingDouble(i -> zero(y[i])));
    double[] byX = new double[n];
    double[] sorted = new double[n];
    for (int i = 0; i < n; i++) {
      byX[i] = x[order[i]];
      sorted[i] = y[order[i]];
    }
    double tiedX = 0;
    double tiedBoth = 0;
    for (int from = 0, to = 0; from < n; from = to) {
      while (to < n && byX[to] == byX[from]) {
        to++;
      }
      tiedX += pairs(to - from);
      tiedBoth += ties(sorted, from, to);
    }
    double exchanges = exchanges(sorted, new double[n], 0, n);
    double tiedY = ties(sorted, 0, n);
    double all = pairs(n);
    return all > tiedX && all > tiedY
        ? Double.valueOf(
            (all - tiedX - tiedY + tiedBoth - 2 * exchanges)
                / Math.sqrt(all - tiedX)
                / Math.sqrt(all - tiedY))
        : null;
  }

  /**
   * The mean of |x − y|.
   *
   * @return 0 or more; absent for no pairs
   */
  public static @Nullable Double meanAbsoluteError(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += Math.abs(x[i] - y[i]);
    }
    return x.length == 0 ? null : Double.valueOf(sum / x.length);
  }

  /**
   * The root of the mean of (x − y)².
   *
   * @return 0 or more; absent for no pairs
   */
  public static @Nullable Double rootMeanSquaredError(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (x[i] - y[i]) * (x[i] - y[i]);
    }
    return x.length == 0 ? null : Double.valueOf(Math.sqrt(sum / x.length));
  }

  private static double[] ranks(double[] values) {
    return values.length == 0
        ? values
        : new NaturalRanking().apply(Arrays.stream(values).map(Correlation::zero).toArray());
  }

  /** Makes 0 of −0, which sorts below it otherwise. */
  private static double zero(double value) {
    return value + 0.0;
  }

  private static boolean isConstant(double[] values) {
    for (double each : values) {
      if (each != values[0]) {
        return false;
      }
    }
    return true;
  }

  private static double pairs(double n) {
    return n * (n - 1) / 2;
  }

  /** Pairs of equal values in a sorted run. */
  private static double ties(double[] sorted, int from, int to) {
    double ties = 0;
    for (int start = from, end = from; start < to; start = end) {
      while (end < to && sorted[end] == sorted[start]) {
        end++;
      }
      ties += pairs(end - start);
    }
    return ties;
  }

  /** Sorts, and counts the pairs that were out of order. */
  private static double exchanges(double[] values, double[] buffer, int from, int to) {
    if (to - from < 2) {
      return 0;
    }
    int middle = (from + to) >>> 1;
    double exchanges =
        exchanges(values, buffer, from, middle) + exchanges(values, buffer, middle, to);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      if (right >= to || (left < middle && values[left] <= values[right])) {
        buffer[i] = values[left++];
      } else {
        exchanges += middle - left;
        buffer[i] = values[right++];
      }
    }
    System.arraycopy(buffer, from, values, from, to - from);
    return exchanges;
  }
}
