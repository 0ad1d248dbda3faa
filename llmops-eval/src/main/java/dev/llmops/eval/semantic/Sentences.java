package dev.llmops.eval.semantic;

import dev.llmops.eval.internal.LinearText;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits a text into sentences: at the ends that Unicode names (UAX #29, by the JDK's {@link
 * BreakIterator}; Chinese ends too) and at line breaks, but not after common English abbreviations
 * and initials. A heuristic: enough to compare sentences, not to count them.
 */
public final class Sentences {

  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "sr.", "jr.", "vs.", "e.g.", "i.e.", "no.",
          "gen.", "col.", "sen.", "rep.", "gov.", "fig.", "u.s.", "u.k.");

  private Sentences() {}

  /** The sentences in order, without white space around them; those that show nothing left out. */
  public static List<String> split(String text) {
    List<String> sentences = new ArrayList<>();
    text.lines().forEach(line -> splitLine(line, sentences));
    return sentences;
  }

  private static void splitLine(String line, List<String> sentences) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(line);
    int start = breaks.first();
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      String sentence = line.substring(start, end).strip();
      if (end < line.length() && endsInAbbreviation(sentence)) {
        continue;
      }
      if (!TextChecks.isBlank(sentence)) {
        sentences.add(sentence);
      }
      start = end;
    }
  }

  private static boolean endsInAbbreviation(String sentence) {
    if (!sentence.endsWith(".")) {
      return false;
    }
    int space = sentence.lastIndexOf(' ');
    String word = sentence.substring(space + 1);
    return ABBREVIATIONS.contains(LinearText.lower(word))
        || (word.length() == 2 && Character.isUpperCase(word.charAt(0)));
  }
}
