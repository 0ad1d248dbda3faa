package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.CallError;
import dev.llmops.CallObserver;
import dev.llmops.CallScore;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.OpenCall;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.TokenUsage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A call whose span is another instrumentation's. */
class ForeignSpanTest {

  private final TestSdk sdk = TestSdk.sampled();
  private Span theirs = sdk.openTelemetry.getTracer("theirs").spanBuilder("their chat").startSpan();
  private ForeignSpan made;

  /** All that starts has their span. */
  private final class Theirs implements CallObserver {
    private final OtelCallObserver ours;

    Theirs(UnaryOperator<OtelCallObserver.Builder> settings) {
      ours = sdk.observer(settings);
    }

    @Override
    public CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
      made = ours.onStart(theirs, request, context, start);
      return made;
    }

    @Override
    public StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
      made = ours.onStep(theirs, request, context, start);
      return made;
    }

    @Override
    public void onScore(CallScore score) {
      ours.onScore(score);
    }

    @Override
    public ContentPolicy content() {
      return ours.content();
    }
  }

  private Theirs observer = new Theirs(settings -> settings);
  private final LlmOps ops =
      LlmOps.builder()
          .observer(observer)
          .pricing(
              (request, response, start) -> new Cost(new BigDecimal("0.25"), "USD", "test", false))
          .clocks(() -> TestSdk.START, System::nanoTime)
          .build();

  @Test
  void getsWhatItLacksWhileItIsOpen() {
    OpenCall call;
    try (LlmContext.Scope scope =
        LlmContext.builder().conversation("c-1").tag("team", "a").open()) {
      call = ops.open(LlmRequest.chat("openai", "gpt-4o"));
    }

    made.describe(name -> false);
    call.complete(
        "hi",
        r ->
            LlmResponse.builder()
                .id("chatcmpl-1")
                .usage(
                    TokenUsage.builder()
                        .inputTokens(10)
                        .outputTokens(5)
                        .cachedInputTokens(4)
                        .build())
                .build());
    made.describe(Set.of("gen_ai.usage.input_tokens", "gen_ai.response.id")::contains);
    theirs.end();

    SpanData span = sdk.onlySpan();
    assertThat(call.ref().spanId()).isEqualTo(span.getSpanId());
    assertThat(call.ref().traceId()).isEqualTo(span.getTraceId());
    assertThat(span.getName()).isEqualTo("their chat");
    assertThat(TestSdk.plain(span.getAttributes()))
        .containsEntry("llmops.cost.amount", 0.25)
        .containsEntry("llmops.cost.currency", "USD")
        .containsEntry("llmops.tag.team", "a")
        .containsEntry("gen_ai.conversation.id", "c-1")
        .containsEntry("gen_ai.provider.name", "openai")
        .containsEntry("gen_ai.usage.cache_read.input_tokens", 4L)
        .containsEntry("gen_ai.usage.output_tokens", 5L)
        .doesNotContainKeys("gen_ai.usage.input_tokens", "gen_ai.response.id");
    assertThat(sdk.metric("gen_ai.client.operation.duration").getHistogramData().getPoints())
        .hasSize(1);
  }

  @Test
  void anErrorIsNamedAndLeftToItsOwnerOtherwise() {
    OpenCall call = ops.open(LlmRequest.chat("openai", "gpt-4o"));

    call.fail(new IllegalStateException("secret"), e -> CallError.of("429", e));
    made.describe(name -> false);
    theirs.end();

    SpanData span = sdk.onlySpan();
    assertThat(TestSdk.plain(span.getAttributes())).containsEntry("error.type", "429");
    assertThat(span.getEvents()).isEmpty();
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getAttributes().toString()).doesNotContain("secret");
  }

  @Test
  void oneThatHasEndedIsLeftAlone() {
    OpenCall call = ops.open(LlmRequest.chat("openai", "gpt-4o"));
    theirs.end();

    call.complete("hi", r -> LlmResponse.EMPTY);
    made.describe(name -> false);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes())).isEmpty();
    assertThat(observer.ours.stats())
        .isEqualTo(new ComponentStats("OtelCallObserver", 1, 1, 0, 0, null));
  }

  @Test
  void ofAStepThatHasEndedCountsAsRecordedAsWell() {
    String done =
        ops.tool(
            "clock",
            null,
            () -> {
              theirs.end();
              return "noon";
            });

    assertThat(done).isEqualTo("noon");
    assertThat(observer.ours.stats())
        .isEqualTo(new ComponentStats("OtelCallObserver", 1, 1, 0, 0, null));
  }

  @Test
  void oneThatIsNotSampledIsCountedSo() {
    theirs = Span.wrap(notSampled());
    OpenCall call = ops.open(LlmRequest.chat("openai", "gpt-4o"));

    call.complete("hi", r -> LlmResponse.EMPTY);

    assertThat(observer.ours.stats())
        .isEqualTo(
            new ComponentStats(
                "OtelCallObserver",
                1,
                0,
                1,
                0,
                "1 spans were not sampled (OTEL_TRACES_SAMPLER); metrics have them all"));
  }

  @Test
  void contentOfSpansIsRedactedOnlyToDescribeThem() {
    List<String> redacted = new ArrayList<>();
    ContentPolicy policy =
        ContentPolicy.redacted(
            text -> {
              redacted.add(text);
              return "***";
            });
    observer = new Theirs(settings -> settings.content(policy));
    LlmOps capturing = LlmOps.builder().observer(observer).pricing(Pricing.NONE).build();
    OpenCall call =
        capturing.open(
            LlmRequest.builder(LlmRequest.CHAT, "openai").message(Message.user("ask")).build());

    call.complete("hi", LlmResponse::ofText);
    List<String> beforeDescribed = List.copyOf(redacted);
    made.describe(name -> false);
    theirs.end();

    assertThat(beforeDescribed).isEmpty();
    assertThat(redacted).containsExactly("ask", "hi");
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .extractingByKey("gen_ai.input.messages")
        .asString()
        .contains("***");
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void contentOfEventsIsRedacted() {
    observer =
        new Theirs(
            settings ->
                settings
                    .content(ContentPolicy.redacted(text -> "***"))
                    .contentPlacement(ContentPlacement.EVENT));
    LlmOps capturing = LlmOps.builder().observer(observer).pricing(Pricing.NONE).build();
    OpenCall call =
        capturing.open(
            LlmRequest.builder(LlmRequest.CHAT, "openai").message(Message.user("ask")).build());

    call.complete("hi", LlmResponse::ofText);

    assertThat(sdk.onlyLog().toString()).contains("***").doesNotContain("ask", "hi\"");
  }

  private static SpanContext notSampled() {
    return SpanContext.create(
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00f067aa0ba902b7",
        TraceFlags.getDefault(),
        TraceState.getDefault());
  }

  @Test
  void aStepIsDescribedAsWell() {
    String done;
    try (LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      done = ops.tool("clock", null, () -> "noon");
    }
    made.describe(name -> false);
    theirs.end();

    assertThat(done).isEqualTo("noon");
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsAllEntriesOf(
            Map.of(
                "gen_ai.operation.name", "execute_tool",
                "gen_ai.tool.name", "clock",
                "user.id", "u-7"));
  }

  @Test
  void aScoreIsAnEventUnderIt() {
    OpenCall call = ops.open(LlmRequest.chat("openai", "gpt-4o"));
    call.complete("hi", r -> LlmResponse.EMPTY);
    theirs.end();

    ops.score(call.ref(), "faithfulness", 0.5);

    assertThat(sdk.onlyLog().getSpanContext().getSpanId()).isEqualTo(sdk.onlySpan().getSpanId());
    assertThat(sdk.onlyLog().getSpanContext().getTraceId()).isEqualTo(sdk.onlySpan().getTraceId());
  }
}
