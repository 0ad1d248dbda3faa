package dev.llmops.eval.text;

/**
 * A text for which the metric is not defined, or that is too long for it. Becomes a Skipped; its
 * message never quotes the text.
 */
final class NotMeasurable extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Beyond this, a text of single characters alone would need hundreds of megabytes. */
  static final int MAX_CHARS = 5_000_000;

  /** Beyond this, n-gram tables and token lists would. */
  static final int MAX_TOKENS = 500_000;

  /** Cells of an edit or alignment table, 64 of which take about a nanosecond. */
  static final long MAX_CELLS = 10_000_000_000L;

  NotMeasurable(String reason) {
    super(reason, null, false, false);
  }

  static void checkChars(String text) {
    check("text", "characters", text.length(), MAX_CHARS);
  }

  static void checkTokens(int tokens) {
    check("text", "tokens", tokens, MAX_TOKENS);
  }

  static void checkCells(long rows, long columns, long max) {
    check("output length times reference length", "cells", rows * columns, max);
  }

  static void check(String what, String unit, long value, long max) {
    if (value > max) {
      throw new NotMeasurable(
          what
              + " must be at most "
              + max
              + " "
              + unit
              + ", but was "
              + value
              + " or more; cut the text or choose a cheaper metric");
    }
  }
}
