package dev.llmops.eval.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores beside the truth of a yes/no question: how well they rank, and how well they are
 * calibrated. Immutable. What is not defined is absent.
 */
public final class BinaryScores {

  private static final double LOG_CLIP = 1e-7;

  /**
   * A row.
   *
   * @param positive the truth
   * @param score the greater, the more likely positive; a finite number
   */
  public record Row(boolean positive, double score) {
    /** Checks the score. */
    public Row {
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException("score must be a finite number, but was " + score);
      }
    }
  }

  private final List<Row> rows; // best score first
  private final long positives;

  private BinaryScores(List<Row> rows) {
    this.rows = rows;
    this.positives = rows.stream().filter(Row::positive).count();
  }

  /** Of these rows; their order does not matter. */
  public static BinaryScores of(List<Row> rows) {
    List<Row> sorted = new ArrayList<>(rows);
    // both fields, so that sums over ties do not depend on the order given
    sorted.sort(Comparator.comparingDouble(Row::score).reversed().thenComparing(Row::positive));
    return new BinaryScores(List.copyOf(sorted));
  }

  /** The number of rows. */
  public int n() {
    return rows.size();
  }

  /** How many are truly positive. */
  public long positives() {
    return positives;
  }

  /**
   * The area under the ROC curve: how likely a positive scores above a negative, a tie counting one
   * half (Mann and Whitney 1947). Absent when there are no positives or no negatives. Positives
   * 0.9, 0.5 and negatives 0.5, 0.1 → (1 + 1 + 0.5 + 1) ÷ 4 = 0.875.
   */
  public @Nullable Double auroc() {
    long negatives = n() - positives;
    if (positives == 0 || negatives == 0) {
      return null;
    }
    double wins = 0;
    long negativesAbove = 0;
    for (int i = 0; i < rows.size(); ) {
      int end = tieEnd(i);
      long tiedPositives = positivesIn(i, end);
      long tiedNegatives = end - i - tiedPositives;
      wins += tiedPositives * (negatives - negativesAbove - tiedNegatives + tiedNegatives / 2.0);
      negativesAbove += tiedNegatives;
      i = end;
    }
    return wins / ((double) positives * negatives);
  }

  /**
   * Average precision as scikit-learn has it: Σ (recall gained × precision) over the distinct
   * scores from the best down, ties taken together. Absent without positives.
   */
  public @Nullable Double averagePrecision() {
    if (positives == 0) {
      return null;
    }
    double sum = 0;
    long found = 0;
    for (int i = 0; i < rows.size(); ) {
      int end = tieEnd(i);
      long tied = positivesIn(i, end);
      found += tied;
      sum += (double) tied / positives * ((double) found / end);
      i = end;
    }
    return sum;
  }

  /**
   * The mean squared distance of score and truth (Brier 1950), 0 (best) to 1. Scores are
   * probabilities. Absent without rows, or when a score is outside of 0 to 1.
   */
  public @Nullable Double brier() {
    if (rows.isEmpty() || !areProbabilities()) {
      return null;
    }
    double sum = 0;
    for (Row each : rows) {
      double distance = each.score - (each.positive ? 1 : 0);
      sum += distance * distance;
    }
    return sum / n();
  }

  /**
   * The mean of −ln of the probability given to what is true, 0 (best) upwards, probabilities
   * clipped to 1e-7 from 0 and 1. Absent as {@link #brier()} is.
   */
  public @Nullable Double logLoss() {
    if (rows.isEmpty() || !areProbabilities()) {
      return null;
    }
    double sum = 0;
    for (Row each : rows) {
      double p = Math.max(LOG_CLIP, Math.min(1 - LOG_CLIP, each.score));
      sum -= Math.log(each.positive ? p : 1 - p);
    }
    return sum / n();
  }

  /**
   * Expected calibration error (Naeini et al. 2015): Σ over bins of share of rows × |mean score −
   * share of positives|, 0 (best) to 1, with bins of equal width [0, 1/b), …, the last closed.
   * Absent as {@link #brier()} is.
   *
   * @param bins 1 to 1000; 10 is usual, and the value depends on it
   */
  public @Nullable Double ece(int bins) {
    checkBins(bins);
    if (rows.isEmpty() || !areProbabilities()) {
      return null;
    }
    double[] scores = new double[bins];
    long[] hits = new long[bins];
    for (Row each : rows) {
      int bin = Math.min(bins - 1, (int) (each.score * bins));
      scores[bin] += each.score;
      hits[bin] += each.positive ? 1 : 0;
    }
    double sum = 0;
    for (int i = 0; i < bins; i++) {
      sum += Math.abs(scores[i] - hits[i]); // × count ÷ count
    }
    return sum / n();
  }

  /** The truth against "positive from this score on". */
  public ConfusionMatrix at(double threshold) {
    List<String> truth = new ArrayList<>();
    List<String> predicted = new ArrayList<>();
    for (Row each : rows) {
      truth.add(each.positive ? "positive" : "negative");
      predicted.add(each.score >= threshold ? "positive" : "negative");
    }
    return ConfusionMatrix.of(truth, predicted, List.of("negative", "positive"));
  }

  static void checkBins(int bins) {
    if (bins < 1 || bins > 1000) {
      throw new IllegalArgumentException("bins must be between 1 and 1000, but was " + bins);
    }
  }

  private boolean areProbabilities() {
    return rows.get(0).score <= 1 && rows.get(rows.size() - 1).score >= 0;
  }

  private int tieEnd(int from) {
    int end = from + 1;
    // -0.0 and 0.0 are one score
    while (end < rows.size() && rows.get(end).score == rows.get(from).score) {
      end++;
    }
    return end;
  }

  private long positivesIn(int from, int to) {
    long count = 0;
    for (int i = from; i < to; i++) {
      count += rows.get(i).positive ? 1 : 0;
    }
    return count;
  }
}
