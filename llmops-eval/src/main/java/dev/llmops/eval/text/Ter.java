package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** TER of a sentence and of a corpus; see {@link ReferenceMetrics#ter()}. */
record Ter(TerSettings settings) implements TextMetric, CorpusStatistics<Ter.Counts> {

  /** Words of a text; the search costs some 50 cells a word for each of up to 1,000 shifts. */
  static final int MAX_WORDS = 10_000;

  /**
   * What TER is computed from.
   *
   * @param edits against the reference that needs fewest
   * @param referenceLength mean over the references
   */
  record Counts(long edits, double referenceLength) {}

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    Counts counts = statistics(output, references);
    return Scored.of(spec, score(counts), reason(counts));
  }

  @Override
  public Counts statistics(String output, List<String> references) {
    Vocabulary vocabulary = new Vocabulary();
    int[] hypothesis = tokens(vocabulary, output);
    long best = Long.MAX_VALUE;
    long lengths = 0;
    int counted = 0;
    for (String reference : references) {
      int[] tokens = tokens(vocabulary, twice(reference));
      if (tokens.length == 0 && settings.tokenizer().mode() == MetricMode.DEFAULT) {
        continue;
      }
      best = Math.min(best, new ShiftSearch(hypothesis, tokens).edits());
      lengths += tokens.length;
      counted++;
    }
    if (counted == 0) {
      throw new NotMeasurable("ter is not defined: no reference has a token");
    }
    return new Counts(best, (double) lengths / counted);
  }

  @Override
  public Counts sum(Counts one, Counts other) {
    return new Counts(one.edits() + other.edits(), one.referenceLength() + other.referenceLength());
  }

  double score(Counts counts) {
    if (counts.referenceLength() > 0) {
      return 100 * (counts.edits() / counts.referenceLength());
    }
    return counts.edits() > 0 ? 100 : 0;
  }

  String reason(Counts counts) {
    return String.format(
        Locale.ROOT,
        "%d edits and shifts for %.1f reference tokens",
        counts.edits(),
        counts.referenceLength());
  }

  /**
   * sacreBLEU tokenizes a reference and then tokenizes what came out; normalised periods at its
   * start are cut apart only the second time.
   */
  private String twice(String reference) {
    return settings.normalized()
        ? String.join(" ", TercomTokenizer.tokens(reference, settings))
        : reference;
  }

  private int[] tokens(Vocabulary vocabulary, String text) {
    List<String> tokens;
    if (settings.tokenizer() == MetricTokenizer.TERCOM) {
      tokens = TercomTokenizer.tokens(text, settings);
    } else {
      NotMeasurable.checkChars(text);
      tokens =
          MetricTokenizer.UNIVERSAL.tokens(
              settings.caseSensitive() ? text : PythonText.lower(text));
    }
    NotMeasurable.check("text", "words", tokens.size(), MAX_WORDS);
    return vocabulary.ids(tokens);
  }

  /**
   * The greedy search for shifts of Tercom (Snover et al., AMTA 2006) as sacreBLEU 2.6.0 has it:
   * shifts of up to 10 words over up to 50, a beam of 25 around the diagonal of the edit distance,
   * at most 1,000 shifts tried; of equally good ones the longest, then the earliest.
   */
  private static final class ShiftSearch {

    private static final int MAX_SHIFT_SIZE = 10;
    private static final int MAX_SHIFT_DISTANCE = 50;
    private static final int BEAM = 25;
    private static final int MAX_TRIED = 1000;
    private static final int INFINITE = 1 << 29;

    private final int[] reference;
    private final int beam;
    private final double ratio;
    private int[] words;
    private int[][] rows;
    private int[] firstColumns;
    private int tried;

    private int[] alignment = new int[0];
    private int[] referenceErrors = new int[0];
    private int[] outputErrors = new int[0];

    ShiftSearch(int[] output, int[] reference) {
      this.reference = reference;
      this.words = output;
      ratio = output.length == 0 ? 1 : (double) reference.length / output.length;
      beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
      rows = new int[output.length + 1][];
      firstColumns = new int[output.length + 1];
    }

    int edits() {
      if (reference.length == 0) {
        return words.length;
      }
      rows[0] = new int[reference.length + 1];
      for (int j = 0; j <= reference.length; j++) {
        rows[0][j] = j;
      }
      computeRows(0);
      int shifts = 0;
      while (true) {
        Shift best = bestShift();
        if (tried >= MAX_TRIED || best == null || best.gain <= 0) {
          break;
        }
        shifts++;
        words = shifted(best);
        computeRows(Math.min(best.from, best.to));
      }
      return shifts + distance();
    }

    private int distance() {
      return cell(words.length, reference.length);
    }

    /** Computes the table from this row on; the rows before it depend on words before it only. */
    private void computeRows(int from) {
      for (int i = from + 1; i <= words.length; i++) {
        firstColumns[i] = firstColumn(i);
        rows[i] =
            row(words[i - 1], rows[i - 1], firstColumns[i - 1], firstColumns[i], lastColumn(i));
      }
    }

    private int firstColumn(int i) {
      return Math.max(0, (int) Math.floor(i * ratio) - beam);
    }

    /** Exclusive. */
    private int lastColumn(int i) {
      return i == words.length
          ? reference.length + 1
          : Math.min(reference.length + 1, (int) Math.floor(i * ratio) + beam);
    }

    private int[] row(int word, int[] above, int aboveFirst, int first, int last) {
      int[] row = new int[Math.max(0, last - first)];
      int left = INFINITE;
      for (int j = first; j < last; j++) {
        int up = at(above, aboveFirst, j) + 1;
        int best;
        if (j == 0) {
          best = up;
        } else {
          int diagonal = at(above, aboveFirst, j - 1) + (reference[j - 1] == word ? 0 : 1);
          best = Math.min(Math.min(diagonal, up), left + 1);
        }
        best = Math.min(best, INFINITE);
        row[j - first] = best;
        left = best;
      }
      return row;
    }

    private static int at(int[] row, int first, int column) {
      int index = column - first;
      return index < 0 || index >= row.length ? INFINITE : row[index];
    }

    private int cell(int i, int j) {
      return at(rows[i], firstColumns[i], j);
    }

    private record Shift(int gain, int length, int from, int to) {

      boolean isBetterThan(@Nullable Shift other) {
        if (other == null) {
          return true;
        }
        if (gain != other.gain) {
          return gain > other.gain;
        }
        if (length != other.length) {
          return length > other.length;
        }
        return from != other.from ? from < other.from : to < other.to;
      }
    }

    private @Nullable Shift bestShift() {
      align();
      int before = distance();
      Shift best = null;
      for (int from = 0; from < words.length; from++) {
        int first = Math.max(0, from - MAX_SHIFT_DISTANCE);
        int last = Math.min(reference.length - 1, from + MAX_SHIFT_DISTANCE);
        for (int target = first; target <= last; target++) {
          int outputErrorsIn = 0;
          int referenceErrorsIn = 0;
          for (int length = 1; length <= MAX_SHIFT_SIZE; length++) {
            int inOutput = from + length - 1;
            int inReference = target + length - 1;
            if (inOutput >= words.length
                || inReference >= reference.length
                || words[inOutput] != reference[inReference]) {
              break;
            }
            outputErrorsIn += outputErrors[inOutput];
            referenceErrorsIn += referenceErrors[inReference];
            if (outputErrorsIn == 0
                || referenceErrorsIn == 0
                || (alignment[target] >= from && alignment[target] < from + length)) {
              continue;
            }
            best = bestTarget(from, target, length, before, best);
            if (tried >= MAX_TRIED) {
              return best;
            }
          }
        }
      }
      return best;
    }

    private @Nullable Shift bestTarget(
        int from, int target, int length, int before, @Nullable Shift bestBefore) {
      Shift best = bestBefore;
      int previous = -1;
      for (int offset = -1; offset < length; offset++) {
        int to;
        if (target + offset == -1) {
          to = 0;
        } else if (target + offset < alignment.length) {
          to = alignment[target + offset] + 1;
        } else {
          break;
        }
        if (to == previous) {
          continue;
        }
        previous = to;
        Shift unscored = new Shift(0, length, from, to);
        int gain = before - distanceOf(shifted(unscored), Math.min(from, to));
        Shift candidate = new Shift(gain, length, from, to);
        tried++;
        if (candidate.isBetterThan(best)) {
          best = candidate;
        }
      }
      return best;
    }

    /** The distance of other words that begin as ours do. */
    private int distanceOf(int[] other, int same) {
      int[] above = rows[same];
      for (int i = same + 1; i <= other.length; i++) {
        above = row(other[i - 1], above, firstColumns[i - 1], firstColumns[i], lastColumn(i));
      }
      return at(above, firstColumns[other.length], reference.length);
    }

    private int[] shifted(Shift shift) {
      int from = shift.from;
      int length = shift.length;
      int to = shift.to;
      int[] out = new int[words.length];
      if (to < from) {
        System.arraycopy(words, 0, out, 0, to);
        System.arraycopy(words, from, out, to, length);
        System.arraycopy(words, to, out, to + length, from - to);
        System.arraycopy(words, from + length, out, from + length, words.length - from - length);
        return out;
      }
      // a target within the shifted words counts from their end
      int end = to > from + length ? to : Math.min(words.length, length + to);
      System.arraycopy(words, 0, out, 0, from);
      System.arraycopy(words, from + length, out, from, end - from - length);
      System.arraycopy(words, from, out, end - length, length);
      System.arraycopy(words, end, out, end, words.length - end);
      return out;
    }

    /**
     * Walks back through the table. Of equal costs, a match or substitution comes first, then a
     * word of the output without a partner, then one of the reference.
     */
    private void align() {
      int i = words.length;
      int j = reference.length;
      alignment = new int[j];
      referenceErrors = new int[j];
      outputErrors = new int[i];
      while (i > 0 || j > 0) {
        int here = cell(i, j);
        boolean same = i > 0 && j > 0 && words[i - 1] == reference[j - 1];
        if (i > 0 && j > 0 && here == cell(i - 1, j - 1) + (same ? 0 : 1)) {
          i--;
          j--;
          alignment[j] = i;
          outputErrors[i] = same ? 0 : 1;
          referenceErrors[j] = same ? 0 : 1;
        } else if (i > 0 && here == cell(i - 1, j) + 1) {
          i--;
          outputErrors[i] = 1;
        } else if (j > 0) {
          j--;
          // aligned with the last word of the output before it
          alignment[j] = i - 1;
          referenceErrors[j] = 1;
        } else {
          throw new IllegalStateException("the edit distance's beam has no path");
        }
      }
    }
  }
}
