package dev.llmops.server;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The server behind a call, as it was when the call started and when it ended: "14 waiting" at the
 * end does not explain a slow start. Immutable.
 *
 * <p>Both are the latest snapshot at that moment, and up to an interval old: their ages say how
 * much. A call that is shorter than the interval may have the same snapshot twice.
 */
public final class ServerFacts {

  private static final long NO_AGE = -1;

  private final ServerSnapshot start;
  private final long startAgeNanos;
  private final ServerSnapshot end;
  private final long endAgeNanos;

  ServerFacts(ServerSnapshot start, long startAgeNanos, ServerSnapshot end, long endAgeNanos) {
    this.start = start;
    this.startAgeNanos = start.isKnown() ? Math.max(0, startAgeNanos) : NO_AGE;
    this.end = end;
    this.endAgeNanos = end.isKnown() ? Math.max(0, endAgeNanos) : NO_AGE;
  }

  /**
   * Facts from their parts, for whoever reads them back or makes them up for a test.
   *
   * @param startAge null if and only if {@code start} is unknown
   * @param endAge null if and only if {@code end} is unknown
   */
  public static ServerFacts of(
      ServerSnapshot start,
      @Nullable Duration startAge,
      ServerSnapshot end,
      @Nullable Duration endAge) {
    return new ServerFacts(
        start, nanos(start, startAge, "startAge"), end, nanos(end, endAge, "endAge"));
  }

  /** The server when the call started; {@link ServerSnapshot#isKnown()} tells if there is more. */
  public ServerSnapshot start() {
    return start;
  }

  /** How old {@link #start()} was when the call started; absent when it is unknown. */
  public @Nullable Duration startAge() {
    return startAgeNanos == NO_AGE ? null : Duration.ofNanos(startAgeNanos);
  }

  /** The server when the call ended. */
  public ServerSnapshot end() {
    return end;
  }

  /** How old {@link #end()} was when the call ended; absent when it is unknown. */
  public @Nullable Duration endAge() {
    return endAgeNanos == NO_AGE ? null : Duration.ofNanos(endAgeNanos);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServerFacts that
        && start.equals(that.start)
        && startAgeNanos == that.startAgeNanos
        && end.equals(that.end)
        && endAgeNanos == that.endAgeNanos;
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, startAgeNanos, end, endAgeNanos);
  }

  /** The server and how sure its match is; for the rest see the snapshots. */
  @Override
  public String toString() {
    return "ServerFacts[" + start.server() + " " + start.match() + " to " + end.match() + "]";
  }

  private static long nanos(ServerSnapshot snapshot, @Nullable Duration age, String field) {
    if (snapshot.isKnown() != (age != null) || (age != null && age.isNegative())) {
      throw new IllegalArgumentException(
          field
              + " must be 0 or more for a known snapshot and null for an unknown one, but was "
              + age
              + " for "
              + snapshot.match());
    }
    return age == null ? NO_AGE : age.toNanos();
  }
}
