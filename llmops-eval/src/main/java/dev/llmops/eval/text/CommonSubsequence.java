package dev.llmops.eval.text;

import java.util.Arrays;

/**
 * The longest common subsequence, 64 cells of its table at a time.
 *
 * <p>A row of the table is kept as bits: bit j is 0 where the length grows from column j to j + 1.
 * From one row to the next, with M the columns equal to the row's symbol: V ← (V + (V ∧ M)) ∨ (V ∧
 * ¬M), all ones before the first row (Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA
 * 2004, section 3).
 */
final class CommonSubsequence {

  private CommonSubsequence() {}

  /**
   * The length. O(rows · columns / 64).
   *
   * @param symbols all symbols of both are below this
   */
  static int length(int[] one, int[] other, int symbols) {
    if (one.length == 0 || other.length == 0) {
      return 0;
    }
    int[] rows = one.length < other.length ? other : one;
    int[] columns = one.length < other.length ? one : other;
    NotMeasurable.checkCells(rows.length, columns.length, NotMeasurable.MAX_CELLS);
    SymbolBits bits = new SymbolBits(columns, symbols);
    long[] v = ones(bits.words());
    for (int symbol : rows) {
      step(v, bits.row(symbol), v);
    }
    return increments(v, columns.length);
  }

  /**
   * Marks the rows of one longest common subsequence, the one that rouge_score's backtracking finds
   * (from the ends, a match is always taken; else the column is dropped only if that alone keeps
   * the length).
   */
  static void markRows(int[] rows, int[] columns, int symbols, boolean[] marked) {
    if (rows.length == 0 || columns.length == 0) {
      return;
    }
    NotMeasurable.checkCells(rows.length, columns.length, 400_000_000L);
    SymbolBits bits = new SymbolBits(columns, symbols);
    long[][] table = new long[rows.length + 1][];
    table[0] = ones(bits.words());
    for (int i = 0; i < rows.length; i++) {
      table[i + 1] = new long[bits.words()];
      step(table[i], bits.row(rows[i]), table[i + 1]);
    }
    int i = rows.length;
    int j = columns.length;
    int here = increments(table[i], j);
    int above = increments(table[i - 1], j);
    while (true) {
      if (rows[i - 1] == columns[j - 1]) {
        marked[i - 1] = true;
        above -= increment(table[i - 1], j - 1);
        i--;
        j--;
        if (i == 0 || j == 0) {
          return;
        }
        here = above;
        above = increments(table[i - 1], j);
      } else if (here - increment(table[i], j - 1) > above) {
        here -= increment(table[i], j - 1);
        above -= increment(table[i - 1], j - 1);
        if (--j == 0) {
          return;
        }
      } else {
        if (--i == 0) {
          return;
        }
        here = above;
        above = increments(table[i - 1], j);
      }
    }
  }

  private static void step(long[] from, long[] matches, long[] to) {
    long carry = 0;
    for (int w = 0; w < from.length; w++) {
      long v = from[w];
      long matched = v & matches[w];
      long sum = v + matched;
      long carried = sum + carry;
      // an unsigned sum overflowed where it came out below an operand
      carry = Long.compareUnsigned(sum, v) < 0 || Long.compareUnsigned(carried, sum) < 0 ? 1 : 0;
      to[w] = carried | (v & ~matches[w]);
    }
  }

  private static long[] ones(int words) {
    long[] ones = new long[words];
    Arrays.fill(ones, -1L);
    return ones;
  }

  private static int increment(long[] v, int column) {
    return (int) (~v[column >>> 6] >>> column & 1);
  }

  /** The length in the first {@code columns} columns. */
  private static int increments(long[] v, int columns) {
    int length = 0;
    for (int w = 0; w < columns >>> 6; w++) {
      length += Long.bitCount(~v[w]);
    }
    int rest = columns & 63;
    return rest == 0 ? length : length + Long.bitCount(~v[columns >>> 6] & ((1L << rest) - 1));
  }
}
