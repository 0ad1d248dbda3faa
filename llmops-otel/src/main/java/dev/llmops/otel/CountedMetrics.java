package dev.llmops.otel;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;

/** Counts the data points around a metric exporter, and leaves all it decides to it. */
record CountedMetrics(MetricExporter otlp, SignalWatch watch) implements MetricExporter {
  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    int points = 0;
    for (MetricData metric : metrics) {
      points += metric.getData().getPoints().size();
    }
    if (!watch.backlog().offer(points, 0)) {
      return CompletableResultCode.ofFailure();
    }
    CompletableResultCode result = watch.export(points, 0, () -> otlp.export(metrics));
    // The reader's only use of a failure is a warning each time, without a reason; ours is said
    // once, with one.
    CompletableResultCode done = new CompletableResultCode();
    result.whenComplete(done::succeed);
    return done;
  }

  @Override
  public CompletableResultCode flush() {
    return otlp.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return watch.shutdown(otlp::shutdown);
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return otlp.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return otlp.getDefaultAggregation(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return otlp.getMemoryMode();
  }
}
