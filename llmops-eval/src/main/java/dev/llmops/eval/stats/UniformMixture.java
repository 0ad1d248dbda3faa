package dev.llmops.eval.stats;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Evidence against "the rate is at most m" that may be looked at after every case: the likelihood
 * ratio against m, averaged over all rates above m alike. Its mean is at most 1 for every rate up
 * to m, so by Ville's inequality (1939) it ever reaches 1/α with probability at most α; Robbins
 * (1970) calls it the method of mixtures.
 *
 * <p>With n cases of which s passed it is the integral of q^s (1−q)^(n−s) over q from m to 1,
 * divided by (1−m) m^s (1−m)^(n−s), and that is P(Bin(n+1, m) ≤ s) ÷ ((n+1) (1−m) P(Bin(n, m) =
 * s)).
 */
final class UniformMixture {

  private UniformMixture() {}

  /** The logarithm of the evidence that the rate is above m; 0 or less unless s/n is above m. */
  static double logAbove(int n, int s, double m) {
    if (s <= n * m) {
      return Double.NEGATIVE_INFINITY;
    }
    return Math.log(BinomialDistribution.of(n + 1, m).cumulativeProbability(s))
        - Math.log((n + 1) * (1 - m))
        - BinomialDistribution.of(n, m).logProbability(s);
  }

  /** The same with the parts of passes and failures exchanged. */
  static double logBelow(int n, int s, double m) {
    return logAbove(n, n - s, 1 - m);
  }

  /** The highest m that is refuted with evidence 1/α: the rate is above it. 0 when none is. */
  static double lowerBound(int n, int s, double alpha) {
    double goal = -Math.log(alpha);
    double low = 0;
    double high = n == 0 ? 0 : (double) s / n;
    // falls in m wherever it is well above 1
    for (int i = 0; i < 60 && high - low > 1e-13; i++) {
      double middle = (low + high) / 2;
      if (logAbove(n, s, middle) >= goal) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
