package dev.llmops.eval.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Text as Python's {@code str} and {@code re} see it, since the reference implementations are
 * written in Python: a space is {@code str.isspace}, a word character is {@code \w} (letters and
 * numbers, no combining marks).
 */
final class PythonText {

  private static final char CAPITAL_SIGMA = '\u03a3';

  private static final String MARKS_IN_WORDS =
      "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  private PythonText() {}

  /** {@code str.isspace}; all of them are in the basic plane, so a char will do. */
  static boolean isSpace(int c) {
    if (c < 0x80) {
      return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
    }
    return c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** {@code \w} without the underscore. */
  static boolean isAlphanumeric(int codePoint) {
    if (codePoint < 0x80) {
      return (codePoint >= 'a' && codePoint <= 'z')
          || (codePoint >= 'A' && codePoint <= 'Z')
          || (codePoint >= '0' && codePoint <= '9');
    }
    return Character.isLetter(codePoint) || isNumber(codePoint);
  }

  /** {@code \p{N}}. */
  static boolean isNumber(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** {@code \p{P}}. */
  static boolean isPunctuation(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** {@code \p{S}}. */
  static boolean isSymbol(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.MATH_SYMBOL,
          Character.CURRENCY_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.OTHER_SYMBOL ->
          true;
      default -> false;
    };
  }

  /** {@code string.punctuation}. */
  static boolean isAsciiPunctuation(int c) {
    return (c >= 0x21 && c <= 0x2f)
        || (c >= 0x3a && c <= 0x40)
        || (c >= 0x5b && c <= 0x60)
        || (c >= 0x7b && c <= 0x7e);
  }

  /**
   * {@code str.lower()}. The same as Java's but for the capital sigma: Python takes it for final
   * after a cased letter where none follows, Java by word breaks, for which it takes quadratic
   * time.
   */
  static String lower(String text) {
    int sigma = text.indexOf(CAPITAL_SIGMA);
    if (sigma < 0) {
      return text.toLowerCase(Locale.ROOT);
    }
    StringBuilder lower = new StringBuilder(text.length());
    int done = 0;
    for (; sigma >= 0; sigma = text.indexOf(CAPITAL_SIGMA, done)) {
      lower.append(text.substring(done, sigma).toLowerCase(Locale.ROOT));
      lower.append(isFinal(text, sigma) ? '\u03c2' : '\u03c3');
      done = sigma + 1;
    }
    return lower.append(text.substring(done).toLowerCase(Locale.ROOT)).toString();
  }

  private static boolean isFinal(String text, int sigma) {
    int before = sigma;
    while (before > 0 && isCaseIgnorable(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    if (before == 0 || !isCased(text.codePointBefore(before))) {
      return false;
    }
    int after = sigma + 1;
    while (after < text.length() && isCaseIgnorable(text.codePointAt(after))) {
      after += Character.charCount(text.codePointAt(after));
    }
    return after == text.length() || !isCased(text.codePointAt(after));
  }

  /** Unicode's Cased. */
  private static boolean isCased(int codePoint) {
    return Character.isUpperCase(codePoint)
        || Character.isLowerCase(codePoint)
        || Character.isTitleCase(codePoint);
  }

  /** Unicode's Case_Ignorable: by category, or a mark within words. */
  private static boolean isCaseIgnorable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> codePoint < 0x10000 && MARKS_IN_WORDS.indexOf(codePoint) >= 0;
    };
  }

  /** {@code str.split()}: the runs between white space. */
  static List<String> split(CharSequence text) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i < text.length(); i++) {
      if (isSpace(text.charAt(i))) {
        if (start >= 0) {
          add(words, text, start, i);
          start = -1;
        }
      } else if (start < 0) {
        start = i;
      }
    }
    if (start >= 0) {
      add(words, text, start, text.length());
    }
    return words;
  }

  static String strip(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return stripEnd(text.substring(start));
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private static void add(List<String> words, CharSequence text, int start, int end) {
    words.add(text.subSequence(start, end).toString());
    NotMeasurable.checkTokens(words.size());
  }
}
