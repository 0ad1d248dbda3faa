package dev.llmops.testing;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
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
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LlmOpsAssertionsTest {

  private static final CallRef STEP = CallRef.of("000000000000000000000000000000ff");
  private static final String CALL =
      "expected call 00000000000000000000000000000001 (chat openai gpt-4o-mini) ";

  @Test
  void aCallThatIsAsExpectedPasses() {
    LlmCall call =
        call(
            new Outcome.Completed(response()),
            STEP,
            new Cost(new BigDecimal("1.50"), "USD", "test", false),
            List.of());

    assertThat(call)
        .isCompleted()
        .hasProvider("openai")
        .hasModel("gpt-4o-mini")
        .hasResponseModel("gpt-4o-mini-2024-07-18")
        .hasUsage(12, 34)
        .hasCost("1.5", "USD")
        .hasText("Hello there")
        .hasTextContaining("there")
        .hasParent(STEP)
        .hasUser("ada")
        .hasConversation("c-1")
        .hasAttempts(2)
        .tookAtMost(Duration.ofSeconds(1))
        .hasNoProblems();
    assertThat(call(new Outcome.Cancelled(null, Outcome.Reason.CLOSED), null, null, List.of()))
        .isCancelled()
        .isCancelled(Outcome.Reason.CLOSED)
        .hasNoUsage()
        .hasNoCost()
        .hasNoContent()
        .hasNoParent();
    assertThat(failedCall()).isFailed().isFailedWith("429");
  }

  @Test
  void aFailureSaysWhichCallWhatWasExpectedAndWhatItWasLike() {
    LlmCall bare = call(new Outcome.Completed(LlmResponse.EMPTY), null, null, List.of());
    LlmCall full =
        call(
            new Outcome.Completed(response()),
            STEP,
            new Cost(new BigDecimal("1.50"), "USD", "test", false),
            List.of("usage could not be read"));
    LlmCall closed =
        call(new Outcome.Cancelled(null, Outcome.Reason.CLOSED), null, null, List.of());

    fails(
        () -> assertThat(failedCall()).isCompleted(),
        "to be completed, but it was failed with 429: slow down");
    fails(() -> assertThat(full).isFailed(), "to be failed, but it was completed");
    fails(
        () -> assertThat(failedCall()).isFailedWith("503"),
        "to be failed with 503, but it was failed with 429: slow down");
    fails(() -> assertThat(full).isCancelled(), "to be cancelled, but it was completed");
    fails(
        () -> assertThat(closed).isCancelled(Outcome.Reason.ABANDONED),
        "to be cancelled (abandoned), but it was cancelled (closed)");
    fails(() -> assertThat(full).hasModel("o3"), "to have model o3, but it has model gpt-4o-mini");
    fails(
        () -> assertThat(bare).hasResponseModel("o3"),
        "to have response model o3, but it has none");
    fails(
        () -> assertThat(full).hasUsage(1, 2),
        "to have usage 1 in, 2 out, but it has usage 12 in, 34 out");
    fails(() -> assertThat(bare).hasUsage(1, 2), "to have usage 1 in, 2 out, but it has none");
    fails(
        () -> assertThat(full).hasCost("2", "USD"), "to have cost 2 USD, but it has cost 1.50 USD");
    fails(
        () -> assertThat(bare).hasCost("2", "USD"),
        "to have cost 2 USD, but its cost is not known");
    fails(() -> assertThat(full).hasNoCost(), "to have no cost, but it has cost 1.50 USD");
    fails(
        () -> assertThat(full).hasText("Bye 100%"),
        "to have text \"Bye 100%\", but it has text \"Hello there\"");
    fails(
        () -> assertThat(full).hasTextContaining("Bye"),
        "to have text containing \"Bye\", but it has text \"Hello there\"");
    fails(() -> assertThat(full).hasNoContent(), "to have no content, but it has some");
    fails(
        () -> assertThat(bare).hasParent(STEP),
        "to have parent 000000000000000000000000000000ff, but it has none");
    fails(
        () -> assertThat(full).hasNoParent(),
        "to have no parent, but it has parent 000000000000000000000000000000ff");
    fails(() -> assertThat(full).hasAttempts(1), "to have attempts 1, but it has attempts 2");
    fails(
        () -> assertThat(full).tookAtMost(Duration.ofMillis(10)),
        "to have taken at most PT0.01S, but it took PT0.25S");
    fails(
        () -> assertThat(full).hasNoProblems(),
        "to have no problems, but it has [usage could not be read]");
  }

  private static void fails(ThrowingCallable assertion, String message) {
    assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessage(CALL + message);
  }

  private static LlmCall failedCall() {
    return call(
        new Outcome.Failed(null, new CallError("429", null, "slow down", 429)),
        null,
        null,
        List.of());
  }

  private static LlmResponse response() {
    return LlmResponse.ofText("Hello there").toBuilder()
        .model("gpt-4o-mini-2024-07-18")
        .usage(TokenUsage.of(12, 34))
        .build();
  }

  private static LlmCall call(Outcome outcome, CallRef parent, Cost cost, List<String> problems) {
    return new LlmCall(
        CallRef.of("00000000000000000000000000000001"),
        parent,
        LlmContext.builder().user("ada").conversation("c-1").build(),
        LlmRequest.chat("openai", "gpt-4o-mini"),
        outcome,
        Timing.of(Instant.EPOCH, Duration.ofMillis(250)),
        cost,
        2,
        Origin.APPLICATION,
        1,
        problems);
  }
}
