package dev.llmops.eval.text;

import dev.llmops.eval.internal.LinearText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the numbers of a text, as they are written in English and in Chinese: {@code 1,234.5},
 * {@code -3}, {@code 3/4}, {@code 1 1/2}, {@code 2.5e3}, {@code 2.5×10^3}, {@code 15%}, {@code $5
 * million}, {@code 3.5万}, {@code 1亿2000万}, {@code twenty-one}, {@code 三百二十}. One pass, linear.
 */
final class Quantities {

  /** Longer runs of digits are not numbers that anybody compares; they are passed over. */
  private static final int MAX_DIGITS = 400;

  private static final Map<String, BigDecimal> SCALES =
      Map.ofEntries(
          Map.entry("hundred", BigDecimal.valueOf(100)),
          Map.entry("thousand", BigDecimal.valueOf(1_000)),
          Map.entry("million", BigDecimal.valueOf(1_000_000)),
          Map.entry("millions", BigDecimal.valueOf(1_000_000)),
          Map.entry("mn", BigDecimal.valueOf(1_000_000)),
          Map.entry("billion", BigDecimal.valueOf(1_000_000_000)),
          Map.entry("billions", BigDecimal.valueOf(1_000_000_000)),
          Map.entry("bn", BigDecimal.valueOf(1_000_000_000)),
          Map.entry("trillion", BigDecimal.valueOf(1_000_000_000_000L)),
          Map.entry("dozen", BigDecimal.valueOf(12)));

  private static final Map<Character, BigDecimal> CHINESE_SCALES =
      Map.of(
          '百', BigDecimal.valueOf(100),
          '千', BigDecimal.valueOf(1_000),
          '万', BigDecimal.valueOf(10_000),
          '萬', BigDecimal.valueOf(10_000),
          '亿', BigDecimal.valueOf(100_000_000),
          '億', BigDecimal.valueOf(100_000_000));

  private static final String CURRENCIES = "$€£¥￥₹₩₽";

  private final String text;
  private final List<Quantity> found = new ArrayList<>();
  private int at;

  private Quantities(String text) {
    this.text = text;
  }

  /**
   * A number as it stands in a text.
   *
   * @param value its value, a percentage not divided by 100
   * @param unit a known unit or currency after or before it
   * @param percent whether a percent sign or word follows
   * @param start where it begins
   * @param end where it ends, unit included
   */
  record Quantity(BigDecimal value, @Nullable Unit unit, boolean percent, int start, int end) {}

  /** The numbers that are written in digits, in order. */
  static List<Quantity> inDigits(String text) {
    Quantities scan = new Quantities(text);
    scan.digits();
    return scan.found;
  }

  /** The numbers in digits, or, where there are none, those in words. */
  static List<Quantity> of(String text) {
    List<Quantity> digits = inDigits(text);
    if (!digits.isEmpty()) {
      return digits;
    }
    List<Quantity> words = new ArrayList<>();
    for (NumberWords.Found each : NumberWords.find(text)) {
      int end = each.end();
      boolean percent = percentEnd(text, end) > end;
      Unit.Found unit = percent ? null : Unit.at(text, end);
      words.add(
          new Quantity(
              each.value(), unit == null ? null : unit.unit(), percent, each.start(), end));
    }
    return words;
  }

  private void digits() {
    while (at < text.length()) {
      if (digit(at) >= 0 || (text.charAt(at) == '.' && digit(at + 1) >= 0 && !wordBefore(at))) {
        if (wordBefore(at)) {
          skipWord();
        } else {
          number();
        }
      } else {
        at++;
      }
    }
  }

  private void number() {
    int start = at;
    Unit currency = null;
    int before = start - 1;
    while (before >= 0 && text.charAt(before) == ' ' && before > start - 2) {
      before--;
    }
    if (before >= 0 && CURRENCIES.indexOf(text.charAt(before)) >= 0) {
      currency = Unit.currency(text.charAt(before));
      start = before;
    }
    boolean negative = false;
    if (start > 0 && isMinus(text.charAt(start - 1))) {
      boolean subtraction = start > 1 && endsOperand(start - 2);
      if (!subtraction) {
        negative = true;
        start--;
      }
    }
    BigDecimal value = plain();
    if (value == null) {
      return;
    }
    value = exponent(fraction(value));
    value = scaled(value);
    if (negative) {
      value = value.negate();
    }
    skipOrdinal();
    int percentEnd = percentEnd(text, at);
    boolean percent = percentEnd > at;
    Unit unit = currency;
    if (percent) {
      at = percentEnd;
    } else if (unit == null) {
      Unit.Found after = Unit.at(text, at);
      if (after != null) {
        unit = after.unit();
        at = after.end();
      }
    }
    found.add(new Quantity(value, unit, percent, start, at));
  }

  /** Digits with groups and a decimal part. */
  private @Nullable BigDecimal plain() {
    StringBuilder digits = new StringBuilder();
    int from = at;
    while (digit(at) >= 0) {
      digits.append((char) ('0' + digit(at)));
      at++;
    }
    if (digits.length() > 0 && digits.length() <= 3) {
      while (isGroup(at) && group(at + 1)) {
        for (int i = 1; i <= 3; i++) {
          digits.append((char) ('0' + digit(at + i)));
        }
        at += 4;
      }
    }
    if (at < text.length()
        && (text.charAt(at) == '.' || text.charAt(at) == '．')
        && digit(at + 1) >= 0) {
      digits.append('.');
      at++;
      while (digit(at) >= 0) {
        digits.append((char) ('0' + digit(at)));
        at++;
      }
      // 1.2.3 is a version, 192.168.0.1 an address
      if (at < text.length() && text.charAt(at) == '.' && digit(at + 1) >= 0) {
        while (at < text.length() && (digit(at) >= 0 || text.charAt(at) == '.')) {
          at++;
        }
        return null;
      }
    }
    return at - from > MAX_DIGITS ? null : new BigDecimal(digits.toString());
  }

  private boolean isGroup(int index) {
    if (index >= text.length()) {
      return false;
    }
    char c = text.charAt(index);
    return c == ',' || c == '，' || c == '\u00a0' || c == '\u202f' || c == '\u2009' || c == '\'';
  }

  private boolean group(int index) {
    return digit(index) >= 0
        && digit(index + 1) >= 0
        && digit(index + 2) >= 0
        && digit(index + 3) < 0;
  }

  /** 3/4, and 1 1/2. */
  private BigDecimal fraction(BigDecimal first) {
    if (first.scale() != 0) {
      return first;
    }
    int mark = at;
    if (isSlash(at) && digit(at + 1) >= 0) {
      BigDecimal below = over();
      if (below != null) {
        return first.divide(below, MathContext.DECIMAL64);
      }
      at = mark;
      return first;
    }
    if (at + 1 < text.length() && text.charAt(at) == ' ' && digit(at + 1) >= 0) {
      at++;
      BigDecimal above = small();
      if (above != null && isSlash(at) && digit(at + 1) >= 0) {
        BigDecimal below = over();
        if (below != null && above.compareTo(below) < 0) {
          return first.add(above.divide(below, MathContext.DECIMAL64));
        }
      }
      at = mark;
    }
    return first;
  }

  private @Nullable BigDecimal over() {
    at++;
    BigDecimal below = small();
    boolean date = isSlash(at) && digit(at + 1) >= 0;
    return below == null || below.signum() == 0 || date ? null : below;
  }

  private @Nullable BigDecimal small() {
    long value = 0;
    int from = at;
    while (digit(at) >= 0 && at - from < 9) {
      value = value * 10 + digit(at);
      at++;
    }
    return digit(at) >= 0 || at == from ? null : BigDecimal.valueOf(value);
  }

  private boolean isSlash(int index) {
    return index < text.length() && (text.charAt(index) == '/' || text.charAt(index) == '⁄');
  }

  /** 2.5e3, 2.5×10^3. */
  private BigDecimal exponent(BigDecimal value) {
    int mark = at;
    int index = at;
    if (index < text.length() && (text.charAt(index) == 'e' || text.charAt(index) == 'E')) {
      index++;
    } else {
      index = skipSpace(index);
      if (index >= text.length() || "×xX*·".indexOf(text.charAt(index)) < 0) {
        return value;
      }
      index = skipSpace(index + 1);
      if (!text.startsWith("10^", index) && !text.startsWith("10**", index)) {
        return value;
      }
      index += text.startsWith("10^", index) ? 3 : 4;
      index += index < text.length() && "{(".indexOf(text.charAt(index)) >= 0 ? 1 : 0;
    }
    boolean minus = index < text.length() && isMinus(text.charAt(index));
    index += minus || (index < text.length() && text.charAt(index) == '+') ? 1 : 0;
    at = index;
    BigDecimal power = small();
    if (power == null || power.intValue() > MAX_DIGITS) {
      at = mark;
      return value;
    }
    at += at < text.length() && "})".indexOf(text.charAt(at)) >= 0 ? 1 : 0;
    return value.scaleByPowerOfTen(minus ? -power.intValue() : power.intValue());
  }

  /** 5 million, 5k after a currency, 3.5万, 1亿2000万. */
  private BigDecimal scaled(BigDecimal value) {
    BigDecimal scaled = value;
    boolean more = true;
    while (more) {
      more = false;
      if (at < text.length() && CHINESE_SCALES.containsKey(text.charAt(at))) {
        BigDecimal scale = CHINESE_SCALES.getOrDefault(text.charAt(at), BigDecimal.ONE);
        scaled = scaled.multiply(scale);
        at++;
        more = true;
        BigDecimal rest = smallerRest(scale);
        if (rest != null) {
          return scaled.add(rest);
        }
      } else {
        int word = skipSpace(at);
        word += word == at && word < text.length() && text.charAt(word) == '-' ? 1 : 0;
        int end = latinEnd(word);
        String name = LinearText.lower(text.substring(word, end));
        BigDecimal scale =
            name.equals("k") && word == at ? BigDecimal.valueOf(1_000) : SCALES.get(name);
        if (scale != null) {
          scaled = scaled.multiply(scale);
          at = end;
          more = true;
        }
      }
    }
    return scaled;
  }

  private @Nullable BigDecimal smallerRest(BigDecimal scale) {
    if (digit(at) < 0) {
      return null;
    }
    int mark = at;
    BigDecimal rest = plain();
    if (rest != null && at < text.length() && CHINESE_SCALES.containsKey(text.charAt(at))) {
      BigDecimal below = CHINESE_SCALES.getOrDefault(text.charAt(at), BigDecimal.ONE);
      if (below.compareTo(scale) < 0) {
        at++;
        return rest.multiply(below);
      }
    } else if (rest != null && rest.compareTo(scale) < 0) {
      return rest;
    }
    at = mark;
    return null;
  }

  private void skipOrdinal() {
    int end = latinEnd(at);
    String word = LinearText.lower(text.substring(at, end));
    if (word.equals("st") || word.equals("nd") || word.equals("rd") || word.equals("th")) {
      at = end;
    }
  }

  private static int percentEnd(String text, int from) {
    int index = from;
    while (index < text.length() && text.charAt(index) == ' ' && index < from + 1) {
      index++;
    }
    if (text.startsWith("\\%", index)) {
      return index + 2;
    }
    if (index < text.length() && "%％٪".indexOf(text.charAt(index)) >= 0) {
      return index + 1;
    }
    for (String word : new String[] {"percent", "per cent"}) {
      if (text.regionMatches(true, index, word, 0, word.length())) {
        return index + word.length();
      }
    }
    return from;
  }

  /** The end of at most 12 Latin letters. */
  private int latinEnd(int from) {
    int end = from;
    while (end < text.length() && isLatin(text.charAt(end)) && end - from <= 12) {
      end++;
    }
    return end;
  }

  private int skipSpace(int index) {
    return index < text.length() && (text.charAt(index) == ' ' || text.charAt(index) == '\u00a0')
        ? index + 1
        : index;
  }

  private void skipWord() {
    while (at < text.length() && (digit(at) >= 0 || isLatin(text.charAt(at)))) {
      at++;
    }
  }

  /** Whether a Latin letter or an underscore runs into this index: the 4 of "A4". */
  private boolean wordBefore(int index) {
    return index > 0 && (isLatin(text.charAt(index - 1)) || text.charAt(index - 1) == '_');
  }

  private boolean endsOperand(int index) {
    char c = text.charAt(index);
    return Character.isLetterOrDigit(c) || c == ')' || c == ']' || c == '%' || isMinus(c);
  }

  private int digit(int index) {
    return index < text.length() && index >= 0 ? Character.digit(text.charAt(index), 10) : -1;
  }

  private static boolean isMinus(char c) {
    return c == '-' || c == '−' || c == '－' || c == '–';
  }

  private static boolean isLatin(char c) {
    return c < 128 ? Character.isLetter(c) : c < 0x250 && Character.isLetter(c);
  }
}
