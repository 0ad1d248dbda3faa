package dev.llmops.eval.report;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reports made by hand for tests. */
final class Reports {

  static final EvaluatorSpec EXACT =
      EvaluatorSpec.free("exact_match", Scale.UNIT, Need.OUTPUT, Need.REFERENCES);

  private Reports() {}

  /** So many cases once each, the first {@code passed} of them right. */
  static EvalReport ofPassed(int passed, int cases) {
    double[] scores = new double[cases];
    for (int i = 0; i < passed; i++) {
      scores[i] = 1;
    }
    return ofScores(scores);
  }

  /** A case a score; NaN for one whose evaluator failed. */
  static EvalReport ofScores(double... scores) {
    List<CaseRun> runs = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      runs.add(run("c" + i, 0, scores[i]));
    }
    return of(runs);
  }

  static EvalReport of(List<CaseRun> runs) {
    return EvalReport.builder("qa")
        .runId("run-1")
        .time(Instant.parse("2026-03-01T12:00:00Z"), Duration.ofSeconds(90))
        .dataset(new DatasetRef("qa", "abc123", runs.size()))
        .evaluators(List.of(EXACT))
        .runs(runs)
        .build();
  }

  static CaseRun run(String id, int iteration, double score) {
    EvalCase evalCase =
        EvalCase.builder()
            .id(id)
            .input("question " + id)
            .references(List.of("right"))
            .output(score == 1 ? "right" : "wrong")
            .build();
    EvalResult result =
        Double.isNaN(score)
            ? new Errored(EXACT, "timeout", "the judge did not answer", Spend.NONE)
            : Scored.of(EXACT, score, score == 1 ? "equal" : "expected \"right\", got \"wrong\"");
    return new CaseRun(
        evalCase, iteration, Duration.ofMillis(500), null, List.of(result), Spend.NONE, List.of());
  }
}
