package dev.llmops.eval.consistency;

import dev.llmops.Cost;
import dev.llmops.LlmContext;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a task several times with the same input, in parallel and within a budget of count, time
 * and cost, never more. Immutable and thread-safe.
 *
 * <pre>{@code
 * SampleRun run = Sampler.builder().samples(5).build().run(question, assistant::answer);
 * EvalResult result = ConsistencyEvaluators.majorityShare(AnswerForm.NORMALISED).evaluate(run.toCase());
 * }</pre>
 *
 * <p>Take samples at a temperature above 0 and past any cache: else they are alike for a reason
 * that says nothing. Each call runs on a thread of its own, a virtual one where the JDK has them
 * (21), with the caller's {@link LlmContext} and the number of the sample as its {@linkplain
 * LlmContext#iteration() iteration}. A call that fails is not repeated.
 */
public final class Sampler {

  private static final AtomicInteger THREADS = new AtomicInteger();

  private final int samples;
  private final int parallelism;
  private final Duration timeout;
  private final @Nullable CostLimit costLimit;
  private final LongSupplier ticker;

  private Sampler(Builder builder) {
    samples = builder.samples;
    parallelism = builder.parallelism;
    timeout = builder.timeout;
    costLimit = builder.costLimit;
    ticker = builder.ticker;
  }

  /** A builder for 5 samples, 4 at a time, within 60 s. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The answers of a task that does not tell its cost. With a {@linkplain Builder#costLimit cost
   * limit} each call counts as the most that one may cost.
   */
  public SampleRun run(String input, Task task) {
    Objects.requireNonNull(task, "task must not be null");
    return runPriced(input, question -> new Sample(task.answer(question), null));
  }

  /**
   * The answers of a task that tells what each call cost. Returns when all are done, or when the
   * time is up: calls that still run are then interrupted, and what they answer later is dropped.
   * When this thread is interrupted, it returns what there is, with its interrupt flag set.
   */
  public SampleRun runPriced(String input, PricedTask task) {
    Objects.requireNonNull(input, "input must not be null");
    Objects.requireNonNull(task, "task must not be null");
    long start = ticker.getAsLong();
    Ledger ledger = new Ledger(samples, parallelism, costLimit, ticker);
    LlmContext context = LlmContext.current();
    ExecutorService executor = executor();
    try {
      for (int i = 0; i < samples && ledger.awaitTurn(start + timeout.toNanos()); i++) {
        int index = i;
        LlmContext mine = context.toBuilder().evalCase(context.caseId(), index).build();
        executor.execute(mine.wrap(() -> call(ledger, index, input, task)));
      }
      ledger.awaitAll(start + timeout.toNanos());
    } catch (InterruptedException e) {
      ledger.stop("interrupted");
      Thread.currentThread().interrupt();
    } finally {
      // closed first: what the interrupt makes a task answer or throw is dropped
      ledger.close();
      var unused = executor.shutdownNow();
    }
    return ledger.run(input, Duration.ofNanos(ticker.getAsLong() - start));
  }

  private static void call(Ledger ledger, int index, String input, PricedTask task) {
    if (!ledger.begin()) {
      return;
    }
    Sample sample = null;
    String failure = "java.lang.Error";
    try {
      sample = Objects.requireNonNull(task.answer(input), "the task answered null");
    } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
      failure = e.getClass().getName();
    } finally {
      ledger.end(index, sample, failure);
    }
  }

  private ExecutorService executor() {
    try {
      // public since Java 21; we compile for 17
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException | ClassCastException e) {
      return Executors.newFixedThreadPool(
          parallelism,
          task -> {
            Thread thread = new Thread(task, "llmops-sampler-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }

  /** What is sampled. */
  @FunctionalInterface
  public interface Task {
    /**
     * The answer to this input; called on several threads at once.
     *
     * @throws Exception the sample then counts as failed
     */
    String answer(String input) throws Exception;
  }

  /** What is sampled, with its cost. */
  @FunctionalInterface
  public interface PricedTask {
    /**
     * The answer to this input; called on several threads at once.
     *
     * @throws Exception the sample then counts as failed
     */
    Sample answer(String input) throws Exception;
  }

  /**
   * One answer.
   *
   * @param output what was answered
   * @param cost of the call, absent when not known
   */
  public record Sample(String output, @Nullable Cost cost) {
    /** Checks for null only. */
    public Sample {
      Objects.requireNonNull(output, "output must not be null");
    }
  }

  /** A limit of cost. */
  record CostLimit(BigDecimal total, BigDecimal perCall, String currency) {}

  /** Counts what was begun, what it cost, and what came of it; closed, it takes nothing more. */
  private static final class Ledger {
    private final @Nullable Sample[] samples;
    private final int parallelism;
    private final @Nullable CostLimit limit;
    private final LongSupplier ticker;
    private final List<String> failures = new ArrayList<>();
    private @Nullable String stoppedBy;
    private BigDecimal spent = BigDecimal.ZERO;
    private boolean costsKnown = true;
    private @Nullable Cost cost;
    private int running;
    private int begun;
    private boolean closed;

    Ledger(int samples, int parallelism, @Nullable CostLimit limit, LongSupplier ticker) {
      this.samples = new Sample[samples];
      this.parallelism = parallelism;
      this.limit = limit;
      this.ticker = ticker;
    }

    /** Waits until one more call may begin; false when none may any more. */
    synchronized boolean awaitTurn(long deadlineNanos) throws InterruptedException {
      while (running >= parallelism || (!affordable() && running > 0)) {
        if (!waitUntil(deadlineNanos)) {
          stop("time");
          return false;
        }
      }
      if (!affordable()) {
        stop("cost");
        return false;
      }
      if (deadlineNanos - ticker.getAsLong() <= 0) {
        stop("time");
        return false;
      }
      running++;
      return true;
    }

    synchronized void awaitAll(long deadlineNanos) throws InterruptedException {
      while (running > 0) {
        if (!waitUntil(deadlineNanos)) {
          stop("time");
          return;
        }
      }
    }

    synchronized boolean begin() {
      if (closed) {
        return false;
      }
      begun++;
      return true;
    }

    synchronized void end(int index, @Nullable Sample sample, String failure) {
      if (closed) {
        return;
      }
      running--;
      if (sample == null) {
        failures.add(failure);
      } else {
        samples[index] = sample;
      }
      add(sample == null ? null : sample.cost());
      notifyAll();
    }

    synchronized void stop(String why) {
      if (stoppedBy == null) {
        stoppedBy = why;
      }
    }

    synchronized void close() {
      closed = true;
    }

    synchronized SampleRun run(String input, Duration time) {
      List<String> outputs = new ArrayList<>();
      for (Sample sample : samples) {
        if (sample != null) {
          outputs.add(sample.output());
        }
      }
      boolean allCosts = costsKnown && begun == outputs.size() && failures.isEmpty();
      return new SampleRun(
          input, outputs, failures, begun, samples.length, stoppedBy, allCosts ? cost : null, time);
    }

    /** Whether one more call fits, if it and those that run cost the most they may. */
    private boolean affordable() {
      return limit == null
          || spent
                  .add(limit.perCall().multiply(BigDecimal.valueOf(running + 1L)))
                  .compareTo(limit.total())
              <= 0;
    }

    private void add(@Nullable Cost one) {
      if (one == null) {
        costsKnown = false;
      } else if (cost == null) {
        cost = one;
      } else if (cost.currency().equals(one.currency())) {
        cost =
            new Cost(
                cost.amount().add(one.amount()),
                cost.currency(),
                cost.priceId().equals(one.priceId()) ? cost.priceId() : "several prices",
                cost.estimated() || one.estimated());
      } else {
        costsKnown = false;
      }
      if (limit != null) {
        spent =
            spent.add(
                one != null && one.currency().equals(limit.currency())
                    ? one.amount()
                    : limit.perCall());
      }
    }

    /** False when the time is up. */
    private boolean waitUntil(long deadlineNanos) throws InterruptedException {
      long left = deadlineNanos - ticker.getAsLong();
      if (left <= 0) {
        return false;
      }
      wait(left / 1_000_000 + 1);
      return true;
    }
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private int samples = 5;
    private int parallelism = 4;
    private Duration timeout = Duration.ofSeconds(60);
    private @Nullable CostLimit costLimit;
    private LongSupplier ticker = System::nanoTime;

    private Builder() {}

    /** How often the task is called at most, 1 to 1000; 5 unless told. */
    public Builder samples(int samples) {
      this.samples = between("samples", samples, 1000);
      return this;
    }

    /** How many calls run at once at most, 1 to 256; 4 unless told. */
    public Builder parallelism(int parallelism) {
      this.parallelism = between("parallelism", parallelism, 256);
      return this;
    }

    /** How long all calls may take together, at most a day; 60 s unless told. */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "timeout must be above 0 and at most a day, but was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * The most that all calls may cost together. A call begins only if it fits even when it and
     * those that run cost the most they may; so the limit holds as surely as {@code perCall} does.
     * A failed call, one of unknown cost, and one in another currency count as {@code perCall}.
     *
     * @param total above 0
     * @param perCall the most that one call can cost, above 0: the price of the longest input and
     *     output
     * @param currency of both, such as {@code USD}
     */
    public Builder costLimit(BigDecimal total, BigDecimal perCall, String currency) {
      if (total.signum() <= 0 || perCall.signum() <= 0) {
        throw new IllegalArgumentException(
            "total and perCall must be above 0, but were " + total + " and " + perCall);
      }
      this.costLimit =
          new CostLimit(
              total, perCall, Objects.requireNonNull(currency, "currency must not be null"));
      return this;
    }

    /** Monotonic nanoseconds, for tests. */
    Builder ticker(LongSupplier ticker) {
      this.ticker = ticker;
      return this;
    }

    /** The sampler. */
    public Sampler build() {
      return new Sampler(this);
    }

    private static int between(String name, int value, int max) {
      if (value < 1 || value > max) {
        throw new IllegalArgumentException(
            name + " must be between 1 and " + max + ", but was " + value);
      }
      return value;
    }
  }
}
