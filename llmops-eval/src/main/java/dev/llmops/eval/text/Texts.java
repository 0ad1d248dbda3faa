package dev.llmops.eval.text;

import dev.llmops.eval.internal.LinearText;
import java.util.function.IntPredicate;

/** What the evaluators of this package do to text alike. Everything here is linear. */
final class Texts {

  /** Longest text that is normalised; NFKC may make it 18 times as long. */
  static final int MAX_CHARS = 4_000_000;

  private static final int MAX_QUOTE = 80;

  private Texts() {}

  /** NFKC, lower case, white space collapsed to one space and stripped. */
  static String folded(String text) {
    return collapsed(LinearText.lower(nfkc(text)));
  }

  static String nfkc(String text) {
    return LinearText.nfkc(text);
  }

  static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  static String collapsed(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        space = true;
      } else {
        if (space && out.length() > 0) {
          out.append(' ');
        }
        space = false;
        out.append(c);
      }
    }
    return out.toString();
  }

  static boolean isSpace(int point) {
    return Character.isWhitespace(point)
        || Character.isSpaceChar(point)
        || point == '\u200b'
        || point == '\ufeff';
  }

  /** A character that is a word of its own where words are not divided by spaces. */
  static boolean isCjk(int point) {
    Character.UnicodeScript script = Character.UnicodeScript.of(point);
    return script == Character.UnicodeScript.HAN
        || script == Character.UnicodeScript.HIRAGANA
        || script == Character.UnicodeScript.KATAKANA;
  }

  /** Whether a word of letters, digits or marks is neither begun nor ended at this index. */
  static boolean insideWord(String text, int index) {
    if (index <= 0 || index >= text.length()) {
      return false;
    }
    int before = text.codePointBefore(index);
    int after = text.codePointAt(index);
    return isWordPart(before) && isWordPart(after) && !isCjk(before) && !isCjk(after);
  }

  static boolean isWordPart(int point) {
    return Character.isLetterOrDigit(point) || isMark(point);
  }

  /**
   * The first index of the phrase that is accepted, or -1. Linear also for texts made to be slow
   * (Knuth, Morris, Pratt 1977), which {@link String#indexOf} is not.
   */
  static int find(String text, String phrase, IntPredicate accepts) {
    if ((long) text.length() * phrase.length() < 100_000_000L) {
      int at = text.indexOf(phrase);
      while (at >= 0 && !accepts.test(at)) {
        at = text.indexOf(phrase, at + 1);
      }
      return at;
    }
    int[] fallback = new int[phrase.length()];
    for (int i = 1, k = 0; i < phrase.length(); i++) {
      while (k > 0 && phrase.charAt(i) != phrase.charAt(k)) {
        k = fallback[k - 1];
      }
      k = phrase.charAt(i) == phrase.charAt(k) ? k + 1 : k;
      fallback[i] = k;
    }
    for (int i = 0, k = 0; i < text.length(); i++) {
      while (k > 0 && text.charAt(i) != phrase.charAt(k)) {
        k = fallback[k - 1];
      }
      k = text.charAt(i) == phrase.charAt(k) ? k + 1 : k;
      if (k == phrase.length()) {
        if (accepts.test(i - k + 1)) {
          return i - k + 1;
        }
        k = fallback[k - 1];
      }
    }
    return -1;
  }

  /** The text in quotes for a reason, cut after 80 characters. */
  static String quoted(String text) {
    int end = Math.min(MAX_QUOTE, text.length());
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return "\"" + text.substring(0, end) + (end < text.length() ? "…\"" : "\"");
  }
}
