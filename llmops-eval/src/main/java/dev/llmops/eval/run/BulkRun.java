package dev.llmops.eval.run;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.report.RunTotals;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Judges outputs that exist already, more of them than fit into memory: a file of recorded answers,
 * a day of traffic. Keeps the sums only. For runs with a task, gates and a report see {@link
 * EvalRun}. Immutable.
 *
 * <pre>{@code
 * try (Stream<EvalCase> cases = Dataset.stream(Path.of("answers.jsonl"))) {
 *   RunTotals totals = BulkRun.of(Evaluators.byName("rouge_l")).judge(cases);
 * }
 * }</pre>
 */
public final class BulkRun {

  private static final int BATCH = 64;
  private static final BiConsumer<EvalCase, List<EvalResult>> NOBODY = (judged, results) -> {};

  private final List<Evaluator> evaluators;
  private final int parallelism;
  private final BiConsumer<EvalCase, List<EvalResult>> consumer;

  private BulkRun(
      List<Evaluator> evaluators,
      int parallelism,
      BiConsumer<EvalCase, List<EvalResult>> consumer) {
    this.evaluators = evaluators;
    this.parallelism = parallelism;
    this.consumer = consumer;
  }

  /**
   * With these evaluators, on a thread a processor.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static BulkRun of(Evaluator... evaluators) {
    if (evaluators.length == 0) {
      throw new IllegalArgumentException("evaluators must not be empty; add at least one");
    }
    return new BulkRun(List.of(evaluators), Runtime.getRuntime().availableProcessors(), NOBODY);
  }

  /** The most cases judged at once, 1 to 1,024. */
  public BulkRun parallelism(int newParallelism) {
    if (newParallelism < 1 || newParallelism > 1_024) {
      throw new IllegalArgumentException(
          "parallelism must be between 1 and 1024, but was " + newParallelism);
    }
    return new BulkRun(evaluators, newParallelism, consumer);
  }

  /** Hands each case on with its results, in no order, by one thread at a time. */
  public BulkRun each(BiConsumer<EvalCase, List<EvalResult>> newConsumer) {
    return new BulkRun(
        evaluators, parallelism, Objects.requireNonNull(newConsumer, "consumer must not be null"));
  }

  /**
   * Judges all cases; reads the stream on this thread, a few batches ahead of the judging.
   *
   * @throws RuntimeException what the stream or the consumer threw; nothing runs any more then
   */
  public RunTotals judge(Stream<EvalCase> cases) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            parallelism,
            work -> {
              Thread thread = new Thread(work, "llmops-bulk");
              thread.setDaemon(true);
              return thread;
            });
    try {
      CompletionService<RunTotals> done = new ExecutorCompletionService<>(threads);
      RunTotals totals = RunTotals.NONE;
      int open = 0;
      Iterator<EvalCase> all = cases.iterator();
      while (all.hasNext()) {
        List<EvalCase> batch = new ArrayList<>(BATCH);
        while (batch.size() < BATCH && all.hasNext()) {
          batch.add(all.next());
        }
        if (open == 2 * parallelism) {
          totals = totals.plus(done.take().get());
          open--;
        }
        var unused = done.submit(() -> judge(batch));
        open++;
      }
      for (; open > 0; open--) {
        totals = totals.plus(done.take().get());
      }
      return totals;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while judging; nothing was kept", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      var unused = threads.shutdownNow();
    }
  }

  private RunTotals judge(List<EvalCase> batch) {
    RunTotals totals = RunTotals.NONE;
    for (EvalCase each : batch) {
      List<EvalResult> results = new ArrayList<>(evaluators.size());
      for (Evaluator evaluator : evaluators) {
        results.add(evaluator.evaluate(each));
      }
      totals = totals.plus(RunTotals.of(results));
      if (consumer != NOBODY) {
        synchronized (consumer) {
          consumer.accept(each, results);
        }
      }
    }
    return totals;
  }
}
