package dev.llmops.eval.report;

import dev.llmops.CallRef;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Spend;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One repetition of one case: what the task answered and what the evaluators found. A task that
 * failed has an {@link #error()} and its results are all {@link EvalResult.Errored}: a failure is
 * never a low score.
 *
 * @param evalCase the case as it was judged, with its output; its id is never null
 * @param iteration which repetition of the case, from 0
 * @param latency the time that the task took, absent when it was not run here
 * @param error why there is no output, absent when there is one
 * @param results one result an evaluator, in the order of {@link EvalReport#evaluators()}
 * @param spend what the task's own model calls spent, as far as it is known
 * @param calls the task's model calls that were recorded, in the order they started; empty when
 *     none was
 */
public record CaseRun(
    EvalCase evalCase,
    int iteration,
    @Nullable Duration latency,
    @Nullable TaskError error,
    List<EvalResult> results,
    Spend spend,
    List<CallRef> calls) {

  /** Checks and copies. */
  public CaseRun {
    Objects.requireNonNull(evalCase, "evalCase must not be null");
    Objects.requireNonNull(evalCase.id(), "evalCase.id must not be null");
    if (iteration < 0) {
      throw new IllegalArgumentException("iteration must not be negative, but was " + iteration);
    }
    results = List.copyOf(results);
    Objects.requireNonNull(spend, "spend must not be null");
    calls = List.copyOf(calls);
  }

  /** The case's id in its dataset. */
  public String caseId() {
    return Objects.requireNonNull(evalCase.id());
  }

  /** The result of this evaluator, absent when it was not asked. */
  public @Nullable EvalResult result(String evaluator) {
    for (EvalResult result : results) {
      if (result.by().name().equals(evaluator)) {
        return result;
      }
    }
    return null;
  }

  /**
   * Why a task gave no output.
   *
   * @param type a low-cardinality name: the exception's class, or {@code timeout}
   * @param message what can be said without content, absent when nothing can
   */
  public record TaskError(String type, @Nullable String message) {
    /** Checks for null only. */
    public TaskError {
      Objects.requireNonNull(type, "type must not be null");
    }
  }
}
