package dev.llmops.eval.text;

import dev.llmops.eval.internal.LinearText;
import java.util.ArrayList;
import java.util.List;

/**
 * Text as Python's {@code str} and {@code re} see it, since the reference implementations are
 * written in Python: a space is {@code str.isspace}, a word character is {@code \w} (letters and
 * numbers, no combining marks).
 */
final class PythonText {

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

  /** {@code str.lower()}. */
  static String lower(String text) {
    return LinearText.lower(text);
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
