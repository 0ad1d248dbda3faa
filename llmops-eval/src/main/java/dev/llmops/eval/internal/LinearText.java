package dev.llmops.eval.internal;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Lower case and normal forms in time proportional to the text. The JDK's own take quadratic time
 * on many capital sigmas, and on a long run of combining marks: minutes for a megabyte that a model
 * may write.
 */
public final class LinearText {

  private static final char CAPITAL_SIGMA = '\u03a3';

  private static final String MARKS_IN_WORDS =
      "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  /** UAX #15, section 13, "Stream-Safe Text Format": no longer run of marks means anything. */
  private static final int MAX_MARKS = 30;

  private LinearText() {}

  /**
   * Lower case in the root locale. The same as {@link String#toLowerCase(Locale)} but for the
   * capital sigma, which is final after a cased letter where none follows (The Unicode Standard,
   * section 3.13; Python's {@code str.lower()}): the JDK goes by word breaks, for which it takes
   * quadratic time.
   */
  public static String lower(String text) {
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

  /** NFKC after {@link #streamSafe}. */
  public static String nfkc(String text) {
    return Normalizer.normalize(streamSafe(text), Normalizer.Form.NFKC);
  }

  /**
   * Cuts runs of combining marks: sorting them makes the JDK's normalisation quadratic, and a run
   * of a million is an attack.
   */
  public static String streamSafe(String text) {
    StringBuilder safe = null;
    int run = 0;
    int index = 0;
    while (index < text.length()) {
      int point = text.codePointAt(index);
      int next = index + Character.charCount(point);
      run = isMark(point) ? run + 1 : 0;
      if (run > MAX_MARKS) {
        if (safe == null) {
          safe = new StringBuilder(text.length()).append(text, 0, index);
        }
      } else if (safe != null) {
        safe.append(text, index, next);
      }
      index = next;
    }
    return safe == null ? text : safe.toString();
  }

  private static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }
}
