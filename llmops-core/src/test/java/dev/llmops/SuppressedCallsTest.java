package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.testing.Records;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A call that is recorded further out is not recorded again further in. */
class SuppressedCallsTest {

  private final Records records = Records.withoutContent();
  private final AtomicInteger asked = new AtomicInteger();
  private final LlmOps ops =
      LlmOps.builder()
          .pricing(Pricing.NONE)
          .sink(records)
          .interceptor(
              attempt -> {
                asked.incrementAndGet();
                return CallInterceptor.Decision.proceed();
              })
          .build();
  private final LlmRequest request = LlmRequest.chat("local", "m");

  @Test
  void everyWayOfCallingPassesThrough() throws Exception {
    try (LlmContext.Scope scope = LlmContext.extend().suppressed(true).open()) {
      assertThat(ops.<String, RuntimeException>call(request, () -> "a", LlmResponse::ofText))
          .isEqualTo("a");
      assertThat(
              ops.callAsync(
                      request, () -> CompletableFuture.completedFuture("b"), LlmResponse::ofText)
                  .get())
          .isEqualTo("b");
      try (Stream<String> chunks =
          ops.stream(request, () -> Stream.of("c"), (chunk, into) -> into.text(chunk))) {
        assertThat(chunks).containsExactly("c");
      }
      ops.open(request).complete();
    }

    assertThat(records.calls()).isEmpty();
    assertThat(ops.stats().started()).isZero();
    assertThat(asked).as("interceptors").hasValue(0);
    assertThat(ops.lastCall()).isNull();
  }

  @Test
  void theRequestIsNotEvenMade() {
    AtomicInteger made = new AtomicInteger();

    try (LlmContext.Scope scope = LlmContext.extend().suppressed(true).open()) {
      ops.open(
              () -> {
                made.incrementAndGet();
                return request;
              },
              false,
              false)
          .complete();
    }

    assertThat(made).hasValue(0);
  }

  @Test
  void callsInAStepAreTheApplicationsAgain() {
    try (LlmContext.Scope scope = LlmContext.extend().suppressed(true).user("u-7").open()) {
      ops.tool("ask_expert", null, () -> ops.call(request, () -> "a", LlmResponse::ofText));
    }

    LlmStep step = records.steps().get(0);
    assertThat(records.onlyCall().parent()).isEqualTo(step.ref());
    assertThat(records.onlyCall().userId()).isEqualTo("u-7");
    assertThat(step.context().suppressed()).isFalse();
  }

  @Test
  void theNextCallIsRecorded() {
    LlmContext.extend().suppressed(true).open().close();

    assertThat(ops.call(request, () -> "a", LlmResponse::ofText)).isEqualTo("a");

    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
  }
}
