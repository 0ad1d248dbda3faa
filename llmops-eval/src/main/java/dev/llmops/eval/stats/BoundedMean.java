package dev.llmops.eval.stats;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Gaffke's test and bound for the mean of values with known limits (Gaffke, Three test statistics
 * for a nonparametric one-sided hypothesis on the mean of a nonnegative variable, Mathematical
 * Methods of Statistics 14, 2005; Learned-Miller and Thomas, arXiv:1905.06208, 2019).
 *
 * <p>The p value is P(Σ Dᵢ yᵢ ≤ 0), where the y are the values and their worst limit, all minus the
 * tested mean, and D is Dirichlet(1, …, 1): a Bayesian bootstrap that has seen one worst case more.
 * On values of 0 and 1 this is the binomial test, and the bound is that of Clopper and Pearson.
 * That it keeps its level for every bounded distribution is a conjecture for which no
 * counterexample is known; the t test does not keep it, as rare bad cases are missing from most
 * small samples.
 */
final class BoundedMean {

  /**
   * A hundred of these are about a second; where one side is rare, as with few bad cases, n may be
   * great.
   */
  private static final double MAX_STEPS = 4e6;

  private BoundedMean() {}

  /**
   * The p value of "the mean is at most this".
   *
   * @param worst the least value that is possible, at most the mean
   */
  static double pAbove(double[] values, double mean, double worst) {
    return below(values, mean, worst, 1);
  }

  /**
   * The p value of "the mean is at least this".
   *
   * @param worst the greatest value that is possible, at least the mean
   */
  static double pBelow(double[] values, double mean, double worst) {
    return below(values, mean, worst, -1);
  }

  /** The mean is at least this, but for a chance of alpha. */
  static double low(double[] values, double worst, double alpha) {
    return root(mean -> below(values, mean, worst, 1), worst, mean(values), alpha);
  }

  /** The mean is at most this, but for a chance of alpha. */
  static double high(double[] values, double worst, double alpha) {
    return root(mean -> below(values, mean, worst, -1), worst, mean(values), alpha);
  }

  /**
   * The chance of a p value of at most alpha, by the normal approximation that the test itself
   * tends to: the worst case more moves the mean, the rest is a z test.
   *
   * @param distance of the true mean from the tested one, positive where the test should reject
   * @param worst distance of the limit from the tested mean, 0 or negative
   */
  static double power(int n, double distance, double worst, double deviation, double alpha) {
    double moved = (n * distance + worst) / (n + 1);
    if (deviation == 0) {
      // yᵢ = d and w: P(D w + (1 − D) d ≤ 0) = (1 + |w| / d)⁻ⁿ … of a Beta(1, n)
      return distance > 0 && Math.pow(-worst / (distance - worst), n) <= alpha ? 1 : 0;
    }
    return Normal.cumulative(moved / (deviation / Math.sqrt(n)) + Normal.quantile(alpha));
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each;
    }
    return sum / values.length;
  }

  /** Between the worst limit, where the p value is 0, and the mean, where it is about a half. */
  private static double root(DoubleUnaryOperator p, double worst, double mean, double alpha) {
    double out = worst;
    double in = mean;
    // the p value falls monotonically away from the mean; 34 halvings are 6e-11 of the range
    for (int i = 0; i < 34 && out != in; i++) {
      double middle = (out + in) / 2;
      if (p.applyAsDouble(middle) <= alpha) {
        out = middle;
      } else {
        in = middle;
      }
    }
    return out;
  }

  private static double below(double[] values, double mean, double worst, int sign) {
    double[] positive = new double[values.length];
    double[] negative = new double[values.length + 1];
    int up = 0;
    int down = 0;
    double extra = sign * (worst - mean);
    if (extra < 0) {
      negative[down++] = -extra;
    }
    for (double each : values) {
      double y = sign * (each - mean);
      if (y > 0) {
        positive[up++] = y;
      } else if (y < 0) {
        negative[down++] = -y;
      }
    }
    if (up == 0) {
      return 1;
    }
    if (down == 0) {
      return 0;
    }
    return (double) up * down > MAX_STEPS
        ? edgeworth(positive, up, negative, down, values.length + 1)
        : race(positive, up, negative, down);
  }

  /**
   * P(Σ aᵢ Eᵢ ≤ Σ bⱼ Fⱼ) for independent standard exponentials, exactly: two series of exponential
   * stages race, and as they do not remember, the next to end is a stage of a with the chance b ÷
   * (a + b). Sums of positive terms alone, so nothing cancels.
   */
  private static double race(double[] a, int stages, double[] b, int others) {
    // first[j]: the chance that a ends first, when j stages of b remain
    double[] first = new double[others + 1];
    Arrays.fill(first, 1);
    for (int i = 0; i < stages; i++) {
      double of = a[i];
      double before = 0;
      first[0] = 0;
      for (int j = 1; j <= others; j++) {
        double share = b[j - 1] / (of + b[j - 1]);
        before = share * first[j] + (1 - share) * before;
        first[j] = before;
      }
    }
    return first[others];
  }

  /** For great numbers: the weighted mean's first three moments. */
  private static double edgeworth(double[] up, int ups, double[] down, int downs, int parts) {
    double sum = 0;
    for (int i = 0; i < ups; i++) {
      sum += up[i];
    }
    for (int i = 0; i < downs; i++) {
      sum -= down[i];
    }
    double mean = sum / parts;
    double second = (parts - ups - downs) * mean * mean;
    double third = -(parts - ups - downs) * mean * mean * mean;
    for (int i = 0; i < ups; i++) {
      double y = up[i] - mean;
      second += y * y;
      third += y * y * y;
    }
    for (int i = 0; i < downs; i++) {
      double y = -down[i] - mean;
      second += y * y;
      third += y * y * y;
    }
    // Dirichlet(1, …, 1) of N parts: μ₂ = m₂ ÷ (N + 1), μ₃ = 2 m₃ ÷ ((N + 1)(N + 2))
    double deviation = Math.sqrt(second / parts / (parts + 1.0));
    double skew =
        2 * third / parts / ((parts + 1.0) * (parts + 2.0)) / (deviation * deviation * deviation);
    double z = -mean / deviation;
    double p = Normal.cumulative(z) - Normal.density(z) * skew * (z * z - 1) / 6;
    return Math.max(0, Math.min(1, p));
  }
}
