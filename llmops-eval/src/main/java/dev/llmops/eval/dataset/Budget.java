package dev.llmops.eval.dataset;

/** Counts what one case holds while it is read. */
final class Budget {

  static final String TOO_LONG = "is longer than " + Limits.CASE_CHARS + " characters; shorten it";

  private long chars;
  private long values;

  void spend(long moreChars, long moreValues, int line, int column) throws Malformed {
    chars += moreChars;
    values += moreValues;
    if (chars > Limits.CASE_CHARS) {
      throw new Malformed(line, column, "case " + TOO_LONG);
    }
    if (values > Limits.CASE_VALUES) {
      throw new Malformed(
          line, column, "case has more than " + Limits.CASE_VALUES + " values; shorten it");
    }
  }

  static void checkDepth(int depth, int line, int column) throws Malformed {
    if (depth > Limits.DEPTH) {
      throw new Malformed(
          line, column, "case is nested deeper than " + Limits.DEPTH + " levels; flatten it");
    }
  }
}
