package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("otel-versions")
class StepsAndScoresTest {

  private static final LlmRequest CHAT = LlmRequest.chat("openai", "gpt-4o");

  private final TestSdk sdk = TestSdk.sampled();

  @Test
  void anAgentHoldsItsToolsAndCalls() {
    LlmOps ops = sdk.ops();

    ops.workflow(
        "support",
        () ->
            ops.agent(
                "helper",
                () -> {
                  ops.call(CHAT, () -> "use it", r -> LlmResponse.EMPTY);
                  ops.step(
                      StepRequest.tool("weather")
                          .id("call_1")
                          .toolType("function")
                          .description("tells it")
                          .build(),
                      () -> sdk.pass(40),
                      result -> StepResult.NONE);
                  ops.call(CHAT, () -> "sunny", r -> LlmResponse.EMPTY);
                  return "sunny";
                }));

    SpanData workflow = sdk.span("invoke_workflow support");
    SpanData agent = sdk.span("invoke_agent helper");
    SpanData tool = sdk.span("execute_tool weather");
    SpanData call = sdk.span("chat gpt-4o");
    assertThat(agent.getParentSpanId()).isEqualTo(workflow.getSpanId());
    assertThat(tool.getParentSpanId()).isEqualTo(agent.getSpanId());
    assertThat(call.getParentSpanId()).isEqualTo(agent.getSpanId());
    assertThat(List.of(workflow, agent, tool))
        .allSatisfy(span -> assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL));
    assertThat(TestSdk.plain(workflow.getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "invoke_workflow"),
            entry("gen_ai.workflow.name", "support"));
    assertThat(TestSdk.plain(agent.getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "invoke_agent"), entry("gen_ai.agent.name", "helper"));
    assertThat(TestSdk.plain(tool.getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "execute_tool"),
            entry("gen_ai.tool.name", "weather"),
            entry("gen_ai.tool.type", "function"),
            entry("gen_ai.tool.description", "tells it"),
            entry("gen_ai.tool.call.id", "call_1"),
            entry("gen_ai.agent.name", "helper"));
    HistogramPointData toolTime = sdk.histogram("gen_ai.execute_tool.duration");
    assertThat(toolTime.getSum()).isEqualTo(0.04);
    assertThat(TestSdk.labels(toolTime))
        .containsOnly(
            entry("gen_ai.tool.name", "weather"),
            entry("gen_ai.tool.type", "function"),
            entry("gen_ai.agent.name", "helper"));
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.invoke_agent.duration")))
        .containsOnly(entry("gen_ai.agent.name", "helper"));
    assertThat(sdk.histogram("gen_ai.invoke_agent.inference_calls").getSum()).isEqualTo(2);
    assertThat(sdk.histogram("gen_ai.invoke_agent.tool_calls").getSum()).isEqualTo(1);
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.invoke_workflow.duration")))
        .containsOnly(entry("gen_ai.workflow.name", "support"));
  }

  @Test
  void aRetrievalIsAClientSpanOfItsDataSource() {
    StepRequest search =
        StepRequest.retrieval("docs")
            .provider("openai")
            .model("text-embedding-3-small")
            .topK(5L)
            .input("how?")
            .build();
    StepResult found = StepResult.of(List.of(new StepResult.Document("d1", 0.9, "secret text")));

    sdk.ops().step(search, () -> "x", result -> found);

    SpanData span = sdk.onlySpan();
    assertThat(span.getName()).isEqualTo("retrieval docs");
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(TestSdk.plain(span.getAttributes()))
        .containsOnly(
            entry("gen_ai.operation.name", "retrieval"),
            entry("gen_ai.data_source.id", "docs"),
            entry("gen_ai.provider.name", "openai"),
            entry("gen_ai.request.model", "text-embedding-3-small"),
            entry("gen_ai.retrieval.top_k", 5L));
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.client.operation.duration")))
        .containsOnly(
            entry("gen_ai.operation.name", "retrieval"),
            entry("gen_ai.provider.name", "openai"),
            entry("gen_ai.request.model", "text-embedding-3-small"));
  }

  @Test
  void aRemoteAgentIsAClientSpan() {
    sdk.ops()
        .step(
            StepRequest.agent("helper").provider("aws.bedrock").id("a-1").version("2").build(),
            () -> "x",
            result -> StepResult.NONE);

    assertThat(sdk.onlySpan().getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .contains(
            entry("gen_ai.provider.name", "aws.bedrock"),
            entry("gen_ai.agent.id", "a-1"),
            entry("gen_ai.agent.version", "2"));
  }

  @Test
  void aFailedToolHasItsError() {
    LlmOps ops = sdk.ops();

    assertThatThrownBy(
            () ->
                ops.tool(
                    "weather",
                    "{\"city\":\"Paris\"}",
                    () -> {
                      throw new IOException("secret");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(sdk.onlySpan().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(sdk.onlySpan().getStatus().getDescription()).isEmpty();
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsEntry("error.type", "java.io.IOException")
        .doesNotContainKey("gen_ai.tool.call.arguments");
    assertThat(TestSdk.labels(sdk.histogram("gen_ai.execute_tool.duration")))
        .containsEntry("error.type", "java.io.IOException");
  }

  @Test
  void contentOfStepsIsThereWhenThePolicyAllowsIt() {
    LlmOps ops = sdk.ops(builder -> builder.content(ContentPolicy.full()));

    ops.tool("weather", "{\"city\":\"Paris\"}", () -> "sunny");
    ops.retrieval(
        "docs",
        "how?",
        () -> "x",
        result -> StepResult.of(List.of(new StepResult.Document("d1", 0.9, "text"))));
    ops.step(
        StepRequest.agent("helper").input("help").build(), () -> "ok", r -> StepResult.of("ok"));

    assertThat(TestSdk.plain(sdk.span("execute_tool weather").getAttributes()))
        .contains(
            entry("gen_ai.tool.call.arguments", "{\"city\":\"Paris\"}"),
            entry("gen_ai.tool.call.result", "sunny"));
    assertThat(TestSdk.plain(sdk.span("retrieval docs").getAttributes()))
        .containsEntry("gen_ai.retrieval.query.text", "how?")
        .containsKey("gen_ai.retrieval.documents");
    assertThat(TestSdk.plain(sdk.span("invoke_agent helper").getAttributes()))
        .containsKeys("gen_ai.input.messages", "gen_ai.output.messages");
  }

  @Test
  void stepsInAnUnsampledTraceAreMeasuredAndKeepTheirCallsTogether() {
    TestSdk off = TestSdk.with(io.opentelemetry.sdk.trace.samplers.Sampler.alwaysOff());
    LlmOps ops = off.ops();

    ops.agent("helper", () -> ops.call(CHAT, () -> "x", r -> LlmResponse.EMPTY));

    assertThat(off.spans.getFinishedSpanItems()).isEmpty();
    assertThat(off.histogram("gen_ai.invoke_agent.inference_calls").getSum()).isEqualTo(1);
  }

  @Test
  void hostileToolNamesAreBounded() {
    LlmOps ops = sdk.ops(builder -> builder.maxMetricSeries(2));

    for (int i = 0; i < 10; i++) {
      ops.tool("t" + i, null, () -> "x");
    }

    assertThat(sdk.metric("gen_ai.execute_tool.duration").getHistogramData().getPoints())
        .hasSize(3)
        .anySatisfy(
            point -> {
              assertThat(TestSdk.labels(point))
                  .containsOnly(
                      entry("gen_ai.tool.name", "_OTHER"), entry("otel.metric.overflow", true));
              assertThat(point.getCount()).isEqualTo(8);
            });
  }

  @Test
  void aScoreIsAnEventUnderTheJudgedSpanEvenDaysLater() {
    LlmOps ops = sdk.ops();
    ops.call(CHAT, () -> "x", r -> LlmResponse.EMPTY);
    CallRef ref = ops.lastCall();
    SpanData judged = sdk.onlySpan();
    Instant later = TestSdk.START.plusSeconds(3 * 86_400);

    ops.score(
        CallScore.of(ref, "faithfulness")
            .value(0.667)
            .label("pass")
            .explanation("2 of 3 claims")
            .source("evaluator")
            .responseId("chatcmpl-1")
            .time(later)
            .build());

    LogRecordData event = sdk.onlyLog();
    assertThat(TestSdk.eventName(event)).isEqualTo("gen_ai.evaluation.result");
    assertThat(event.getTimestampEpochNanos()).isEqualTo(later.getEpochSecond() * 1_000_000_000L);
    assertThat(event.getSpanContext().getTraceId()).isEqualTo(judged.getTraceId());
    assertThat(event.getSpanContext().getSpanId()).isEqualTo(judged.getSpanId());
    // the explanation may quote the answer
    assertThat(TestSdk.eventAttributes(event))
        .containsOnly(
            entry("gen_ai.evaluation.name", "faithfulness"),
            entry("gen_ai.evaluation.score.value", 0.667),
            entry("gen_ai.evaluation.score.label", "pass"),
            entry("gen_ai.response.id", "chatcmpl-1"),
            entry("llmops.evaluation.source", "evaluator"));
  }

  @Test
  void aScoreByKeyHasNoParent() {
    LlmOps ops = sdk.ops(builder -> builder.content(ContentPolicy.full()));

    ops.score(
        CallScore.ofKey("order-17", "user_feedback").value(1.0).explanation("thanks").build());

    LogRecordData event = sdk.onlyLog();
    assertThat(event.getSpanContext().isValid()).isFalse();
    assertThat(TestSdk.eventAttributes(event))
        .containsOnly(
            entry("gen_ai.evaluation.name", "user_feedback"),
            entry("gen_ai.evaluation.score.value", 1.0),
            entry("gen_ai.evaluation.explanation", "thanks"),
            entry("llmops.evaluation.key", "order-17"),
            entry("llmops.evaluation.source", "application"));
  }

  @Test
  void aScoreOfACallWithoutTraceNamesTheCall() {
    CallRef ref = CallRef.of("0123456789abcdef0123456789abcdef");

    sdk.ops().score(CallScore.of(ref, "quality").errorType("timeout").build());

    assertThat(TestSdk.eventAttributes(sdk.onlyLog()))
        .contains(
            entry("llmops.call.id", "0123456789abcdef0123456789abcdef"),
            entry("error.type", "timeout"));
  }

  @Test
  void scoresWithoutALogPipelineAreCounted() {
    TestSdk quiet = TestSdk.withoutLogs();
    OtelCallObserver observer = quiet.observer(builder -> builder);
    LlmOps ops = quiet.ops(observer, Pricing.NONE);

    ops.score(CallScore.ofKey("k", "quality").value(1.0).build());

    assertThat(observer.stats().dropped()).isEqualTo(1);
    assertThat(observer.stats().note())
        .isEqualTo(
            "1 scores went nowhere: they are log events, and this OpenTelemetry exports no logs"
                + " (OTEL_LOGS_EXPORTER)");
  }

  @Test
  void theContextOfAStepIsOnItsSpan() {
    LlmContext context =
        LlmContext.builder().conversation("c-1").user("u-7").tag("team", "search").build();

    try (LlmContext.Scope scope = context.open()) {
      sdk.ops().tool("weather", null, () -> "sunny");
    }

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsAllEntriesOf(
            Map.of("gen_ai.conversation.id", "c-1", "user.id", "u-7", "llmops.tag.team", "search"));
  }
}
