package dev.llmops;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that moves only when told. */
final class FakeClock implements InstantSource, LongSupplier {

  static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final AtomicLong nanos = new AtomicLong();

  void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  @Override
  public Instant instant() {
    return START.plusNanos(nanos.get());
  }

  @Override
  public long getAsLong() {
    return 1_000_000 + nanos.get(); // a monotonic clock need not start at 0
  }
}
