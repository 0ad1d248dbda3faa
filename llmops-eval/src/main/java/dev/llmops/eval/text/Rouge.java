package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.text.RougeSettings.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ROUGE-N, -L and -Lsum; see {@link ReferenceMetrics#rouge1()}. */
record Rouge(Kind kind, RougeSettings settings) implements TextMetric {

  /** Which ROUGE. */
  enum Kind {
    ONE,
    TWO,
    L,
    L_SUM
  }

  /** Precision, recall and their harmonic mean, each 0 to 1. */
  record Score(double precision, double recall) {

    static final Score ZERO = new Score(0, 0);

    static Score of(long hits, long output, long reference) {
      return new Score((double) hits / Math.max(1, output), (double) hits / Math.max(1, reference));
    }

    double f1() {
      return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }

    double value(Measure measure) {
      return switch (measure) {
        case F1 -> f1();
        case PRECISION -> precision;
        case RECALL -> recall;
      };
    }
  }

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    Vocabulary vocabulary = new Vocabulary();
    List<int[]> outputLines = lines(vocabulary, output);
    Score best = null;
    int[] closest = new int[0];
    for (String reference : references) {
      List<int[]> referenceLines = lines(vocabulary, reference);
      Score score = score(outputLines, referenceLines, vocabulary.size());
      if (score != null && (best == null || score.f1() > best.f1())) {
        best = score;
        closest = join(referenceLines);
      }
    }
    if (best == null) {
      throw new NotMeasurable(
          spec.name()
              + " is not defined: no reference has "
              + (kind == Kind.TWO ? "two tokens" : "a token"));
    }
    return Scored.of(
        spec,
        best.value(settings.measure()),
        String.format(
            Locale.ROOT,
            "precision %.3f, recall %.3f; %s",
            best.precision(),
            best.recall(),
            TokenDifference.of(join(outputLines), closest, vocabulary)));
  }

  Score score(String output, String reference) {
    Vocabulary vocabulary = new Vocabulary();
    List<int[]> outputLines = lines(vocabulary, output);
    List<int[]> referenceLines = lines(vocabulary, reference);
    Score score = score(outputLines, referenceLines, vocabulary.size());
    return score == null ? Score.ZERO : score;
  }

  /** Absent where it is not defined, which in reference mode is nowhere. */
  private @Nullable Score score(List<int[]> output, List<int[]> reference, int symbols) {
    int outputLength = output.stream().mapToInt(each -> each.length).sum();
    int referenceLength = reference.stream().mapToInt(each -> each.length).sum();
    if (settings.tokenizer().mode() == MetricMode.DEFAULT
        && referenceLength < (kind == Kind.TWO ? 2 : 1)) {
      return null;
    }
    if (outputLength == 0 || referenceLength == 0) {
      return Score.ZERO;
    }
    return switch (kind) {
      case ONE -> ngrams(output.get(0), reference.get(0), 1);
      case TWO -> ngrams(output.get(0), reference.get(0), 2);
      case L ->
          Score.of(
              CommonSubsequence.length(reference.get(0), output.get(0), symbols),
              outputLength,
              referenceLength);
      case L_SUM -> Score.of(unionHits(output, reference, symbols), outputLength, referenceLength);
    };
  }

  private static Score ngrams(int[] output, int[] reference, int order) {
    NgramCounts counts = new NgramCounts(order, reference.length);
    counts.addReference(reference);
    return Score.of(
        counts.matches(output)[order - 1],
        NgramCounts.total(output.length, order),
        NgramCounts.total(reference.length, order));
  }

  /**
   * Tokens of each reference line that are in its common subsequence with any output line, no token
   * counted more often than it occurs.
   */
  private static long unionHits(List<int[]> output, List<int[]> reference, int symbols) {
    int[] left = new int[symbols];
    output.forEach(
        line -> {
          for (int token : line) {
            left[token]++;
          }
        });
    long cells = 0;
    for (int[] one : reference) {
      for (int[] other : output) {
        cells += (long) one.length * other.length;
      }
    }
    NotMeasurable.checkCells(1, cells, NotMeasurable.MAX_CELLS);
    long hits = 0;
    for (int[] line : reference) {
      boolean[] marked = new boolean[line.length];
      for (int[] other : output) {
        CommonSubsequence.markRows(line, other, symbols, marked);
      }
      for (int i = 0; i < line.length; i++) {
        // the reference's own counts cannot run out: each of its positions is met once
        if (marked[i] && left[line[i]]-- > 0) {
          hits++;
        }
      }
    }
    return hits;
  }

  private List<int[]> lines(Vocabulary vocabulary, String text) {
    NotMeasurable.checkChars(text);
    if (kind != Kind.L_SUM) {
      return List.of(tokens(vocabulary, text));
    }
    List<int[]> lines = new ArrayList<>();
    int tokens = 0;
    for (String line : text.split("\n", -1)) {
      int[] numbers = tokens(vocabulary, line);
      if (numbers.length > 0) {
        lines.add(numbers);
        tokens += numbers.length;
        NotMeasurable.checkTokens(tokens);
      }
    }
    return lines;
  }

  private int[] tokens(Vocabulary vocabulary, String text) {
    List<String> tokens = settings.tokenizer().tokens(text);
    if (settings.stemmer()) {
      tokens.replaceAll(each -> each.length() > 3 ? PorterStemmer.stem(each) : each);
    }
    return vocabulary.ids(tokens);
  }

  private static int[] join(List<int[]> lines) {
    return lines.stream().flatMapToInt(java.util.Arrays::stream).toArray();
  }
}
