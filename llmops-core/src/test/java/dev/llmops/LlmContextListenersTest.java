package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallInterceptor.Decision;
import dev.llmops.testing.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Sinks and interceptors that a context brings to an LlmOps which is already wired. */
class LlmContextListenersTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "m");

  @Test
  void aContextsSinkGetsWhatStartedInItAndNothingElse() {
    LlmOps ops = LlmOps.builder().build();
    Records records = Records.withoutContent();

    answer(ops);
    CompletableFuture<String> later = new CompletableFuture<>();
    CompletableFuture<String> told;
    try (LlmContext.Scope scope = LlmContext.extend().sink(records).open()) {
      answer(ops);
      told = ops.callAsync(REQUEST, () -> later, LlmResponse::ofText);
      ops.score(CallRef.of("0".repeat(32)), "user_feedback", 1.0);
    }
    answer(ops);
    later.complete("late");

    assertThat(told).isCompletedWithValue("late");
    assertThat(records.calls()).hasSize(2);
    assertThat(records.scores()).hasSize(1);
  }

  @Test
  void aStepsSinkAndThatOfTheCallInItAreTheSame() {
    LlmOps ops = LlmOps.builder().build();
    Records records = Records.withoutContent();

    try (LlmContext.Scope scope = LlmContext.extend().sink(records).open()) {
      ops.tool("search", "{}", () -> answer(ops));
    }

    assertThat(records.steps()).hasSize(1);
    assertThat(records.onlyCall().parent()).isEqualTo(records.steps().get(0).ref());
  }

  @Test
  void aContextsSinkDecidesForItselfWhatContentItSees() {
    Records bare = Records.withoutContent();
    Records whole = Records.withContent();
    LlmOps ops = LlmOps.builder().sink(bare).build();

    assertThat(ops.capturesContent()).isFalse();
    try (LlmContext.Scope scope = LlmContext.extend().sink(whole).open()) {
      assertThat(ops.capturesContent()).isTrue();
      answer(ops);
    }

    assertThat(bare.onlyCall().response().outputs()).isEmpty();
    assertThat(whole.onlyCall().response().outputs().get(0).text()).isEqualTo("yes");
  }

  @Test
  void wiredInterceptorsAreAskedFirstThenThatOfTheInnermostContext() {
    List<String> asked = new ArrayList<>();
    LlmOps ops = LlmOps.builder().interceptor(noting(asked, "ops")).build();

    try (LlmContext.Scope outer = LlmContext.extend().interceptor(noting(asked, "outer")).open();
        LlmContext.Scope inner = LlmContext.extend().interceptor(noting(asked, "inner")).open()) {
      answer(ops);
    }
    answer(ops);

    assertThat(asked).containsExactly("ops", "inner", "ops");
  }

  @Test
  void aGuardrailThatIsWiredRefusesBeforeAReplayCouldAnswer() {
    List<String> asked = new ArrayList<>();
    RuntimeException refusal = new IllegalStateException("not allowed");
    LlmOps ops = LlmOps.builder().interceptor(attempt -> Decision.refuse(refusal)).build();

    try (LlmContext.Scope scope = LlmContext.extend().interceptor(noting(asked, "test")).open()) {
      assertThatThrownBy(() -> answer(ops)).isSameAs(refusal);
    }

    assertThat(asked).isEmpty();
  }

  @Test
  void aRecordKeepsTheContextWithoutWhoListened() {
    Records records = Records.withoutContent();
    LlmOps ops = LlmOps.builder().sink(records).build();

    try (LlmContext.Scope scope =
        LlmContext.extend().user("u-1").sink(Records.withoutContent()).open()) {
      answer(ops);
    }

    LlmContext kept = records.onlyCall().context();
    assertThat(kept.userId()).isEqualTo("u-1");
    assertThat(kept.sinks()).isEmpty();
  }

  @Test
  void aContextsSinkThatThrowsIsCountedAndTheCallGoesOn() {
    LlmOps ops = LlmOps.builder().build();
    CallSink broken =
        record -> {
          throw new IllegalStateException("broken");
        };

    try (LlmContext.Scope scope = LlmContext.extend().sink(broken).open()) {
      assertThat(answer(ops)).isEqualTo("yes");
    }

    assertThat(ops.stats().swallowed()).containsOnlyKeys("sink " + LlmOps.nameOf(broken));
  }

  private static String answer(LlmOps ops) {
    return ops.call(REQUEST, () -> "yes", LlmResponse::ofText);
  }

  private static CallInterceptor noting(List<String> asked, String name) {
    return attempt -> {
      asked.add(name);
      return Decision.proceed();
    };
  }
}
