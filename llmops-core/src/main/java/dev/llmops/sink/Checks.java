package dev.llmops.sink;

import java.time.Duration;

/** The argument checks of the builders, so that every message has the same form. */
final class Checks {

  private Checks() {}

  static void between(long value, long min, long max, String field) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " must be between " + min + " and " + max + ", but was " + value);
    }
  }

  /**
   * Nanoseconds, at most {@link Long#MAX_VALUE} / 2, so that a sum with the clock stays in order.
   */
  static long nanos(Duration duration) {
    try {
      return Math.max(0, Math.min(duration.toNanos(), Long.MAX_VALUE / 2));
    } catch (ArithmeticException e) { // centuries
      return duration.isNegative() ? 0 : Long.MAX_VALUE / 2;
    }
  }

  /** A text of foreign origin as a log line may show it: one line, at most so many characters. */
  static String printable(String text, int maxChars) {
    StringBuilder seen = new StringBuilder(Math.min(text.length(), maxChars));
    for (int i = 0; i < text.length() && i < maxChars; i++) {
      char c = text.charAt(i);
      seen.append(
          Character.isISOControl(c)
                  || c == '\u2028'
                  || c == '\u2029'
                  || Character.getType(c) == Character.FORMAT
              ? '?'
              : c);
    }
    return text.length() > maxChars ? seen.append('…').toString() : seen.toString();
  }
}
