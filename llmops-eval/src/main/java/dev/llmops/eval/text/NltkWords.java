package dev.llmops.eval.text;

import java.util.List;
import java.util.regex.Pattern;

/**
 * NLTK 3.8's {@code NLTKWordTokenizer}, the Penn Treebank's rules, as far as lower-case text meets
 * them. All patterns are linear; the two that NLTK anchors at the end of the text, which are not,
 * are written by hand.
 */
final class NltkWords {

  private static final String SPACE = "[\\s\\x1c-\\x1f\\x{85}\\p{Z}]";

  /** With an ideograph beyond the basic plane, lest look-behind see half of one as a character. */
  private static final String WORD = "[\\p{L}\\p{N}_\uD842\uDFB7]";

  private static final String BOUNDARY =
      "(?:(?<=" + WORD + ")(?!" + WORD + ")|(?<!" + WORD + ")(?=" + WORD + "))";

  private static final List<Rule> STARTING_QUOTES =
      List.of(
          rule("([«“‘„]|`+)", " $1 "),
          rule("\\A\"", "``"),
          rule("(``)", " $1 "),
          rule("([ (\\[{<])(\"|'{2})", "$1 `` "),
          rule("(?iu)(')(?!re|ve|ll|m|t|s|d|n)(" + WORD + ")" + BOUNDARY, "$1 $2"));

  private static final List<Rule> PUNCTUATION =
      List.of(
          rule("([:,])(\\P{Nd})", " $1 $2"),
          rule("([:,])(?=\\n?\\z)", " $1 "),
          rule("(\\.{2,})", " $1 "),
          rule("([;@#$%&])", " $1 "),
          rule("([\\x{2012}-\\x{2015}])", " $1 "));

  private static final List<Rule> MORE_PUNCTUATION =
      List.of(
          rule("([?!])", " $1 "),
          rule("([^'])' ", "$1 ' "),
          rule("([*])", " $1 "),
          rule("([\\]\\[(){}<>])", " $1 "),
          rule("(--)", " $1 "));

  private static final List<Rule> ENDING_QUOTES =
      List.of(
          rule("([»”’])", " $1 "),
          rule("''", " '' "),
          rule("\"", " '' "),
          rule("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
          rule("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
          contraction("(can)(not)"),
          contraction("(d)('ye)"),
          contraction("(gim)(me)"),
          contraction("(gon)(na)"),
          contraction("(got)(ta)"),
          contraction("(lem)(me)"),
          contraction("(more)('n)"),
          rule("(?iu)" + BOUNDARY + "(wan)(na)(?=" + SPACE + ")", " $1 $2 "),
          rule("(?iu) ('t)(is)" + BOUNDARY, " $1 $2 "),
          rule("(?iu) ('t)(was)" + BOUNDARY, " $1 $2 "));

  private NltkWords() {}

  static List<String> of(String text) {
    String words = apply(STARTING_QUOTES, text);
    words = finalPeriod(words, "])}>\"'»”’ ", " ");
    words = apply(PUNCTUATION, words);
    words = finalPeriod(words, "])}>\"'", "");
    words = " " + apply(MORE_PUNCTUATION, words) + " ";
    return PythonText.split(apply(ENDING_QUOTES, words));
  }

  /** Cuts off the period that only closing marks, and then spaces, follow. */
  private static String finalPeriod(String text, String closing, String afterPeriod) {
    int spaces = text.length();
    while (spaces > 0 && PythonText.isSpace(text.charAt(spaces - 1))) {
      spaces--;
    }
    int marks = spaces;
    while (marks > 0 && closing.indexOf(text.charAt(marks - 1)) >= 0) {
      marks--;
    }
    if (marks < 2 || text.charAt(marks - 1) != '.' || text.charAt(marks - 2) == '.') {
      return text;
    }
    int end = marks;
    while (end < text.length() && closing.indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return text.substring(0, marks - 1) + " ." + afterPeriod + text.substring(marks, end) + " ";
  }

  private static String apply(List<Rule> rules, String text) {
    String out = text;
    for (Rule rule : rules) {
      out = rule.pattern.matcher(out).replaceAll(rule.replacement);
    }
    return out;
  }

  private record Rule(Pattern pattern, String replacement) {}

  private static Rule rule(String pattern, String replacement) {
    return new Rule(Pattern.compile(pattern), replacement);
  }

  private static Rule contraction(String parts) {
    return rule("(?iu)" + BOUNDARY + parts + BOUNDARY, " $1 $2 ");
  }
}
