package dev.llmops;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a call ran and how long it took, as its caller saw it: automatic retries are inside, the
 * time the consumer of a stream took is inside {@link #total()} only.
 */
public final class Timing {

  private static final long ABSENT = -1;

  private final Instant start;
  private final long totalNanos;
  private final long firstChunkNanos;
  private final long firstOutputNanos;
  private final long chunks;
  private final @Nullable Waits waits;

  private Timing(
      Instant start,
      long totalNanos,
      long firstChunkNanos,
      long firstOutputNanos,
      long chunks,
      @Nullable Waits waits) {
    this.start = start;
    this.totalNanos = totalNanos;
    this.firstChunkNanos = firstChunkNanos;
    this.firstOutputNanos = firstOutputNanos;
    this.chunks = chunks;
    this.waits = waits;
  }

  /** A call that was not streamed. */
  public static Timing of(Instant start, Duration total) {
    return of(start, total, null, null, 0);
  }

  /**
   * A streamed call.
   *
   * @param start when the request was issued
   * @param total 0 or more
   * @param timeToFirstChunk see {@link #timeToFirstChunk()}
   * @param timeToFirstOutput see {@link #timeToFirstOutput()}
   * @param chunks 0 or more
   */
  public static Timing of(
      Instant start,
      Duration total,
      @Nullable Duration timeToFirstChunk,
      @Nullable Duration timeToFirstOutput,
      long chunks) {
    Checks.notNegative(chunks, "chunks");
    return new Timing(
        Objects.requireNonNull(start, "start must not be null"),
        nanos(total, "total"),
        timeToFirstChunk == null ? ABSENT : nanos(timeToFirstChunk, "timeToFirstChunk"),
        timeToFirstOutput == null ? ABSENT : nanos(timeToFirstOutput, "timeToFirstOutput"),
        chunks,
        null);
  }

  static Timing ofNanos(
      Instant start,
      long total,
      long firstChunk,
      long firstOutput,
      long chunks,
      long consumer,
      long backOff) {
    return new Timing(
        start, Math.max(0, total), firstChunk, firstOutput, chunks, Waits.of(consumer, backOff));
  }

  /** The same with {@link #consumer()}; null makes it absent. */
  public Timing withConsumer(@Nullable Duration consumer) {
    return new Timing(
        start,
        totalNanos,
        firstChunkNanos,
        firstOutputNanos,
        chunks,
        Waits.of(consumer == null ? ABSENT : nanos(consumer, "consumer"), backOffNanos()));
  }

  /** The same with {@link #backOff()}; null makes it absent. */
  public Timing withBackOff(@Nullable Duration backOff) {
    return new Timing(
        start,
        totalNanos,
        firstChunkNanos,
        firstOutputNanos,
        chunks,
        Waits.of(consumerNanos(), backOff == null ? ABSENT : nanos(backOff, "backOff")));
  }

  /** When the request was issued, by the wall clock. */
  public Instant start() {
    return start;
  }

  /** When the call ended: start plus total. */
  public Instant end() {
    return start.plusNanos(totalNanos);
  }

  /** From the issue of the request to the end of the call, by a monotonic clock. */
  public Duration total() {
    return Duration.ofNanos(totalNanos);
  }

  /**
   * From the issue of the request to the first chunk, stamped before the consumer saw it; absent
   * when the call was not streamed or no chunk came.
   */
  public @Nullable Duration timeToFirstChunk() {
    return firstChunkNanos == ABSENT ? null : Duration.ofNanos(firstChunkNanos);
  }

  /**
   * From the issue of the request to the first chunk with text, reasoning or a tool call in it:
   * what a waiting user feels. Absent when the call was not streamed or no such chunk came.
   */
  public @Nullable Duration timeToFirstOutput() {
    return firstOutputNanos == ABSENT ? null : Duration.ofNanos(firstOutputNanos);
  }

  /** How many chunks came; 0 when the call was not streamed. */
  public long chunks() {
    return chunks;
  }

  /**
   * How long the consumer of a stream had the chunks before it asked for more. The server may have
   * written on meanwhile. Measured where an {@link LlmOps.Builder#servers} monitor or chunk times
   * are wired, since it takes two clock readings a chunk; absent elsewhere, and when nothing was
   * streamed.
   */
  public @Nullable Duration consumer() {
    return consumerNanos() == ABSENT ? null : Duration.ofNanos(consumerNanos());
  }

  /**
   * How long the client waited in all before it sent the request again; zero when it sent it once,
   * absent when the client does not show it.
   */
  public @Nullable Duration backOff() {
    return backOffNanos() == ABSENT ? null : Duration.ofNanos(backOffNanos());
  }

  /**
   * The mean time per output token after the first: (total − time to first output) ÷ (output tokens
   * − 1). 500 tokens, first output after 0.2 s, 5.19 s in all → 10 ms. Absent when not streamed, or
   * fewer than two tokens were counted. It includes the time that the consumer took.
   */
  public @Nullable Duration timePerOutputToken(TokenUsage usage) {
    Long tokens = usage.outputTokens();
    if (firstOutputNanos == ABSENT || tokens == null || tokens < 2) {
      return null;
    }
    return Duration.ofNanos((totalNanos - firstOutputNanos) / (tokens - 1));
  }

  private static long nanos(Duration duration, String field) {
    Objects.requireNonNull(duration, field + " must not be null");
    if (duration.isNegative()) {
      throw new IllegalArgumentException(field + " must not be negative, but was " + duration);
    }
    return duration.toNanos();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Timing that
        && start.equals(that.start)
        && totalNanos == that.totalNanos
        && firstChunkNanos == that.firstChunkNanos
        && firstOutputNanos == that.firstOutputNanos
        && chunks == that.chunks
        && Objects.equals(waits, that.waits);
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, totalNanos, firstChunkNanos, firstOutputNanos, chunks);
  }

  @Override
  public String toString() {
    return "Timing[start="
        + start
        + ", total="
        + total()
        + ", timeToFirstChunk="
        + timeToFirstChunk()
        + ", timeToFirstOutput="
        + timeToFirstOutput()
        + ", chunks="
        + chunks
        + (consumerNanos() == ABSENT ? "" : ", consumer=" + consumer())
        + (backOffNanos() == ABSENT ? "" : ", backOff=" + backOff())
        + "]";
  }

  private long consumerNanos() {
    return waits == null ? ABSENT : waits.consumerNanos();
  }

  private long backOffNanos() {
    return waits == null ? ABSENT : waits.backOffNanos();
  }

  /** What few calls know, beside the call: most take no bytes for it. */
  private record Waits(long consumerNanos, long backOffNanos) {
    private static final Waits SENT_ONCE = new Waits(ABSENT, 0);

    static @Nullable Waits of(long consumerNanos, long backOffNanos) {
      if (consumerNanos == ABSENT) {
        if (backOffNanos == ABSENT) {
          return null;
        }
        if (backOffNanos == 0) {
          return SENT_ONCE;
        }
      }
      return new Waits(consumerNanos, backOffNanos);
    }
  }
}
