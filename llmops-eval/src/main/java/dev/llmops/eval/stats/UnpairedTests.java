package dev.llmops.eval.stats;

import org.apache.commons.statistics.inference.ContinuityCorrection;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.PValueMethod;
import org.apache.commons.statistics.inference.TTest;

/**
 * Compares two samples that were not taken on the same cases, as two periods of live traffic. On
 * the same cases {@link PairedTests} see more. Static and thread-safe.
 */
public final class UnpairedTests {

  private UnpairedTests() {}

  /**
   * Welch's t test (1947), of two means with variances of their own. The statistic is t, positive
   * where x is greater. Two-sided.
   *
   * @throws IllegalArgumentException for fewer than two values a sample, one that is not finite, or
   *     two samples without any spread
   */
  public static TestResult welch(double[] x, double[] y) {
    Values.checkFinite(x, "x", 2);
    Values.checkFinite(y, "y", 2);
    if (Values.variance(x) + Values.variance(y) == 0) {
      throw new IllegalArgumentException("x and y must not both be all the same");
    }
    TTest.Result result = TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC).test(x, y);
    return new TestResult(result.getStatistic(), result.getPValue(), "Welch's t");
  }

  /**
   * The test of Mann and Whitney (1947), of which sample tends to be greater: the normal
   * approximation with correction for ties and continuity. The statistic is U of x: the pairs in
   * which x is greater, ties by half. Two-sided.
   *
   * @throws IllegalArgumentException for an empty sample or a value that is not finite
   */
  public static TestResult mannWhitney(double[] x, double[] y) {
    Values.checkFinite(x, "x", 1);
    Values.checkFinite(y, "y", 1);
    MannWhitneyUTest test =
        MannWhitneyUTest.withDefaults()
            .with(PValueMethod.ASYMPTOTIC)
            .with(ContinuityCorrection.ENABLED);
    MannWhitneyUTest.Result result = test.test(x, y);
    double p = result.getPValue();
    return new TestResult(
        // all values the same: no variance, no difference
        result.getStatistic(), Double.isNaN(p) ? 1 : p, "Mann-Whitney U, normal approximation");
  }

  /**
   * The greatest distance of the two samples' distribution functions (Kolmogorov and Smirnov), 0 to
   * 1.
   *
   * @throws IllegalArgumentException for fewer than two values a sample or one that is not finite
   */
  public static double kolmogorovSmirnov(double[] x, double[] y) {
    Values.checkFinite(x, "x", 2);
    Values.checkFinite(y, "y", 2);
    return KolmogorovSmirnovTest.withDefaults().statistic(x, y);
  }
}
