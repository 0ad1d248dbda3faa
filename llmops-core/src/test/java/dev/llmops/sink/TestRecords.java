package dev.llmops.sink;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Message;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Plain records to write and read. */
final class TestRecords {

  static final Instant START = Instant.parse("2026-11-21T10:15:30.123456789Z");

  private TestRecords() {}

  /** The reference with this number as its id. */
  static CallRef ref(long number) {
    return CallRef.of(String.format("%032x", number));
  }

  /** The trace with this number; the calls of a trace share what sampling decides by. */
  static CallRef ref(long number, long trace) {
    return CallRef.of(String.format("%032x", number), String.format("%032x", trace), null);
  }

  static LlmCall call(long number) {
    return call(ref(number), LlmContext.EMPTY, completed("answer " + number));
  }

  static LlmCall callOf(String user, long number) {
    return call(
        ref(number), LlmContext.builder().user(user).build(), completed("answer " + number));
  }

  static LlmCall call(CallRef ref, LlmContext context, Outcome outcome) {
    return call(ref, context, outcome, Duration.ofMillis(1_234), null);
  }

  static LlmCall call(CallRef ref, LlmContext context, Outcome outcome, Duration total, Cost cost) {
    LlmRequest request =
        LlmRequest.builder("chat", "openai")
            .model("gpt-4o-mini")
            .message(Message.user("question"))
            .build();
    return new LlmCall(
        ref,
        null,
        context,
        request,
        outcome,
        Timing.of(START, total),
        cost,
        null,
        Origin.APPLICATION,
        1,
        List.of());
  }

  static Outcome completed(String text) {
    return new Outcome.Completed(
        LlmResponse.ofText(text).toBuilder()
            .model("gpt-4o-mini-2024-07-18")
            .finishReasons(List.of("stop"))
            .usage(TokenUsage.of(12, 34))
            .build());
  }

  static Outcome failed() {
    return new Outcome.Failed(
        null, new CallError("rate_limit_exceeded", "java.io.IOException", "quoted prompt", 429));
  }

  static Cost usd(String amount) {
    return new Cost(new BigDecimal(amount), "USD", "test", false);
  }

  static LlmStep step(CallRef ref, LlmContext context) {
    return new LlmStep(
        ref,
        null,
        context,
        StepRequest.tool("search").input("secret arguments").build(),
        StepResult.of("secret result"),
        null,
        Timing.of(START, Duration.ofMillis(5)),
        1,
        List.of());
  }
}
