package dev.llmops.eval.judge;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Correlations of two columns; absent where a column is constant. */
final class Correlations {

  private Correlations() {}

  /** Pearson's r. */
  static @Nullable Double pearson(double[] x, double[] y) {
    double meanX = mean(x);
    double meanY = mean(y);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    // of a constant the mean may differ from the value in the last digit
    boolean constant = isConstant(x) || isConstant(y);
    return constant
        ? null
        : (Double) Math.max(-1, Math.min(1, xy / (Math.sqrt(xx) * Math.sqrt(yy))));
  }

  /** Spearman's ρ: Pearson's r of the ranks, equal values sharing the mean of theirs. */
  static @Nullable Double spearman(double[] x, double[] y) {
    return pearson(ranks(x), ranks(y));
  }

  /**
   * Kendall's τ-b (Kendall 1945): (concordant − discordant) ÷ √((pairs − ties in x) (pairs − ties
   * in y)). Discordant pairs are the exchanges of a merge sort (Knight 1966): n log n.
   */
  static @Nullable Double kendall(double[] x, double[] y) {
    int n = x.length;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order, Comparator.<Integer>comparingDouble(i -> x[i]).thenComparingDouble(i -> y[i]));
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
    double freeX = all - tiedX;
    double freeY = all - tiedY;
    return freeX == 0 || freeY == 0
        ? null
        : (Double)
            ((all - tiedX - tiedY + tiedBoth - 2 * exchanges)
                / (Math.sqrt(freeX) * Math.sqrt(freeY)));
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each;
    }
    return sum / values.length;
  }

  private static boolean isConstant(double[] values) {
    for (double each : values) {
      if (each != values[0]) {
        return false;
      }
    }
    return true;
  }

  private static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    for (int from = 0, to = 0; from < order.length; from = to) {
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
    }
    return ranks;
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
