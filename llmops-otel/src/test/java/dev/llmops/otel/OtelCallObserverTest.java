package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Origin;
import dev.llmops.Pricing;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("otel-versions")
class OtelCallObserverTest {

  private static final LlmRequest CHAT =
      LlmRequest.builder(LlmRequest.CHAT, "openai")
          .model("gpt-4o")
          .server("api.openai.com", 443)
          .build();
  private static final LlmResponse ANSWER =
      LlmResponse.builder()
          .id("chatcmpl-1")
          .model("gpt-4o-2024-08-06")
          .finishReasons(List.of("stop"))
          .usage(TokenUsage.of(11, 7))
          .build();

  private final TestSdk sdk = TestSdk.sampled();

  @Test
  void chatBecomesAClientSpanOfTheConvention() {
    sdk.ops().call(CHAT, () -> "hi", r -> ANSWER);

    SpanData span = sdk.onlySpan();
    assertThat(span.getName()).isEqualTo("chat gpt-4o");
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.llmops");
    assertThat(span.getInstrumentationScopeInfo().getSchemaUrl())
        .isEqualTo("https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev");
    assertThat(TestSdk.plain(span.getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "chat"),
            entry("gen_ai.provider.name", "openai"),
            entry("gen_ai.request.model", "gpt-4o"),
            entry("server.address", "api.openai.com"),
            entry("server.port", 443L),
            entry("gen_ai.response.id", "chatcmpl-1"),
            entry("gen_ai.response.model", "gpt-4o-2024-08-06"),
            entry("gen_ai.response.finish_reasons", List.of("stop")),
            entry("gen_ai.usage.input_tokens", 11L),
            entry("gen_ai.usage.output_tokens", 7L));
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void aCallWithoutModelIsNamedAfterItsOperationAndAPortAloneIsLeftOut() {
    LlmRequest request = LlmRequest.builder("chat", "local").server(null, 8080).build();

    sdk.ops().call(request, () -> "hi", r -> LlmResponse.EMPTY);

    assertThat(sdk.onlySpan().getName()).isEqualTo("chat");
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsOnlyKeys("gen_ai.operation.name", "gen_ai.provider.name");
  }

  @Test
  void timesAreTheRecordsOwn() {
    // the ticker moves only when the call does
    sdk.ops().call(CHAT, () -> sdk.pass(250), r -> ANSWER);

    SpanData span = sdk.onlySpan();
    assertThat(span.getStartEpochNanos())
        .isEqualTo(TestSdk.START.getEpochSecond() * 1_000_000_000L);
    assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(250_000_000L);
    assertThat(sdk.histogram("gen_ai.client.operation.duration").getSum()).isEqualTo(0.25);
  }

  @Test
  void parametersHaveTheTypesOfTheConvention() {
    RequestParameters parameters =
        RequestParameters.builder()
            .temperature(0.5)
            .topP(0.9)
            .topK(40L)
            .maxTokens(100L)
            .presencePenalty(0.1)
            .frequencyPenalty(-0.1)
            .seed(42L)
            .stopSequences(List.of("END"))
            .choiceCount(2L)
            .outputType("json")
            .reasoningLevel("low")
            .previousResponseId("resp_0")
            .serviceTier("flex")
            .apiType("responses")
            .build();
    LlmRequest request =
        CHAT.toBuilder().parameters(parameters).prompt(Prompt.of("support", "3")).build();
    LlmResponse answer =
        ANSWER.toBuilder()
            .serviceTier("flex")
            .systemFingerprint("fp_1")
            .structuredOutputError("com.acme.ParseException")
            .build();

    sdk.ops().call(request, () -> "hi", r -> answer);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .contains(
            entry("gen_ai.request.temperature", 0.5),
            entry("gen_ai.request.top_p", 0.9),
            entry("gen_ai.request.top_k", 40L),
            entry("gen_ai.request.max_tokens", 100L),
            entry("gen_ai.request.presence_penalty", 0.1),
            entry("gen_ai.request.frequency_penalty", -0.1),
            entry("gen_ai.request.seed", 42L),
            entry("gen_ai.request.stop_sequences", List.of("END")),
            entry("gen_ai.request.choice.count", 2L),
            entry("gen_ai.output.type", "json"),
            entry("gen_ai.request.reasoning.level", "low"),
            entry("gen_ai.request.previous_response.id", "resp_0"),
            entry("gen_ai.prompt.name", "support"),
            entry("gen_ai.prompt.version", "3"),
            entry("openai.request.service_tier", "flex"),
            entry("openai.api.type", "responses"),
            entry("openai.response.service_tier", "flex"),
            entry("openai.response.system_fingerprint", "fp_1"),
            entry("llmops.response.structured_output_error", "com.acme.ParseException"))
        .doesNotContainKey("gen_ai.request.stream");
  }

  @Test
  void whatTheConventionWantsLeftOutIsLeftOut() {
    RequestParameters parameters =
        RequestParameters.builder().choiceCount(1L).serviceTier("auto").apiType("chat").build();
    LlmRequest ours = CHAT.toBuilder().parameters(parameters).build();
    LlmRequest theirs =
        LlmRequest.builder("chat", "groq").model("m").parameters(parameters).build();
    LlmOps ops = sdk.ops();

    ops.call(ours, () -> "hi", r -> LlmResponse.EMPTY);
    ops.call(theirs, () -> "hi", r -> ANSWER.toBuilder().serviceTier("x").build());

    assertThat(TestSdk.plain(sdk.span("chat gpt-4o").getAttributes()))
        .doesNotContainKeys("gen_ai.request.choice.count", "openai.request.service_tier")
        .doesNotContainKeys("gen_ai.response.finish_reasons", "gen_ai.usage.input_tokens");
    // the refinement is for the provider openai
    assertThat(TestSdk.plain(sdk.span("chat m").getAttributes()))
        .doesNotContainKeys("openai.api.type", "openai.response.service_tier");
  }

  @Test
  void theSpanIsCurrentWhileTheRequestIsIssuedAndNotAfter() {
    LlmOps ops = sdk.ops();
    Span parent = sdk.openTelemetry.getTracer("app").spanBuilder("GET /ask").startSpan();
    AtomicReference<SpanContext> inside = new AtomicReference<>();

    try (Scope scope = parent.makeCurrent()) {
      ops.call(
          CHAT,
          () -> {
            inside.set(Span.current().getSpanContext());
            return "hi";
          },
          r -> ANSWER);
      assertThat(Span.current()).isEqualTo(parent);
    }

    SpanData span = sdk.onlySpan();
    assertThat(span.getParentSpanId()).isEqualTo(parent.getSpanContext().getSpanId());
    assertThat(inside.get().getSpanId()).isEqualTo(span.getSpanId());
    CallRef ref = ops.lastCall();
    assertThat(ref.traceId()).isEqualTo(span.getTraceId());
    assertThat(ref.spanId()).isEqualTo(span.getSpanId());
  }

  @Test
  void anAsynchronousCallKeepsTheParentOfItsCaller() {
    LlmOps ops = sdk.ops();
    Span parent = sdk.openTelemetry.getTracer("app").spanBuilder("GET /ask").startSpan();
    CompletableFuture<String> answer = new CompletableFuture<>();

    CompletableFuture<String> seen;
    try (Scope scope = parent.makeCurrent()) {
      seen = ops.callAsync(CHAT, () -> answer, r -> ANSWER);
    }
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
    assertThat(sdk.spans.getFinishedSpanItems()).isEmpty();
    answer.complete("hi");

    assertThat(seen).isCompletedWithValue("hi");
    assertThat(sdk.onlySpan().getParentSpanId()).isEqualTo(parent.getSpanContext().getSpanId());
  }

  @Test
  void aStreamTellsItsChunks() {
    LlmOps ops = sdk.ops(builder -> builder.chunkTimes(true));

    // first chunk after 100 ms, first text after 200 ms, end after 500 ms, 4 tokens
    Stream<String> chunks =
        ops.stream(
            CHAT,
            () -> Stream.of("", "a", "b", "c").peek(chunk -> sdk.pass(100)),
            (chunk, recorder) -> {
              recorder.text(chunk);
              if (chunk.equals("c")) {
                recorder.finishReason(0, "stop");
                recorder.model("gpt-4o-2024-08-06");
                recorder.usage(TokenUsage.of(11, 4));
              }
            });
    assertThat(chunks.toList()).hasSize(4);

    Map<String, Object> attributes = TestSdk.plain(sdk.onlySpan().getAttributes());
    assertThat(attributes)
        .contains(
            entry("gen_ai.request.stream", true),
            entry("gen_ai.response.time_to_first_chunk", 0.1),
            entry("llmops.response.time_to_first_output", 0.2),
            entry("llmops.response.chunks", 4L),
            // (400 ms - 200 ms) / (4 tokens - 1), in whole nanoseconds
            entry("llmops.response.time_per_output_token", 0.066666666));
    assertThat(sdk.histogram("gen_ai.client.operation.time_to_first_chunk").getSum())
        .isEqualTo(0.1);
    assertThat(sdk.histogram("gen_ai.client.operation.time_per_output_chunk").getCount())
        .isEqualTo(3);
    assertThat(sdk.histogram("gen_ai.client.operation.time_per_output_chunk").getMax())
        .isEqualTo(0.1);
  }

  @Test
  void chunksAreNotTimedUnlessAskedFor() {
    sdk.ops().stream(CHAT, () -> Stream.of("a", "b"), (chunk, recorder) -> recorder.text(chunk))
        .forEach(chunk -> {});

    assertThat(sdk.collected())
        .containsKey("gen_ai.client.operation.time_to_first_chunk")
        .doesNotContainKey("gen_ai.client.operation.time_per_output_chunk");
  }

  @Test
  void aFailedCallHasItsErrorButNotItsMessage() {
    LlmOps ops = sdk.ops();

    assertThatThrownBy(
            () ->
                ops.call(
                    CHAT,
                    () -> {
                      throw new IOException("prompt: my secret");
                    },
                    r -> ANSWER))
        .isInstanceOf(IOException.class);

    SpanData span = sdk.onlySpan();
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEmpty();
    assertThat(TestSdk.plain(span.getAttributes()))
        .containsEntry("error.type", "java.io.IOException");
    assertThat(span.getEvents()).isEmpty();
    LogRecordData event = sdk.onlyLog();
    assertThat(TestSdk.eventName(event)).isEqualTo("gen_ai.client.operation.exception");
    assertThat(event.getSeverityText()).isEqualTo("WARN");
    assertThat(event.getSeverity().getSeverityNumber()).isEqualTo(13);
    assertThat(event.getSpanContext().getSpanId()).isEqualTo(span.getSpanId());
    assertThat(TestSdk.eventAttributes(event))
        .containsOnly(entry("exception.type", "java.io.IOException"));
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.client.operation.duration")))
        .containsEntry("error.type", "java.io.IOException");
  }

  @Test
  void anErrorMessageIsKeptWhereThePolicyKeepsIt() {
    ContentPolicy policy =
        ContentPolicy.builder()
            .captureErrorMessages(true)
            .redactor(text -> text.replace("secret", "[redacted]"))
            .build();

    failing(sdk.ops(builder -> builder.content(policy)), "my secret");

    assertThat(sdk.onlySpan().getStatus().getDescription()).isEqualTo("my [redacted]");
    assertThat(TestSdk.eventAttributes(sdk.onlyLog()))
        .containsEntry("exception.message", "my [redacted]");
  }

  @Test
  void withoutALogPipelineAnExceptionIsASpanEvent() {
    TestSdk quiet = TestSdk.withoutLogs();

    failing(quiet.ops(), "x");

    EventData event = quiet.onlySpan().getEvents().get(0);
    assertThat(event.getName()).isEqualTo("exception");
    assertThat(TestSdk.plain(event.getAttributes()))
        .containsOnly(entry("exception.type", "java.io.IOException"));
  }

  @Test
  void aFailureInsideAGoodAnswerHasAnErrorAndNoException() {
    sdk.ops().stream(
            CHAT,
            () -> Stream.of("x"),
            (chunk, recorder) -> recorder.failed(new CallError("server_error", null, null, null)))
        .forEach(chunk -> {});

    assertThat(sdk.onlySpan().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsEntry("error.type", "server_error");
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void aCancelledCallIsNoFailure() {
    Stream<String> chunks =
        sdk.ops().stream(
            CHAT, () -> Stream.of("a", "b"), (chunk, recorder) -> recorder.text(chunk));
    chunks.iterator().next();
    chunks.close();

    SpanData span = sdk.onlySpan();
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(TestSdk.plain(span.getAttributes()))
        .containsEntry("llmops.cancelled.reason", "closed")
        .containsEntry("llmops.response.chunks", 1L)
        .doesNotContainKey("error.type");
    assertThat(sdk.collected()).doesNotContainKey("gen_ai.client.inference.usage.input_tokens");
  }

  @Test
  void tokensAreCountedOnceAndPartsApart() {
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(1000)
            .cachedInputTokens(600)
            .cacheWriteInputTokens(100)
            .outputTokens(50)
            .reasoningTokens(30)
            .build();

    sdk.ops().call(CHAT, () -> "hi", r -> ANSWER.toBuilder().usage(usage).build());

    assertThat(sdk.counter("gen_ai.client.inference.usage.input_tokens").values())
        .containsExactly(1000L);
    assertThat(sdk.counter("gen_ai.client.inference.usage.output_tokens").values())
        .containsExactly(50L);
    assertThat(sdk.counter("gen_ai.client.inference.usage.cache_read.input_tokens").values())
        .containsExactly(600L);
    assertThat(sdk.counter("gen_ai.client.inference.usage.cache_write.input_tokens").values())
        .containsExactly(100L);
    assertThat(sdk.counter("gen_ai.client.inference.usage.reasoning.output_tokens").values())
        .containsExactly(30L);
    assertThat(sdk.counter("gen_ai.client.inference.usage.input_tokens").keySet())
        .containsExactly(
            Map.of(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "openai",
                "gen_ai.request.model", "gpt-4o",
                "gen_ai.response.model", "gpt-4o-2024-08-06",
                "gen_ai.token.modality", "unknown",
                "server.address", "api.openai.com",
                "server.port", 443L));
    assertThat(sdk.histogram("gen_ai.client.inference.operation.input_tokens").getSum())
        .isEqualTo(1000);
    assertThat(sdk.histogram("gen_ai.client.inference.operation.output_tokens").getSum())
        .isEqualTo(50);
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .contains(
            entry("gen_ai.usage.input_tokens", 1000L),
            entry("gen_ai.usage.cache_read.input_tokens", 600L),
            entry("gen_ai.usage.cache_write.input_tokens", 100L),
            entry("gen_ai.usage.reasoning.output_tokens", 30L));
  }

  @Test
  void modalitiesAddUpToTheTotal() {
    // 100 = 60 text + 30 audio + 10 that nobody attributed
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(100)
            .outputTokens(5)
            .modalities(
                List.of(
                    new ModalityUsage(Modality.TEXT, 60L, 9L, null),
                    new ModalityUsage(Modality.AUDIO, 30L, null, null)))
            .build();

    sdk.ops().call(CHAT, () -> "hi", r -> ANSWER.toBuilder().usage(usage).build());

    assertThat(sdk.byModality("gen_ai.client.inference.usage.input_tokens"))
        .isEqualTo(Map.of("text", 60L, "audio", 30L, "unknown", 10L));
    // its parts contradict the total: the total is what is billed
    assertThat(sdk.byModality("gen_ai.client.inference.usage.output_tokens"))
        .isEqualTo(Map.of("unknown", 5L));
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .contains(
            entry("gen_ai.usage.text.input_tokens", 60L),
            entry("gen_ai.usage.text.output_tokens", 9L),
            entry("gen_ai.usage.audio.input_tokens", 30L));
  }

  @Test
  void aFailedCallCountsNoTokensOfUnknownModality() {
    failing(sdk.ops(), "x");

    assertThat(sdk.byModality("gen_ai.client.inference.usage.input_tokens"))
        .isEqualTo(Map.of("unknown", 0L));
    assertThat(sdk.byModality("gen_ai.client.inference.usage.output_tokens"))
        .isEqualTo(Map.of("unknown", 0L));
    assertThat(sdk.collected()).doesNotContainKey("gen_ai.client.inference.operation.input_tokens");
  }

  @Test
  void anAnswerWithoutUsageCountsNothing() {
    sdk.ops().call(CHAT, () -> "hi", r -> LlmResponse.ofText("hi"));

    assertThat(sdk.collected()).containsOnlyKeys("gen_ai.client.operation.duration");
  }

  @Test
  void costIsOnTheSpanAndCountedByCurrency() {
    Cost paid = new Cost(new BigDecimal("0.0125"), "USD", "test", true);
    LlmOps ops = sdk.ops(sdk.observer(builder -> builder), (request, response, time) -> paid);

    ops.call(CHAT, () -> "hi", r -> ANSWER);
    ops.call(CHAT, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(sdk.spans.getFinishedSpanItems().get(0).getAttributes()))
        .contains(
            entry("llmops.cost.amount", 0.0125),
            entry("llmops.cost.currency", "USD"),
            entry("llmops.cost.estimated", true));
    var point = sdk.metric("llmops.client.cost").getDoubleSumData().getPoints().iterator().next();
    assertThat(point.getValue()).isEqualTo(0.025);
    assertThat(TestSdk.labels(point)).containsEntry("llmops.cost.currency", "USD");
  }

  @Test
  void theContextIsOnTheSpan() {
    LlmContext context =
        LlmContext.builder()
            .conversation("c-1")
            .user("u-7")
            .session("s-3")
            .tag("team", "search")
            .evalCase("case-9", 2)
            .origin(Origin.JUDGE)
            .build();

    try (LlmContext.Scope scope = context.open()) {
      sdk.ops().call(CHAT.toBuilder().tag("plan", "pro").build(), () -> "hi", r -> ANSWER);
    }

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .contains(
            entry("gen_ai.conversation.id", "c-1"),
            entry("user.id", "u-7"),
            entry("session.id", "s-3"),
            entry("llmops.tag.team", "search"),
            entry("llmops.tag.plan", "pro"),
            entry("llmops.case.id", "case-9"),
            entry("llmops.case.iteration", 2L),
            entry("llmops.origin", "judge"));
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.client.operation.duration")))
        .containsEntry("llmops.origin", "judge")
        .doesNotContainKeys("llmops.tag.team", "user.id");
  }

  @Test
  void onlyListedTagsAreMetricLabels() {
    LlmOps ops = sdk.ops(builder -> builder.metricTags("team"));
    LlmRequest request = CHAT.toBuilder().tag("team", "search").tag("plan", "pro").build();

    ops.call(request, () -> "hi", r -> ANSWER);
    ops.call(CHAT, () -> "hi", r -> ANSWER);

    assertThat(sdk.metric("gen_ai.client.operation.duration").getHistogramData().getPoints())
        .hasSize(2)
        .anySatisfy(
            point ->
                assertThat(TestSdk.labels(point))
                    .containsEntry("llmops.tag.team", "search")
                    .doesNotContainKey("llmops.tag.plan"))
        .anySatisfy(
            point -> assertThat(TestSdk.labels(point)).doesNotContainKey("llmops.tag.team"));
  }

  @Test
  void hostileModelNamesAreBounded() {
    OtelCallObserver observer = sdk.observer(builder -> builder.maxMetricSeries(3));
    LlmOps ops = sdk.ops(observer, Pricing.NONE);

    for (int i = 0; i < 50; i++) {
      LlmResponse answer = ANSWER.toBuilder().model("m-" + i + "x".repeat(10_000)).build();
      ops.call(CHAT, () -> "hi", r -> answer);
    }

    var points = sdk.metric("gen_ai.client.operation.duration").getHistogramData().getPoints();
    assertThat(points).hasSize(4);
    assertThat(points)
        .filteredOn(point -> TestSdk.labels(point).containsKey("otel.metric.overflow"))
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getCount()).isEqualTo(47);
              assertThat(TestSdk.labels(point))
                  .containsOnly(
                      entry("gen_ai.operation.name", "_OTHER"),
                      entry("gen_ai.provider.name", "_OTHER"),
                      entry("otel.metric.overflow", true));
            });
    assertThat(TestSdk.plain(sdk.spans.getFinishedSpanItems().get(0).getAttributes()))
        .hasEntrySatisfying(
            "gen_ai.response.model", model -> assertThat((String) model).hasSize(256));
    assertThat(observer.stats().note())
        .isEqualTo(
            "47 calls or steps were measured under otel.metric.overflow=true: more than 3"
                + " combinations of labels (maxMetricSeries)");
  }

  @Test
  void anUnsampledCallIsMeasuredAndLeavesNoSpan() {
    for (Sampler sampler :
        List.of(
            Sampler.alwaysOff(),
            Sampler.parentBased(Sampler.alwaysOff()),
            Sampler.traceIdRatioBased(0),
            Sampler.parentBased(Sampler.traceIdRatioBased(0)))) {
      TestSdk off = TestSdk.with(sampler);
      OtelCallObserver observer = off.observer(builder -> builder.content(ContentPolicy.full()));
      LlmOps ops = off.ops(observer, Pricing.NONE);

      ops.call(CHAT, () -> "hi", r -> ANSWER);
      failing(ops, "x");

      assertThat(off.spans.getFinishedSpanItems()).isEmpty();
      assertThat(off.logs.getFinishedLogRecordItems()).isEmpty();
      assertThat(off.metric("gen_ai.client.operation.duration").getHistogramData().getPoints())
          .hasSize(2);
      assertThat(observer.stats().accepted()).isEqualTo(2);
      assertThat(observer.stats().delivered()).isZero();
      assertThat(observer.stats().dropped()).isEqualTo(2);
      assertThat(observer.stats().note())
          .isEqualTo("2 spans were not sampled (OTEL_TRACES_SAMPLER); metrics have them all");
    }
  }

  @Test
  void aCallUnderAnUnsampledParentStaysInItsTrace() {
    TestSdk parentBased = TestSdk.with(Sampler.parentBased(Sampler.alwaysOn()));
    LlmOps ops = parentBased.ops();
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getDefault(),
            TraceState.getDefault());
    AtomicReference<SpanContext> inside = new AtomicReference<>();

    try (Scope scope = Context.root().with(Span.wrap(remote)).makeCurrent()) {
      ops.call(
          CHAT,
          () -> {
            inside.set(Span.current().getSpanContext());
            return "hi";
          },
          r -> ANSWER);
    }
    ops.call(CHAT, () -> "hi", r -> ANSWER);

    // what a client would send on is still that trace, and still unsampled
    assertThat(inside.get().getTraceId()).isEqualTo(remote.getTraceId());
    assertThat(inside.get().isSampled()).isFalse();
    assertThat(parentBased.spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void aSamplerSeesWhatItMayDecideBy() {
    AtomicReference<Map<String, Object>> seen = new AtomicReference<>();
    TestSdk choosy =
        TestSdk.with(
            new Sampler() {
              @Override
              public SamplingResult shouldSample(
                  Context parent,
                  String traceId,
                  String name,
                  SpanKind kind,
                  Attributes attributes,
                  List<LinkData> links) {
                seen.set(TestSdk.plain(attributes));
                return SamplingResult.drop();
              }

              @Override
              public String getDescription() {
                return "choosy";
              }
            });
    LlmOps ops = choosy.ops();

    ops.call(CHAT, () -> "hi", r -> ANSWER);

    assertThat(seen.get())
        .containsOnly(
            entry("gen_ai.operation.name", "chat"),
            entry("gen_ai.provider.name", "openai"),
            entry("gen_ai.request.model", "gpt-4o"),
            entry("server.address", "api.openai.com"),
            entry("server.port", 443L));
    assertThat(choosy.spans.getFinishedSpanItems()).isEmpty();
    assertThat(ops.lastCall().traceId()).hasSize(32);
  }

  @Test
  void aDroppedCallHidesASampledParentFromWhoComesAfter() {
    TestSdk off = TestSdk.with(Sampler.alwaysOff());
    LlmOps ops = off.ops();
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    AtomicReference<SpanContext> inside = new AtomicReference<>();

    try (Scope scope = Context.root().with(Span.wrap(remote)).makeCurrent()) {
      ops.call(
          CHAT,
          () -> {
            inside.set(Span.current().getSpanContext());
            return "hi";
          },
          r -> ANSWER);
    }

    assertThat(inside.get().getTraceId()).isEqualTo(remote.getTraceId());
    assertThat(inside.get().isSampled()).isFalse();
  }

  @Test
  void withoutAnSdkItSaysSo() {
    OtelCallObserver observer = OtelCallObserver.create(OpenTelemetry.noop());
    LlmOps ops = LlmOps.builder().observer(observer).build();

    assertThat(ops.call(CHAT, () -> "hi", r -> ANSWER)).isEqualTo("hi");

    assertThat(ops.lastCall().traceId()).isNull();
    assertThat(observer.stats().note())
        .isEqualTo(
            "spans and metrics go nowhere: this OpenTelemetry has no SDK; pass the one that your"
                + " agent or framework set up, or OtlpExport.start().openTelemetry()");
    assertThat(ops.explain()).contains("this OpenTelemetry has no SDK");
  }

  @Test
  void metricsAloneCanBeHad() {
    LlmOps ops = sdk.ops(builder -> builder.spans(false));

    ops.call(CHAT, () -> "hi", r -> ANSWER);

    assertThat(sdk.spans.getFinishedSpanItems()).isEmpty();
    assertThat(sdk.collected()).containsKey("gen_ai.client.operation.duration");
    assertThat(ops.stats().observers().get(0).note()).isEqualTo("no spans, metrics only");
  }

  @Test
  void theOlderDialectHasTheOlderNames() {
    LlmOps ops = sdk.ops(builder -> builder.dialect(SemConvDialect.V1_41));
    LlmRequest request =
        LlmRequest.builder("chat", "x_ai")
            .model("grok-4")
            .parameters(RequestParameters.builder().topK(40L).build())
            .build();
    TokenUsage usage =
        TokenUsage.builder().inputTokens(10).cacheWriteInputTokens(4).outputTokens(5).build();

    ops.call(request, () -> "hi", r -> LlmResponse.builder().usage(usage).build());

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "chat"),
            entry("gen_ai.provider.name", "x_ai"),
            entry("gen_ai.system", "xai"),
            entry("gen_ai.request.model", "grok-4"),
            entry("gen_ai.request.top_k", 40.0),
            entry("gen_ai.usage.input_tokens", 10L),
            entry("gen_ai.usage.output_tokens", 5L),
            entry("gen_ai.usage.cache_creation.input_tokens", 4L));
    assertThat(sdk.collected())
        .containsOnlyKeys("gen_ai.client.operation.duration", "gen_ai.client.token.usage");
    assertThat(sdk.metric("gen_ai.client.token.usage").getHistogramData().getPoints())
        .extracting(
            point -> TestSdk.labels(point).get("gen_ai.token.type"), point -> point.getSum())
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("input", 10.0),
            org.assertj.core.groups.Tuple.tuple("output", 5.0));
    assertThat(sdk.onlySpan().getInstrumentationScopeInfo().getSchemaUrl())
        .isEqualTo("https://opentelemetry.io/schemas/1.41.0");
  }

  @Test
  void theBuilderRefusesWhatCannotBe() {
    OtelCallObserver.Builder builder = OtelCallObserver.builder(OpenTelemetry.noop());

    assertThatThrownBy(() -> builder.maxMetricSeries(0))
        .hasMessage("maxMetricSeries must be between 1 and 100000, but was 0");
    assertThatThrownBy(() -> builder.metricTags("team", " "))
        .hasMessage("metricTags must not contain a blank name");
  }

  private static void failing(LlmOps ops, String message) {
    assertThatThrownBy(
            () ->
                ops.call(
                    CHAT,
                    () -> {
                      throw new IOException(message);
                    },
                    r -> ANSWER))
        .isInstanceOf(IOException.class);
  }
}
