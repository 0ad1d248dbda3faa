package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** chrF and chrF++ of a sentence and of a corpus; see {@link ReferenceMetrics#chrf()}. */
record Chrf(ChrfSettings settings) implements TextMetric, CorpusStatistics<long[]> {

  private static final double EPSILON = 1e-16;

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    long[] counts = statistics(output, references);
    return Scored.of(spec, score(counts), reason(counts));
  }

  /**
   * For each order, characters first: n-grams of the output, of the reference, and of both. Of
   * several references, those of the one with the best score.
   */
  @Override
  public long[] statistics(String output, List<String> references) {
    Prepared hypothesis = prepare(output);
    long[] best = null;
    double bestScore = -1;
    for (String reference : references) {
      Prepared prepared = prepare(reference);
      if (prepared.characters.length == 0 && settings.mode() == MetricMode.DEFAULT) {
        continue;
      }
      long[] counts = new long[3 * (settings.charOrder() + settings.wordOrder())];
      count(hypothesis.characters, prepared.characters, settings.charOrder(), counts, 0);
      if (settings.wordOrder() > 0) {
        Vocabulary vocabulary = new Vocabulary();
        int[] words = vocabulary.ids(prepared.words);
        count(
            vocabulary.ids(hypothesis.words),
            words,
            settings.wordOrder(),
            counts,
            settings.charOrder());
      }
      double score = score(counts);
      if (score > bestScore) {
        bestScore = score;
        best = counts;
      }
    }
    if (best == null) {
      throw new NotMeasurable("chrf is not defined: no reference has a character");
    }
    return best;
  }

  @Override
  public long[] sum(long[] one, long[] other) {
    long[] sum = one.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  double score(long[] counts) {
    double factor = settings.beta() * settings.beta();
    double sum = 0;
    double precisions = 0;
    double recalls = 0;
    int orders = 0;
    for (int i = 0; i < counts.length; i += 3) {
      double precision = counts[i] > 0 ? (double) counts[i + 2] / counts[i] : EPSILON;
      double recall = counts[i + 1] > 0 ? (double) counts[i + 2] / counts[i + 1] : EPSILON;
      double below = factor * precision + recall;
      sum += below > 0 ? (1 + factor) * precision * recall / below : EPSILON;
      if (counts[i] > 0 && counts[i + 1] > 0) {
        precisions += precision;
        recalls += recall;
        orders++;
      }
    }
    if (settings.epsSmoothing()) {
      return Math.min(100, 100 * sum / (settings.charOrder() + settings.wordOrder()));
    }
    if (precisions + recalls == 0) {
      return 0;
    }
    precisions /= orders;
    recalls /= orders;
    double score = (1 + factor) * precisions * recalls / (factor * precisions + recalls);
    return Math.min(100, 100 * score);
  }

  String reason(long[] counts) {
    double precisions = 0;
    double recalls = 0;
    int orders = 0;
    for (int i = 0; i < counts.length; i += 3) {
      if (counts[i] > 0 && counts[i + 1] > 0) {
        precisions += 100.0 * counts[i + 2] / counts[i];
        recalls += 100.0 * counts[i + 2] / counts[i + 1];
        orders++;
      }
    }
    return String.format(
        Locale.ROOT,
        "mean n-gram precision %.1f, recall %.1f over %d of %d orders",
        orders == 0 ? 0 : precisions / orders,
        orders == 0 ? 0 : recalls / orders,
        orders,
        counts.length / 3);
  }

  private static void count(int[] output, int[] reference, int orders, long[] counts, int first) {
    NgramCounts ngrams = new NgramCounts(orders, reference.length);
    ngrams.addReference(reference);
    long[] matches = ngrams.matches(output);
    for (int n = 0; n < orders; n++) {
      long inReference = NgramCounts.total(reference.length, n + 1);
      int at = 3 * (first + n);
      // sacreBLEU does not count the output where the reference is too short for the order
      counts[at] = inReference == 0 ? 0 : NgramCounts.total(output.length, n + 1);
      counts[at + 1] = inReference;
      counts[at + 2] = matches[n];
    }
  }

  private record Prepared(int[] characters, List<String> words) {}

  private Prepared prepare(String text) {
    NotMeasurable.checkChars(text);
    String cased = settings.lowercase() ? PythonText.lower(text) : text;
    int[] characters =
        settings.whitespace()
            ? cased.codePoints().toArray()
            : cased.codePoints().filter(c -> !PythonText.isSpace(c)).toArray();
    NotMeasurable.checkTokens(characters.length);
    List<String> words = List.of();
    if (settings.wordOrder() > 0) {
      words = words(settings.mode() == MetricMode.DEFAULT ? UniversalText.spread(cased) : cased);
    }
    return new Prepared(characters, words);
  }

  /** What stands between spaces, a punctuation mark at its end or else at its start cut off. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : PythonText.split(text)) {
      int last = word.length() - 1;
      if (last > 0 && PythonText.isAsciiPunctuation(word.charAt(last))) {
        words.add(word.substring(0, last));
        words.add(word.substring(last));
      } else if (last > 0 && PythonText.isAsciiPunctuation(word.charAt(0))) {
        words.add(word.substring(0, 1));
        words.add(word.substring(1));
      } else {
        words.add(word);
      }
    }
    return words;
  }
}
