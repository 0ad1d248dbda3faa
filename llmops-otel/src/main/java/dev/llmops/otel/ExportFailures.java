package dev.llmops.otel;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest failure and says the first of each kind once in the log; the rest is only
 * counted.
 */
final class ExportFailures {
  private static final Logger log = LoggerFactory.getLogger(OtlpExport.class);

  private final InstantSource clock;
  private final AtomicReference<ExportStats.@Nullable LastError> last = new AtomicReference<>();
  private final AtomicBoolean failureSaid = new AtomicBoolean();
  private final AtomicBoolean dropSaid = new AtomicBoolean();

  ExportFailures(InstantSource clock) {
    this.clock = clock;
  }

  void failed(String signal, int items, String cause) {
    last.set(new ExportStats.LastError(signal, cause, clock.instant()));
    if (failureSaid.compareAndSet(false, true)) {
      log.warn(
          "OTLP export failed ({}: {}): {}. Said once; later failures are counted in stats()",
          signal,
          items,
          cause);
    }
  }

  /** What was still on its way at a deadline; a failure that was seen before says more. */
  void gaveUp(String signal, int items, String cause) {
    if (last.get() == null) {
      failed(signal, items, cause);
    }
  }

  void dropped(String signal, String cause) {
    last.set(new ExportStats.LastError(signal, cause, clock.instant()));
    if (dropSaid.compareAndSet(false, true)) {
      log.warn(
          "OTLP export drops {}: {}. Said once; later drops are counted in stats()", signal, cause);
    }
  }

  boolean saidAFailure() {
    return failureSaid.get();
  }

  ExportStats.@Nullable LastError last() {
    return last.get();
  }
}
