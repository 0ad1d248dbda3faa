package dev.llmops.sink;

import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmRecord;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a sink a queue and a daemon thread of its own, so that a slow disk or network never slows a
 * call. The queue is bounded in records and in bytes; what does not fit is dropped, counted, and
 * said in the log once a minute at most:
 *
 * <pre>
 * JsonlSink(calls.jsonl): dropped 37 records in the last 60 s: queue full
 *     (AsyncSink.Builder.capacity=2048)   (one line)
 * </pre>
 *
 * <p>The sink behind it is called by one thread, in the order the records came; its {@link
 * #content()} policy is applied on that thread too, redaction included. Records wait at most about
 * 10 ms before they are passed on in a batch. What the sink throws is counted, and logged the first
 * time.
 *
 * <p>{@link dev.llmops.LlmOps} wraps each sink that {@link CallSink#blocks() blocks} by itself;
 * wrap one yourself for other bounds. The thread starts with the first record.
 */
public final class AsyncSink implements CallSink {

  private static final Logger logger = LoggerFactory.getLogger(AsyncSink.class);
  private static final int MAX_CAPACITY = 1_048_576;
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(60);

  // what the thread does: no record yet, taking records, waiting for more, waiting for the first
  private static final int UNBORN = 0;
  private static final int BUSY = 1;
  private static final int LINGERING = 2;
  private static final int IDLE = 3;

  private final CallSink delegate;
  private final int capacity;
  private final long maxBytes;
  private final LongSupplier ticker;
  private final Logger log;

  private final ConcurrentLinkedQueue<LlmRecord> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicInteger state = new AtomicInteger(UNBORN);
  private final AtomicBoolean closeAsked = new AtomicBoolean();
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean closing;
  private volatile boolean abandoned;
  private volatile long closeBy;
  private volatile @Nullable Thread thread;

  private final LongAdder accepted = new LongAdder();
  private final LongAdder returned = new LongAdder();
  private final LongAdder threw = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final AtomicBoolean throwTold = new AtomicBoolean();

  private final AtomicLong untold = new AtomicLong();
  private final AtomicLong toldAt;
  private volatile String dropReason = "";
  private volatile @Nullable String note;

  private AsyncSink(Builder builder) {
    delegate = builder.delegate;
    capacity = builder.capacity;
    maxBytes = builder.maxBytes;
    ticker = builder.ticker;
    log = builder.log;
    toldAt = new AtomicLong(ticker.getAsLong() - TELL_EVERY_NANOS);
  }

  /** The sink behind a queue of 2,048 records or 64 MiB. */
  public static AsyncSink of(CallSink delegate) {
    return builder(delegate).build();
  }

  /** A builder with the bounds of {@link #of}. */
  public static Builder builder(CallSink delegate) {
    return new Builder(delegate);
  }

  /** Queues the record, or drops it when there is no room or the sink is closed; never waits. */
  @Override
  public void accept(LlmRecord record) {
    accepted.increment();
    if (closing) {
      drop("the sink is closed");
      return;
    }
    LlmRecord lean = lean(record);
    if (lean == null) {
      return;
    }
    long size = RecordSize.of(lean);
    int waiting = queued.incrementAndGet();
    if (waiting > capacity) {
      queued.decrementAndGet();
      drop("queue full (AsyncSink.Builder.capacity=" + capacity + ")");
      return;
    }
    if (queuedBytes.addAndGet(size) > maxBytes) {
      queuedBytes.addAndGet(-size);
      queued.decrementAndGet();
      drop("queue full (AsyncSink.Builder.maxBytes=" + maxBytes + ")");
      return;
    }
    queue.add(lean);
    if (abandoned) {
      dropQueue(); // the thread may be past its last look
    } else {
      wake(waiting);
    }
  }

  @Override
  public ContentPolicy content() {
    return delegate.content();
  }

  /** True: it is applied on the sink's own thread. */
  @Override
  public boolean appliesContentPolicy() {
    return true;
  }

  /**
   * What became of the records, with what the sink behind the queue says of itself. Once the queue
   * is empty, {@code accepted = delivered + dropped + failed}.
   */
  @Override
  public ComponentStats stats() {
    long out = dropped.sum();
    Books books = Books.of(returned.sum(), threw.sum(), delegate);
    String own = note;
    String both =
        own == null ? books.note() : books.note() == null ? own : own + "; " + books.note();
    return new ComponentStats(
        "AsyncSink > " + books.name(),
        accepted.sum(),
        books.delivered(),
        out + books.dropped(),
        books.failed(),
        both);
  }

  /**
   * Passes on what is queued, then closes the sink behind it. Returns when both are done or the
   * deadline is over, whatever the sink does; what is still queued then is dropped and counted. An
   * interrupt does not cut it short; the flag stays set. Idempotent.
   */
  @Override
  public void close(Duration deadline) {
    long nanos = Checks.nanos(deadline);
    if (!closeAsked.compareAndSet(false, true)) {
      return;
    }
    closeBy = System.nanoTime() + nanos; // before the thread can see that it is closing
    closing = true;
    if (state.compareAndSet(UNBORN, BUSY)) {
      start(); // nothing to pass on, but the sink must be closed, and that may hang as well
    } else {
      LockSupport.unpark(thread);
    }
    if (Thread.currentThread() == thread) {
      return; // closed by the sink itself: the loop ends after this record
    }
    if (!awaitFinish()) {
      abandoned = true;
      long left = dropQueue();
      note = "did not finish within " + deadline + " when it was closed";
      log.warn(
          "{}: did not finish within {} of closing; {} dropped", name(), deadline, records(left));
      Thread hanging = thread;
      if (hanging != null) {
        hanging.interrupt();
      }
    }
    tellDrops(true);
  }

  CallSink delegate() {
    return delegate;
  }

  /** The record without content if none is wanted: it must not take room in the queue. */
  private @Nullable LlmRecord lean(LlmRecord record) {
    try {
      ContentPolicy policy = delegate.content();
      return policy.capturesAny() || delegate.appliesContentPolicy()
          ? record
          : policy.apply(record);
    } catch (RuntimeException | StackOverflowError e) {
      failed(e);
      return null;
    }
  }

  private void wake(int waiting) {
    int now = state.get();
    if (now == UNBORN) {
      if (state.compareAndSet(UNBORN, BUSY)) {
        start();
      }
    } else if (now == IDLE) {
      if (state.compareAndSet(IDLE, BUSY)) {
        LockSupport.unpark(thread);
      }
    } else if (now == LINGERING && waiting > capacity / 2) {
      // it would wake by itself in a moment, but the queue may not last that long
      if (state.compareAndSet(LINGERING, BUSY)) {
        LockSupport.unpark(thread);
      }
    }
  }

  private void start() {
    // no inherited thread-locals or class loader of the request that happened to come first
    Thread started = new Thread(null, this::run, "llmops-" + name(), 0, false);
    started.setDaemon(true);
    started.setContextClassLoader(AsyncSink.class.getClassLoader());
    thread = started;
    started.start();
  }

  private void run() {
    try {
      boolean lingered = false;
      while (true) {
        if (drain()) {
          lingered = false;
        } else if (closing) {
          break; // closed and empty; what comes now was not accepted any more
        }
        Thread.interrupted(); // an interrupt that the sink left behind would keep park from waiting
        tellDrops(false);
        if (!lingered) {
          pause(LINGERING);
          lingered = true;
        } else {
          pause(IDLE);
          lingered = false;
        }
      }
      delegate.close(Duration.ofNanos(Math.max(0, closeBy - System.nanoTime())));
    } catch (Throwable t) {
      failedToClose(t);
    } finally {
      abandoned = true;
      dropQueue();
      finished.countDown();
    }
  }

  /** Passes on all that is queued; whether there was any. */
  private boolean drain() {
    boolean any = false;
    for (LlmRecord record; !abandoned && (record = queue.poll()) != null; any = true) {
      queued.decrementAndGet();
      queuedBytes.addAndGet(-RecordSize.of(record));
      try {
        delegate.accept(
            delegate.appliesContentPolicy() ? record : delegate.content().apply(record));
        returned.increment();
      } catch (Throwable t) { // also errors: without its thread the sink would be dead for good
        failed(t);
      }
    }
    return any && !abandoned;
  }

  private void pause(int how) {
    state.set(how);
    // looked at after the state is told: who queued before saw a busy thread and did not wake it
    if (queue.isEmpty() && !closing) {
      if (how == LINGERING) {
        LockSupport.parkNanos(this, LINGER_NANOS);
      } else if (untold.get() > 0) {
        LockSupport.parkNanos(this, TELL_EVERY_NANOS);
      } else {
        LockSupport.park(this);
      }
    }
    state.set(BUSY);
  }

  private boolean awaitFinish() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return finished.await(closeBy - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long dropQueue() {
    long count = 0;
    for (LlmRecord record; (record = queue.poll()) != null; count++) {
      queued.decrementAndGet();
      queuedBytes.addAndGet(-RecordSize.of(record));
      dropped.increment();
    }
    return count;
  }

  private void drop(String reason) {
    dropped.increment();
    dropReason = reason;
    untold.incrementAndGet();
    tellDrops(false);
  }

  /** Says how many were dropped, once a minute at most, on whichever thread comes by. */
  private void tellDrops(boolean atOnce) {
    if (untold.get() == 0) {
      return;
    }
    long now = ticker.getAsLong();
    long before = toldAt.get();
    long since = now - before;
    if ((since >= TELL_EVERY_NANOS || atOnce) && toldAt.compareAndSet(before, now)) {
      long count = untold.getAndSet(0);
      if (count > 0) {
        String told = "dropped " + records(count) + " in the last 60 s: " + dropReason;
        note = told;
        log.warn("{}: {}", name(), told);
      }
    }
  }

  private void failed(Throwable t) {
    threw.increment();
    if (throwTold.compareAndSet(false, true)) {
      // the class and the place only: a message may quote the prompt
      note = "threw " + t.getClass().getName();
      log.warn(
          "{}: threw {} at {}; the record is lost; further ones are only counted, see"
              + " LlmOps.stats()",
          name(),
          t.getClass().getName(),
          top(t));
    }
  }

  private void failedToClose(Throwable t) {
    note = "threw " + t.getClass().getName() + " when it was closed";
    log.warn("{}: threw {} at {} when it was closed", name(), t.getClass().getName(), top(t));
  }

  private String name() {
    try {
      return delegate.stats().name();
    } catch (RuntimeException e) {
      return delegate.getClass().getSimpleName();
    }
  }

  private static String top(Throwable t) {
    StackTraceElement[] stack = t.getStackTrace();
    return stack.length == 0 ? "an unknown place" : stack[0].toString();
  }

  private static String records(long count) {
    return count + (count == 1 ? " record" : " records");
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private final CallSink delegate;
    private int capacity = 2_048;
    private long maxBytes = 64L << 20;
    private LongSupplier ticker = System::nanoTime;
    private Logger log = logger;

    private Builder(CallSink delegate) {
      this.delegate = Objects.requireNonNull(delegate, "delegate must not be null");
    }

    /** How many records may wait; 1 to 1,048,576, default 2,048. */
    public Builder capacity(int capacity) {
      Checks.between(capacity, 1, MAX_CAPACITY, "capacity");
      this.capacity = capacity;
      return this;
    }

    /**
     * How many bytes of records may wait, estimated at two a character of text and a fixed amount
     * for the rest; 1 or more, default 64 MiB. A record that is larger is always dropped.
     */
    public Builder maxBytes(long maxBytes) {
      Checks.between(maxBytes, 1, Long.MAX_VALUE / 2, "maxBytes");
      this.maxBytes = maxBytes;
      return this;
    }

    Builder ticker(LongSupplier ticker) {
      this.ticker = ticker;
      return this;
    }

    Builder log(Logger log) {
      this.log = log;
      return this;
    }

    /** The sink. */
    public AsyncSink build() {
      return new AsyncSink(this);
    }
  }
}
