package dev.llmops.eval.consistency;

import dev.llmops.eval.internal.LinearText;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The two n-gram measures: by presence in the samples, and by surprise (the paper's). */
final class SelfCheckNgram {

  private SelfCheckNgram() {}

  /**
   * A sentence's score.
   *
   * @param score of its n-grams
   * @param worst the n-gram with the least support
   */
  record Sentence(double score, String worst) {}

  /** The mean over n-grams of the share of samples that lack it, 0 to 1. */
  static Sentence presence(List<String> sentence, List<Set<String>> samples) {
    double sum = 0;
    double worst = -1;
    String worstGram = "";
    for (String gram : sentence) {
      int missing = 0;
      for (Set<String> sample : samples) {
        missing += sample.contains(gram) ? 0 : 1;
      }
      double share = (double) missing / samples.size();
      sum += share;
      if (share > worst) {
        worst = share;
        worstGram = gram;
      }
    }
    return new Sentence(sum / sentence.size(), worstGram);
  }

  /**
   * The greatest -ln p over n-grams, p by counts in the answer and all samples; nats, 0 or more.
   */
  static Sentence surprise(List<String> sentence, Map<String, Integer> counts, int total) {
    double worst = -1;
    String worstGram = "";
    for (String gram : sentence) {
      double surprise = -Math.log((double) counts.getOrDefault(gram, 1) / total);
      if (surprise > worst) {
        worst = surprise;
        worstGram = gram;
      }
    }
    return new Sentence(worst, worstGram);
  }

  static Map<String, Integer> counts(List<List<String>> texts) {
    Map<String, Integer> counts = new HashMap<>();
    texts.forEach(grams -> grams.forEach(gram -> counts.merge(gram, 1, Integer::sum)));
    return counts;
  }

  /** All n-grams of up to n words: a sentence of fewer words looks for itself. */
  static Set<String> upTo(String text, int n) {
    Set<String> all = new HashSet<>();
    for (int k = 1; k <= n; k++) {
      all.addAll(grams(text, k));
    }
    return all;
  }

  /** The n-grams of a text's words; a shorter text is one n-gram of all its words. */
  static List<String> grams(String text, int n) {
    List<String> words = words(text);
    if (n == 1 || words.isEmpty()) {
      return words;
    }
    if (words.size() < n) {
      return List.of(String.join(" ", words));
    }
    List<String> grams = new ArrayList<>(words.size());
    for (int i = 0; i + n <= words.size(); i++) {
      grams.add(String.join(" ", words.subList(i, i + n)));
    }
    return grams;
  }

  /** Runs of letters and digits in lower case; a character each where scripts have no spaces. */
  private static List<String> words(String text) {
    String form = LinearText.lower(LinearText.nfkc(text));
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < form.length(); ) {
      int c = form.codePointAt(i);
      i += Character.charCount(c);
      boolean alone = isWrittenWithoutSpaces(c);
      if (!isWord(c) || alone) {
        if (word.length() > 0) {
          words.add(word.toString());
          word.setLength(0);
        }
        if (alone) {
          words.add(Character.toString(c));
        }
      } else {
        word.appendCodePoint(c);
      }
    }
    if (word.length() > 0) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean isWord(int c) {
    int type = Character.getType(c);
    return Character.isLetterOrDigit(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  private static boolean isWrittenWithoutSpaces(int c) {
    if (!Character.isLetter(c)) {
      return false;
    }
    UnicodeScript script = UnicodeScript.of(c);
    return script == UnicodeScript.HAN
        || script == UnicodeScript.HIRAGANA
        || script == UnicodeScript.KATAKANA
        || script == UnicodeScript.THAI
        || script == UnicodeScript.LAO
        || script == UnicodeScript.KHMER
        || script == UnicodeScript.MYANMAR;
  }
}
