package dev.llmops.sink;

import dev.llmops.CallRef;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Passes on a sample of the calls and steps, weighted so that sums over what is kept estimate sums
 * over all.
 *
 * <p>The decision by rate falls by {@link CallRef#samplingKey()}, so the calls and steps of a trace
 * are kept or left out together, here and in any other process with the same rate. A call that a
 * tail rule keeps is always kept, so it stands for itself: its weight stays. One that only the rate
 * keeps stands for 1 ÷ rate calls: its weight is multiplied by that. Steps follow the rate alone.
 * Scores are always kept and keep their weight.
 *
 * <p>Example: rate 0.1, errors kept. Of 1,000 calls 50 fail. Kept are the 50, weight 1, and about
 * 95 of the other 950, weight 10: 50 × 1 + 95 × 10 = 1,000.
 *
 * <p>Thread-safe. A sink that blocks gets its queue behind the sampling, so that only what is kept
 * takes room in it.
 */
public final class SampledSink implements CallSink {

  private final CallSink delegate;
  private final int depth;
  private volatile Sampling sampling;

  private final LongAdder seen = new LongAdder();
  private final LongAdder sampledOut = new LongAdder();
  private final LongAdder passedOn = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private SampledSink(CallSink delegate, Sampling sampling) {
    this.delegate = delegate.blocks() ? AsyncSink.of(delegate) : delegate;
    this.sampling = Objects.requireNonNull(sampling, "sampling must not be null");
    this.depth = depth(delegate);
  }

  /** The sink behind a sample. */
  public static SampledSink of(CallSink delegate, Sampling sampling) {
    return new SampledSink(Objects.requireNonNull(delegate, "delegate must not be null"), sampling);
  }

  /** Changes what is kept of the records that come from now on; at once, for all threads. */
  public void update(Sampling newSampling) {
    sampling = Objects.requireNonNull(newSampling, "sampling must not be null");
  }

  /** What is kept now. */
  public Sampling sampling() {
    return sampling;
  }

  /** See the class. What the delegate throws is counted and passed on to the caller's guard. */
  @Override
  public void accept(LlmRecord record) {
    seen.increment();
    Sampling now = sampling; // read once: the decision and the weight must agree
    LlmRecord kept;
    if (record instanceof LlmCall call) {
      if (now.alwaysKeeps(call)) {
        kept = call;
      } else if (isInRate(call.ref(), now.rate())) {
        kept = call.withWeight(call.weight() / now.rate());
      } else {
        sampledOut.increment();
        return;
      }
    } else if (record instanceof LlmStep step) {
      if (!isInRate(step.ref(), now.rate())) {
        sampledOut.increment();
        return;
      }
      kept = step.withWeight(step.weight() / now.rate());
    } else {
      kept = record;
    }
    try {
      delegate.accept(delegate.appliesContentPolicy() ? kept : delegate.content().apply(kept));
      passedOn.increment();
    } catch (RuntimeException | Error e) {
      failed.increment();
      throw e;
    }
  }

  @Override
  public ContentPolicy content() {
    return delegate.content();
  }

  /** True, so that nothing is redacted that is then left out. */
  @Override
  public boolean appliesContentPolicy() {
    return true;
  }

  /** What it saw, with what the sink behind it did with the sample. */
  @Override
  public ComponentStats stats() {
    Books books = Books.of(passedOn.sum(), failed.sum(), delegate);
    long left = sampledOut.sum();
    String note =
        left == 0
            ? books.note()
            : left
                + " left out by sampling ("
                + sampling.describe()
                + ")"
                + (books.note() == null ? "" : "; " + books.note());
    return new ComponentStats(
        "SampledSink > " + books.name(),
        seen.sum(),
        books.delivered(),
        left + books.dropped(),
        books.failed(),
        note);
  }

  @Override
  public void close(Duration deadline) {
    delegate.close(deadline);
  }

  private boolean isInRate(CallRef ref, double rate) {
    if (rate >= 1) {
      return true;
    }
    if (rate <= 0) {
      return false;
    }
    long key = ref.samplingKey();
    if (depth > 0) {
      // A sample of a sample must not be drawn by the same number: it would keep all or nothing of
      // what the first one kept. Mixing is David Stafford's variant 13 of MurmurHash3's finalizer.
      key += depth * 0x9E3779B97F4A7C15L;
      key = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
      key = (key ^ (key >>> 27)) * 0x94D049BB133111EBL;
      key ^= key >>> 31;
    }
    // 53 bits as a number from 0 to 1, not of the first byte: of a trace id only the last seven are
    // promised to be random (W3C Trace Context Level 2, random-trace-id flag)
    return ((key << 8) >>> 11) * 0x1.0p-53 < rate;
  }

  private static int depth(CallSink sink) {
    if (sink instanceof SampledSink sampled) {
      return sampled.depth + 1;
    }
    return sink instanceof AsyncSink async ? depth(async.delegate()) : 0;
  }
}
