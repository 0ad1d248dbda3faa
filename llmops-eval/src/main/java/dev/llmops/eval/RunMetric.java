package dev.llmops.eval;

import java.util.List;
import java.util.Map;

/**
 * A measure that is defined only over a whole run, such as corpus BLEU or AUROC. Pure, thread-safe,
 * never throws. An incomplete run is not silently measured in part: a case that lacks what is
 * needed makes the result Skipped with the number of such cases.
 */
public interface RunMetric {

  /** What it says about itself; {@code scale} is that of the main value. */
  EvaluatorSpec spec();

  /** The measure over all cases; the order of the cases does not matter. */
  RunResult measure(List<EvalCase> cases);

  /**
   * What was measured.
   *
   * @param result the main value, or why there is none
   * @param details further values by name, such as each class's recall or a confusion count; empty
   *     when there are none
   */
  record RunResult(EvalResult result, Map<String, Double> details) {
    /** Copies the details. */
    public RunResult {
      details = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(details));
    }
  }
}
