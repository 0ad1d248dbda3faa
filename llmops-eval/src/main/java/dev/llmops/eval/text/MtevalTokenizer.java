package dev.llmops.eval.text;

import java.util.List;

/**
 * The tokenizers of NIST's mteval scripts as sacreBLEU 2.6.0 has them: each of the scripts'
 * substitutions is one pass from left to right over what does not overlap, hand-written so that it
 * is linear.
 */
final class MtevalTokenizer {

  private MtevalTokenizer() {}

  static List<String> tokens13a(String line) {
    String joined = line.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ');
    return westernTokens(" " + unescape(joined) + " ");
  }

  /** Entities one after the other, so that {@code &amp;lt;} becomes {@code <}. */
  static String unescape(String line) {
    return line.indexOf('&') < 0
        ? line
        : line.replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
  }

  static List<String> tokensChinese(String line) {
    String stripped = PythonText.strip(line);
    StringBuilder spread = new StringBuilder(stripped.length() * 2);
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      if (isChinese(c)) {
        spread.append(' ').append(c).append(' ');
      } else {
        spread.append(c);
      }
    }
    return westernTokens(spread);
  }

  static List<String> tokensInternational(String line) {
    int[] text = line.codePoints().toArray();
    StringBuilder punctuationAfter = new StringBuilder(line.length() * 2);
    for (int i = 0; i < text.length; i++) {
      punctuationAfter.appendCodePoint(text[i]);
      if (i + 1 < text.length
          && !PythonText.isNumber(text[i])
          && PythonText.isPunctuation(text[i + 1])) {
        punctuationAfter.append(' ').appendCodePoint(text[++i]).append(' ');
      }
    }
    text = punctuationAfter.codePoints().toArray();
    StringBuilder punctuationBefore = new StringBuilder(text.length * 2);
    for (int i = 0; i < text.length; i++) {
      if (i + 1 < text.length
          && PythonText.isPunctuation(text[i])
          && !PythonText.isNumber(text[i + 1])) {
        punctuationBefore.append(' ').appendCodePoint(text[i]);
        punctuationBefore.append(' ').appendCodePoint(text[++i]);
      } else {
        punctuationBefore.appendCodePoint(text[i]);
      }
    }
    StringBuilder symbols = new StringBuilder(punctuationBefore.length() * 2);
    punctuationBefore
        .codePoints()
        .forEach(
            c -> {
              if (PythonText.isSymbol(c)) {
                symbols.append(' ').appendCodePoint(c).append(' ');
              } else {
                symbols.appendCodePoint(c);
              }
            });
    return PythonText.split(symbols);
  }

  private static List<String> westernTokens(CharSequence line) {
    return PythonText.split(western(line));
  }

  /** The language-dependent part, which TER's normalisation uses too. */
  static StringBuilder western(CharSequence line) {
    return dashAfterDigit(periodBefore(periodAfter(punctuation(line))));
  }

  static StringBuilder punctuation(CharSequence line) {
    StringBuilder out = new StringBuilder(line.length() + line.length() / 2);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (isCut(c)) {
        out.append(' ').append(c).append(' ');
      } else {
        out.append(c);
      }
    }
    return out;
  }

  /** Cuts after a period or comma that no digit stands before. */
  static StringBuilder periodAfter(CharSequence line) {
    StringBuilder out = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      out.append(c);
      if (i + 1 < line.length() && !isDigit(c) && isPeriod(line.charAt(i + 1))) {
        out.append(' ').append(line.charAt(++i)).append(' ');
      }
    }
    return out;
  }

  /** Cuts before a period or comma that no digit follows. */
  static StringBuilder periodBefore(CharSequence line) {
    StringBuilder out = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (i + 1 < line.length() && isPeriod(c) && !isDigit(line.charAt(i + 1))) {
        out.append(' ').append(c).append(' ').append(line.charAt(++i));
      } else {
        out.append(c);
      }
    }
    return out;
  }

  static StringBuilder dashAfterDigit(CharSequence line) {
    StringBuilder out = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      out.append(c);
      if (i + 1 < line.length() && isDigit(c) && line.charAt(i + 1) == '-') {
        out.append(' ').append('-').append(' ');
        i++;
      }
    }
    return out;
  }

  /** ASCII punctuation but the apostrophe, comma, dash and period; and the space. */
  private static boolean isCut(char c) {
    return (c >= ' ' && c <= '&')
        || (c >= '(' && c <= '+')
        || c == '/'
        || (c >= ':' && c <= '@')
        || (c >= '[' && c <= '`')
        || (c >= '{' && c <= '~');
  }

  private static boolean isPeriod(char c) {
    return c == '.' || c == ',';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /**
   * sacreBLEU's ranges, two of which are wrong there and so here: what is meant as Extension B and
   * the Compatibility Supplement is compared as two characters each, and so takes in U+2001–2A6D
   * and U+2F81–2FA1 instead, and no supplementary character.
   */
  private static boolean isChinese(char c) {
    return (c >= 0x3400 && c <= 0x4db5)
        || (c >= 0x4e00 && c <= 0x9fbb)
        || (c >= 0xf900 && c <= 0xfa2d)
        || (c >= 0xfa30 && c <= 0xfa6a)
        || (c >= 0xfa70 && c <= 0xfad9)
        || (c >= 0x2001 && c <= 0x2a6d)
        || (c >= 0xff00 && c <= 0xffef)
        || (c >= 0x2e80 && c <= 0x2eff)
        || (c >= 0x3000 && c <= 0x303f)
        || (c >= 0x31c0 && c <= 0x31ef)
        || (c >= 0x2f00 && c <= 0x2fdf)
        || (c >= 0x2ff0 && c <= 0x2fff)
        || (c >= 0x3100 && c <= 0x312f)
        || (c >= 0x31a0 && c <= 0x31bf)
        || (c >= 0xfe10 && c <= 0xfe1f)
        || (c >= 0xfe30 && c <= 0xfe4f)
        || (c >= 0x3200 && c <= 0x33ff);
  }
}
