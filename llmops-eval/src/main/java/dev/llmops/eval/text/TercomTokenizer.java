package dev.llmops.eval.text;

import java.util.List;

/** The tokenizer of Tercom as sacreBLEU 2.6.0 has it, its slips included. */
final class TercomTokenizer {

  private TercomTokenizer() {}

  static List<String> tokens(String text, TerSettings settings) {
    NotMeasurable.checkChars(text);
    String line = PythonText.stripEnd(text);
    line = settings.caseSensitive() ? line : PythonText.lower(line);
    if (settings.normalized() && !line.isEmpty()) {
      line = western(line);
      if (settings.asianSupport()) {
        line = asian(line);
      }
    }
    if (settings.noPunctuation()) {
      line = without(line, settings.asianSupport());
    }
    return PythonText.split(line);
  }

  private static String western(String line) {
    String joined = line.replace("\n-", "").replace('\n', ' ');
    String possessives =
        MtevalTokenizer.punctuation(" " + MtevalTokenizer.unescape(joined) + " ")
            .toString()
            .replace("'s ", " 's ");
    return MtevalTokenizer.dashAfterDigit(
            MtevalTokenizer.periodBefore(MtevalTokenizer.periodAfter(possessives)))
        .toString();
  }

  private static String asian(String line) {
    StringBuilder out = new StringBuilder(line.length() * 2);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (isAsian(c) || isPunctuation(c)) {
        out.append(' ').append(c).append(' ');
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String without(String line, boolean asian) {
    StringBuilder out = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (".,?:;!\"()".indexOf(c) < 0 && !(asian && isPunctuation(c))) {
        out.append(c);
      }
    }
    return out.toString();
  }

  /**
   * Ideographs, strokes, radicals and compatibility forms. The range that is meant for enclosed
   * letters (U+3200–32FF) ends at U+3F22 there. Its rules for kana match nothing but a whole line
   * of one kind, which a line padded with spaces is not.
   */
  private static boolean isAsian(char c) {
    return (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0x3200 && c <= 0x4dbf)
        || (c >= 0x31c0 && c <= 0x31ef)
        || (c >= 0x2e80 && c <= 0x2eff)
        || (c >= 0xf900 && c <= 0xfaff)
        || (c >= 0xfe30 && c <= 0xfe4f);
  }

  private static boolean isPunctuation(char c) {
    return c == 0x3001
        || c == 0x3002
        || (c >= 0x3008 && c <= 0x3011)
        || (c >= 0x3014 && c <= 0x301f)
        || (c >= 0xff61 && c <= 0xff65)
        || c == 0x30fb
        || c == 0xff0e
        || c == 0xff0c
        || c == 0xff1f
        || c == 0xff1a
        || c == 0xff1b
        || c == 0xff01
        || c == 0xff02
        || c == 0xff08
        || c == 0xff09;
  }
}
