package dev.llmops.server;

import dev.llmops.LlmResponse;
import dev.llmops.server.ServerHandle.Taken;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's state when a call started, waiting for the call to end. {@link dev.llmops.LlmOps}
 * makes one a call; whoever makes one must end it, since an open call keeps the server being asked.
 * Not thread-safe: one thread makes it, one ends it, safely handed over.
 */
public final class ServerWatch {

  private final @Nullable ServerHandle handle;
  private final LongSupplier ticker;
  private final Taken start;
  private final long startAgeNanos;
  private final @Nullable ServerFacts unmonitored;
  private boolean ended;

  ServerWatch(ServerHandle handle, LongSupplier ticker) {
    this.handle = handle;
    this.ticker = ticker;
    long now = ticker.getAsLong();
    this.start = handle.read(now);
    this.startAgeNanos = now - start.nanos();
    this.unmonitored = null;
    handle.enter(now);
  }

  /** A call to a server that is not monitored. */
  ServerWatch(ServerSnapshot unknown) {
    this.handle = null;
    this.ticker = () -> 0;
    this.start = new Taken(unknown, 0);
    this.startAgeNanos = 0;
    this.unmonitored = new ServerFacts(unknown, 0, unknown, 0);
  }

  /** The snapshot when the call started. */
  public ServerSnapshot start() {
    return start.snapshot();
  }

  /**
   * The call ended. Never waits; the second time it only reads again.
   *
   * @param response what came back, whose headers may name the replica; absent when nothing came
   */
  public ServerFacts end(@Nullable LlmResponse response) {
    ServerFacts known = unmonitored;
    if (known != null) {
      return known;
    }
    ServerHandle asked = Objects.requireNonNull(handle);
    long now = ticker.getAsLong();
    Taken end = asked.read(now);
    if (!ended) {
      ended = true;
      asked.exit(now);
    }
    long endAge = now - end.nanos();
    String replica = response == null ? null : asked.replica(response.headers());
    if (replica == null) {
      return new ServerFacts(start.snapshot(), startAgeNanos, end.snapshot(), endAge);
    }
    ServerSnapshot first = of(start.snapshot(), replica);
    ServerSnapshot last = of(end.snapshot(), replica);
    return new ServerFacts(
        first,
        startAgeNanos - younger(first, start.snapshot()),
        last,
        endAge - younger(last, end.snapshot()));
  }

  private static ServerSnapshot of(ServerSnapshot pool, String replica) {
    List<ServerSnapshot> replicas = pool.replicas();
    for (ServerSnapshot each : replicas) {
      if (each.server().equals(replica)) {
        return each;
      }
    }
    return pool.isKnown()
        ? ServerSnapshot.unknown(replica, "nothing was known of this replica at the time")
        : pool;
  }

  /** A pool is as old as its oldest replica; this one may have been asked later. */
  private static long younger(ServerSnapshot replica, ServerSnapshot pool) {
    return replica.takenAt() == null || pool.takenAt() == null
        ? 0
        : Math.max(0, Duration.between(pool.takenAt(), replica.takenAt()).toNanos());
  }
}
