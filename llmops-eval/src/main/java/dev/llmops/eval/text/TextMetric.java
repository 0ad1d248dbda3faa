package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.List;
import java.util.Map;

/** A measure of an output against its references. */
@FunctionalInterface
interface TextMetric {

  /**
   * Measures.
   *
   * @param references one or more
   * @throws NotMeasurable if it is not defined for them, or they are too long
   */
  EvalResult measure(EvaluatorSpec spec, String output, List<String> references);

  /** The evaluator of this metric. */
  default Evaluator evaluator(String name, Scale scale, Map<String, String> settings) {
    EvaluatorSpec spec =
        EvaluatorSpec.free(name, scale, Need.OUTPUT, Need.REFERENCES).withSettings(settings);
    return Evaluators.of(
        spec,
        evalCase -> {
          String output = evalCase.output();
          try {
            return output == null
                ? new EvalResult.Skipped(spec, name + " needs " + Need.OUTPUT.provide())
                : measure(spec, output, evalCase.references());
          } catch (NotMeasurable e) {
            return new EvalResult.Skipped(spec, String.valueOf(e.getMessage()));
          }
        });
  }
}
