package dev.llmops.server;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where GPUs are read: an exporter's page or {@code nvidia-smi}. Servers of one host share it.
 * Asked at most once at a time, and not again while what it said is fresh or while it rests after a
 * failure. Used on the monitor's thread only.
 */
abstract class GpuSource {

  private static final long MAX_REST = 60_000_000_000L;

  private final String name;
  private final long intervalNanos;
  private @Nullable CompletableFuture<@Nullable Void> flight;
  private Seen seen = new Seen(List.of(), Map.of());
  private @Nullable String problem = "it was not asked yet";
  private long askedNanos;
  private boolean asked;
  private int failures;

  GpuSource(String name, long intervalNanos) {
    this.name = name;
    this.intervalNanos = intervalNanos;
  }

  /** Asks it, if it is time; completes normally, whatever comes. */
  final CompletableFuture<@Nullable Void> refresh(long now) {
    CompletableFuture<@Nullable Void> running = flight;
    if (running != null) {
      return running;
    }
    if (asked && now - askedNanos < rest()) {
      return CompletableFuture.completedFuture(null);
    }
    asked = true;
    askedNanos = now;
    CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    flight = ended;
    CompletableFuture<@Nullable Void> told =
        ask()
            .handle(
                (answer, error) -> {
                  took(answer, error);
                  ended.complete(null);
                  return null;
                });
    // where the answer was there at once, the flight is over before it was noted
    flight = told.isDone() ? null : flight;
    return ended;
  }

  /** What it said last; nothing after a failure. */
  final Seen seen() {
    return seen;
  }

  /** Why there is nothing, or null. */
  final @Nullable String problem() {
    return problem == null ? null : "GPUs of " + name + ": " + problem;
  }

  /** Asks; the future completes on the monitor's thread. */
  abstract CompletableFuture<Seen> ask();

  private void took(@Nullable Seen told, @Nullable Throwable error) {
    flight = null;
    if (told != null && !told.gpus().isEmpty()) {
      seen = told;
      problem = null;
      failures = 0;
    } else {
      seen = new Seen(List.of(), Map.of());
      failures++;
      Throwable cause =
          error != null && error.getCause() != null && !(error instanceof PageException)
              ? error.getCause()
              : error;
      problem =
          cause == null
              ? "no GPU is on its page"
              : cause instanceof PageException
                  ? cause.getMessage()
                  : "it could not be read: " + cause.getClass().getSimpleName();
    }
  }

  private long rest() {
    long half = intervalNanos / 2;
    return failures == 0 ? half : Math.min(MAX_REST, intervalNanos << Math.min(failures, 16));
  }

  /**
   * What a source said.
   *
   * @param gpus all of its host
   * @param processes by UUID the ids and file names of the processes that compute on the GPU
   */
  record Seen(List<Gpu> gpus, Map<String, Set<String>> processes) {}
}
