package dev.llmops.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the log pipeline: the gate before the batch processor and the count around the
 * exporter.
 */
final class CountedLogs {
  private CountedLogs() {}

  static LogRecordProcessor gate(LogRecordProcessor batching, SignalWatch watch) {
    return new Gate(batching, watch);
  }

  static LogRecordExporter exporter(LogRecordExporter otlp, SignalWatch watch) {
    return new Exporter(otlp, watch);
  }

  private record Gate(LogRecordProcessor batching, SignalWatch watch)
      implements LogRecordProcessor {
    @Override
    public void onEmit(Context context, ReadWriteLogRecord record) {
      watch.backlog().start();
      // Frozen here: a later processor may still change the record, and its size must not change
      // while it is counted. What
      // later processors do is not ours to see anyway (specification, LogRecordProcessor.onEmit).
      LogRecordData data = record.toLogRecordData();
      if (watch.admit(ItemSize.of(data))) {
        batching.onEmit(context, new Frozen(data));
      }
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

  private record Frozen(LogRecordData data) implements ReadWriteLogRecord {
    @Override
    public <T> ReadWriteLogRecord setAttribute(AttributeKey<T> key, @Nullable T value) {
      return this;
    }

    @Override
    public LogRecordData toLogRecordData() {
      return data;
    }
  }

  private record Exporter(LogRecordExporter otlp, SignalWatch watch) implements LogRecordExporter {
    @Override
    public CompletableResultCode export(Collection<LogRecordData> logs) {
      long bytes = 0;
      for (LogRecordData log : logs) {
        bytes += ItemSize.of(log);
      }
      return watch.export(logs.size(), bytes, () -> otlp.export(logs));
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
