package dev.llmops.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Judges one case. Pure: the same case gives the same result, apart from judges that ask a model.
 * Thread-safe. Never throws: what goes wrong is an {@link EvalResult.Errored}, what is missing an
 * {@link EvalResult.Skipped}. Most are made by {@link Evaluators#of}, which sees to that.
 */
public interface Evaluator {

  /** What it says about itself. */
  EvaluatorSpec spec();

  /** The judgement. */
  EvalResult evaluate(EvalCase evalCase);

  /**
   * The judgement, made on this executor; evaluators that call a model may not need its threads.
   */
  default CompletableFuture<EvalResult> evaluateAsync(EvalCase evalCase, Executor executor) {
    return CompletableFuture.supplyAsync(() -> evaluate(evalCase), executor);
  }

  /** The judgements in the order of the cases; evaluators over a model may ask it in batches. */
  default List<EvalResult> evaluateAll(List<EvalCase> cases) {
    List<EvalResult> results = new ArrayList<>(cases.size());
    cases.forEach(each -> results.add(evaluate(each)));
    return results;
  }
}
