package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One evaluator's scores, case by case: the repetitions of a case belong together. */
final class CaseValues {

  private final Map<String, List<Double>> scores = new LinkedHashMap<>();
  private final List<String> missing = new ArrayList<>();
  private @Nullable String firstReason;

  private CaseValues() {}

  /**
   * Of this evaluator.
   *
   * @param threshold scores of at least this are 1, others 0; absent for the scores as they are
   */
  static CaseValues of(EvalReport report, String evaluator, @Nullable Double threshold) {
    CaseValues values = new CaseValues();
    for (CaseRun run : report.runs()) {
      EvalResult result = run.result(evaluator);
      List<Double> ofCase =
          values.scores.computeIfAbsent(run.caseId(), unused -> new ArrayList<>(1));
      if (result instanceof Scored scored) {
        double score = scored.score();
        ofCase.add(threshold == null ? score : score >= threshold ? 1.0 : 0.0);
      } else {
        ofCase.add(Double.NaN);
        values.missing.add(run.caseId());
        if (values.firstReason == null && result != null) {
          values.firstReason = result.reason();
        }
      }
    }
    return values;
  }

  /** Each case's mean by its id; NaN where any repetition has no score. */
  Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    scores.forEach(
        (id, all) ->
            means.put(
                id, all.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN)));
    return means;
  }

  /** Each case's scores, a row a case; NaN where there is none. */
  double[][] rows() {
    return scores.values().stream()
        .map(all -> all.stream().mapToDouble(Double::doubleValue).toArray())
        .toArray(double[][]::new);
  }

  /** Ids of runs without a score, once for each. */
  List<String> missing() {
    return missing;
  }

  /** Why the first of them has none. */
  @Nullable String firstReason() {
    return firstReason;
  }

  /** Whether each score is 0 or 1. */
  boolean isBinary() {
    return scores.values().stream()
        .flatMap(List::stream)
        .allMatch(score -> score.isNaN() || score == 0 || score == 1);
  }
}
