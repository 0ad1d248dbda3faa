package dev.llmops.eval.retrieval;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The mean of an evaluator over the cases for which it is defined. */
record MeanOverRun(EvaluatorSpec spec, Evaluator part) implements RunMetric {

  @Override
  public RunResult measure(List<EvalCase> cases) {
    double sum = 0;
    int n = 0;
    int undefined = 0;
    int missing = 0;
    for (EvalCase each : cases) {
      EvalResult result = part.evaluate(each);
      if (result instanceof EvalResult.Scored scored) {
        sum += scored.raw();
        n++;
      } else if (result instanceof EvalResult.Skipped
          && part.spec().needs().stream().allMatch((Need need) -> need.isMetBy(each))) {
        undefined++;
      } else {
        missing++;
      }
    }
    Map<String, Double> details = new LinkedHashMap<>();
    details.put("n", (double) n);
    details.put("undefined", (double) undefined);
    if (missing > 0) {
      return new RunResult(
          new EvalResult.Skipped(
              spec,
              missing
                  + " of "
                  + cases.size()
                  + " cases lack ids or have gains that cannot be; provide them or leave the cases"
                  + " out"),
          details);
    }
    if (n == 0) {
      return new RunResult(
          new EvalResult.Skipped(
              spec, "no case of " + cases.size() + " has something relevant: no mean"),
          details);
    }
    return new RunResult(
        EvalResult.Scored.of(
            spec,
            Math.min(1, sum / n),
            "the mean of "
                + n
                + " cases"
                + (undefined == 0 ? "" : "; " + undefined + " without anything relevant left out")),
        details);
  }
}
