package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.text.BleuSettings.Smoothing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** BLEU of a sentence and of a corpus; see {@link ReferenceMetrics#bleu()}. */
record Bleu(BleuSettings settings) implements TextMetric, CorpusStatistics<Bleu.Counts> {

  /** What sacreBLEU takes for the logarithm of 0. */
  private static final double LOG_OF_ZERO = -9999999999.0;

  /**
   * What BLEU is computed from; those of a corpus are the sums of its sentences'.
   *
   * @param correct clipped matches by order
   * @param total n-grams of the output by order
   * @param outputLength in tokens
   * @param referenceLength of the reference closest in length, the shorter of two as close
   */
  record Counts(double[] correct, double[] total, long outputLength, long referenceLength) {}

  /** BLEU from 0 to 100 with what it was made of. */
  record Score(double bleu, double brevityPenalty, double[] precisions) {}

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    Counts counts = statistics(output, references);
    Score score = score(counts);
    return Scored.of(spec, score.bleu(), reason(score, counts));
  }

  @Override
  public Counts statistics(String output, List<String> references) {
    Vocabulary vocabulary = new Vocabulary();
    List<int[]> tokenized = new ArrayList<>(references.size());
    int longest = 0;
    for (String reference : references) {
      int[] tokens = tokens(vocabulary, reference);
      if (tokens.length > 0 || settings.tokenizer().mode() == MetricMode.REFERENCE) {
        tokenized.add(tokens);
        longest = Math.max(longest, tokens.length);
      }
    }
    if (tokenized.isEmpty()) {
      throw new NotMeasurable("bleu is not defined: no reference has a token");
    }
    NgramCounts ngrams = new NgramCounts(settings.maxOrder(), longest);
    tokenized.forEach(ngrams::addReference);
    int[] tokens = tokens(vocabulary, output);
    long[] matches = ngrams.matches(tokens);
    double[] correct = new double[settings.maxOrder()];
    double[] total = new double[settings.maxOrder()];
    for (int n = 0; n < correct.length; n++) {
      correct[n] = matches[n];
      total[n] = NgramCounts.total(tokens.length, n + 1);
    }
    return new Counts(correct, total, tokens.length, closestLength(tokens.length, tokenized));
  }

  @Override
  public Counts sum(Counts one, Counts other) {
    double[] correct = one.correct().clone();
    double[] total = one.total().clone();
    for (int n = 0; n < correct.length; n++) {
      correct[n] += other.correct()[n];
      total[n] += other.total()[n];
    }
    return new Counts(
        correct,
        total,
        one.outputLength() + other.outputLength(),
        one.referenceLength() + other.referenceLength());
  }

  Score score(Counts counts) {
    double[] precisions = new double[settings.maxOrder()];
    double brevityPenalty = 1;
    if (counts.outputLength() < counts.referenceLength()) {
      brevityPenalty =
          counts.outputLength() == 0
              ? 0
              : Math.exp(1 - (double) counts.referenceLength() / counts.outputLength());
    }
    boolean anyMatch = false;
    for (double correct : counts.correct()) {
      anyMatch |= correct != 0;
    }
    if (!anyMatch) {
      return new Score(0, brevityPenalty, precisions);
    }
    int orders = settings.maxOrder();
    double halving = 1;
    for (int n = 0; n < precisions.length; n++) {
      double more =
          settings.smoothing() == Smoothing.ADD_K && n > 0 ? settings.smoothingValue() : 0;
      double correct = counts.correct()[n] + more;
      double total = counts.total()[n] + more;
      if (total == 0) {
        break;
      }
      if (settings.effectiveOrder()) {
        orders = n + 1;
      }
      if (correct != 0) {
        precisions[n] = 100 * correct / total;
      } else if (settings.smoothing() == Smoothing.EXP) {
        halving *= 2;
        precisions[n] = 100 / (halving * total);
      } else if (settings.smoothing() == Smoothing.FLOOR) {
        precisions[n] = 100 * settings.smoothingValue() / total;
      }
    }
    double logs = 0;
    for (int n = 0; n < orders; n++) {
      logs += precisions[n] == 0 ? LOG_OF_ZERO : Math.log(precisions[n]);
    }
    // the exponential of a mean of logarithms can pass 100 by a rounding error
    double bleu = Math.min(100, brevityPenalty * Math.exp(logs / orders));
    return new Score(bleu, brevityPenalty, precisions);
  }

  private int[] tokens(Vocabulary vocabulary, String text) {
    NotMeasurable.checkChars(text);
    String cased = settings.lowercase() ? PythonText.lower(text) : text;
    return vocabulary.ids(settings.tokenizer().tokens(PythonText.stripEnd(cased)));
  }

  private static int closestLength(int length, List<int[]> references) {
    int closest = references.get(0).length;
    for (int[] reference : references) {
      int difference = Math.abs(reference.length - length) - Math.abs(closest - length);
      if (difference < 0 || (difference == 0 && reference.length < closest)) {
        closest = reference.length;
      }
    }
    return closest;
  }

  static String reason(Score score, Counts counts) {
    StringBuilder precisions = new StringBuilder();
    for (double precision : score.precisions()) {
      precisions
          .append(precisions.length() == 0 ? "" : "/")
          .append(String.format(Locale.ROOT, "%.1f", precision));
    }
    return String.format(
        Locale.ROOT,
        "n-gram precisions %s; brevity penalty %.3f (%d tokens, reference %d)",
        precisions,
        score.brevityPenalty(),
        counts.outputLength(),
        counts.referenceLength());
  }
}
