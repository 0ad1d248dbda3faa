package dev.llmops.otel;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link OtlpExport} has sent, lost and still holds, counted since it was started. A
 * snapshot; each signal is consistent in itself: {@code ended == exported + failed + dropped +
 * pending} at any moment.
 *
 * @param endpoint where the spans go, without user info and query
 * @param spans sampled spans only; a span that the sampler turned down is not counted anywhere
 * @param logs log records and events; a record is started and ended at once
 * @param metrics data points, counted once per export: a cumulative point that is exported ten
 *     times counts ten
 * @param lastError the newest failure of any signal, null when there was none
 */
public record ExportStats(
    String endpoint, Items spans, Items logs, Points metrics, @Nullable LastError lastError) {

  public ExportStats {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(spans, "spans");
    Objects.requireNonNull(logs, "logs");
    Objects.requireNonNull(metrics, "metrics");
  }

  /** Whether a span, a log record or a metric point was ever lost on its way to the collector. */
  public boolean lostAnything() {
    return spans.lost() + logs.lost() + metrics.failed() > 0;
  }

  /**
   * Counts of spans or log records.
   *
   * @param started begun, ended or not
   * @param ended handed to the export
   * @param exported accepted by the collector. A collector's partial success is subtracted from SDK
   *     1.62 on; older SDKs do not show it
   * @param failed sent, but refused by the collector, not answered, or not sendable
   * @param dropped never sent: the queue was full in items or bytes, or the export was closed
   *     before their turn came
   * @param pending waiting or on the wire now
   */
  public record Items(
      long started, long ended, long exported, long failed, long dropped, long pending) {
    long lost() {
      return failed + dropped;
    }
  }

  /**
   * Counts of metric data points.
   *
   * @param exported accepted by the collector
   * @param failed not accepted. Cumulative points are not lost by that: the next export carries
   *     their sum
   */
  public record Points(long exported, long failed) {}

  /**
   * A failure in plain words, with the setting to change; it never holds telemetry content,
   * credentials or the collector's own text.
   *
   * @param signal {@code spans}, {@code metrics} or {@code logs}
   */
  public record LastError(String signal, String text, Instant at) {
    public LastError {
      Objects.requireNonNull(signal, "signal");
      Objects.requireNonNull(text, "text");
      Objects.requireNonNull(at, "at");
    }
  }
}
