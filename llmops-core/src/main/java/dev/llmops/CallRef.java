package dev.llmops;

import java.io.Serial;
import java.io.Serializable;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Names one call or step, in 32 hexadecimal digits, with its trace where there is one. Small and
 * serialisable: keep it beside an answer and score the call days later.
 */
public final class CallRef implements Serializable {

  @Serial private static final long serialVersionUID = 1;

  private final long high;
  private final long low;
  private final @Nullable String traceId;
  private final @Nullable String spanId;

  private CallRef(long high, long low, @Nullable String traceId, @Nullable String spanId) {
    this.high = high;
    this.low = low;
    this.traceId = traceId;
    this.spanId = spanId;
  }

  /** A new reference; ids made later sort after earlier ones, to the millisecond. */
  static CallRef next(long epochMillis, @Nullable String traceId, @Nullable String spanId) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new CallRef(
        (epochMillis << 16) | (random.nextInt() & 0xFFFF), random.nextLong(), traceId, spanId);
  }

  /**
   * The reference with this id, as {@link #id()} gave it.
   *
   * @throws IllegalArgumentException if the id is not 32 hexadecimal digits
   */
  public static CallRef of(String id) {
    return of(id, null, null);
  }

  /** The reference with this id and its place in a trace. */
  public static CallRef of(String id, @Nullable String traceId, @Nullable String spanId) {
    if (id.length() != 32) {
      throw invalid(id);
    }
    try {
      return new CallRef(
          HexFormat.fromHexDigitsToLong(id, 0, 16),
          HexFormat.fromHexDigitsToLong(id, 16, 32),
          traceId,
          spanId);
    } catch (NumberFormatException e) {
      throw invalid(id);
    }
  }

  private static IllegalArgumentException invalid(String id) {
    return new IllegalArgumentException(
        "id must be 32 hexadecimal digits as CallRef.id() gives them, but was "
            + id.length()
            + " characters long or has others; use CallScore.key(..) for an id of your own");
  }

  /** 32 lower-case hexadecimal digits. */
  public String id() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }

  /** The trace's id, 32 hexadecimal digits, absent when no observer traces. */
  public @Nullable String traceId() {
    return traceId;
  }

  /** The span's id, 16 hexadecimal digits, absent when no observer traces. */
  public @Nullable String spanId() {
    return spanId;
  }

  /** An evenly spread number, the same for all calls of a trace; what sampling decides by. */
  public long samplingKey() {
    String trace = traceId;
    if (trace == null || trace.length() != 32) {
      return low;
    }
    try {
      return HexFormat.fromHexDigitsToLong(trace, 16, 32);
    } catch (IllegalArgumentException e) {
      return low;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallRef that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }

  @Override
  public String toString() {
    return id();
  }
}
