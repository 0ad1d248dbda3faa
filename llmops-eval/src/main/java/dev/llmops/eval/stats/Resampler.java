package dev.llmops.eval.stats;

import java.util.SplittableRandom;

/** Seeded draws that are the same on every JDK; for one thread. */
final class Resampler {

  private final SplittableRandom random;

  Resampler(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** From 0 to bound − 1; off from uniform by less than bound ÷ 2³². */
  int below(int bound) {
    // nextLong alone: the bounded draws differ between JDKs
    return (int) (((random.nextLong() >>> 32) * bound) >>> 32);
  }

  long bits() {
    return random.nextLong();
  }

  /** The mean of as many values, drawn with replacement. */
  double mean(double[] values) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[below(values.length)];
    }
    return sum / values.length;
  }

  double[] means(double[] values, int resamples) {
    double[] means = new double[resamples];
    for (int i = 0; i < resamples; i++) {
      means[i] = mean(values);
    }
    return means;
  }

  /** The means of all nⁿ resamples: 46,656 for six values. */
  static double[] allMeans(double[] values) {
    int n = values.length;
    int all = (int) Math.pow(n, n);
    double[] means = new double[all];
    for (int i = 0; i < all; i++) {
      double sum = 0;
      for (int j = 0, rest = i; j < n; j++, rest /= n) {
        sum += values[rest % n];
      }
      means[i] = sum / n;
    }
    return means;
  }
}
