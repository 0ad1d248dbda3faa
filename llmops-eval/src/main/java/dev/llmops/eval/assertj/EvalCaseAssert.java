package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalCase;
import org.jspecify.annotations.Nullable;

/** Assertions about a case with its output. */
public final class EvalCaseAssert extends AbstractScoreAssert<EvalCaseAssert, EvalCase> {

  EvalCaseAssert(@Nullable EvalCase actual, Failures failures) {
    super(actual, EvalCaseAssert.class, failures);
  }

  @Override
  EvalCase evalCase(EvalCase actual) {
    return actual;
  }
}
