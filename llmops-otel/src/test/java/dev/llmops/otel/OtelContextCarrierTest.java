package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("otel-versions")
class OtelContextCarrierTest {

  private final ExecutorService pool = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    pool.shutdownNow();
  }

  @Test
  void anExecutorThatCarriesOpenTelemetrysContextCarriesOurs() throws Exception {
    ExecutorService wrapped = Context.taskWrapping(pool);

    String user;
    try (LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      user = wrapped.submit(() -> LlmContext.current().userId()).get(10, TimeUnit.SECONDS);
    }

    assertThat(user).isEqualTo("u-7");
    assertThat(wrapped.submit(() -> LlmContext.current().userId()).get(10, TimeUnit.SECONDS))
        .isNull();
    assertThat(LlmContext.current()).isEqualTo(LlmContext.EMPTY);
  }

  @Test
  void anExecutorThatNobodyWrappedLosesIt() throws Exception {
    try (LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      assertThat(pool.submit(() -> LlmContext.current().userId()).get(10, TimeUnit.SECONDS))
          .isNull();
    }
  }

  @Test
  void scopesNestAndRestore() {
    try (LlmContext.Scope outer = LlmContext.builder().user("u-1").open()) {
      try (LlmContext.Scope inner = LlmContext.extend().conversation("c-1").open()) {
        assertThat(LlmContext.current().userId()).isEqualTo("u-1");
        assertThat(LlmContext.current().conversationId()).isEqualTo("c-1");
      }
      assertThat(LlmContext.current().conversationId()).isNull();
      assertThat(LlmContext.current().userId()).isEqualTo("u-1");
    }
    assertThat(Context.current().equals(Context.root())).isTrue();
  }

  @Test
  void aCallOnAnotherThreadKeepsParentAndUser() throws Exception {
    TestSdk sdk = TestSdk.sampled();
    LlmOps ops = sdk.ops();
    Span parent = sdk.openTelemetry.getTracer("app").spanBuilder("GET /ask").startSpan();
    ExecutorService wrapped = Context.taskWrapping(pool);

    try (Scope traced = parent.makeCurrent();
        LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      wrapped
          .submit(
              () -> ops.call(LlmRequest.chat("openai", "m"), () -> "hi", r -> LlmResponse.EMPTY))
          .get(10, TimeUnit.SECONDS);
    }

    assertThat(sdk.onlySpan().getParentSpanId()).isEqualTo(parent.getSpanContext().getSpanId());
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes())).containsEntry("user.id", "u-7");
  }
}
