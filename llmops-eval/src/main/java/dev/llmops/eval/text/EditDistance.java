package dev.llmops.eval.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Distances between texts over code points.
 *
 * <p>Levenshtein by Myers' bit vectors ("A fast bit-vector algorithm for approximate string
 * matching based on dynamic programming", JACM 46(3), 1999) in blocks of 64 rows, for the distance
 * of whole strings (Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
 * distances", Nordic Journal of Computing 10(1), 2003).
 */
final class EditDistance {

  private final int[] one;
  private final int[] other;
  private int symbols;

  private EditDistance(int[] one, int[] other) {
    this.one = one;
    this.other = other;
  }

  /** Compares two texts by code points; a lone surrogate counts as one. */
  static EditDistance of(String one, String other) {
    NotMeasurable.checkChars(one);
    NotMeasurable.checkChars(other);
    EditDistance distance =
        new EditDistance(one.codePoints().toArray(), other.codePoints().toArray());
    distance.number();
    return distance;
  }

  int longer() {
    return Math.max(one.length, other.length);
  }

  int lengths() {
    return one.length + other.length;
  }

  /** Insertions, deletions and substitutions that turn one into the other. */
  int levenshtein() {
    int start = 0;
    int oneEnd = one.length;
    int otherEnd = other.length;
    while (start < oneEnd && start < otherEnd && one[start] == other[start]) {
      start++;
    }
    while (oneEnd > start && otherEnd > start && one[oneEnd - 1] == other[otherEnd - 1]) {
      oneEnd--;
      otherEnd--;
    }
    int[] a = Arrays.copyOfRange(one, start, oneEnd);
    int[] b = Arrays.copyOfRange(other, start, otherEnd);
    return a.length < b.length ? distance(a, b) : distance(b, a);
  }

  /** Insertions and deletions alone, a substitution being one of each. */
  int insertionsAndDeletions() {
    return lengths() - 2 * CommonSubsequence.length(one, other, symbols);
  }

  private int distance(int[] pattern, int[] text) {
    if (pattern.length == 0) {
      return text.length;
    }
    NotMeasurable.checkCells(pattern.length, text.length, NotMeasurable.MAX_CELLS);
    SymbolBits bits = new SymbolBits(pattern, symbols);
    int blocks = bits.words();
    long[] positive = new long[blocks];
    long[] negative = new long[blocks];
    Arrays.fill(positive, -1L);
    int lastBit = (pattern.length - 1) & 63;
    int distance = pattern.length;
    for (int symbol : text) {
      long[] matches = bits.row(symbol);
      // the top row grows by one with each column: the distance of whole strings
      long carryPositive = 1;
      long carryNegative = 0;
      for (int block = 0; block < blocks; block++) {
        long pv = positive[block];
        long mv = negative[block];
        long match = matches[block];
        long xv = match | mv;
        match |= carryNegative;
        long xh = (((match & pv) + pv) ^ pv) | match;
        long ph = mv | ~(xh | pv);
        long mh = pv & xh;
        if (block == blocks - 1) {
          distance += (int) ((ph >>> lastBit & 1) - (mh >>> lastBit & 1));
        }
        long outPositive = ph >>> 63;
        long outNegative = mh >>> 63;
        ph = ph << 1 | carryPositive;
        mh = mh << 1 | carryNegative;
        positive[block] = mh | ~(xv | ph);
        negative[block] = ph & xv;
        carryPositive = outPositive;
        carryNegative = outNegative;
      }
    }
    return distance;
  }

  /** Replaces code points by numbers from 0. */
  private void number() {
    int[] ascii = new int[128];
    Map<Integer, Integer> others = new HashMap<>();
    for (int[] text : new int[][] {one, other}) {
      for (int i = 0; i < text.length; i++) {
        int codePoint = text[i];
        if (codePoint < 128) {
          if (ascii[codePoint] == 0) {
            ascii[codePoint] = ++symbols;
          }
          text[i] = ascii[codePoint] - 1;
        } else {
          Integer known = others.putIfAbsent(codePoint, symbols);
          text[i] = known != null ? known : symbols++;
        }
      }
    }
  }

  /**
   * Jaro's similarity: with m characters that match within half the longer length and t matched
   * ones out of order, (m/|a| + m/|b| + (m − t/2)/m) / 3 (Jaro, "Advances in record-linkage
   * methodology", JASA 84(406), 1989). O(length): for each symbol the first free position of the
   * other text within the window is always the next one not yet passed.
   *
   * @param floor t/2 rounded down, as in Winkler's C code and NLTK; else kept, as in Apache Commons
   *     Text
   */
  double jaro(boolean floor) {
    if (one.length == 0 && other.length == 0) {
      return 1;
    }
    int window = Math.max(longer() / 2 - 1, 0);
    int[] starts = new int[symbols + 1];
    for (int symbol : other) {
      starts[symbol + 1]++;
    }
    for (int i = 0; i < symbols; i++) {
      starts[i + 1] += starts[i];
    }
    int[] positions = new int[other.length];
    int[] next = starts.clone();
    for (int i = 0; i < other.length; i++) {
      positions[next[other[i]]++] = i;
    }
    next = starts.clone();
    boolean[] taken = new boolean[other.length];
    int[] matched = new int[Math.min(one.length, other.length)];
    int matches = 0;
    for (int i = 0; i < one.length; i++) {
      int symbol = one[i];
      int end = starts[symbol + 1];
      while (next[symbol] < end && positions[next[symbol]] < i - window) {
        next[symbol]++;
      }
      if (next[symbol] < end && positions[next[symbol]] <= i + window) {
        taken[positions[next[symbol]++]] = true;
        matched[matches++] = symbol;
      }
    }
    if (matches == 0) {
      return 0;
    }
    int outOfOrder = 0;
    int k = 0;
    for (int j = 0; j < other.length; j++) {
      if (taken[j] && other[j] != matched[k++]) {
        outOfOrder++;
      }
    }
    double transpositions = (floor ? outOfOrder & ~1 : outOfOrder) / 2.0;
    double m = matches;
    return (m / one.length + m / other.length + (m - transpositions) / m) / 3;
  }

  /**
   * Raises a Jaro similarity by a common prefix of up to 4: jaro + prefix · scale · (1 − jaro)
   * (Winkler, "String comparator metrics and enhanced decision rules", 1990).
   */
  double winkler(double jaro, double scale) {
    int prefix = 0;
    int most = Math.min(4, Math.min(one.length, other.length));
    while (prefix < most && one[prefix] == other[prefix]) {
      prefix++;
    }
    return jaro + prefix * scale * (1 - jaro);
  }
}
