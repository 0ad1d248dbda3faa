package dev.llmops.eval.judge;

import dev.llmops.eval.stats.BinaryScores;
import dev.llmops.eval.stats.ConfusionMatrix;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Proportion;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A threshold that was chosen on a user's labels and then left alone. How it does on the rows that
 * chose it flatters it: {@link #measure} it on rows that it has not seen, and report that.
 *
 * @param value positive is a score of at least this
 * @param goal what it was chosen for
 * @param rows how many rows chose it
 * @param onItsRows how it does on those rows
 */
public record FrozenThreshold(double value, Goal goal, int rows, Measured onItsRows) {

  /** Checks for null only. */
  public FrozenThreshold {
    Objects.requireNonNull(goal, "goal must not be null");
    Objects.requireNonNull(onItsRows, "onItsRows must not be null");
  }

  /**
   * What a threshold is chosen for.
   *
   * @param aim what is held or maximised
   * @param atLeast the least precision or recall, 0 to 1; absent for F1
   */
  public record Goal(Aim aim, @Nullable Double atLeast) {

    /** What is held or maximised. */
    public enum Aim {
      /** The greatest F1. */
      F1,
      /** The greatest recall among the thresholds with this precision. */
      PRECISION,
      /** The greatest precision among the thresholds with this recall. */
      RECALL
    }

    /** Checks the range. */
    public Goal {
      Objects.requireNonNull(aim, "aim must not be null");
      if ((aim == Aim.F1) != (atLeast == null)) {
        throw new IllegalArgumentException("atLeast must be given for precision and recall only");
      }
      if (atLeast != null && !(atLeast >= 0 && atLeast <= 1)) {
        throw new IllegalArgumentException(
            "atLeast must be between 0.0 and 1.0, but was " + atLeast);
      }
    }

    /** The greatest F1. */
    public static Goal f1() {
      return new Goal(Aim.F1, null);
    }

    /** The greatest recall at a precision of at least this. */
    public static Goal precision(double atLeast) {
      return new Goal(Aim.PRECISION, atLeast);
    }

    /** The greatest precision at a recall of at least this. */
    public static Goal recall(double atLeast) {
      return new Goal(Aim.RECALL, atLeast);
    }
  }

  /**
   * How a threshold does on some rows.
   *
   * @param n the rows
   * @param precision of those called positive, how many are; with {@link Proportion#wilson95()}
   * @param recall of the positive ones, how many were called so
   * @param confusion all four counts
   */
  public record Measured(
      long n, Proportion precision, Proportion recall, ConfusionMatrix confusion) {

    /** In one line with the 95 % intervals. */
    public String summary() {
      return String.format(
          Locale.ROOT, "n %d, precision %s, recall %s", n, text(precision), text(recall));
    }

    private static String text(Proportion share) {
      Double value = share.value();
      Interval interval = share.wilson95();
      return value == null
          ? "undefined"
          : String.format(
              Locale.ROOT,
              "%.3f [%.3f, %.3f] (%d of %d)",
              value,
              interval.low(),
              interval.high(),
              share.successes(),
              share.n());
    }
  }

  /**
   * Chooses among the scores that occur. Of equally good ones the highest is taken, which calls the
   * fewest positive. O(n · distinct scores).
   *
   * @param labels at least one positive and one negative, by people
   * @throws IllegalArgumentException if a class is missing, or no threshold reaches the goal
   */
  public static FrozenThreshold choose(List<BinaryScores.Row> labels, Goal goal) {
    BinaryScores scores = BinaryScores.of(labels);
    if (scores.positives() == 0 || scores.positives() == scores.n()) {
      throw new IllegalArgumentException(
          "labels must have at least one positive and one negative, but have "
              + scores.positives()
              + " of "
              + scores.n()
              + " positive");
    }
    TreeSet<Double> candidates = new TreeSet<>();
    labels.forEach(each -> candidates.add(each.score()));
    double best = -1;
    Double found = null;
    for (double candidate : candidates.descendingSet()) {
      Measured here = measure(scores, candidate);
      double worth = worth(here, goal);
      if (worth > best) {
        best = worth;
        found = candidate;
      }
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "no threshold has a "
              + goal.aim().name().toLowerCase(Locale.ROOT)
              + " of "
              + goal.atLeast()
              + " on these "
              + scores.n()
              + " labels; ask for less, or use a judge that separates them better");
    }
    return new FrozenThreshold(found, goal, scores.n(), measure(scores, found));
  }

  /** How it does on rows that it has not seen. */
  public Measured measure(List<BinaryScores.Row> others) {
    return measure(BinaryScores.of(others), value);
  }

  private static Measured measure(BinaryScores scores, double threshold) {
    ConfusionMatrix confusion = scores.at(threshold);
    return new Measured(
        scores.n(), confusion.precision("positive"), confusion.recall("positive"), confusion);
  }

  /** What is to be maximised; below 0 when the goal is missed. */
  private static double worth(Measured here, Goal goal) {
    double precision = orZero(here.precision().value());
    double recall = orZero(here.recall().value());
    Double atLeast = goal.atLeast();
    double least = atLeast == null ? 0 : atLeast;
    return switch (goal.aim()) {
      case F1 -> orZero(here.confusion().f1("positive"));
      case PRECISION -> precision >= least ? recall : -2;
      case RECALL -> recall >= least ? precision : -2;
    };
  }

  private static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }
}
