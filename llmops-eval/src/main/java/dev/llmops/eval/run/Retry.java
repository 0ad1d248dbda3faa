package dev.llmops.eval.run;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * When a task that failed is tried again. Only failures that may pass by themselves are: a recorded
 * model call that ended with one of {@code statuses}, or an {@link java.io.IOException} or {@link
 * java.util.concurrent.TimeoutException} anywhere in the chain of causes. The wait doubles each
 * time, with a random part so that parallel cases do not come back together.
 *
 * @param maxAttempts how often a case is tried in all, 1 (never again) to 20
 * @param firstDelay the wait before the second attempt, above 0
 * @param maxDelay the longest wait, at least {@code firstDelay}
 * @param statuses HTTP statuses that may pass by themselves
 */
public record Retry(
    int maxAttempts, Duration firstDelay, Duration maxDelay, Set<Integer> statuses) {

  /** Each case is tried once. */
  public static final Retry NEVER =
      new Retry(1, Duration.ofMillis(1), Duration.ofMillis(1), Set.of());

  /** Up to 4 attempts, after 0.5 s, 1 s and 2 s. */
  public static final Retry DEFAULT =
      new Retry(
          4,
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          Set.of(408, 429, 500, 502, 503, 504, 529));

  /** Checks the ranges. */
  public Retry {
    if (maxAttempts < 1 || maxAttempts > 20) {
      throw new IllegalArgumentException(
          "maxAttempts must be between 1 and 20, but was " + maxAttempts);
    }
    if (firstDelay.isNegative() || firstDelay.isZero()) {
      throw new IllegalArgumentException("firstDelay must be above 0, but was " + firstDelay);
    }
    if (maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "maxDelay must be at least firstDelay (" + firstDelay + "), but was " + maxDelay);
    }
    statuses = Set.copyOf(Objects.requireNonNull(statuses, "statuses must not be null"));
  }

  /** Nanoseconds before the attempt after this one, from 1; {@code random} in [0, 1). */
  long delayNanos(int attempt, double random) {
    double delay = firstDelay.toNanos() * Math.pow(2, Math.min(attempt - 1, 40));
    // between half and all of it: "equal jitter"
    return (long) (Math.min(delay, (double) maxDelay.toNanos()) * (0.5 + random / 2));
  }
}
