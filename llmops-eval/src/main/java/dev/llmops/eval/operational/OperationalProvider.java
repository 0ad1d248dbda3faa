package dev.llmops.eval.operational;

import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import java.time.Duration;
import java.util.List;

/** Registers the evaluators of {@link OperationalEvaluators} by name. */
public final class OperationalProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public OperationalProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add("latency", settings -> OperationalEvaluators.latency(seconds(settings, 10)));
    registrar.add(
        "time_to_first_token",
        settings -> OperationalEvaluators.timeToFirstToken(seconds(settings, 1)));
    registrar.add(
        "output_tokens",
        settings -> OperationalEvaluators.outputTokens(settings.number("half", 1_000, 1, 1 << 30)));
    registrar.add(
        "total_tokens",
        settings -> OperationalEvaluators.totalTokens(settings.number("half", 10_000, 1, 1 << 30)));
    registrar.add(
        "cost",
        settings ->
            OperationalEvaluators.cost(
                settings.decimal("half", 0.01, 1e-12, 1e12), settings.text("currency", "USD")));
    registrar.add(
        "finish_reason",
        settings -> {
          List<String> allowed = settings.list("allowed");
          return OperationalEvaluators.finishReason(
              allowed.isEmpty() ? List.of("stop", "tool_call") : allowed);
        });
    registrar.add("call_error", settings -> OperationalEvaluators.callError());
  }

  private static Duration seconds(EvaluatorSettings settings, double byDefault) {
    return Duration.ofNanos((long) (settings.decimal("half", byDefault, 1e-6, 1e6) * 1e9));
  }
}
