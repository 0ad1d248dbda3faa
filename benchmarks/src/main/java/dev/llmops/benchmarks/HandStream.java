package dev.llmops.benchmarks;

import dev.llmops.benchmarks.Workload.Piece;

/** What a developer writes around the chunks: a count, the time of the first one, the text. */
final class HandStream {

  private final long start = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private long chunks;
  private long firstChunkNanos;

  void seen(Piece piece) {
    if (chunks++ == 0) {
      firstChunkNanos = System.nanoTime() - start;
    }
    text.append(piece.text());
  }

  String ended() {
    return chunks + " chunks, the first after " + firstChunkNanos + " ns: " + text;
  }
}
