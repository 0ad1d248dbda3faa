package dev.llmops.eval.stats;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether more than two people, or judges, agree. For two with labels see {@link
 * ConfusionMatrix#kappa()}. 1 is full agreement, 0 what chance would give. Static and thread-safe.
 */
public final class Agreement {

  /** What a difference of two ratings means. */
  public enum Scale {
    /** Ratings are names: another one is a disagreement, however far. */
    NOMINAL,
    /** Ratings are measures: a disagreement weighs by the square of the distance. */
    INTERVAL
  }

  private Agreement() {}

  /**
   * Fleiss's κ (1971): agreement of raters who each rated every item, beyond chance. Two items,
   * three raters: (a, a, a), (a, b, b) → observed (1 + 1/3) ÷ 2 = 2/3, by chance (4/6)² + (2/6)² =
   * 5/9 → κ = 0.25.
   *
   * @param ratings by rater, then by item; each rating is the number of a category
   * @return at most 1; absent for no items, fewer than two raters, or one category alone
   * @throws IllegalArgumentException if raters rated different numbers of items
   */
  public static @Nullable Double fleissKappa(int[][] ratings) {
    int raters = ratings.length;
    int items = items(raters, i -> ratings[i].length);
    if (raters < 2 || items == 0) {
      return null;
    }
    Map<Integer, Double> all = new TreeMap<>();
    double observed = 0;
    for (int item = 0; item < items; item++) {
      Map<Integer, Double> own = new TreeMap<>();
      for (int[] of : ratings) {
        own.merge(of[item], 1.0, Double::sum);
        all.merge(of[item], 1.0, Double::sum);
      }
      double pairs = 0;
      for (double count : own.values()) {
        pairs += count * (count - 1);
      }
      observed += pairs / ((double) raters * (raters - 1)) / items;
    }
    if (all.size() < 2) {
      return null;
    }
    double chance = 0;
    for (double count : all.values()) {
      double share = count / ((double) raters * items);
      chance += share * share;
    }
    return (observed - chance) / (1 - chance);
  }

  /**
   * Krippendorff's α (Content Analysis, 2004, ch. 11): 1 − observed ÷ expected disagreement, for
   * any number of raters, of whom some may have left items out. Two raters, nominal: (a, a), (a,
   * a), (a, b) → observed 2/6, expected 2 · 5 · 1 ÷ (6 · 5) = 1/3 → α = 0.
   *
   * @param ratings by rater, then by item; NaN where a rater left one out
   * @return at most 1; absent where fewer than two ratings can be compared, or all are the same
   * @throws IllegalArgumentException if raters have different numbers of items, or a rating is
   *     infinite
   */
  public static @Nullable Double krippendorffAlpha(double[][] ratings, Scale scale) {
    int items = items(ratings.length, i -> ratings[i].length);
    double observed = 0;
    double n = 0;
    double sum = 0;
    double squares = 0;
    double shift = Double.NaN; // against the loss of digits in the squares
    Map<Double, Double> all = new TreeMap<>();
    for (int item = 0; item < items; item++) {
      int count = 0;
      double itemSum = 0;
      double itemSquares = 0;
      Map<Double, Double> own = new TreeMap<>();
      for (double[] of : ratings) {
        double rating = of[item] + 0.0; // −0 is 0
        if (Double.isInfinite(rating)) {
          throw new IllegalArgumentException("a rating must be a finite number or NaN for none");
        }
        if (!Double.isNaN(rating)) {
          shift = Double.isNaN(shift) ? rating : shift;
          count++;
          itemSum += rating - shift;
          itemSquares += (rating - shift) * (rating - shift);
          own.merge(rating, 1.0, Double::sum);
        }
      }
      if (count < 2) {
        continue; // nothing to compare with
      }
      n += count;
      // the sum over ordered pairs of the disagreement
      observed +=
          (scale == Scale.INTERVAL
                  ? 2 * (count * itemSquares - itemSum * itemSum)
                  : (double) count * count - squared(own))
              / (count - 1);
      sum += itemSum;
      squares += itemSquares;
      own.forEach((rating, times) -> all.merge(rating, times, Double::sum));
    }
    double expected =
        scale == Scale.INTERVAL ? 2 * (n * squares - sum * sum) : n * n - squared(all);
    return all.size() < 2 ? null : Double.valueOf(1 - (n - 1) * observed / expected);
  }

  private static double squared(Map<Double, Double> counts) {
    double sum = 0;
    for (double count : counts.values()) {
      sum += count * count;
    }
    return sum;
  }

  private static int items(int raters, IntUnaryOperator length) {
    int items = raters == 0 ? 0 : length.applyAsInt(0);
    for (int i = 1; i < raters; i++) {
      if (length.applyAsInt(i) != items) {
        throw new IllegalArgumentException(
            "every rater must have as many items, but rater 0 has "
                + items
                + " and rater "
                + i
                + " has "
                + length.applyAsInt(i));
      }
    }
    return items;
  }
}
