package dev.llmops.eval.operational;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationalEvaluatorsTest {

  private static final LlmResponse ANSWER =
      LlmResponse.ofText("Paris").toBuilder()
          .usage(TokenUsage.of(900, 100))
          .finishReasons(List.of("stop"))
          .build();
  private static final Timing STREAMED =
      Timing.of(
          Instant.EPOCH, Duration.ofSeconds(3), Duration.ofMillis(400), Duration.ofMillis(500), 9);
  private static final Cost CENT = new Cost(new BigDecimal("0.01"), "USD", "list", true);

  private final LlmCall call = call(new Outcome.Completed(ANSWER), STREAMED, CENT);

  @Test
  void rawValuesAreTheRecordedOnes() {
    // score = half ÷ (half + raw): 1 ÷ (1 + 3) = 0.25
    assertThat(scored(OperationalEvaluators.latency(Duration.ofSeconds(1)), call).score())
        .isEqualTo(0.25);
    assertThat(scored(OperationalEvaluators.latency(Duration.ofSeconds(1)), call).raw())
        .isEqualTo(3);
    assertThat(scored(OperationalEvaluators.timeToFirstToken(Duration.ofSeconds(1)), call).raw())
        .isEqualTo(0.5);
    assertThat(scored(OperationalEvaluators.outputTokens(100), call).score()).isEqualTo(0.5);
    assertThat(scored(OperationalEvaluators.totalTokens(100), call).raw()).isEqualTo(1_000);
    assertThat(scored(OperationalEvaluators.cost(0.01, "USD"), call).score()).isEqualTo(0.5);
    assertThat(scored(OperationalEvaluators.cost(0.01, "USD"), call).reason())
        .isEqualTo("0.01 USD, an estimate");
    assertThat(scored(OperationalEvaluators.finishReason(List.of("stop")), call).score())
        .isEqualTo(1);
    assertThat(scored(OperationalEvaluators.finishReason(List.of("length")), call).reason())
        .isEqualTo("finished by stop");
    assertThat(scored(OperationalEvaluators.callError(), call).raw()).isZero();
  }

  @Test
  void whatWasNotRecordedIsSkipped() {
    LlmCall bare =
        call(
            new Outcome.Completed(LlmResponse.ofText("x")),
            Timing.of(Instant.EPOCH, Duration.ofSeconds(1)),
            null);

    for (String name :
        List.of("time_to_first_token", "output_tokens", "total_tokens", "cost", "finish_reason")) {
      assertThat(evaluate(Evaluators.byName(name), bare)).as(name).isInstanceOf(Skipped.class);
    }
    assertThat(evaluate(OperationalEvaluators.cost(1, "EUR"), call).reason())
        .isEqualTo("the cost is in USD, not in EUR");
    assertThat(OperationalEvaluators.callError().evaluate(EvalCase.of("x")).reason())
        .isEqualTo("call_error needs the recorded call: EvalCase.of(call)");
  }

  @Test
  void aFailureIsAnErrorAndACancellationIsNot() {
    LlmCall failed =
        call(
            new Outcome.Failed(null, new CallError("503", null, "secret prompt", 503)),
            STREAMED,
            null);
    LlmCall cancelled = call(new Outcome.Cancelled(ANSWER, Outcome.Reason.CLOSED), STREAMED, null);

    assertThat(scored(OperationalEvaluators.callError(), failed).raw()).isEqualTo(1);
    assertThat(scored(OperationalEvaluators.callError(), failed).reason())
        .isEqualTo("failed with 503");
    assertThat(evaluate(OperationalEvaluators.callError(), cancelled)).isInstanceOf(Skipped.class);
    assertThat(evaluate(OperationalEvaluators.latency(Duration.ofSeconds(1)), failed))
        .isInstanceOf(Skipped.class);
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> OperationalEvaluators.latency(Duration.ZERO))
        .hasMessage("half must be more than zero, but was PT0S");
    assertThatThrownBy(() -> OperationalEvaluators.finishReason(List.of()))
        .hasMessage("allowed must not be empty; name a finish reason");
    for (String name :
        List.of(
            "latency",
            "time_to_first_token",
            "output_tokens",
            "total_tokens",
            "cost",
            "finish_reason",
            "call_error")) {
      Evaluator evaluator = Evaluators.byName(name);
      assertThat(Evaluators.byName(name, evaluator.spec().settings()).spec())
          .isEqualTo(evaluator.spec());
    }
  }

  private static Scored scored(Evaluator evaluator, LlmCall call) {
    return (Scored) evaluate(evaluator, call);
  }

  private static EvalResult evaluate(Evaluator evaluator, LlmCall call) {
    return evaluator.evaluate(EvalCase.of(call));
  }

  private static LlmCall call(Outcome outcome, Timing timing, Cost cost) {
    return new LlmCall(
        CallRef.of("0".repeat(31) + "1"),
        null,
        LlmContext.EMPTY,
        LlmRequest.chat("test", "model"),
        outcome,
        timing,
        cost,
        1,
        Origin.APPLICATION,
        1,
        List.of());
  }
}
