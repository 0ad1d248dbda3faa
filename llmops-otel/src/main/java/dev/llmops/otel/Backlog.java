package dev.llmops.otel;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one signal has taken in and not yet got rid of, bounded in items and bytes, with exact
 * counts of both.
 *
 * <p>It stands in front of the SDK's batch processor and admits at most as many items as that
 * processor's queue holds, items on the wire included. So the processor, which counts its own drops
 * only for a meter provider, never has a reason to drop.
 */
final class Backlog {
  /** Items handed to the exporter together; settled once. */
  static final class Batch {
    private final int items;
    private final long bytes;

    private Batch(int items, long bytes) {
      this.items = items;
      this.bytes = bytes;
    }
  }

  private final LongAdder started = new LongAdder();

  // One short lock for all that follows: the sums must agree at any moment, and nothing blocks
  // inside.
  private final Set<Batch> onTheWire = new HashSet<>();
  private int maxItems = Integer.MAX_VALUE;
  private long maxBytes = Long.MAX_VALUE;
  private long ended;
  private long exported;
  private long failed;
  private long dropped;
  private long pending;
  private long admitted;
  private long settled;
  private long pendingBytes;
  private boolean refusing;
  private boolean abandoned;

  synchronized void limit(int maxItems, long maxBytes) {
    this.maxItems = maxItems;
    this.maxBytes = maxBytes;
  }

  void start() {
    started.increment();
  }

  /**
   * Counts items as ended; false if there is no room for them, then they are counted as dropped.
   */
  synchronized boolean offer(int items, long bytes) {
    ended += items;
    if (refusing || pending + items > maxItems || bytes > maxBytes - pendingBytes) {
      dropped += items;
      return false;
    }
    admitted += items;
    pending += items;
    pendingBytes += bytes;
    return true;
  }

  /**
   * Items that were offered go on the wire; null once abandoned, they are accounted for already.
   */
  synchronized @Nullable Batch send(int items, long bytes) {
    if (abandoned) {
      return null;
    }
    Batch batch = new Batch(items, bytes);
    onTheWire.add(batch);
    return batch;
  }

  /** False if the batch was settled before, by being abandoned. */
  synchronized boolean settle(Batch batch, long rejected) {
    if (!onTheWire.remove(batch)) {
      return false;
    }
    long lost = Math.max(0, Math.min(batch.items, rejected));
    failed += lost;
    exported += batch.items - lost;
    pending -= batch.items;
    pendingBytes -= batch.bytes;
    settled += batch.items;
    notifyAll();
    return true;
  }

  /** How many items were ever admitted. */
  synchronized long admitted() {
    return admitted;
  }

  /** Waits until that many items have an end, at most so long; false if they have not. */
  synchronized boolean awaitSettled(long items, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; settled < items && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return settled >= items;
  }

  /** Nothing new is admitted from here on. */
  synchronized void refuse() {
    refusing = true;
  }

  synchronized boolean refuses() {
    return refusing;
  }

  /**
   * Gives up what is left: on the wire counts as failed, waiting as dropped. Returns how many items
   * that were.
   */
  synchronized long abandon() {
    refusing = true;
    abandoned = true;
    long left = pending;
    for (Batch batch : onTheWire) {
      failed += batch.items;
      pending -= batch.items;
    }
    onTheWire.clear();
    dropped += pending;
    pending = 0;
    pendingBytes = 0;
    settled = admitted;
    notifyAll();
    return left;
  }

  synchronized long pendingBytes() {
    return pendingBytes;
  }

  synchronized ExportStats.Items items() {
    // started is read last, so that it never shows fewer than ended
    return new ExportStats.Items(started.sum(), ended, exported, failed, dropped, pending);
  }

  synchronized ExportStats.Points points() {
    return new ExportStats.Points(exported, failed + dropped);
  }
}
