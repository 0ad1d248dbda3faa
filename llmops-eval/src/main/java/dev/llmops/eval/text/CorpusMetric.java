package dev.llmops.eval.text;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.RunMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A corpus metric over a whole run.
 *
 * @param <S> its counts
 */
record CorpusMetric<S>(
    EvaluatorSpec spec,
    CorpusStatistics<S> statistics,
    BiFunction<S, Map<String, Double>, Value> score)
    implements RunMetric {

  /** The value and what to look at. */
  record Value(double raw, String reason) {}

  @Override
  public RunResult measure(List<EvalCase> cases) {
    try {
      return measureOrThrow(cases);
    } catch (RuntimeException | StackOverflowError e) {
      return new RunResult(EvalResult.Errored.of(spec, e), Map.of());
    }
  }

  private RunResult measureOrThrow(List<EvalCase> cases) {
    long incomplete =
        cases.stream().filter(each -> each.output() == null || each.references().isEmpty()).count();
    if (cases.isEmpty() || incomplete > 0) {
      return skipped(
          cases.isEmpty()
              ? spec.name() + " needs at least one case"
              : incomplete + " of " + cases.size() + " cases lack an output or a reference");
    }
    S sum = null;
    for (EvalCase each : cases) {
      String output = each.output();
      if (output == null) {
        continue;
      }
      try {
        S counts = statistics.statistics(output, each.references());
        sum = sum == null ? counts : statistics.sum(sum, counts);
      } catch (NotMeasurable e) {
        return skipped("case [" + each.id() + "]: " + e.getMessage());
      }
    }
    if (sum == null) {
      return skipped(spec.name() + " needs at least one case");
    }
    Map<String, Double> details = new LinkedHashMap<>();
    details.put("cases", (double) cases.size());
    Value value = score.apply(sum, details);
    return new RunResult(EvalResult.Scored.of(spec, value.raw(), value.reason()), details);
  }

  private RunResult skipped(String reason) {
    return new RunResult(new EvalResult.Skipped(spec, reason), Map.of());
  }
}
