package dev.llmops.eval.operational;

import dev.llmops.CallError;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.Outcome;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.internal.LinearText;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Evaluators over {@link dev.llmops.eval.EvalCase#call()}. All are free and thread-safe. What the
 * call did not record is Skipped, never 0. Each measure without a bound maps to a score by a {@code
 * half}, the value that scores 0.5 (score = half ÷ (half + raw)); it is for reading and combining,
 * gates work on the raw value.
 */
public final class OperationalEvaluators {

  private OperationalEvaluators() {}

  /**
   * {@code latency}: seconds from the issue of the request to the end of the call, retries
   * included; the lower the better. Skipped for a call that failed or was cancelled: its time says
   * nothing of how long an answer takes.
   *
   * @param half more than zero
   */
  public static Evaluator latency(Duration half) {
    return seconds("latency", half, call -> call.timing().total(), "");
  }

  /**
   * {@code time_to_first_token}: seconds from the issue of the request to the first chunk with
   * text, reasoning or a tool call in it; the lower the better. Skipped for a call that was not
   * streamed.
   *
   * @param half more than zero
   */
  public static Evaluator timeToFirstToken(Duration half) {
    return seconds(
        "time_to_first_token",
        half,
        call -> call.timing().timeToFirstOutput(),
        "the call was not streamed, or no output came");
  }

  /**
   * {@code output_tokens}: tokens of the answer as the provider counted them, reasoning included;
   * the fewer the better.
   *
   * @param half more than 0
   */
  public static Evaluator outputTokens(long half) {
    return tokens("output_tokens", half, call -> call.usage().outputTokens());
  }

  /**
   * {@code total_tokens}: tokens of request and answer as the provider counted them; the fewer the
   * better.
   *
   * @param half more than 0
   */
  public static Evaluator totalTokens(long half) {
    return tokens("total_tokens", half, call -> call.usage().totalTokens());
  }

  /**
   * {@code cost}: what the call cost; the lower the better. Skipped where the cost is unknown or in
   * another currency. The reason says when the cost is an estimate.
   *
   * @param half more than 0, in units of the currency
   * @param currency ISO 4217 code
   */
  public static Evaluator cost(double half, String currency) {
    if (!(half > 0) || Double.isInfinite(half)) {
      throw new IllegalArgumentException("half must be a finite number above 0, but was " + half);
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free("cost", Scale.lowerUnbounded(half), Need.CALL)
            .withSettings(Map.of("half", Double.toString(half), "currency", currency));
    return over(
        spec,
        (self, call) -> {
          Cost cost = call.cost();
          if (cost == null) {
            return new Skipped(self, "the cost is unknown; add the model to the price table");
          }
          if (!cost.currency().equals(currency)) {
            return new Skipped(self, "the cost is in " + cost.currency() + ", not in " + currency);
          }
          return Scored.of(
              self,
              cost.amount().doubleValue(),
              cost.amount().toPlainString()
                  + " "
                  + currency
                  + (cost.estimated() ? ", an estimate" : ""));
        });
  }

  /**
   * {@code finish_reason}: 1 if all outputs ended for an allowed reason, else 0. {@code length}
   * where {@code stop} and {@code tool_call} are allowed → 0: the answer was cut. Skipped where no
   * reason came.
   *
   * @param allowed as in {@link dev.llmops.LlmResponse#finishReasons()}, in any case; not empty
   */
  public static Evaluator finishReason(List<String> allowed) {
    if (allowed.isEmpty()) {
      throw new IllegalArgumentException("allowed must not be empty; name a finish reason");
    }
    List<String> right = allowed.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
    EvaluatorSpec spec =
        EvaluatorSpec.free("finish_reason", Scale.UNIT, Need.CALL)
            .withSettings(Map.of("allowed", String.join("|", right)));
    return over(
        spec,
        (self, call) -> {
          List<String> reasons = call.response().finishReasons();
          return reasons.isEmpty()
              ? new Skipped(self, "the call has no finish reason")
              : Scored.of(
                  self,
                  reasons.stream().allMatch(each -> right.contains(LinearText.lower(each))),
                  "finished by " + String.join(", ", reasons));
        });
  }

  /**
   * {@code call_error}: 1 if the call failed, else 0; the lower the better, so that the mean is the
   * error rate. Skipped where the caller cancelled: that is no failure of the model.
   */
  public static Evaluator callError() {
    return over(
        EvaluatorSpec.free("call_error", Scale.RISK, Need.CALL),
        (self, call) -> {
          if (call.outcome() instanceof Outcome.Cancelled cancelled) {
            return new Skipped(self, "the caller left the call: " + cancelled.reason());
          }
          CallError error = call.error();
          return new Scored(
              self,
              error == null ? 1 : 0,
              error == null ? 0 : 1,
              error == null ? "the call completed" : "failed with " + error.type(),
              error == null ? "completed" : "failed",
              EvalResult.Spend.NONE);
        });
  }

  private static Evaluator seconds(
      String name, Duration half, Function<LlmCall, @Nullable Duration> time, String missing) {
    if (half.isNegative() || half.isZero()) {
      throw new IllegalArgumentException("half must be more than zero, but was " + half);
    }
    double halfSeconds = half.toNanos() / 1e9;
    EvaluatorSpec spec =
        EvaluatorSpec.free(name, Scale.lowerUnbounded(halfSeconds), Need.CALL)
            .withSettings(Map.of("half", Double.toString(halfSeconds)));
    return over(
        spec,
        (self, call) -> {
          if (!(call.outcome() instanceof Outcome.Completed)) {
            return new Skipped(self, "the call did not complete");
          }
          Duration took = time.apply(call);
          if (took == null) {
            return new Skipped(self, missing);
          }
          double seconds = took.toNanos() / 1e9;
          return Scored.of(self, seconds, seconds + " s");
        });
  }

  private static Evaluator tokens(String name, long half, Function<LlmCall, @Nullable Long> count) {
    if (half < 1) {
      throw new IllegalArgumentException("half must be at least 1, but was " + half);
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free(name, Scale.lowerUnbounded(half), Need.CALL)
            .withSettings(Map.of("half", Long.toString(half)));
    return over(
        spec,
        (self, call) -> {
          Long tokens = count.apply(call);
          return tokens == null
              ? new Skipped(self, "the provider counted no tokens; see the usage of the response")
              : Scored.of(self, tokens, tokens + " tokens");
        });
  }

  private static Evaluator over(
      EvaluatorSpec spec, BiFunction<EvaluatorSpec, LlmCall, EvalResult> function) {
    return Evaluators.of(
        spec, evalCase -> function.apply(spec, Objects.requireNonNull(evalCase.call())));
  }
}
