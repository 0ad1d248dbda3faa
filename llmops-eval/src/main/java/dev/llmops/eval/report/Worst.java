package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A case that a person should look at.
 *
 * @param caseId which
 * @param metric the evaluator, or {@code task}
 * @param before its mean score in the baseline, absent when it is not there
 * @param score its mean score, absent when a repetition has none
 * @param reason of its worst repetition; content
 */
record Worst(
    String caseId, String metric, @Nullable Double before, @Nullable Double score, String reason) {

  /** The cases that broke, then those that were lost, then those that failed; each once. */
  static List<Worst> of(
      EvalReport report, Standing standing, List<Comparison> comparisons, int limit) {
    Map<List<String>, Double> before = new HashMap<>();
    Map<String, Double> drops = new HashMap<>();
    for (Comparison comparison : comparisons) {
      for (Triage.Change lost : comparison.lost()) {
        before.put(List.of(lost.caseId(), lost.metric()), lost.before());
        drops.merge(lost.caseId(), lost.before() - lost.now(), Math::max);
      }
    }
    List<Worst> all = new ArrayList<>();
    Map<Worst, Double> weights = new HashMap<>();
    standing
        .cases()
        .forEach(
            (id, runs) -> {
              Worst worst = null;
              double weight = 0;
              for (CaseRun run : runs) {
                if (run.error() != null) {
                  String told = run.error().message();
                  worst =
                      new Worst(
                          id,
                          "task",
                          null,
                          null,
                          run.error().type() + (told == null ? "" : ": " + told));
                  weight = 3;
                  break;
                }
                for (EvalResult result : run.results()) {
                  Standing.Status status = standing.of(result);
                  Double was = before.get(List.of(id, result.by().name()));
                  double own =
                      result instanceof Errored
                          ? 2.5
                          : result instanceof Scored scored
                                  && (status == Standing.Status.FAILED || was != null)
                              ? (was != null ? 1 + drops.getOrDefault(id, 0.0) / 2 : 0)
                                  + (1 - scored.score()) / 2
                              : 0;
                  if (own > weight) {
                    weight = own;
                    worst =
                        new Worst(
                            id,
                            result.by().name(),
                            was,
                            result instanceof Scored ? mean(runs, result.by().name()) : null,
                            result instanceof Errored errored
                                ? errored.type() + ": " + errored.reason()
                                : result.reason());
                  }
                }
              }
              if (worst != null) {
                all.add(worst);
                weights.put(worst, weight);
              }
            });
    all.sort(
        Comparator.comparingDouble((Worst each) -> -weights.getOrDefault(each, 0.0))
            .thenComparing(Worst::caseId));
    return all.subList(0, Math.min(limit, all.size()));
  }

  private static @Nullable Double mean(List<CaseRun> runs, String metric) {
    double sum = 0;
    for (CaseRun run : runs) {
      if (!(run.result(metric) instanceof Scored scored)) {
        return null;
      }
      sum += scored.score();
    }
    return sum / runs.size();
  }
}
