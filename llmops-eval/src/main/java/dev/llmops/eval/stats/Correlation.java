package dev.llmops.eval.stats;

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
   * Kendall's τ-b: pairs of cases in the same order less those in the other, corrected for ties.
   * O(n²).
   *
   * @return −1 to 1; absent where one measure has no spread, as for fewer than two pairs
   */
  public static @Nullable Double kendallTauB(double[] x, double[] y) {
    Values.checkPairs(x, y, "x", "y", 0);
    double same = 0;
    double untiedX = 0;
    double untiedY = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        int a = Double.compare(x[i] + 0.0, x[j] + 0.0);
        int b = Double.compare(y[i] + 0.0, y[j] + 0.0);
        same += Integer.signum(a) * Integer.signum(b);
        untiedX += a == 0 ? 0 : 1;
        untiedY += b == 0 ? 0 : 1;
      }
    }
    return untiedX > 0 && untiedY > 0
        ? Double.valueOf(same / Math.sqrt(untiedX) / Math.sqrt(untiedY))
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
    return values.length == 0 ? values : new NaturalRanking().apply(values);
  }
}
