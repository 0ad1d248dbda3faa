package dev.llmops.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/** What the targets of one monitor share. */
record Scraping(
    ScheduledExecutorService executor,
    Fetcher fetcher,
    InstantSource clock,
    LongSupplier ticker,
    long intervalNanos,
    long maxAgeNanos,
    long idleNanos) {

  long nanoTime() {
    return ticker.getAsLong();
  }

  Instant now() {
    return clock.instant();
  }
}
