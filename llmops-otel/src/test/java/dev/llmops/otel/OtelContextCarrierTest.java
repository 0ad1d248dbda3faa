package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
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

  @Test
  void aCallbackOnAPlainThreadStaysInTheTraceOfItsStep() throws Exception {
    TestSdk sdk = TestSdk.sampled();
    LlmOps ops = sdk.ops();
    LlmRequest chat = LlmRequest.chat("openai", "m");

    ops.agent(
        "helper",
        () -> {
          LlmContext inside = LlmContext.current();
          return pool.submit(
                  () -> { // as an HTTP client's callback, to which nobody carried OpenTelemetry's
                    assertThat(Span.current().getSpanContext().isValid()).isFalse();
                    try (LlmContext.Scope scope = inside.openOnThread()) {
                      String answer = ops.call(chat, () -> "hi", r -> LlmResponse.EMPTY);
                      return ops.tool("clock", null, () -> answer);
                    }
                  })
              .get(10, TimeUnit.SECONDS);
        });

    String agent = sdk.span("invoke_agent helper").getSpanId();
    assertThat(sdk.spans.getFinishedSpanItems()).hasSize(3);
    assertThat(sdk.span("chat m").getParentSpanId()).isEqualTo(agent);
    assertThat(sdk.span("execute_tool clock").getParentSpanId()).isEqualTo(agent);
  }

  @Test
  void aSpanThatIsCurrentIsTheParentWhateverTheContextKnows() throws Exception {
    TestSdk sdk = TestSdk.sampled();
    LlmOps ops = sdk.ops();
    Span own = sdk.openTelemetry.getTracer("app").spanBuilder("job").setNoParent().startSpan();

    ops.agent(
        "helper",
        () -> {
          try (Scope scope = own.makeCurrent()) {
            return ops.call(LlmRequest.chat("openai", "m"), () -> "hi", r -> LlmResponse.EMPTY);
          }
        });

    assertThat(sdk.span("chat m").getParentSpanId()).isEqualTo(own.getSpanContext().getSpanId());
  }

  @Test
  void aCallbackOfAnUnsampledStepIsNotSampledForItsSake() throws Exception {
    // a sampler that is not known to us, as the Java agent's are: spans are made and not sampled
    Sampler unknown =
        new Sampler() {
          @Override
          public SamplingResult shouldSample(
              Context parent,
              String traceId,
              String name,
              SpanKind kind,
              Attributes attributes,
              List<LinkData> links) {
            return Span.fromContext(parent).getSpanContext().isSampled()
                ? SamplingResult.recordAndSample()
                : SamplingResult.drop();
          }

          @Override
          public String getDescription() {
            return "unknown";
          }
        };
    TestSdk sdk = TestSdk.with(unknown);
    LlmOps ops = sdk.ops();

    ops.agent(
        "helper",
        () -> {
          LlmContext inside = LlmContext.current();
          assertThat(inside.parent().traceId()).isNotNull();
          assertThat(inside.parent().spanId()).isNull();
          return pool.submit(
                  () -> {
                    try (LlmContext.Scope scope = inside.openOnThread()) {
                      return ops.call(
                          LlmRequest.chat("openai", "m"), () -> "hi", r -> LlmResponse.EMPTY);
                    }
                  })
              .get(10, TimeUnit.SECONDS);
        });

    assertThat(sdk.spans.getFinishedSpanItems()).isEmpty();
  }
}
