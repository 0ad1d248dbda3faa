package dev.llmops.eval.text;

/**
 * For each symbol of a sequence, the bits of its positions: the match vectors of the bit-parallel
 * algorithms, for any length. A symbol with more positions than a row has words keeps its row, and
 * there are at most 64 of those; the others' rows are made on demand. So both memory and a row's
 * cost stay in proportion to the sequence, whatever it holds.
 */
final class SymbolBits {

  private final int words;
  private final int[] starts;
  private final int[] positions;
  private final long[][] kept;
  private final long[] scratch;
  private int inScratch = -1;

  /**
   * @param sequence of symbols
   * @param symbols all symbols are below this
   */
  SymbolBits(int[] sequence, int symbols) {
    words = Math.max(1, (sequence.length + 63) >>> 6);
    starts = new int[symbols + 1];
    for (int symbol : sequence) {
      starts[symbol + 1]++;
    }
    for (int i = 0; i < symbols; i++) {
      starts[i + 1] += starts[i];
    }
    positions = new int[sequence.length];
    int[] next = starts.clone();
    for (int i = 0; i < sequence.length; i++) {
      positions[next[sequence[i]]++] = i;
    }
    kept = new long[symbols][];
    scratch = new long[words];
  }

  int words() {
    return words;
  }

  /**
   * The bits of the positions of a symbol; good until the next call. A symbol of the other sequence
   * alone has none.
   */
  long[] row(int symbol) {
    if (symbol < kept.length && kept[symbol] != null) {
      return kept[symbol];
    }
    if (inScratch >= 0) {
      for (int i = starts[inScratch]; i < starts[inScratch + 1]; i++) {
        scratch[positions[i] >>> 6] = 0;
      }
    }
    inScratch = -1;
    if (symbol >= kept.length) {
      return scratch;
    }
    long[] row = scratch;
    if (starts[symbol + 1] - starts[symbol] >= words) {
      row = new long[words];
      kept[symbol] = row;
    } else {
      inScratch = symbol;
    }
    for (int i = starts[symbol]; i < starts[symbol + 1]; i++) {
      row[positions[i] >>> 6] |= 1L << positions[i];
    }
    return row;
  }
}
