package dev.llmops.eval.stats;

import java.util.stream.IntStream;

/**
 * P values when there are several questions: each of 20 tests at 5 % raises a false alarm of its
 * own, so that one of 20 unchanged metrics fails 64 % of the time. The adjusted p values keep their
 * order and are compared with the level as before. Static and thread-safe.
 *
 * <p>Adjust where <em>one</em> alarm of many decides, as with regression gates over many metrics.
 * Where <em>all</em> must pass, as with non-inferiority gates, there is nothing to adjust: failing
 * to prove one fails the whole (Berger 1982).
 */
public final class MultipleTests {

  private MultipleTests() {}

  /**
   * Holm's step-down (1979): the chance of any false alarm stays at the level, whatever depends on
   * what. For gates. 0.01, 0.04, 0.03 → 0.03, 0.06, 0.06.
   *
   * @return adjusted p values in the order given
   * @throws IllegalArgumentException for a p value outside 0 to 1
   */
  public static double[] holm(double[] pValues) {
    int[] order = order(pValues);
    double[] adjusted = new double[pValues.length];
    double greatest = 0;
    for (int i = 0; i < order.length; i++) {
      greatest = Math.max(greatest, Math.min(1, (order.length - i) * pValues[order[i]]));
      adjusted[order[i]] = greatest;
    }
    return adjusted;
  }

  /**
   * Benjamini and Hochberg's step-up (1995): of what is reported, at most the level's share is
   * expected to be false, for tests that are independent or rise together. For exploring slices,
   * never for gates. 0.01, 0.04, 0.03 → 0.03, 0.04, 0.04.
   *
   * @return adjusted p values in the order given
   * @throws IllegalArgumentException for a p value outside 0 to 1
   */
  public static double[] benjaminiHochberg(double[] pValues) {
    int[] order = order(pValues);
    double[] adjusted = new double[pValues.length];
    double least = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      least = Math.min(least, pValues[order[i]] * order.length / (i + 1));
      adjusted[order[i]] = least;
    }
    return adjusted;
  }

  private static int[] order(double[] pValues) {
    for (int i = 0; i < pValues.length; i++) {
      if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
        throw new IllegalArgumentException(
            "pValues[" + i + "] must be between 0 and 1, but was " + pValues[i]);
      }
    }
    return IntStream.range(0, pValues.length)
        .boxed()
        .sorted((a, b) -> Double.compare(pValues[a], pValues[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
