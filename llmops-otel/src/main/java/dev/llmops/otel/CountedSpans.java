package dev.llmops.otel;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/**
 * Both ends of the span pipeline: the gate before the batch processor and the count around the
 * exporter.
 */
final class CountedSpans {
  private CountedSpans() {}

  static SpanProcessor gate(SpanProcessor batching, SignalWatch watch) {
    return new Gate(batching, watch);
  }

  static SpanExporter exporter(SpanExporter otlp, SignalWatch watch) {
    return new Exporter(otlp, watch);
  }

  private record Gate(SpanProcessor batching, SignalWatch watch) implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      if (span.getSpanContext().isSampled()) {
        watch.backlog().start();
      }
      if (batching.isStartRequired()) {
        batching.onStart(parent, span);
      }
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      // recorded but not sampled: the batch processor would pass it over
      if (span.getSpanContext().isSampled() && watch.admit(ItemSize.of(span.toSpanData()))) {
        batching.onEnd(span);
      }
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }

    @Override
    public CompletableResultCode shutdown() {
      watch.backlog().refuse();
      return batching.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
      return batching.forceFlush();
    }
  }

  private record Exporter(SpanExporter otlp, SignalWatch watch) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      // an ended span does not change, so this is the sum of what was admitted
      long bytes = 0;
      for (SpanData span : spans) {
        bytes += ItemSize.of(span);
      }
      return watch.export(spans.size(), bytes, () -> otlp.export(spans));
    }

    @Override
    public CompletableResultCode flush() {
      return otlp.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return watch.shutdown(otlp::shutdown);
    }
  }
}
