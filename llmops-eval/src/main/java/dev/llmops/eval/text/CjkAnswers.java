package dev.llmops.eval.text;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.llmops.eval.text.AnswerCorrectness.Match;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@link AnswerCorrectness} for scripts without spaces: recall of pairs of neighbouring characters,
 * numbers and Latin words counting as one character each.
 */
final class CjkAnswers {

  /** Chosen on labelled Chinese rows. */
  private static final double THRESHOLD = 0.2;

  private static final double FUNCTION_WEIGHT = 0.3;
  private static final double ASKED_WEIGHT = 0.1;
  private static final double WRONG = 0.1;

  private static final String FUNCTION_CHARACTERS = "的了是在和与及或有也这那个之为以于而被把从到对就都其他她它们我你您呢吗吧啊";

  private static final Pattern DENIED =
      Pattern.compile("(?:不是|并非|而非|不叫|不在|不属于|绝非)[^，。,；;！？!?\\n但而]{1,20}");
  private static final Pattern NEGATIVE = Pattern.compile("[不没无非未否]");
  private static final Pattern HEDGED =
      Pattern.compile("(?:可能|也许|或许|大概)[^。！？!?\\n]{0,60}(?:或者|或是|或|还是)[^。！？!?\\n]{0,60}");
  private static final Pattern SENTENCE_END = Pattern.compile("[。；;！？\\n]");
  private static final Pattern ISO_DATE =
      Pattern.compile("([12][0-9]{3})[-/.]([01]?[0-9])[-/.]([0-3]?[0-9])");

  private final Set<String> all;
  private final Set<String> asserted;
  private final Set<String> unhedged;
  private final Set<String> asked;

  CjkAnswers(String output, String question) {
    String affirmed = DENIED.matcher(output).replaceAll("，");
    all = held(output);
    asserted = held(affirmed);
    unhedged = held(HEDGED.matcher(affirmed).replaceAll("，"));
    asked = new HashSet<>(pairs(units(question)));
  }

  /** Whether at least half of the letters are Han, Hiragana or Katakana. */
  static boolean isCjk(String text) {
    int cjk = 0;
    int letters = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      cjk += Texts.isCjk(c) ? 1 : 0;
      letters += Character.isLetter(c) ? 1 : 0;
    }
    return cjk > 0 && 2 * cjk >= letters;
  }

  Match match(String reference) {
    Match whole = matchPart(reference, reference);
    Matcher end = SENTENCE_END.matcher(reference);
    if (end.find() && end.start() > 0) {
      // what comes after the first sentence mostly explains it
      Match first = matchPart(reference.substring(0, end.start()), reference);
      return first.value() > whole.value() ? first : whole;
    }
    return whole;
  }

  private Match matchPart(String part, String reference) {
    boolean negative = NEGATIVE.matcher(part).find();
    List<String> units = units(part);
    List<String> missing = new ArrayList<>();
    double value = recall(units, negative ? all : asserted, missing);
    if (value >= THRESHOLD
        && !part.contains("或")
        && recall(units, negative ? all : unhedged, new ArrayList<>()) < THRESHOLD
        && unhedged.size() < asserted.size()) {
      value = WRONG;
    }
    return new Match(value, THRESHOLD, reference, missing);
  }

  private double recall(List<String> units, Set<String> held, List<String> missing) {
    double got = 0;
    double total = 0;
    for (String pair : pairs(units)) {
      double weight = asked.contains(pair) ? ASKED_WEIGHT : 1;
      if (isFunction(pair)) {
        weight *= FUNCTION_WEIGHT;
      }
      total += weight;
      if (held.contains(pair)) {
        got += weight;
      } else if (weight == 1 && missing.size() < 5) {
        missing.add(Texts.quoted(pair.replace(" ", "")));
      }
    }
    return total == 0 ? 0 : got / total;
  }

  private static boolean isFunction(String pair) {
    for (int i = 0; i < pair.length(); i++) {
      if (FUNCTION_CHARACTERS.indexOf(pair.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> held(String text) {
    List<String> units = units(text);
    Set<String> held = new HashSet<>(units);
    for (int i = 0; i + 1 < units.size(); i++) {
      held.add(units.get(i) + " " + units.get(i + 1));
    }
    return held;
  }

  /** Neighbouring pairs; the unit itself where there is only one. */
  private static List<String> pairs(List<String> units) {
    if (units.size() < 2) {
      return units;
    }
    List<String> pairs = new ArrayList<>(units.size());
    for (int i = 0; i + 1 < units.size(); i++) {
      pairs.add(units.get(i) + " " + units.get(i + 1));
    }
    return pairs;
  }

  /** Characters, Latin words and numbers; numerals of two characters and more as digits. */
  private static List<String> units(String text) {
    String dated = ISO_DATE.matcher(text).replaceAll("$1年$2月$3日");
    String digits = inDigits(dated);
    List<String> units = new ArrayList<>();
    for (String token : WordTokens.of(digits.replaceAll("([0-9])年([0-9])", "$1 年 $2"))) {
      if (!token.equals(WordTokens.SENTENCE) && !token.equals(WordTokens.CLAUSE)) {
        units.add(token);
      }
    }
    return units;
  }

  private static String inDigits(String text) {
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (NumberWords.Found each : NumberWords.find(text)) {
      // 一 alone is in too many words
      boolean counts =
          each.end() - each.start() >= 2
              || (each.end() < text.length() && "年月日号".indexOf(text.charAt(each.end())) >= 0);
      if (counts && Texts.isCjk(text.charAt(each.start()))) {
        out.append(text, from, each.start()).append(each.value().toPlainString());
        from = each.end();
      }
    }
    return out.append(text, from, text.length()).toString();
  }
}
