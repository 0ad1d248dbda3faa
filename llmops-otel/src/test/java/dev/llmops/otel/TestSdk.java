package dev.llmops.otel;

import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A real SDK that exports into memory, and an LlmOps over it whose clocks stand still. */
final class TestSdk {

  static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  final InMemorySpanExporter spans = InMemorySpanExporter.create();
  final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
  final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  final OpenTelemetry openTelemetry;
  private final AtomicLong nanos = new AtomicLong(1_000);

  private TestSdk(Sampler sampler, boolean withLogs) {
    var builder =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build());
    if (withLogs) {
      builder.setLoggerProvider(
          SdkLoggerProvider.builder()
              .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
              .build());
    }
    openTelemetry = builder.build();
  }

  static TestSdk sampled() {
    return new TestSdk(Sampler.alwaysOn(), true);
  }

  static TestSdk with(Sampler sampler) {
    return new TestSdk(sampler, true);
  }

  static TestSdk withoutLogs() {
    return new TestSdk(Sampler.alwaysOn(), false);
  }

  LlmOps ops() {
    return ops(builder -> builder);
  }

  LlmOps ops(UnaryOperator<OtelCallObserver.Builder> settings) {
    return ops(observer(settings), Pricing.NONE);
  }

  LlmOps ops(OtelCallObserver observer, Pricing pricing) {
    return LlmOps.builder()
        .observer(observer)
        .pricing(pricing)
        .clocks(() -> START, nanos::get)
        .build();
  }

  /** An observer that sees no environment. */
  OtelCallObserver observer(UnaryOperator<OtelCallObserver.Builder> settings) {
    return settings
        .apply(OtelCallObserver.builder(openTelemetry).environment(name -> null))
        .build();
  }

  void pass(long millis) {
    nanos.addAndGet(millis * 1_000_000);
  }

  SpanData onlySpan() {
    List<SpanData> finished = spans.getFinishedSpanItems();
    if (finished.size() != 1) {
      throw new AssertionError("expected one span, but there are " + finished.size());
    }
    return finished.get(0);
  }

  SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name));
  }

  LogRecordData onlyLog() {
    List<LogRecordData> finished = logs.getFinishedLogRecordItems();
    if (finished.size() != 1) {
      throw new AssertionError("expected one log record, but there are " + finished.size());
    }
    return finished.get(0);
  }

  Map<String, MetricData> collected() {
    Map<String, MetricData> byName = new TreeMap<>();
    metrics.collectAllMetrics().forEach(metric -> byName.put(metric.getName(), metric));
    return byName;
  }

  MetricData metric(String name) {
    MetricData found = collected().get(name);
    if (found == null) {
      throw new AssertionError("no metric " + name);
    }
    return found;
  }

  HistogramPointData histogram(String name) {
    return metric(name).getHistogramData().getPoints().iterator().next();
  }

  /** Values of a counter of longs by the labels that differ: all of them, as plain values. */
  Map<Map<String, Object>, Long> counter(String name) {
    Map<Map<String, Object>, Long> values = new java.util.HashMap<>();
    metric(name)
        .getLongSumData()
        .getPoints()
        .forEach(point -> values.put(plain(point.getAttributes()), point.getValue()));
    return values;
  }

  static Map<String, Object> labels(PointData point) {
    return plain(point.getAttributes());
  }

  static Map<String, Object> plain(Attributes attributes) {
    Map<String, Object> plain = new TreeMap<>();
    attributes.forEach((key, value) -> plain.put(key.getKey(), value));
    return plain;
  }
}
