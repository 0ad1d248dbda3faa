package dev.llmops.eval.safety;

import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Asks a moderation endpoint. */
final class Moderated {

  private Moderated() {}

  static Evaluator evaluator(ModerationEndpoint endpoint, Part part) {
    EvaluatorSpec spec =
        new EvaluatorSpec(
            "moderation",
            "1",
            part == Part.OUTPUT ? Map.of() : Map.of("of", "input"),
            Scale.RISK,
            Set.of(part.need()),
            EvaluatorSpec.CostClass.PAID);
    return Evaluators.of(spec, evalCase -> evaluate(spec, endpoint, part.of(evalCase)));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, ModerationEndpoint endpoint, String text) {
    long start = System.nanoTime();
    try {
      ModerationEndpoint.Verdict verdict = endpoint.moderate(text);
      String worst = "";
      double score = -1;
      for (Map.Entry<String, Double> each : verdict.scores().entrySet()) {
        if (each.getValue() > score) {
          score = each.getValue();
          worst = each.getKey();
        }
      }
      return new Scored(
          spec,
          spec.scale().score(score),
          score,
          String.format(Locale.ROOT, "highest category %s at %.3f", worst, score),
          verdict.flagged() ? "flagged" : "not_flagged",
          spent(start));
    } catch (ModerationEndpoint.Failure e) {
      return new Errored(spec, e.type(), String.valueOf(e.getMessage()), spent(start));
    }
  }

  private static Spend spent(long start) {
    return new Spend(1, TokenUsage.NONE, null, Duration.ofNanos(System.nanoTime() - start));
  }
}
