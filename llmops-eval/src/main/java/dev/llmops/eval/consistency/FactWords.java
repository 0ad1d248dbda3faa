package dev.llmops.eval.consistency;

import dev.llmops.eval.internal.LinearText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a sentence as {@link FactualConsistency} compares them. */
final class FactWords {

  /** Words that say nothing of the world by themselves. */
  private static final Set<String> FUNCTION =
      Set.of(
          ("a an the of in on at to for by with from as is are was were be been being am has have"
                  + " had do does did will would shall should can could may might must that this"
                  + " these those it its he she they his her their him them and or but if so than"
                  + " then there here who whom which what where when while i you we my your our us"
                  + " me about into over after before during between also such any some ca wo s t d"
                  + " ll re ve m 的 了 是 在 和 与 及 也 就 都 而 把 被 这 那 个 们 之 其 于 以 为 着 过 吗 呢 吧 啊 很"
                  + " 有 会 要 可 能 到 从 对 它 他 她 我 你")
              .split(" "));

  /** Words that turn a statement into its opposite, or say that something did not come about. */
  private static final Set<String> NEGATIONS =
      Set.of(
          ("not n't no never none nobody nothing neither nor without cannot zero unable fail failed"
                  + " fails failing refuse refused refuses refusing avoid avoided avoids avoiding"
                  + " deny denied denies lack lacks lacked lacking unlike unrelated incapable"
                  + " prevented prevents declined rejected against hardly unsuccessful impossible"
                  + " disassociated disconnected 不 没 無 无 非 未 别 莫 否 沒")
              .split(" "));

  /** Small numbers are written in words as often as in digits; "one" is too often a pronoun. */
  private static final Map<String, String> NUMBERS =
      Map.ofEntries(
          Map.entry("two", "2"),
          Map.entry("three", "3"),
          Map.entry("four", "4"),
          Map.entry("five", "5"),
          Map.entry("six", "6"),
          Map.entry("seven", "7"),
          Map.entry("eight", "8"),
          Map.entry("nine", "9"),
          Map.entry("ten", "10"),
          Map.entry("eleven", "11"),
          Map.entry("twelve", "12"));

  private static final String ALONE =
      "\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}";

  private static final String RUN = "[\\p{L}\\p{M}\\p{N}&&[^" + ALONE + "]]";

  // no repeated group without a bound: those recurse
  private static final Pattern WORD =
      Pattern.compile(
          "'[sS](?![\\p{L}\\p{N}])"
              + "|[nN]'[tT](?![\\p{L}\\p{N}])"
              + ("|[" + ALONE + "]")
              + ("|" + RUN + "+?(?=[nN]'[tT](?![\\p{L}\\p{N}]))")
              + ("|\\d+(?:[.,]\\d+){0,8}(?!" + RUN + ")")
              + ("|" + RUN + "+"));

  private static final List<String> SUFFIXES =
      List.of(
          "ations", "ingly", "ation", "edly", "ings", "ers", "ors", "ing", "ies", "ied", "ed", "es",
          "ly", "er", "or", "al", "s");

  private FactWords() {}

  /**
   * A word.
   *
   * @param text as it is written
   * @param stem what is compared: lower case, without a common English ending
   * @param kind what it can say
   * @param weight how much its absence tells: a number 3, a name 2, another word 1
   */
  record Word(String text, String stem, Kind kind, int weight) {
    boolean isContent() {
      return kind == Kind.CONTENT;
    }
  }

  enum Kind {
    CONTENT,
    FUNCTION,
    NEGATION
  }

  /**
   * The words in order: runs of letters and digits, with marks; a character each in scripts without
   * spaces; a number with its points and without its thousands' commas; {@code n't} by itself.
   */
  static List<Word> of(String sentence) {
    String text = LinearText.nfkc(sentence).replace('\u2019', '\'');
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      if (text.charAt(matcher.start()) != '\'') {
        words.add(word(matcher.group(), words.isEmpty()));
      }
    }
    return words;
  }

  private static Word word(String text, boolean first) {
    String lower = LinearText.lower(text);
    if (NEGATIONS.contains(lower)) {
      return new Word(text, lower, Kind.NEGATION, 1);
    }
    boolean name = !first && Character.isUpperCase(text.codePointAt(0));
    // "May" the month and "Will" the man
    boolean homograph = name && (lower.equals("may") || lower.equals("will"));
    if (FUNCTION.contains(lower) && !homograph) {
      return new Word(text, stem(lower), Kind.FUNCTION, 1);
    }
    String number = NUMBERS.get(lower);
    if (number != null || Character.isDigit(text.codePointAt(0))) {
      String digits = number != null ? number : lower.replace(",", "");
      return new Word(text, digits, Kind.CONTENT, 3);
    }
    return new Word(text, stem(lower), Kind.CONTENT, name ? 2 : 1);
  }

  /** Light: one ending, a final e, and a doubled final letter; at least three letters stay. */
  static String stem(String lower) {
    String stem = lower;
    for (String suffix : SUFFIXES) {
      if (stem.endsWith(suffix) && stem.length() - suffix.length() >= 3) {
        stem = stem.substring(0, stem.length() - suffix.length());
        if (suffix.equals("ies") || suffix.equals("ied")) {
          stem += "y";
        }
        break;
      }
    }
    if (stem.length() > 4 && stem.endsWith("e")) {
      stem = stem.substring(0, stem.length() - 1);
    }
    int n = stem.length();
    return n > 3 && stem.charAt(n - 1) == stem.charAt(n - 2) && stem.charAt(n - 1) < 128
        ? stem.substring(0, n - 1)
        : stem;
  }
}
