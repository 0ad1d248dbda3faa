package dev.llmops.sink;

import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import org.jspecify.annotations.Nullable;

/**
 * What became of the records that a wrapper handed to the sink behind it, by both their counts: a
 * sink may lose a record without throwing. {@code delivered + dropped + failed} is what was handed
 * on, exactly.
 */
record Books(String name, long delivered, long dropped, long failed, @Nullable String note) {

  /**
   * Reconciles the counts.
   *
   * @param returned how many records the delegate took without throwing
   * @param threw how many it threw at; both read before this is called
   */
  static Books of(long returned, long threw, CallSink delegate) {
    ComponentStats theirs = delegate.stats();
    long handed = returned + threw;
    // clamped: the delegate may be a record ahead of us, and may be shared with others
    long failed = Math.min(handed, Math.max(threw, theirs.failed()));
    long dropped = Math.min(handed - failed, theirs.dropped());
    return new Books(theirs.name(), handed - failed - dropped, dropped, failed, theirs.note());
  }
}
