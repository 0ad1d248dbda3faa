package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is recorded is what a collector decodes, over both protocols and with every SDK of the
 * matrix.
 */
@Tag("otel-versions")
class OtlpArrivalTest {
  private static final Duration WAIT = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource
  void spansArriveAsTheyWereRecorded(OtlpExport.Protocol protocol) {
    try (OtlpReceiver receiver = receiver(protocol);
        OtlpExport otlp = export(receiver, protocol)) {
      Tracer tracer = otlp.openTelemetry().getTracer("test.scope", "1.2");
      Span parent = tracer.spanBuilder("invoke_agent helper").startSpan();
      Span child =
          tracer
              .spanBuilder("chat m-1")
              .setParent(Context.root().with(parent))
              .setSpanKind(SpanKind.CLIENT)
              .setAttribute("gen_ai.request.model", "m-1")
              .setAttribute("gen_ai.usage.input_tokens", 12L)
              .setAttribute("gen_ai.request.temperature", 0.5)
              .setAttribute("gen_ai.request.stream", true)
              .setAttribute(
                  AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"),
                  List.of("stop", "停止"))
              .startSpan();
      child.addEvent("first chunk", Attributes.of(AttributeKey.longKey("n"), 1L));
      child.setStatus(StatusCode.ERROR, "cut off");
      child.end();
      parent.end();

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(receiver.spans()).hasSize(2);
      OtlpReceiver.ReceivedSpan got = receiver.spans().get(0);
      assertThat(got.span().getName()).isEqualTo("chat m-1");
      assertThat(got.span().getKind())
          .isEqualTo(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT);
      assertThat(got.attributes())
          .containsOnly(
              entry("gen_ai.request.model", "m-1"),
              entry("gen_ai.usage.input_tokens", 12L),
              entry("gen_ai.request.temperature", 0.5),
              entry("gen_ai.request.stream", true),
              entry("gen_ai.response.finish_reasons", List.of("stop", "停止")));
      assertThat(got.traceId()).isEqualTo(parent.getSpanContext().getTraceId());
      assertThat(got.spanId()).isEqualTo(child.getSpanContext().getSpanId());
      assertThat(got.parentSpanId()).isEqualTo(parent.getSpanContext().getSpanId());
      assertThat(got.span().getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(got.span().getStatus().getMessage()).isEqualTo("cut off");
      assertThat(got.span().getEventsList())
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.getName()).isEqualTo("first chunk");
                assertThat(OtlpReceiver.asMap(event.getAttributesList()))
                    .isEqualTo(Map.of("n", 1L));
              });
      assertThat(got.scope().getName()).isEqualTo("test.scope");
      assertThat(got.scope().getVersion()).isEqualTo("1.2");
      Map<String, Object> resource = OtlpReceiver.asMap(got.resource().getAttributesList());
      assertThat(resource)
          .contains(entry("service.name", "arrival"), entry("deployment.environment.name", "test"));
      String expectedSdk = System.getProperty("llmops.test.opentelemetry");
      if (expectedSdk != null) {
        assertThat(resource).containsEntry("telemetry.sdk.version", expectedSdk);
      }
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(2, 2, 2, 0, 0, 0));
      assertThat(otlp.stats().lastError()).isNull();
      assertThat(otlp.close(WAIT)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void histogramsArriveWithTheBucketsOfTheirAdvice(OtlpExport.Protocol protocol) {
    try (OtlpReceiver receiver = receiver(protocol);
        OtlpExport otlp = export(receiver, protocol)) {
      DoubleHistogram histogram =
          otlp.openTelemetry()
              .getMeter("test.scope")
              .histogramBuilder("gen_ai.client.operation.duration")
              .setUnit("s")
              .setExplicitBucketBoundariesAdvice(List.of(0.01, 0.02, 0.04))
              .build();
      Attributes attributes = Attributes.of(AttributeKey.stringKey("gen_ai.request.model"), "m-1");
      histogram.record(0.01, attributes);
      histogram.record(0.015, attributes);
      histogram.record(0.03, attributes);
      histogram.record(5, attributes);

      assertThat(otlp.flush(WAIT)).isTrue();

      // the SDK sends its own metrics beside
      assertThat(receiver.metrics())
          .filteredOn(received -> received.scope().getName().equals("test.scope"))
          .singleElement()
          .satisfies(
              received -> {
                assertThat(received.metric().getName())
                    .isEqualTo("gen_ai.client.operation.duration");
                assertThat(received.metric().getUnit()).isEqualTo("s");
                HistogramDataPoint point = received.metric().getHistogram().getDataPoints(0);
                assertThat(point.getExplicitBoundsList()).containsExactly(0.01, 0.02, 0.04);
                // upper bounds are inclusive: 0.01 | 0.015 | 0.03 | 5
                assertThat(point.getBucketCountsList()).containsExactly(1L, 1L, 1L, 1L);
                assertThat(point.getCount()).isEqualTo(4);
                assertThat(point.getSum()).isEqualTo(0.01 + 0.015 + 0.03 + 5);
                assertThat(OtlpReceiver.asMap(point.getAttributesList()))
                    .isEqualTo(Map.of("gen_ai.request.model", "m-1"));
              });
      assertThat(otlp.stats().metrics().exported()).isPositive();
      assertThat(otlp.stats().metrics().failed()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void logRecordsArriveAsTheyWereEmitted(OtlpExport.Protocol protocol) {
    try (OtlpReceiver receiver = receiver(protocol);
        OtlpExport otlp = export(receiver, protocol)) {
      Span span = otlp.openTelemetry().getTracer("test.scope").spanBuilder("chat").startSpan();
      otlp.openTelemetry()
          .getLogsBridge()
          .get("test.scope")
          .logRecordBuilder()
          .setContext(Context.root().with(span))
          .setSeverity(Severity.INFO)
          .setBody("scored")
          .setAttribute(AttributeKey.doubleKey("gen_ai.evaluation.score.value"), 0.91)
          .emit();
      span.end();

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(receiver.logs())
          .singleElement()
          .satisfies(
              received -> {
                assertThat(received.log().getBody().getStringValue()).isEqualTo("scored");
                assertThat(received.log().getSeverityNumber())
                    .isEqualTo(SeverityNumber.SEVERITY_NUMBER_INFO);
                assertThat(received.attributes())
                    .isEqualTo(Map.of("gen_ai.evaluation.score.value", 0.91));
                assertThat(received.log().getSpanId())
                    .isEqualTo(receiver.spans().get(0).span().getSpanId());
              });
      assertThat(otlp.stats().logs()).isEqualTo(new ExportStats.Items(1, 1, 1, 0, 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusedBatchesAreCountedAndSaidOnce(OtlpExport.Protocol protocol) {
    try (CapturedLog log = new CapturedLog(OtlpExport.class);
        OtlpReceiver receiver = receiver(protocol);
        OtlpExport otlp = spansOnly(receiver, protocol).start()) {
      receiver.answer(OtlpReceiver.Answer.status(400));
      for (int i = 0; i < 3; i++) {
        otlp.openTelemetry().getTracer("t").spanBuilder("s").startSpan().end();
        assertThat(otlp.flush(WAIT)).isTrue();
      }

      assertThat(receiver.spans()).isEmpty();
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(3, 3, 0, 3, 0, 0));
      assertThat(otlp.stats().lostAnything()).isTrue();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .startsWith("OTLP export failed (spans: 1): ")
          .endsWith(". Said once; later failures are counted in stats()");
      assertThat(otlp.close(WAIT)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullQueueDropsTheNewestAndCountsIt(OtlpExport.Protocol protocol) {
    try (CapturedLog log = new CapturedLog(OtlpExport.class);
        OtlpReceiver receiver = receiver(protocol);
        OtlpExport otlp = spansOnly(receiver, protocol).maxQueueSize(10).start()) {
      receiver.hold();
      for (int i = 0; i < 100; i++) {
        otlp.openTelemetry().getTracer("t").spanBuilder("s" + i).startSpan().end();
      }

      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(100, 100, 0, 0, 90, 10));

      receiver.release();
      assertThat(otlp.flush(WAIT)).isTrue();
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(100, 100, 10, 0, 90, 0));
      assertThat(receiver.spans()).hasSize(10);
      assertThat(log.warnings())
          .containsExactly(
              "OTLP export drops spans: queue full (otel.bsp.max.queue.size=10, maxQueueBytes=33554432); see whether "
                  + otlp.stats().endpoint()
                  + " is slow or away. Said once; later drops are counted in stats()");
    }
  }

  private static OtlpReceiver receiver(OtlpExport.Protocol protocol) {
    return protocol == OtlpExport.Protocol.GRPC ? OtlpReceiver.grpc() : OtlpReceiver.http();
  }

  private static OtlpExport export(OtlpReceiver receiver, OtlpExport.Protocol protocol) {
    return settings(receiver, protocol).start();
  }

  // the SDK measures itself, so that its own metrics would be the first to fail
  private static OtlpExport.Builder spansOnly(OtlpReceiver receiver, OtlpExport.Protocol protocol) {
    return settings(receiver, protocol).property("otel.metrics.exporter", "none");
  }

  private static OtlpExport.Builder settings(OtlpReceiver receiver, OtlpExport.Protocol protocol) {
    return OtlpExport.builder()
        .endpoint(receiver.endpoint())
        .protocol(protocol)
        .exportTimeout(WAIT)
        .serviceName("arrival")
        .resource(Attributes.of(AttributeKey.stringKey("deployment.environment.name"), "test"));
  }
}
