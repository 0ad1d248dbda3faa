package dev.llmops.spring;

import java.net.ConnectException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Failures of the OTLP exporters that are not ours, such as Boot's: they tell them to
 * java.util.logging alone, at most five and then one a minute, so that counts are "or more". Of the
 * text only what the exporter says itself is kept: what a collector answers may quote anything.
 * Thread-safe.
 */
final class ExportFailures extends Handler {

  private static final int MAX_CAUSES = 16;
  private static final int MAX_TEXT_CHARS = 300;

  /** Held, as the log manager does not hold it. */
  private final Logger logger = Logger.getLogger("io.opentelemetry.exporter");

  private final AtomicBoolean listens = new AtomicBoolean();
  private final Object lock = new Object();
  private long count;
  private @Nullable String last;
  private @Nullable Instant lastAt;

  /**
   * What is known.
   *
   * @param count how often, or more
   * @param last what the exporter said the last time
   * @param at when that was
   */
  record Failures(long count, String last, Instant at) {}

  /** Begins to listen; a second time changes nothing. */
  void listen() {
    if (listens.compareAndSet(false, true)) {
      setLevel(Level.WARNING);
      logger.addHandler(this);
    }
  }

  /** Absent while none is known. */
  @Nullable Failures failures() {
    synchronized (lock) {
      return last == null || lastAt == null ? null : new Failures(count, last, lastAt);
    }
  }

  /** A line of {@code explain()}; absent while no failure is known. */
  @Nullable String note() {
    Failures known = failures();
    return known == null
        ? null
        : "An exporter of OpenTelemetry fails: "
            + known.last()
            + " ("
            + known.count()
            + " times or more, last at "
            + known.at()
            + ").";
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record) || record.getMessage() == null) {
      return;
    }
    String text = said(record.getMessage());
    Throwable cause = cause(record.getThrown());
    if (cause instanceof ConnectException) {
      text += " Nothing listens at the endpoint (ConnectException).";
    } else if (cause != null) {
      text += " " + cause.getClass().getSimpleName() + ".";
    }
    synchronized (lock) {
      count++;
      last = text;
      lastAt = record.getInstant();
    }
  }

  /** What is at the bottom of it; the class says enough, and its message may quote anything. */
  private static @Nullable Throwable cause(@Nullable Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      Throwable below = cause.getCause();
      if (cause instanceof ConnectException || below == null) {
        return cause;
      }
      cause = below;
    }
    return cause;
  }

  private static String said(String message) {
    int end = message.length();
    for (String quote : new String[] {" Full error message:", " Error message:"}) {
      int begin = message.indexOf(quote);
      if (begin >= 0) {
        end = Math.min(end, begin);
      }
    }
    return message.substring(0, Math.min(end, MAX_TEXT_CHARS));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
