package dev.llmops.server;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The latest snapshot of what answers at one address. Calls read it; the monitor's thread writes
 * it.
 */
abstract class ServerHandle {

  private static final long TOUCH_NANOS = 100_000_000;
  private static final long NEVER = 0;

  private final String server;
  private final long maxAgeNanos;
  private final LongAdder open = new LongAdder();
  private volatile long touchedNanos;
  private volatile Taken latest;
  private volatile Taken stale;

  ServerHandle(String server, long maxAgeNanos) {
    this.server = server;
    this.maxAgeNanos = maxAgeNanos;
    this.latest =
        Taken.unknown(
            server,
            "it was not asked yet: monitoring starts with the first call, or after a pause");
    this.stale = Taken.unknown(server, "its last snapshot is too old");
  }

  /** Its address as configured. */
  final String server() {
    return server;
  }

  /** The latest snapshot, or an unknown one where that is too old. Allocates nothing. */
  final Taken read(long now) {
    Taken taken = latest;
    return taken.snapshot().isKnown() && now - taken.nanos() > maxAgeNanos ? stale : taken;
  }

  /** A call is made; until it ends the handle is in use. */
  final void enter(long now) {
    open.increment();
    touch(now);
  }

  final void exit(long now) {
    open.decrement();
    touch(now);
  }

  /** Says that somebody wants to know. */
  final void touch(long now) {
    // a write that all callers share, so seldom
    if (touchedNanos == NEVER || now - touchedNanos > TOUCH_NANOS) {
      touchedNanos = now == NEVER ? 1 : now;
    }
    wake();
  }

  /** Whether there was a call lately, or is one now. */
  final boolean isInUse(long now, long idleNanos) {
    return open.sum() > 0 || (touchedNanos != NEVER && now - touchedNanos <= idleNanos);
  }

  final void publish(ServerSnapshot snapshot, long nanos) {
    latest = new Taken(snapshot, nanos);
  }

  /** What to say once the latest snapshot is too old. */
  final void publishFailure(String reason) {
    stale = Taken.unknown(server, reason);
    if (!latest.snapshot().isKnown()) {
      latest = stale;
    }
  }

  /** The server that a response names; this one unless it is one of several. */
  @Nullable String replica(java.util.Map<String, String> headers) {
    return null;
  }

  /** Sees to it that the server is asked from now on. Quick: the calling thread is a user's. */
  abstract void wake();

  /** A snapshot and when it was taken, by the monitor's ticker. */
  record Taken(ServerSnapshot snapshot, long nanos) {
    static Taken unknown(String server, String reason) {
      return new Taken(ServerSnapshot.unknown(server, reason), 0);
    }
  }
}
