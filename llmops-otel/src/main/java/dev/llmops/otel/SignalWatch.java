package dev.llmops.otel;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One signal's way to the collector: its backlog, its endpoint, and why its last export failed. */
final class SignalWatch {
  private final String name;
  private final String queueSetting;
  private final ExportFailures failures;
  private final Backlog backlog = new Backlog();
  private final AtomicReference<@Nullable String> cause = new AtomicReference<>();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicBoolean shutdown = new AtomicBoolean();
  private volatile String endpoint = "";
  private volatile String limits = "";

  SignalWatch(String name, String queueSetting, ExportFailures failures) {
    this.name = name;
    this.queueSetting = queueSetting;
    this.failures = failures;
  }

  Backlog backlog() {
    return backlog;
  }

  String endpoint() {
    return endpoint;
  }

  void endpoint(String endpoint) {
    this.endpoint = endpoint;
  }

  void limit(int maxItems, long maxBytes) {
    backlog.limit(maxItems, maxBytes);
    limits = queueSetting + "=" + maxItems + ", maxQueueBytes=" + maxBytes;
  }

  /** Admits one item of this size to the queue, or counts it as dropped and says so once. */
  boolean admit(long bytes) {
    if (backlog.offer(1, bytes)) {
      return true;
    }
    failures.dropped(
        name,
        backlog.refuses()
            ? "ended after close()"
            : "queue full (" + limits + "); see whether " + endpoint + " is slow or away");
    return false;
  }

  /**
   * Sends a batch and counts what becomes of it; the result comes after the count. Throws a
   * VirtualMachineError at most.
   */
  CompletableResultCode export(int items, long bytes, Supplier<CompletableResultCode> send) {
    Backlog.Batch batch = backlog.send(items, bytes);
    if (batch == null) {
      return CompletableResultCode.ofFailure();
    }
    CompletableResultCode result;
    try {
      result = send.get();
    } catch (RuntimeException | Error e) {
      // a body nested beyond what the encoder's stack bears is one way to get here
      fail(batch, items, FailureCause.of(e, endpoint));
      if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
        throw e;
      }
      return CompletableResultCode.ofFailure();
    }
    // Not the exporter's own result: whoever waits for that may go on before our action on it has
    // run.
    CompletableResultCode counted = new CompletableResultCode();
    result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            succeed(batch, items);
            counted.succeed();
          } else {
            String seen = cause.getAndSet(null);
            fail(
                batch,
                items,
                seen != null ? seen : FailureCause.of(result.getFailureThrowable(), endpoint));
            counted.fail();
          }
        });
    return counted;
  }

  /** What a tapped sender saw before the exporter tells its result. */
  void sawHttp(int status, byte @Nullable [] body) {
    if (status >= 200 && status < 300) {
      rejected.addAndGet(PartialSuccess.rejected(body));
    } else {
      cause.set(FailureCause.ofHttpStatus(status, endpoint));
    }
  }

  void sawGrpc(String status, byte @Nullable [] message) {
    if (status.equals("OK")) {
      rejected.addAndGet(PartialSuccess.rejected(message));
    } else {
      cause.set(FailureCause.ofGrpcStatus(status, endpoint));
    }
  }

  /**
   * Returns what the exporter is to be told, which it writes to its own log: the failure itself the
   * first time, then the words without its pages of stack trace.
   */
  Throwable sawError(Throwable failure) {
    String why = FailureCause.of(failure, endpoint);
    cause.set(why);
    return failures.saidAFailure() ? new Again(why) : failure;
  }

  /**
   * Shuts the exporter down once: by its provider, or at the end of a deadline, whichever comes
   * first.
   */
  CompletableResultCode shutdown(Supplier<CompletableResultCode> exporter) {
    return shutdown.compareAndSet(false, true) ? exporter.get() : CompletableResultCode.ofSuccess();
  }

  private void succeed(Backlog.Batch batch, int items) {
    long refused = rejected.getAndSet(0);
    if (backlog.settle(batch, refused) && refused > 0) {
      failures.failed(
          name,
          (int) Math.min(items, refused),
          FailureCause.rejected(refused, items, name, endpoint));
    }
  }

  private void fail(Backlog.Batch batch, int items, String why) {
    if (backlog.settle(batch, items)) {
      failures.failed(name, items, why);
    }
  }

  /** Gives up what is left at the end of the deadline. */
  void abandon() {
    long left = backlog.abandon();
    if (left > 0) {
      failures.gaveUp(
          name,
          (int) Math.min(Integer.MAX_VALUE, left),
          "closed before "
              + endpoint
              + " had taken them; give close(deadline) more time, or see why the collector is slow");
    }
  }

  private static final class Again extends IOException {
    private static final long serialVersionUID = 1;

    Again(String why) {
      super(why);
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
