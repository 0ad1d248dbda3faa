package dev.llmops.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallScore;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingSinkTest {

  @Test
  void keepsTheLatestRecordsInOrder() {
    RingSink ring = RingSink.ofCapacity(3);

    for (int i = 1; i <= 5; i++) {
      ring.accept(TestRecords.call(i));
    }

    assertThat(ring.records())
        .containsExactly(TestRecords.call(3), TestRecords.call(4), TestRecords.call(5));
    assertThat(ring.stats().accepted()).isEqualTo(5);
    assertThat(ring.stats().note())
        .isEqualTo("holds 3; older ones go (RingSink.Builder.capacity=3, maxBytes=67108864)");
  }

  @Test
  void keepsNoMoreBytesThanAllowedButAlwaysTheLatest() {
    LlmCall large =
        TestRecords.call(
            TestRecords.ref(1), LlmContext.EMPTY, TestRecords.completed("x".repeat(10_000)));
    RingSink ring = RingSink.builder().maxBytes(50_000).build(); // 20,000 of text in each

    for (int i = 0; i < 4; i++) {
      ring.accept(large);
    }
    assertThat(ring.records()).hasSize(2);

    RingSink tiny = RingSink.builder().maxBytes(1).build();
    tiny.accept(large);
    tiny.accept(TestRecords.call(2));
    assertThat(tiny.records()).containsExactly(TestRecords.call(2));
  }

  @Test
  void tellsCallsStepsAndScoresApartAndFindsByReference() {
    RingSink ring = RingSink.create();
    LlmCall call = TestRecords.call(1);
    LlmStep step = TestRecords.step(TestRecords.ref(2), LlmContext.EMPTY);
    CallScore score = CallScore.of(call.ref(), "liked").value(1.0).build();

    ring.accept(call);
    ring.accept(step);
    ring.accept(score);

    assertThat(ring.calls()).containsExactly(call);
    assertThat(ring.steps()).containsExactly(step);
    assertThat(ring.scores()).containsExactly(score);
    assertThat(ring.find(TestRecords.ref(2))).isEqualTo(step);
    assertThat(ring.find(TestRecords.ref(3))).isNull();
    ring.clear();
    assertThat(ring.records()).isEmpty();
  }

  @Test
  void seesContentUnlessToldNotTo() {
    RingSink open = RingSink.create();
    RingSink shut = RingSink.builder().content(ContentPolicy.none()).build();
    try (LlmOps ops = LlmOps.builder().sink(open).sink(shut).build()) {
      ops.call(LlmRequest.chat("local", "m"), () -> "the answer", LlmResponse::ofText);
    }

    assertThat(open.calls().get(0).response().text()).isEqualTo("the answer");
    assertThat(shut.calls().get(0).response().text()).isEmpty();
  }

  @Test
  void waitsForCallsOfOtherThreads() throws Exception {
    RingSink ring = RingSink.ofCapacity(1);
    Thread thread =
        new Thread(
            () -> {
              ring.accept(TestRecords.step(TestRecords.ref(9), LlmContext.EMPTY));
              ring.accept(TestRecords.call(1));
              ring.accept(TestRecords.call(2));
            });
    thread.start();

    List<LlmCall> calls = ring.awaitCalls(2, Duration.ofSeconds(30));
    thread.join();

    assertThat(calls).containsExactly(TestRecords.call(2)); // as many as it holds
  }

  @Test
  void saysHowManyCallsCameWhenTooFewDid() {
    RingSink ring = RingSink.create();
    ring.accept(TestRecords.call(1));

    assertThatThrownBy(() -> ring.awaitCalls(2, Duration.ofMillis(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("expected 2 calls within PT0.001S, but saw 1");
    ring.clear();
    assertThatThrownBy(() -> ring.awaitCalls(1, Duration.ZERO))
        .hasMessage("expected 1 calls within PT0S, but saw 0");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> ring.awaitCalls(1, Duration.ofSeconds(30)))
        .hasMessage("interrupted while waiting for 1 calls; saw 0");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> RingSink.ofCapacity(0))
        .hasMessage("capacity must be between 1 and 1048576, but was 0");
    assertThatThrownBy(() -> RingSink.builder().maxBytes(0))
        .hasMessage("maxBytes must be between 1 and 9223372036854775807, but was 0");
  }
}
