package dev.llmops.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class LoggingSinkTest {

  private static final String ID = "0192f0c1d2e3f4a5b6c7d8e9fa0b1c2d";
  private static final CallRef REF =
      CallRef.of(ID, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

  private final LogLines log = new LogLines(Level.DEBUG);
  private final LoggingSink sink = LoggingSink.to(log);

  @Test
  void oneLineACallWithoutContent() {
    LlmCall call =
        new LlmCall(
            REF,
            null,
            LlmContext.EMPTY,
            LlmRequest.chat("openai", "gpt-4o-mini"),
            TestRecords.completed("the answer"),
            Timing.of(TestRecords.START, Duration.ofMillis(1_234), Duration.ofMillis(210), null, 9),
            TestRecords.usd("0.0000222"),
            2,
            Origin.APPLICATION,
            1,
            List.of("something"));

    sink.accept(call);

    assertThat(log.lines())
        .containsExactly(
            "INFO chat openai gpt-4o-mini-2024-07-18 completed [stop] in 1.234 s, first chunk"
                + " 0.210 s, tokens 12 in 34 out, cost 0.0000222 USD, attempts 2, problems 1,"
                + " trace 4bf92f3577b34da6a3ce929d0e0e4736, call "
                + ID);
  }

  @Test
  void aFailureIsNamedByTypeAndNeverByItsMessage() {
    sink.accept(TestRecords.call(CallRef.of(ID), LlmContext.EMPTY, TestRecords.failed()));
    sink.accept(
        TestRecords.call(
            CallRef.of(ID),
            LlmContext.EMPTY,
            new Outcome.Cancelled(null, Outcome.Reason.CONSUMER_FAILED)));

    assertThat(log.lines())
        .containsExactly(
            "INFO chat openai gpt-4o-mini failed [rate_limit_exceeded, HTTP 429] in 1.234 s, call "
                + ID,
            "INFO chat openai gpt-4o-mini cancelled [consumer_failed] in 1.234 s, call " + ID);
  }

  @Test
  void stepsAndScoresAreForDebugging() {
    LogLines info = new LogLines(Level.INFO);
    LoggingSink quiet = LoggingSink.to(info);
    for (LoggingSink each : List.of(sink, quiet)) {
      each.accept(TestRecords.step(CallRef.of(ID), LlmContext.EMPTY));
      each.accept(
          CallScore.of(CallRef.of(ID), "liked").value(1.0).explanation("secret words").build());
    }

    assertThat(log.lines())
        .containsExactly(
            "DEBUG tool search completed in 0.005 s, step " + ID,
            "DEBUG score liked 1.0 by application, call " + ID);
    assertThat(info.lines()).isEmpty();
    assertThat(quiet.stats().dropped()).isEqualTo(2);
    assertThat(quiet.stats().note())
        .isEqualTo("the logger's level leaves some out: calls are INFO, the rest is DEBUG");
  }

  @Test
  void namesFromAProviderCannotBreakTheLineOrFillTheLog() {
    LlmCall call =
        new LlmCall(
            CallRef.of(ID),
            null,
            LlmContext.EMPTY,
            LlmRequest.chat("local", "m\nERROR forged\u2028\u202E" + "x".repeat(200)),
            new Outcome.Cancelled(null, Outcome.Reason.CLOSED),
            Timing.of(TestRecords.START, Duration.ZERO),
            new Cost(new BigDecimal("1E+999999999"), "USD", "hostile", true),
            null,
            Origin.APPLICATION,
            1,
            List.of());

    sink.accept(call);

    assertThat(log.lines())
        .containsExactly(
            "INFO chat local m?ERROR forged??"
                + "x".repeat(84)
                + "… cancelled [closed] in 0.000 s, cost about 1E+999999999 USD, call "
                + ID);
  }
}
