package dev.llmops.eval;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The range and direction of a raw measure, and how it maps to a score from 0 (worst) to 1 (best).
 * Statistics and gates work on the raw value; the map is for reading and combining.
 *
 * @param min the least value a measure takes; finite
 * @param max the greatest; {@link Double#POSITIVE_INFINITY} when there is none
 * @param direction which way is better
 * @param half for an unbounded measure, the value above {@code min} that maps to 0.5; absent for a
 *     bounded one
 */
public record Scale(double min, double max, Direction direction, @Nullable Double half) {

  /** Which way is better. */
  public enum Direction {
    /** The greater, the better. */
    HIGHER_IS_BETTER,
    /** The smaller, the better. */
    LOWER_IS_BETTER
  }

  /** 0 to 1, the greater the better. */
  public static final Scale UNIT = higher(0, 1);

  /** 0 to 1, the smaller the better, such as a probability of harm. */
  public static final Scale RISK = lower(0, 1);

  /** Checks the range. */
  public Scale {
    Objects.requireNonNull(direction, "direction must not be null");
    if (!Double.isFinite(min) || !(max > min)) {
      throw new IllegalArgumentException(
          "range must have a finite min below max, but was " + min + " to " + max);
    }
    if (Double.isInfinite(max) != (half != null)) {
      throw new IllegalArgumentException(
          "half must be given for an unbounded measure and for no other, but was " + half);
    }
    if (half != null && !(half > 0 && Double.isFinite(half))) {
      throw new IllegalArgumentException("half must be a finite number above 0, but was " + half);
    }
  }

  /** A bounded measure, the greater the better. */
  public static Scale higher(double min, double max) {
    return new Scale(min, max, Direction.HIGHER_IS_BETTER, null);
  }

  /** A bounded measure, the smaller the better. */
  public static Scale lower(double min, double max) {
    return new Scale(min, max, Direction.LOWER_IS_BETTER, null);
  }

  /**
   * A measure from 0 upwards without a bound, the smaller the better: score = half ÷ (half + raw).
   * An edit rate of 1 with half 1 → 0.5.
   */
  public static Scale lowerUnbounded(double half) {
    return new Scale(0, Double.POSITIVE_INFINITY, Direction.LOWER_IS_BETTER, half);
  }

  /**
   * The score of a raw value, 0 to 1: linear between the bounds. A value outside of them scores as
   * the bound.
   */
  public double score(double raw) {
    double inside = Math.max(min, Math.min(max, raw));
    double share = half == null ? (inside - min) / (max - min) : 1 - half / (half + (inside - min));
    return direction == Direction.HIGHER_IS_BETTER ? share : 1 - share;
  }
}
