package dev.llmops.eval.stats;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An interval for a rate, a mean or a difference, with what it claims.
 *
 * @param low its lower end; negative infinity for a bound from above alone
 * @param high its upper end, not below the lower; infinity for a bound from below alone
 * @param level how often intervals made this way hold the true value, between 0 and 1 exclusive
 * @param method how it was made, as "Wilson" or "BCa bootstrap, 10000 resamples, seed 7"
 * @param warning why the level may not be kept here, as heavy tails in few values; else absent
 */
public record Interval(
    double low, double high, double level, String method, @Nullable String warning) {

  /** Checks the ends and the level. */
  public Interval {
    if (Double.isNaN(low) || Double.isNaN(high) || low > high) {
      throw new IllegalArgumentException(
          "low must not be above high, but they were " + low + " and " + high);
    }
    checkLevel(level);
    Objects.requireNonNull(method, "method");
  }

  /** An interval without a warning. */
  public Interval(double low, double high, double level, String method) {
    this(low, high, level, method, null);
  }

  /** Whether the value lies within, the ends included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** As "0.638 to 0.819 (95 %, Wilson)". */
  @Override
  public String toString() {
    return String.format(
            Locale.ROOT, "%.3f to %.3f (%s %%, %s)", low, high, Text.percent(level), method)
        + (warning == null ? "" : "; " + warning);
  }

  static void checkLevel(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException(
          "level must be between 0 and 1 exclusive, as 0.95, but was " + level);
    }
  }
}
