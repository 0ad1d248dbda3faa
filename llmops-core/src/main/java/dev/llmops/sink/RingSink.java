package dev.llmops.sink;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest records in memory: for tests, a page of the application, or a look with a
 * debugger. When it is full, in records or in bytes, the oldest go.
 *
 * <p>It gets full content unless told otherwise: nothing of it is stored or sent, and it is gone
 * with the process. Whoever shows its records on a page shows prompts and answers; give it {@link
 * ContentPolicy#none()} or a redactor there.
 *
 * <p>Thread-safe. Lists are copies of the moment, oldest first.
 */
public final class RingSink implements CallSink {

  private static final int MAX_CAPACITY = 1_048_576;

  private final int capacity;
  private final long maxBytes;
  private final ContentPolicy content;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<LlmRecord> records = new ArrayDeque<>();
  private long bytes;
  private long accepted;
  private long callsSinceClear;

  private RingSink(Builder builder) {
    capacity = builder.capacity;
    maxBytes = builder.maxBytes;
    content = builder.content;
  }

  /** The latest 1,000 records, with content. */
  public static RingSink create() {
    return builder().build();
  }

  /**
   * The latest records, with content.
   *
   * @param capacity how many, 1 to 1,048,576
   */
  public static RingSink ofCapacity(int capacity) {
    return builder().capacity(capacity).build();
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void accept(LlmRecord record) {
    long size = RecordSize.of(record);
    lock.lock();
    try {
      records.addLast(record);
      bytes += size;
      accepted++;
      while (records.size() > capacity || (bytes > maxBytes && records.size() > 1)) {
        bytes -= RecordSize.of(records.removeFirst());
      }
      if (record instanceof LlmCall) {
        callsSinceClear++;
        arrived.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Everything that is held, oldest first. */
  public List<LlmRecord> records() {
    return held(LlmRecord.class);
  }

  /** The calls that are held, oldest first. */
  public List<LlmCall> calls() {
    return held(LlmCall.class);
  }

  /** The steps that are held, oldest first. */
  public List<LlmStep> steps() {
    return held(LlmStep.class);
  }

  /** The scores that are held, oldest first. */
  public List<CallScore> scores() {
    return held(CallScore.class);
  }

  /** The call or step with this reference, absent when it is not held (any more). O(held). */
  public @Nullable LlmRecord find(CallRef ref) {
    Objects.requireNonNull(ref, "ref must not be null");
    lock.lock();
    try {
      for (Iterator<LlmRecord> latest = records.descendingIterator(); latest.hasNext(); ) {
        LlmRecord record = latest.next();
        if ((record instanceof LlmCall call && call.ref().equals(ref))
            || (record instanceof LlmStep step && step.ref().equals(ref))) {
          return record;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what is held; {@link #awaitCalls} counts from here again. */
  public void clear() {
    lock.lock();
    try {
      records.clear();
      bytes = 0;
      callsSinceClear = 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until this many calls have arrived since the sink was made or cleared, for tests of
   * asynchronous code. Returns at once when they are there.
   *
   * @param count how many calls, 0 or more; it may be more than the ring holds
   * @param atMost how long to wait
   * @return {@link #calls()}
   * @throws IllegalStateException if fewer arrived in that time, or the thread was interrupted (its
   *     flag stays set)
   */
  public List<LlmCall> awaitCalls(int count, Duration atMost) {
    long nanos = Checks.nanos(atMost);
    lock.lock();
    try {
      while (callsSinceClear < count) {
        if (nanos <= 0) {
          throw new IllegalStateException(
              "expected " + count + " calls within " + atMost + ", but saw " + callsSinceClear);
        }
        nanos = arrived.awaitNanos(nanos);
      }
      return held(LlmCall.class);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while waiting for " + count + " calls; saw " + callsSinceClear, e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public ContentPolicy content() {
    return content;
  }

  @Override
  public ComponentStats stats() {
    lock.lock();
    try {
      String note =
          accepted == 0
              ? null
              : "holds "
                  + records.size()
                  + "; older ones go (RingSink.Builder.capacity="
                  + capacity
                  + ", maxBytes="
                  + maxBytes
                  + ")";
      return new ComponentStats("RingSink", accepted, accepted, 0, 0, note);
    } finally {
      lock.unlock();
    }
  }

  private <T extends LlmRecord> List<T> held(Class<T> type) {
    lock.lock();
    try {
      List<T> held = new ArrayList<>();
      for (LlmRecord record : records) {
        if (type.isInstance(record)) {
          held.add(type.cast(record));
        }
      }
      return List.copyOf(held);
    } finally {
      lock.unlock();
    }
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private int capacity = 1_000;
    private long maxBytes = 64L << 20;
    private ContentPolicy content = ContentPolicy.full();

    private Builder() {}

    /** How many records are held; 1 to 1,048,576, default 1,000. */
    public Builder capacity(int capacity) {
      Checks.between(capacity, 1, MAX_CAPACITY, "capacity");
      this.capacity = capacity;
      return this;
    }

    /**
     * How many bytes of text are held, estimated at two a character; 1 or more, default 64 MiB. The
     * latest record is held even if it is larger.
     */
    public Builder maxBytes(long maxBytes) {
      Checks.between(maxBytes, 1, Long.MAX_VALUE, "maxBytes");
      this.maxBytes = maxBytes;
      return this;
    }

    /** What content is held; {@link ContentPolicy#full()} unless said. */
    public Builder content(ContentPolicy content) {
      this.content = Objects.requireNonNull(content, "content must not be null");
      return this;
    }

    /** The ring. */
    public RingSink build() {
      return new RingSink(this);
    }
  }
}
