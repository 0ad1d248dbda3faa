package dev.llmops.eval.text;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/** The tokens of default mode, for all scripts. */
final class UniversalText {

  /** Sorting the marks of one base is quadratic in their number. */
  private static final int MAX_MARKS = 256;

  private UniversalText() {}

  /** Words in lower case; see {@link MetricTokenizer#UNIVERSAL_WORDS}. */
  static List<String> words(String text) {
    String normal = PythonText.lower(normalize(text));
    List<String> tokens = new ArrayList<>();
    int i = 0;
    while (i < normal.length()) {
      int codePoint = normal.codePointAt(i);
      int start = i;
      i += Character.charCount(codePoint);
      if (isUnspaced(codePoint) || isPictograph(codePoint)) {
        i = skipMarks(normal, i);
      } else if (PythonText.isAlphanumeric(codePoint)) {
        while (i < normal.length()) {
          int next = normal.codePointAt(i);
          if (isUnspaced(next) || !(PythonText.isAlphanumeric(next) || isMark(next))) {
            break;
          }
          i += Character.charCount(next);
        }
      } else {
        continue;
      }
      tokens.add(normal.substring(start, i));
      NotMeasurable.checkTokens(tokens.size());
    }
    return tokens;
  }

  /**
   * Words for question answering: as the SQuAD script's on ASCII text, where punctuation is deleted
   * and so joins its neighbours ({@code don't} → {@code dont}), and articles are dropped. Beyond
   * ASCII only apostrophes join; other punctuation is a space.
   */
  static List<String> answerWords(String text) {
    String normal = PythonText.lower(straighten(normalize(text)));
    StringBuilder spread = new StringBuilder(normal.length() + 16);
    int i = 0;
    while (i < normal.length()) {
      int codePoint = normal.codePointAt(i);
      int start = i;
      i += Character.charCount(codePoint);
      if (isUnspaced(codePoint)) {
        i = skipMarks(normal, i);
        spread.append(' ').append(normal, start, i).append(' ');
      } else if (codePoint >= 0x80 && PythonText.isPunctuation(codePoint)) {
        spread.append(' ');
      } else if (!PythonText.isAsciiPunctuation(codePoint)) {
        spread.append(normal, start, i);
      }
    }
    List<String> words = PythonText.split(spread);
    words.removeIf(each -> each.equals("a") || each.equals("an") || each.equals("the"));
    return words;
  }

  /** Spaces around what {@code 13a} cannot cut; see {@link MetricTokenizer#UNIVERSAL}. */
  static String spread(String text) {
    if (isAscii(text)) {
      return text;
    }
    String normal = straighten(normalize(text));
    StringBuilder spread = new StringBuilder(normal.length() * 2);
    int i = 0;
    while (i < normal.length()) {
      int codePoint = normal.codePointAt(i);
      int start = i;
      i += Character.charCount(codePoint);
      if (codePoint >= 0x80
          && (isUnspaced(codePoint)
              || PythonText.isPunctuation(codePoint)
              || PythonText.isSymbol(codePoint))) {
        i = skipMarks(normal, i);
        spread.append(' ').append(normal, start, i).append(' ');
      } else {
        spread.append(normal, start, i);
      }
    }
    return spread.toString();
  }

  /** NFKC, linear also for texts that heap up combining marks. */
  static String normalize(String text) {
    NotMeasurable.checkChars(text);
    if (isAscii(text)) {
      return text;
    }
    StringBuilder normal = null;
    int done = 0;
    int marks = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      marks = isMark(codePoint) ? marks + 1 : 0;
      if (marks == MAX_MARKS) {
        normal = normal == null ? new StringBuilder(text.length()) : normal;
        normal.append(Normalizer.normalize(text.substring(done, i), Normalizer.Form.NFKC));
        done = i;
        marks = 0;
      }
    }
    String rest = Normalizer.normalize(text.substring(done), Normalizer.Form.NFKC);
    return normal == null ? rest : normal.append(rest).toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** Models write curly quotes where references have straight ones. */
  private static String straighten(String text) {
    return text.replace('\u2018', '\'')
        .replace('\u2019', '\'')
        .replace('\u02bc', '\'')
        .replace('\u201c', '"')
        .replace('\u201d', '"');
  }

  private static int skipMarks(String text, int start) {
    int i = start;
    while (i < text.length() && isMark(text.codePointAt(i))) {
      i += Character.charCount(text.codePointAt(i));
    }
    return i;
  }

  private static boolean isMark(int codePoint) {
    if (codePoint < 0x300) {
      return false;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  private static boolean isPictograph(int codePoint) {
    return codePoint >= 0x80 && Character.getType(codePoint) == Character.OTHER_SYMBOL;
  }

  /** Whether its script is written without spaces between words. */
  static boolean isUnspaced(int codePoint) {
    if (codePoint < 0x0e00 || (codePoint >= 0xac00 && codePoint <= 0xd7a3)) {
      return false;
    }
    if (!Character.isLetter(codePoint) && !PythonText.isNumber(codePoint)) {
      return false;
    }
    if (codePoint >= 0x3005 && codePoint <= 0x30ff) {
      return true; // with the marks that kana and ideographs share, whose script is Common
    }
    return switch (UnicodeScript.of(codePoint)) {
      case HAN,
          HIRAGANA,
          KATAKANA,
          BOPOMOFO,
          TANGUT,
          NUSHU,
          THAI,
          LAO,
          KHMER,
          MYANMAR,
          JAVANESE,
          BALINESE,
          TAI_LE,
          NEW_TAI_LUE,
          TAI_THAM,
          TAI_VIET ->
          true;
      default -> false;
    };
  }
}
