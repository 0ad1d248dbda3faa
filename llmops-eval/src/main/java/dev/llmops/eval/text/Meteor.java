package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** METEOR; see {@link ReferenceMetrics#meteor()}. */
record Meteor(MeteorSettings settings) implements TextMetric {

  private static final double ALPHA = 0.9;
  private static final double BETA = 3;
  private static final double GAMMA = 0.5;
  private static final int NONE = -1;

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    List<String> words = words(output);
    double best = -1;
    String reason = "";
    for (String reference : references) {
      List<String> referenceWords = words(reference);
      if (referenceWords.isEmpty() && settings.tokenizer().mode() == MetricMode.DEFAULT) {
        continue;
      }
      int[] alignment = align(words, referenceWords);
      double score = score(alignment, referenceWords.size());
      if (score > best) {
        best = score;
        reason = reason(alignment, words, referenceWords);
      }
    }
    if (best < 0) {
      throw new NotMeasurable("meteor is not defined: no reference has a token");
    }
    return Scored.of(spec, best, reason);
  }

  double score(String output, String reference) {
    List<String> referenceWords = words(reference);
    return score(align(words(output), referenceWords), referenceWords.size());
  }

  private static double score(int[] alignment, int referenceLength) {
    int matches = matches(alignment);
    if (matches == 0) {
      return 0;
    }
    double precision = (double) matches / alignment.length;
    double recall = (double) matches / referenceLength;
    double mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall);
    double penalty = GAMMA * Math.pow((double) chunks(alignment) / matches, BETA);
    return (1 - penalty) * mean;
  }

  private static int matches(int[] alignment) {
    return (int) Arrays.stream(alignment).filter(each -> each != NONE).count();
  }

  /** Runs of matches that are neighbours in both texts. */
  private static int chunks(int[] alignment) {
    int chunks = 0;
    for (int i = 0; i < alignment.length; i++) {
      if (alignment[i] != NONE
          && (i == 0 || alignment[i - 1] == NONE || alignment[i] != alignment[i - 1] + 1)) {
        chunks++;
      }
    }
    return chunks;
  }

  /**
   * For each word of the output its partner in the reference: from the last word of the output to
   * the first, each the last free equal one; then the rest the same way by stems.
   */
  private int[] align(List<String> output, List<String> reference) {
    int[] alignment = new int[output.size()];
    Arrays.fill(alignment, NONE);
    boolean[] taken = new boolean[reference.size()];
    match(output, reference, alignment, taken);
    if (settings.stemmer()) {
      match(stems(output, alignment, null), stems(reference, null, taken), alignment, taken);
    }
    return alignment;
  }

  private static void match(
      List<String> output, List<String> reference, int[] alignment, boolean[] taken) {
    Vocabulary vocabulary = new Vocabulary();
    int[] wanted = vocabulary.ids(reference);
    int[] given = vocabulary.ids(output);
    int[] last = new int[vocabulary.size()];
    int[] before = new int[wanted.length];
    Arrays.fill(last, NONE);
    for (int j = 0; j < wanted.length; j++) {
      if (!taken[j]) {
        before[j] = last[wanted[j]];
        last[wanted[j]] = j;
      }
    }
    for (int i = given.length - 1; i >= 0; i--) {
      int partner = last[given[i]];
      if (alignment[i] == NONE && partner != NONE) {
        alignment[i] = partner;
        taken[partner] = true;
        last[given[i]] = before[partner];
      }
    }
  }

  /** Stems of those without a partner; the others stay as they are, for they take no part. */
  private static List<String> stems(
      List<String> words, int @Nullable [] alignment, boolean @Nullable [] taken) {
    String[] stems = words.toArray(new String[0]);
    for (int i = 0; i < stems.length; i++) {
      boolean free = alignment != null ? alignment[i] == NONE : taken != null && !taken[i];
      if (free) {
        stems[i] = PorterStemmer.stem(stems[i]);
      }
    }
    return List.of(stems);
  }

  private String reason(int[] alignment, List<String> output, List<String> reference) {
    return String.format(
        Locale.ROOT,
        "%d of %d tokens match %d of the reference's in %d runs; %s",
        matches(alignment),
        alignment.length,
        reference.size(),
        chunks(alignment),
        TokenDifference.of(output, reference));
  }

  private List<String> words(String text) {
    List<String> words = settings.tokenizer().tokens(text);
    words.replaceAll(PythonText::lower);
    return words;
  }
}
