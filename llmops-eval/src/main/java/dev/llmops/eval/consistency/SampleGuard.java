package dev.llmops.eval.consistency;

import dev.llmops.LlmCall;
import dev.llmops.RequestParameters;
import dev.llmops.eval.EvalCase;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells samples that cannot differ: agreement among them measures the sampling, not the model. */
final class SampleGuard {

  private static final String TAKE = "; take samples at a temperature above 0 and past the cache";

  private SampleGuard() {}

  /** Why these samples cannot measure consistency, or null. */
  static @Nullable String whyNot(EvalCase evalCase) {
    LlmCall call = evalCase.call();
    Integer attempts = call == null ? null : call.attempts();
    if ((attempts != null && attempts == 0)
        || isTrue(evalCase.metadata().get(ConsistencyEvaluators.FROM_CACHE))) {
      return "the samples came from a cache" + TAKE;
    }
    RequestParameters parameters =
        call == null ? RequestParameters.NONE : call.request().parameters();
    Double temperature = parameters.temperature();
    if ((temperature != null && temperature == 0)
        || isZero(evalCase.metadata().get(ConsistencyEvaluators.TEMPERATURE))) {
      return "the samples were taken at temperature 0" + TAKE;
    }
    Long topK = parameters.topK();
    return topK != null && topK == 1
        ? "the samples were taken with a top_k of 1, which is greedy" + TAKE
        : null;
  }

  private static boolean isTrue(@Nullable String value) {
    return value != null && value.strip().toLowerCase(Locale.ROOT).equals("true");
  }

  private static boolean isZero(@Nullable String value) {
    try {
      return value != null && Double.parseDouble(value.strip()) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
