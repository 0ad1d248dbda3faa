package dev.llmops.server;

import dev.llmops.server.EngineReading.Counters;
import org.jspecify.annotations.Nullable;

/** From two readings to a load. */
final class Rates {

  private static final double NANOS = 1e9;

  private Rates() {}

  /**
   * The load of a reading.
   *
   * @param before the counters of the reading before, absent when there is none
   * @param nanos the time between the two
   */
  static ServerLoad load(
      EngineReading reading, @Nullable Counters before, long nanos, Scraping scraping) {
    // the mean over a pause of minutes would pass for the present
    long tooLong = 3 * Math.max(scraping.intervalNanos(), scraping.maxAgeNanos());
    Counters now = reading.counters();
    double seconds = nanos / NANOS;
    boolean rated = before != null && nanos > 0 && nanos <= tooLong;
    double queries = rated && before != null ? delta(now.queries(), before.queries()) : Double.NaN;
    double hits = rated && before != null ? delta(now.hits(), before.hits()) : Double.NaN;
    double hitRate = queries > 0 && hits <= queries ? hits / queries : Double.NaN;
    return new ServerLoad(
        whole(reading.running()),
        whole(reading.waiting()),
        real(reading.kvCacheUse()),
        real(Double.isNaN(hitRate) ? reading.prefixCacheHitRate() : hitRate),
        rated && before != null
            ? real(delta(now.preemptions(), before.preemptions()) / seconds)
            : null,
        rated && before != null ? real(delta(now.prompt(), before.prompt()) / seconds) : null,
        rate(
            rated && before != null
                ? delta(now.generation(), before.generation()) / seconds
                : Double.NaN,
            reading.generationTokensPerSecond()));
  }

  /** What a counter rose by; one that was set back counts from 0, as Prometheus' rate() does. */
  static double delta(double now, double before) {
    return now >= before ? now - before : Double.isNaN(before) ? Double.NaN : now;
  }

  private static @Nullable Double rate(double measured, double told) {
    return real(Double.isNaN(measured) ? told : measured);
  }

  private static @Nullable Long whole(double value) {
    return Double.isNaN(value) ? null : Long.valueOf(Math.round(value));
  }

  private static @Nullable Double real(double value) {
    return Double.isNaN(value) ? null : Double.valueOf(value);
  }
}
