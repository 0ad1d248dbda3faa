package dev.llmops.eval.run;

import dev.llmops.LlmContext;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.CaseRun.TaskError;
import dev.llmops.eval.report.EvalReport.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries one run out. Used once. */
final class Engine {

  private static final Logger logger = LoggerFactory.getLogger(EvalRun.class);
  private static final AtomicInteger THREADS = new AtomicInteger();
  private static final int TOO_MANY_REQUESTS = 429;

  private final EvalRun run;
  private final List<Evaluator> evaluators;
  private final Results results;
  private final LongSupplier ticker;
  private final Pace pace;
  private final Ledger ledger;
  private final LlmContext context = LlmContext.current();
  private final Object changed = new Object();
  private int running;
  private volatile boolean stopping;
  private volatile @Nullable RuntimeException broken;

  Engine(EvalRun run, List<Evaluator> evaluators, Results results, LongSupplier ticker) {
    this.run = run;
    this.evaluators = evaluators;
    this.results = results;
    this.ticker = ticker;
    this.pace = new Pace(run.parallelism(), run.rateLimit(), ticker);
    this.ledger = new Ledger(run.budget());
  }

  /**
   * Runs what {@link Results} does not hold yet; returns when nothing runs any more.
   *
   * @throws RuntimeException if a result could not be kept
   */
  Ending run(List<Item> items) {
    Duration time = run.budget().time();
    long start = ticker.getAsLong();
    long until = start + (time == null ? Long.MAX_VALUE / 2 : time.toNanos());
    Ending ending = Ending.COMPLETE;
    boolean interrupted = false;
    ScheduledExecutorService watchdog = watchdog();
    ExecutorService threads = threads();
    try {
      ending = issue(items, until, threads, watchdog);
      awaitAll();
    } catch (InterruptedException e) {
      interrupted = true;
      stopping = true;
      ending = new Ending(Ending.Kind.INTERRUPTED, "the thread of the run was interrupted");
      // closed before the tasks are interrupted: what an interrupt makes of a case is no result
      results.close();
    } finally {
      pace.stop();
      results.close();
      threads.shutdownNow();
      watchdog.shutdownNow();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    RuntimeException failure = broken;
    if (failure != null) {
      throw failure;
    }
    String decided = results.decided();
    return decided != null && ending.kind() == Ending.Kind.COMPLETE && results.missing(items) > 0
        ? new Ending(Ending.Kind.DECIDED, decided)
        : ending;
  }

  private Ending issue(
      List<Item> items, long until, ExecutorService threads, ScheduledExecutorService watchdog)
      throws InterruptedException {
    for (Item item : items) {
      if (results.has(item)) {
        continue;
      }
      if (results.decided() != null) {
        return Ending.COMPLETE; // told apart above, by what is missing
      }
      while (!ledger.reserve()) {
        if (!ledger.mayFitLater()) {
          return new Ending(Ending.Kind.BUDGET, ledger.why());
        }
        awaitChange();
      }
      if (!pace.enter(until)) {
        ledger.settle(Spend.NONE);
        return new Ending(Ending.Kind.BUDGET, "the time of " + run.budget().time() + " is over");
      }
      synchronized (changed) {
        running++;
      }
      threads.execute(() -> new Work(item, watchdog).run());
    }
    return Ending.COMPLETE;
  }

  private void awaitAll() throws InterruptedException {
    synchronized (changed) {
      while (running > 0) {
        changed.wait();
      }
    }
  }

  private void awaitChange() throws InterruptedException {
    synchronized (changed) {
      if (running > 0) {
        changed.wait(1_000);
      }
    }
  }

  private void finished(Item item, CaseRun found) {
    Spend spend = found.spend();
    for (EvalResult result : found.results()) {
      spend = spend.plus(result.spend());
    }
    try {
      results.add(item, found);
    } catch (RuntimeException e) { // a result that cannot be kept: no use in spending on more
      broken = e;
      pace.stop();
    } finally {
      ledger.settle(spend);
      Long tokens = found.spend().usage().totalTokens();
      pace.leave(tokens == null ? 0 : tokens);
      synchronized (changed) {
        running--;
        changed.notifyAll();
      }
    }
  }

  private ExecutorService threads() {
    if (run.task() == null) {
      // nothing to wait for and nothing to interrupt: a few threads, kept
      return Executors.newFixedThreadPool(run.parallelism(), Engine::thread);
    }
    try {
      // public since Java 21; we compile for 17
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException | ClassCastException e) {
      // a thread a case, never used again: an interrupt that comes late hits nobody else
      return new ThreadPerTask();
    }
  }

  private static ScheduledExecutorService watchdog() {
    return Executors.newSingleThreadScheduledExecutor(Engine::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "llmops-run-" + THREADS.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * One repetition of one case.
   *
   * @param index its place in the order in which the run begins cases
   * @param position its place in the dataset's order
   */
  record Item(int index, int position, EvalCase evalCase, int iteration) {}

  /** The attempts at one item. */
  private final class Work {
    private final Item item;
    private final ScheduledExecutorService watchdog;
    private final TaskCalls calls = new TaskCalls();
    private @Nullable Thread worker;
    private boolean given;

    Work(Item item, ScheduledExecutorService watchdog) {
      this.item = item;
      this.watchdog = watchdog;
    }

    void run() {
      try {
        give(attempts());
      } catch (Throwable t) {
        logger.warn("a case failed with {} outside of its task", t.toString());
        give(failed(new TaskError(t.getClass().getName(), null), null));
      }
    }

    private @Nullable CaseRun attempts() {
      CaseTask task = run.task();
      if (task == null) {
        return judged(item.evalCase(), null);
      }
      for (int attempt = 1; ; attempt++) {
        TaskCalls mine = new TaskCalls();
        LlmContext told =
            context.toBuilder()
                .evalCase(item.evalCase().id(), item.iteration())
                .sink(calls)
                .sink(mine)
                .build();
        ScheduledFuture<?> alarm = alarm();
        long start = ticker.getAsLong();
        EvalCase answered = null;
        Throwable error = null;
        try (LlmContext.Scope scope = told.open()) {
          answered = task.run(item.evalCase());
        } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
          error = e;
        } finally {
          if (alarm != null) {
            alarm.cancel(false);
          }
        }
        Duration latency = Duration.ofNanos(ticker.getAsLong() - start);
        synchronized (this) {
          worker = null; // from here on an alarm that rings comes too late
          if (given) {
            return null;
          }
        }
        if (error == null && answered != null) {
          pace.good();
          EvalCase whole = mine.complete(answered);
          return item.evalCase().id() != null && item.evalCase().id().equals(whole.id())
              ? judged(whole, latency)
              : failed(
                  new TaskError("case_id", "the task changed the id of its case; keep it"),
                  latency);
        }
        boolean tooMany = mine.failedWith(java.util.Set.of(TOO_MANY_REQUESTS));
        long delay = run.retry().delayNanos(attempt, ThreadLocalRandom.current().nextDouble());
        if (tooMany) {
          pace.tooMany(delay);
        }
        if (stopping || attempt >= run.retry().maxAttempts() || !mayPass(error, mine)) {
          return failed(
              error == null
                  ? new TaskError("null", "the task gave null; give the case with an output")
                  : new TaskError(error.getClass().getName(), null),
              latency);
        }
        if (!sleep(delay)) {
          return failed(new TaskError("interrupted", "the run was interrupted"), latency);
        }
      }
    }

    private boolean mayPass(@Nullable Throwable error, TaskCalls mine) {
      if (mine.failedWith(run.retry().statuses())) {
        return true;
      }
      Throwable cause = error;
      for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
        if (cause instanceof IOException || cause instanceof TimeoutException) {
          return true;
        }
      }
      return false;
    }

    private boolean sleep(long nanos) {
      try {
        TimeUnit.NANOSECONDS.sleep(nanos);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private @Nullable ScheduledFuture<?> alarm() {
      Duration timeout = run.timeout();
      synchronized (this) {
        worker = Thread.currentThread();
      }
      if (timeout == null) {
        return null;
      }
      return watchdog.schedule(() -> timedOut(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The task is told by an interrupt, and left behind if it does not listen. */
    private void timedOut(Duration timeout) {
      CaseRun late = failed(new TaskError("timeout", "no answer within " + timeout), timeout);
      synchronized (this) {
        Thread busy = worker;
        if (busy == null || given) {
          return;
        }
        given = true;
        busy.interrupt();
      }
      finished(item, late);
    }

    private void give(@Nullable CaseRun found) {
      synchronized (this) {
        if (given || found == null) {
          return;
        }
        given = true;
      }
      finished(item, found);
    }

    private CaseRun judged(EvalCase whole, @Nullable Duration latency) {
      List<EvalResult> found = new ArrayList<>(evaluators.size());
      LlmContext told =
          context.toBuilder().evalCase(item.evalCase().id(), item.iteration()).build();
      try (LlmContext.Scope scope = told.open()) {
        for (Evaluator evaluator : evaluators) {
          found.add(evaluator.evaluate(whole));
        }
      }
      return new CaseRun(
          whole, item.iteration(), latency, null, found, calls.spend(), calls.refs());
    }

    private CaseRun failed(TaskError error, @Nullable Duration latency) {
      List<EvalResult> found = new ArrayList<>(evaluators.size());
      for (Evaluator evaluator : evaluators) {
        found.add(
            new Errored(
                evaluator.spec(),
                "task_failed",
                "the task failed with " + error.type() + ", so there was nothing to judge",
                Spend.NONE));
      }
      return new CaseRun(
          item.evalCase(), item.iteration(), latency, error, found, calls.spend(), calls.refs());
    }
  }

  /** A new daemon thread for each task. */
  private static final class ThreadPerTask extends java.util.concurrent.AbstractExecutorService {
    private final java.util.Set<Thread> alive = java.util.concurrent.ConcurrentHashMap.newKeySet();
    private volatile boolean down;

    @Override
    public void execute(Runnable work) {
      Thread thread =
          thread(
              () -> {
                try {
                  work.run();
                } finally {
                  alive.remove(Thread.currentThread());
                }
              });
      alive.add(thread);
      thread.start();
    }

    @Override
    public void shutdown() {
      down = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      down = true;
      alive.forEach(Thread::interrupt);
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return down;
    }

    @Override
    public boolean isTerminated() {
      return down && alive.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isTerminated();
    }
  }
}
