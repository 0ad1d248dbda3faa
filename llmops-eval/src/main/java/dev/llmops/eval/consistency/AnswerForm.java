package dev.llmops.eval.consistency;

import dev.llmops.eval.internal.LinearText;

/** When two answers are the same answer. */
public enum AnswerForm {
  /** Character by character. */
  EXACT,
  /**
   * After Unicode NFKC, lower case, and with punctuation, marks of format and white space as one
   * space; signs, decimal points, percent and currency signs of numbers stay: {@code **Paris.**} is
   * {@code paris}, but {@code -3.5%} is not {@code 35}. {@code 1,000} is {@code 1000}.
   */
  NORMALISED;

  /** The form that is compared. */
  String of(String answer) {
    return this == EXACT ? answer : normalise(answer);
  }

  private static String normalise(String answer) {
    String text = LinearText.lower(LinearText.nfkc(answer));
    StringBuilder kept = new StringBuilder(text.length());
    int before = ' ';
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      int after = next < text.length() ? text.codePointAt(next) : ' ';
      if (isWord(c) || isPartOfNumber(c, before, after)) {
        kept.appendCodePoint(c);
      } else if (!(c == ',' && Character.isDigit(before) && Character.isDigit(after))
          && kept.length() > 0
          && kept.charAt(kept.length() - 1) != ' ') {
        kept.append(' ');
      }
      before = c;
      i = next;
    }
    String form = kept.toString().strip();
    // an answer of signs alone is compared as it is
    return form.isEmpty() ? answer.strip() : form;
  }

  private static boolean isWord(int c) {
    int type = Character.getType(c);
    return Character.isLetterOrDigit(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.CURRENCY_SYMBOL
        || type == Character.MATH_SYMBOL
        || type == Character.OTHER_SYMBOL
        || c == '%';
  }

  private static boolean isPartOfNumber(int c, int before, int after) {
    boolean sign = (c == '-' || c == '\u2212') && !Character.isLetterOrDigit(before);
    boolean point = c == '.' && Character.isDigit(before);
    return (sign || point) && Character.isDigit(after);
  }
}
