package dev.llmops.eval.text;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Numbers in words: English cardinals and ordinals, Chinese numerals. Linear. */
final class NumberWords {

  private static final int MAX_WORDS = 30;
  private static final String CHINESE_DIGITS = "零一二三四五六七八九";
  private static final String CHINESE_FORMAL = "〇壹贰叁肆伍陆柒捌玖";
  private static final String CHINESE_PLACES = "十百千";
  private static final String CHINESE_FORMAL_PLACES = "拾佰仟";

  private static final Map<String, Integer> SMALL = small();
  private static final Map<String, Long> LARGE =
      Map.of(
          "thousand", 1_000L,
          "million", 1_000_000L,
          "billion", 1_000_000_000L,
          "trillion", 1_000_000_000_000L,
          "thousandth", 1_000L,
          "millionth", 1_000_000L,
          "billionth", 1_000_000_000L);

  private NumberWords() {}

  /** A number in words, and where it stands. */
  record Found(BigDecimal value, int start, int end) {}

  static List<Found> find(String text) {
    List<Found> found = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      Found here = isChinese(c) ? chinese(text, at) : null;
      if (here == null && isLatin(c)) {
        here = english(text, at);
        if (here == null) {
          at = wordEnd(text, at);
          continue;
        }
      }
      if (here != null) {
        found.add(here);
        at = here.end();
      } else {
        at++;
      }
    }
    return found;
  }

  /** The English number that begins at this index, which must begin a word. */
  static @Nullable Found englishAt(String text, int start) {
    return isLatin(text.charAt(start)) ? english(text, start) : null;
  }

  private static @Nullable Found english(String text, int start) {
    long total = 0;
    long group = 0;
    long last = 0;
    int end = start;
    int at = start;
    for (int words = 0; words < MAX_WORDS; words++) {
      int to = wordEnd(text, at);
      String word = to - at > 12 ? "" : text.substring(at, to).toLowerCase(Locale.ROOT);
      Integer small = SMALL.get(word);
      Long large = LARGE.get(word);
      boolean hundred = word.equals("hundred") || word.equals("hundredth");
      if (small != null) {
        // "twenty-one" and "one hundred five" go on; "five six" are two numbers
        boolean goesOn = last == 0 || (last >= 20 && small < 10) || last >= 100;
        if (!goesOn) {
          break;
        }
        group += small;
        last = small;
      } else if (hundred && end > start) {
        group *= 100;
        last = 100;
      } else if (large != null && end > start && total <= 1_000_000_000_000L) {
        total += group * large;
        group = 0;
        last = 100;
      } else if (!(word.equals("and") && last == 100)) {
        break;
      }
      if (!word.equals("and")) {
        end = to;
      }
      if (to >= text.length() || (text.charAt(to) != ' ' && text.charAt(to) != '-')) {
        break;
      }
      at = to + 1;
    }
    return end == start ? null : new Found(BigDecimal.valueOf(total + group), start, end);
  }

  private static @Nullable Found chinese(String text, int start) {
    int at = start;
    boolean positional = true;
    boolean digits = false;
    while (at < text.length() && isChinese(text.charAt(at)) && at - start < 40) {
      positional &= digit(text.charAt(at)) >= 0;
      digits |= digit(text.charAt(at)) >= 0 || place(text.charAt(at)) == 10;
      at++;
    }
    if (!digits) {
      return null;
    }
    String numeral = text.substring(start, at);
    BigDecimal whole;
    if (positional && numeral.length() > 1) {
      StringBuilder plain = new StringBuilder();
      numeral.chars().forEach(c -> plain.append(digit((char) c)));
      whole = new BigDecimal(plain.toString());
    } else {
      whole = BigDecimal.valueOf(placed(numeral));
    }
    if (at + 1 < text.length() && text.charAt(at) == '点' && digit(text.charAt(at + 1)) >= 0) {
      StringBuilder plain = new StringBuilder(whole.toPlainString()).append('.');
      at++;
      while (at < text.length() && digit(text.charAt(at)) >= 0 && plain.length() < 60) {
        plain.append(digit(text.charAt(at)));
        at++;
      }
      whole = new BigDecimal(plain.toString());
    }
    return new Found(whole, start, at);
  }

  /** 三百二十, 一万二千, 三亿五千万; a 万 or 亿 closes what stands before it. */
  private static long placed(String numeral) {
    long total = 0;
    long section = 0;
    long digit = 0;
    boolean zero = false;
    long lastPlace = 0;
    for (int i = 0; i < numeral.length(); i++) {
      char c = numeral.charAt(i);
      if (digit(c) >= 0) {
        digit = digit(c);
        zero |= digit == 0;
        continue;
      }
      long place = place(c);
      if (place < 10_000) {
        section += (digit == 0 && place == 10 ? 1 : digit) * place;
      } else {
        section += digit;
        total = place == 100_000_000 ? (total + section) * place : total + section * place;
        section = 0;
        if (total < 0 || total > 1_000_000_000_000_000L) {
          return 0;
        }
      }
      zero = false;
      digit = 0;
      lastPlace = place;
    }
    // 三百二 is 320, 三百零二 is 302
    boolean open = digit > 0 && !zero && lastPlace >= 100;
    return total + section + (open ? digit * (lastPlace / 10) : digit);
  }

  private static boolean isChinese(char c) {
    return digit(c) >= 0 || place(c) > 0;
  }

  private static int digit(char c) {
    if (c == '两' || c == '兩') {
      return 2;
    }
    int plain = CHINESE_DIGITS.indexOf(c);
    return plain >= 0 ? plain : CHINESE_FORMAL.indexOf(c);
  }

  private static long place(char c) {
    int plain = CHINESE_PLACES.indexOf(c);
    plain = plain >= 0 ? plain : CHINESE_FORMAL_PLACES.indexOf(c);
    if (plain >= 0) {
      return plain == 0 ? 10 : plain == 1 ? 100 : 1_000;
    }
    return c == '万' || c == '萬' ? 10_000 : c == '亿' || c == '億' ? 100_000_000 : 0;
  }

  private static int wordEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isLatin(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isLatin(char c) {
    return c < 0x250 && Character.isLetter(c);
  }

  private static Map<String, Integer> small() {
    String[][] words = {
      {"zero"},
      {"one", "first"},
      {"two", "second"},
      {"three", "third"},
      {"four", "fourth"},
      {"five", "fifth"},
      {"six", "sixth"},
      {"seven", "seventh"},
      {"eight", "eighth"},
      {"nine", "ninth"},
      {"ten", "tenth"},
      {"eleven", "eleventh"},
      {"twelve", "twelfth"},
      {"thirteen", "thirteenth"},
      {"fourteen", "fourteenth"},
      {"fifteen", "fifteenth"},
      {"sixteen", "sixteenth"},
      {"seventeen", "seventeenth"},
      {"eighteen", "eighteenth"},
      {"nineteen", "nineteenth"}
    };
    Map<String, Integer> small = new TreeMap<>();
    for (int value = 0; value < words.length; value++) {
      for (String word : words[value]) {
        small.put(word, value);
      }
    }
    String[] tens = {"twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"};
    for (int i = 0; i < tens.length; i++) {
      small.put(tens[i] + "y", 20 + 10 * i);
      small.put(tens[i] + "ieth", 20 + 10 * i);
    }
    return small;
  }
}
