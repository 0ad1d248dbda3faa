package dev.llmops.eval.online;

import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.Origin;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Evaluators;
import dev.llmops.sink.SampledSink;
import dev.llmops.sink.Sampling;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges a sample of the application's live calls, off the calling thread, and scores them: on the
 * span's trace, in the metrics and in every sink.
 *
 * <pre>{@code
 * OnlineEvaluation online =
 *     OnlineEvaluation.builder()
 *         .evaluator("toxicity")
 *         .evaluator("pii")
 *         .sampling(Sampling.builder().rate(0.1).keepErrors(true).build())
 *         .build();
 * LlmOps ops = LlmOps.builder().sink(online).build();
 * online.start(ops);
 * }</pre>
 *
 * <p>Costs the calling thread a look at the sample and an offer to a bounded queue; what does not
 * fit is dropped and counted. While it is installed, adapters build the messages of each call, as
 * evaluators need them; they leave the process only where another consumer's policy says so. An
 * evaluator that has nothing to measure ({@link EvalResult.Skipped}) gives no score; one that
 * failed gives a score without value and with the failure's type. Calls of judges are never judged.
 *
 * <p>Thread-safe. Evaluators with a {@linkplain CostClass#PAID price} stop for the day when {@link
 * Builder#dailyCost} is used up; the others go on.
 */
public final class OnlineEvaluation implements CallSink {

  private static final Logger logger = LoggerFactory.getLogger(OnlineEvaluation.class);
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final List<Evaluator> evaluators;
  private final Predicate<LlmCall> filter;
  private final @Nullable DailyCap cap;
  private final int capacity;
  private final ThreadPoolExecutor workers;
  private final SampledSink sampled;
  private volatile @Nullable LlmOps ops;

  private final LongAdder accepted = new LongAdder();
  private final LongAdder judged = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder scored = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder errored = new LongAdder();
  private final LongAdder overCap = new LongAdder();
  private final LongAdder beforeStart = new LongAdder();
  private final AtomicBoolean dropTold = new AtomicBoolean();
  private final AtomicBoolean failureTold = new AtomicBoolean();

  private OnlineEvaluation(Builder builder) {
    evaluators = List.copyOf(builder.evaluators);
    filter = builder.filter;
    cap =
        builder.dailyCost == null
            ? null
            : new DailyCap(
                builder.dailyCost, Objects.requireNonNull(builder.currency), builder.clock);
    capacity = builder.capacity;
    workers =
        new ThreadPoolExecutor(
            builder.threads,
            builder.threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(capacity),
            OnlineEvaluation::thread);
    workers.allowCoreThreadTimeOut(true);
    sampled = SampledSink.of(new Queue(), builder.sampling);
  }

  /** A builder without evaluators, for all calls, with 2 threads and a queue of 1,024 calls. */
  public static Builder builder() {
    return new Builder();
  }

  /** Says where the scores go; until then calls pass unjudged and are counted. Once only. */
  public void start(LlmOps scoresGoTo) {
    Objects.requireNonNull(scoresGoTo, "scoresGoTo must not be null");
    if (ops != null) {
      throw new IllegalStateException("start was called before; an OnlineEvaluation starts once");
    }
    ops = scoresGoTo;
  }

  /** Changes the sample, at once. */
  public void update(Sampling sampling) {
    sampled.update(sampling);
  }

  /** What is sampled now. */
  public Sampling sampling() {
    return sampled.sampling();
  }

  @Override
  public void accept(LlmRecord record) {
    // judged calls of judges would be judged again, for ever
    if (!(record instanceof LlmCall call) || call.origin() != Origin.APPLICATION) {
      return;
    }
    if (ops == null) {
      beforeStart.increment();
      return;
    }
    if (filter.test(call)) {
      accepted.increment();
      sampled.accept(call);
    }
  }

  /** Everything, as evaluators in the process may see a call whole while it passes. */
  @Override
  public ContentPolicy content() {
    return ContentPolicy.full();
  }

  /** True: the record is not copied for what the sample leaves out. */
  @Override
  public boolean appliesContentPolicy() {
    return true;
  }

  /**
   * Calls that passed the filter, calls that were judged, calls left out by the sample or dropped,
   * and calls whose judging failed; the note counts the scores.
   */
  @Override
  public ComponentStats stats() {
    long leftOut = sampled.stats().dropped();
    StringBuilder note = new StringBuilder();
    if (ops == null) {
      note.append(beforeStart.sum() + " calls passed unjudged: call OnlineEvaluation.start(ops); ");
    }
    note.append(scored.sum() + " scores, " + skipped.sum() + " skipped, " + errored.sum());
    note.append(" errored; " + leftOut + " calls left out by sampling, " + dropped.sum());
    note.append(" dropped (OnlineEvaluation.Builder.capacity=" + capacity + ")");
    String resting = cap == null ? null : cap.exhausted();
    if (overCap.sum() > 0 || resting != null) {
      note.append("; " + overCap.sum() + " paid evaluations left out");
      note.append(resting == null ? "" : ": " + resting);
    }
    return new ComponentStats(
        "OnlineEvaluation",
        accepted.sum(),
        judged.sum(),
        leftOut + dropped.sum(),
        failed.sum(),
        note.toString());
  }

  /** Judges what is queued, within the deadline; what is left then is dropped and counted. */
  @Override
  public void close(Duration deadline) {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        dropped.add(workers.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      dropped.add(workers.shutdownNow().size());
      Thread.currentThread().interrupt();
    }
  }

  private void judge(LlmCall call, LlmOps target) {
    try {
      EvalCase judgedCase = EvalCase.of(call);
      for (Evaluator evaluator : evaluators) {
        EvalResult result = ask(evaluator, judgedCase);
        CallScore score = result == null ? null : score(call, result);
        if (score != null) {
          target.score(score);
        }
      }
      judged.increment();
    } catch (Throwable t) { // also errors: a thread that dies here takes nothing else with it
      failed.increment();
      if (failureTold.compareAndSet(false, true)) {
        logger.warn("online evaluation failed with {}; further failures are counted", t.toString());
      }
    }
  }

  private @Nullable EvalResult ask(Evaluator evaluator, EvalCase judgedCase) {
    if (cap == null || evaluator.spec().costClass() != CostClass.PAID) {
      return evaluator.evaluate(judgedCase);
    }
    if (!cap.reserve()) {
      overCap.increment();
      return null;
    }
    EvalResult.Spend spend = EvalResult.Spend.NONE;
    try {
      EvalResult result = evaluator.evaluate(judgedCase);
      spend = result.spend();
      return result;
    } finally {
      cap.settle(spend);
    }
  }

  private @Nullable CallScore score(LlmCall call, EvalResult result) {
    CallScore.Builder score =
        CallScore.of(call.ref(), result.by().name())
            .source("evaluator")
            .responseId(call.response().id())
            .explanation(result.reason())
            .weight(call.weight());
    if (result instanceof EvalResult.Scored found) {
      scored.increment();
      return score.value(found.score()).label(found.label()).build();
    }
    if (result instanceof EvalResult.Errored broken) {
      errored.increment();
      return score.errorType(broken.type()).build();
    }
    skipped.increment();
    return null;
  }

  private static Thread thread(Runnable work) {
    // no inherited thread-locals or class loader of the request that happened to come first
    Thread thread = new Thread(null, work, "llmops-online-" + THREADS.incrementAndGet(), 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(OnlineEvaluation.class.getClassLoader());
    return thread;
  }

  /** Behind the sample: the queue before the workers. */
  private final class Queue implements CallSink {

    @Override
    public void accept(LlmRecord record) {
      LlmOps target = ops;
      if (target == null || !(record instanceof LlmCall call)) {
        return;
      }
      try {
        workers.execute(() -> judge(call, target));
      } catch (java.util.concurrent.RejectedExecutionException e) {
        dropped.increment();
        if (dropTold.compareAndSet(false, true)) {
          logger.warn(
              "online evaluation: dropped a call: queue full or closed"
                  + " (OnlineEvaluation.Builder.capacity={}); further drops are counted",
              capacity);
        }
      }
    }

    @Override
    public ContentPolicy content() {
      return ContentPolicy.full();
    }

    @Override
    public boolean appliesContentPolicy() {
      return true;
    }
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private final List<Evaluator> evaluators = new ArrayList<>();
    private Predicate<LlmCall> filter = call -> true;
    private Sampling sampling = Sampling.ofRate(1);
    private @Nullable BigDecimal dailyCost;
    private @Nullable String currency;
    private int threads = 2;
    private int capacity = 1024;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /** Adds an evaluator with its defaults; see {@link Evaluators#names()}. */
    public Builder evaluator(String name) {
      return evaluator(Evaluators.byName(name));
    }

    /** Adds an evaluator. */
    public Builder evaluator(Evaluator evaluator) {
      evaluators.add(Objects.requireNonNull(evaluator, "evaluator must not be null"));
      return this;
    }

    /**
     * Judges only calls for which this holds. Runs on the thread that ended the call: look, do not
     * work.
     */
    public Builder filter(Predicate<LlmCall> filter) {
      this.filter = Objects.requireNonNull(filter, "filter must not be null");
      return this;
    }

    /** Which calls are judged; all unless said. Scores carry the weight of the sample. */
    public Builder sampling(Sampling sampling) {
      this.sampling = Objects.requireNonNull(sampling, "sampling must not be null");
      return this;
    }

    /**
     * What evaluators with a price may spend a day, by UTC; no cap unless said. When a call's cost
     * is not known, they rest until the next day, as the cap could not be held.
     *
     * @param amount above 0
     * @param currency the ISO 4217 code that the judge's model is priced in
     */
    public Builder dailyCost(BigDecimal amount, String currency) {
      if (amount.signum() <= 0) {
        throw new IllegalArgumentException("dailyCost must be above 0, but was " + amount);
      }
      if (currency.length() != 3) {
        throw new IllegalArgumentException(
            "currency must be an ISO 4217 code of three letters, but was \"" + currency + "\"");
      }
      this.dailyCost = amount;
      this.currency = currency;
      return this;
    }

    /** How many calls are judged at once, 1 to 256; 2 unless said. Judges wait on a network. */
    public Builder threads(int threads) {
      this.threads = between(threads, 1, 256, "threads");
      return this;
    }

    /**
     * How many calls may wait, 1 to 1,048,576; 1,024 unless said. Each is kept with its content.
     */
    public Builder capacity(int capacity) {
      this.capacity = between(capacity, 1, 1_048_576, "capacity");
      return this;
    }

    /** Tells the day; for tests. */
    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * The sink, to be given to {@link LlmOps.Builder#sink} and then started.
     *
     * @throws IllegalArgumentException if there is no evaluator
     */
    public OnlineEvaluation build() {
      if (evaluators.isEmpty()) {
        throw new IllegalArgumentException(
            "evaluators must not be empty; add one with evaluator(..)");
      }
      return new OnlineEvaluation(this);
    }

    private static int between(int value, int min, int max, String field) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            field + " must be between " + min + " and " + max + ", but was " + value);
      }
      return value;
    }
  }
}
