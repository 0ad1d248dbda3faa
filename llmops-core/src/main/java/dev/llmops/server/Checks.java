package dev.llmops.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The argument checks of this package, and the cleaning of what a server says about itself. */
final class Checks {

  private static final int MAX_TEXT = 256;

  private Checks() {}

  static void share(@Nullable Double value, String field) {
    if (value != null && !(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(field + " must be between 0.0 and 1.0, but was " + value);
    }
  }

  static String notBlank(@Nullable String value, String field) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          field + " must not be blank, but was " + (value == null ? "null" : "\"" + value + "\""));
    }
    return value;
  }

  static Duration between(Duration value, Duration min, Duration max, String field) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          field + " must be between " + min + " and " + max + ", but was " + value);
    }
    return value;
  }

  static long between(long value, long min, long max, String field) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " must be between " + min + " and " + max + ", but was " + value);
    }
    return value;
  }

  /** What a server wrote, cut and on one line: it may end in a log, a label or a page. */
  static @Nullable String text(@Nullable String value) {
    if (value == null) {
      return null;
    }
    StringBuilder clean = new StringBuilder(Math.min(value.length(), MAX_TEXT));
    for (int i = 0; i < value.length() && clean.length() < MAX_TEXT; i++) {
      char c = value.charAt(i);
      clean.append(Character.isISOControl(c) ? ' ' : c);
    }
    String text = clean.toString().strip();
    return text.isEmpty() ? null : text;
  }
}
