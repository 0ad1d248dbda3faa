package dev.llmops.eval.text;

import dev.llmops.eval.internal.LinearText;
import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a text as {@link AnswerCorrectness} compares them: lower case, without accents and
 * possessives, numbers and dates in one writing. {@code Feb. 3rd, 1,960} and {@code 1960-02-03}
 * both give {@code february 3 1960}. Linear.
 */
final class WordTokens {

  /** Stands for the end of a sentence. */
  static final String SENTENCE = ".";

  /** Stands for a comma, semicolon or colon. */
  static final String CLAUSE = ",";

  static final List<String> MONTHS =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");

  private static final Map<String, String> ABBREVIATED =
      Map.ofEntries(
          Map.entry("jan", "january"),
          Map.entry("feb", "february"),
          Map.entry("mar", "march"),
          Map.entry("apr", "april"),
          Map.entry("jun", "june"),
          Map.entry("jul", "july"),
          Map.entry("aug", "august"),
          Map.entry("sep", "september"),
          Map.entry("sept", "september"),
          Map.entry("oct", "october"),
          Map.entry("nov", "november"),
          Map.entry("dec", "december"));

  private static final Map<String, BigDecimal> SCALES =
      Map.of(
          "thousand", BigDecimal.valueOf(1_000),
          "million", BigDecimal.valueOf(1_000_000),
          "billion", BigDecimal.valueOf(1_000_000_000),
          "trillion", BigDecimal.valueOf(1_000_000_000_000L));

  private static final Map<String, String> ROMAN =
      Map.ofEntries(
          Map.entry("II", "2"),
          Map.entry("III", "3"),
          Map.entry("IV", "4"),
          Map.entry("VI", "6"),
          Map.entry("VII", "7"),
          Map.entry("VIII", "8"),
          Map.entry("IX", "9"),
          Map.entry("XI", "11"),
          Map.entry("XII", "12"),
          Map.entry("XIII", "13"),
          Map.entry("XIV", "14"),
          Map.entry("XV", "15"),
          Map.entry("XVI", "16"));

  // bounded repetitions only: these run in linear time
  private static final Pattern ISO_DATE =
      Pattern.compile("(?<![0-9])([12][0-9]{3})[-/.]([01]?[0-9])[-/.]([0-3]?[0-9])(?![0-9])");
  private static final Pattern CHINESE_DATE =
      Pattern.compile("([12][0-9]{3})年([01]?[0-9])月(?:([0-3]?[0-9])[日号])?");
  private static final Pattern SLASH_DATE =
      Pattern.compile("(?<![0-9/])([0-3]?[0-9])/([0-3]?[0-9])/([12][0-9]{3})(?![0-9/])");

  private static final int MAX_DIGITS = 40;

  private final String text;
  private final List<String> tokens = new ArrayList<>();
  private int at;

  private WordTokens(String text) {
    this.text = text;
  }

  /** The tokens, with {@link #SENTENCE} and {@link #CLAUSE} between them. */
  static List<String> of(String raw) {
    WordTokens scan = new WordTokens(plain(dates(raw)));
    scan.scan();
    return scan.tokens;
  }

  /** ISO, Chinese and slashed dates as month, day and year; a day above 12 tells which is which. */
  private static String dates(String raw) {
    String text = rewritten(ISO_DATE, raw, 1, 2, 3);
    text = rewritten(CHINESE_DATE, text, 1, 2, 3);
    Matcher slashed = SLASH_DATE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (slashed.find()) {
      int first = Integer.parseInt(group(slashed, 1));
      int second = Integer.parseInt(group(slashed, 2));
      boolean dayFirst = first > 12;
      slashed.appendReplacement(
          out,
          " "
              + date(group(slashed, 3), dayFirst ? second : first, dayFirst ? first : second)
              + " ");
    }
    return slashed.appendTail(out).toString();
  }

  private static String rewritten(Pattern pattern, String text, int year, int month, int day) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String dayText = matcher.group(day);
      matcher.appendReplacement(
          out,
          " "
              + date(
                  group(matcher, year),
                  Integer.parseInt(group(matcher, month)),
                  dayText == null ? 0 : Integer.parseInt(dayText))
              + " ");
    }
    return matcher.appendTail(out).toString();
  }

  private static String group(Matcher matcher, int group) {
    return Objects.requireNonNull(matcher.group(group));
  }

  private static String date(String year, int month, int day) {
    if (month < 1 || month > 12) {
      return year + " " + month + " " + day;
    }
    return MONTHS.get(month - 1) + (day == 0 ? "" : " " + day) + " " + year;
  }

  /** Without accents and superscripts; letters keep their case. */
  private static String plain(String raw) {
    StringBuilder noNotes = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      boolean superscript = c == '¹' || c == '²' || c == '³' || (c >= '\u2070' && c <= '\u2079');
      noNotes.append(superscript ? ' ' : c);
    }
    String apart =
        Normalizer.normalize(LinearText.streamSafe(noNotes.toString()), Normalizer.Form.NFKD);
    StringBuilder out = new StringBuilder(apart.length());
    for (int i = 0; i < apart.length(); i++) {
      char c = apart.charAt(i);
      switch (c) {
        case 'ø', 'Ø' -> out.append('o');
        case 'ł', 'Ł' -> out.append('l');
        case 'đ', 'Đ' -> out.append('d');
        case 'ß' -> out.append("ss");
        case 'æ', 'Æ' -> out.append("ae");
        case 'œ', 'Œ' -> out.append("oe");
        case '’', '‘', '`' -> out.append('\'');
        case '&' -> out.append(" and ");
        default -> {
          if (!Texts.isMark(c)) {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  private void scan() {
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (Character.digit(point, 10) >= 0) {
        number();
      } else if (Texts.isCjk(point)) {
        tokens.add(Character.toString(point));
        at += Character.charCount(point);
      } else if (Character.isLetter(point)) {
        word();
      } else {
        if (".!?\n。！？".indexOf(point) >= 0) {
          tokens.add(SENTENCE);
        } else if (",;:，；：、".indexOf(point) >= 0) {
          tokens.add(CLAUSE);
        }
        at += Character.charCount(point);
      }
    }
  }

  private void number() {
    StringBuilder digits = new StringBuilder();
    boolean grouped = false;
    while (at < text.length()) {
      int digit = Character.digit(text.charAt(at), 10);
      if (digit >= 0) {
        digits.append(digit);
        at++;
      } else if (text.charAt(at) == ',' && group(at + 1) && (grouped || digits.length() <= 3)) {
        grouped = true;
        at++;
      } else {
        break;
      }
    }
    if (at + 1 < text.length() && text.charAt(at) == '.' && digit(at + 1)) {
      digits.append('.');
      at++;
      while (digit(at)) {
        digits.append(Character.digit(text.charAt(at), 10));
        at++;
      }
    }
    int end = wordEnd(at);
    String after = LinearText.lower(text.substring(at, end));
    if (after.equals("st")
        || after.equals("nd")
        || after.equals("rd")
        || after.equals("th")
        || after.equals("s")) {
      at = end;
    }
    if (digits.length() <= MAX_DIGITS) {
      addNumber(new BigDecimal(digits.toString()));
    }
  }

  private void addNumber(BigDecimal value) {
    BigDecimal scaled = value;
    int from =
        at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '-') ? at + 1 : at;
    int end = wordEnd(from);
    BigDecimal scale =
        end - from > 8 ? null : SCALES.get(text.substring(from, end).toLowerCase(Locale.ROOT));
    if (scale != null) {
      scaled = scaled.multiply(scale);
      at = end;
    }
    tokens.add(scaled.signum() == 0 ? "0" : scaled.stripTrailingZeros().toPlainString());
  }

  private void word() {
    NumberWords.Found number = NumberWords.englishAt(text, at);
    if (number != null) {
      at = number.end();
      addNumber(number.value());
      return;
    }
    int end = wordEnd(at);
    String word = text.substring(at, end);
    at = end;
    String roman = ROMAN.get(word);
    if (roman != null) {
      tokens.add(roman);
      return;
    }
    splitAtCapitals(word);
    possessive();
  }

  /**
   * "starredLynda" is two words, as web answers lose the space before a link; "McDonald" is one.
   */
  private void splitAtCapitals(String word) {
    int from = 0;
    for (int i = 1; i + 1 < word.length(); i++) {
      boolean glued =
          Character.isLowerCase(word.charAt(i - 1))
              && Character.isUpperCase(word.charAt(i))
              && Character.isLowerCase(word.charAt(i + 1));
      String before = word.substring(from, i);
      boolean prefix =
          before.equals("Mc")
              || before.equals("Mac")
              || before.equals("De")
              || before.equals("La")
              || before.equals("Le");
      if (glued && !prefix) {
        addWord(before);
        from = i;
      }
    }
    addWord(word.substring(from));
  }

  private void addWord(String word) {
    String lower = LinearText.lower(word);
    tokens.add(ABBREVIATED.getOrDefault(lower, lower));
  }

  /** Drops "'s"; joins "isn't" to "isnt". */
  private void possessive() {
    if (at + 1 < text.length() && text.charAt(at) == '\'') {
      int end = wordEnd(at + 1);
      if (end == at + 1) {
        return;
      }
      String after = LinearText.lower(text.substring(at + 1, end));
      if (!after.equals("s")) {
        int last = tokens.size() - 1;
        tokens.set(last, tokens.get(last) + after);
      }
      at = end;
    }
  }

  private int wordEnd(int from) {
    int end = from;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      if (!Character.isLetter(point) || Texts.isCjk(point)) {
        break;
      }
      end += Character.charCount(point);
    }
    return end;
  }

  private boolean digit(int index) {
    return index < text.length() && Character.digit(text.charAt(index), 10) >= 0;
  }

  private boolean group(int index) {
    return digit(index) && digit(index + 1) && digit(index + 2) && !digit(index + 3);
  }
}
