package dev.llmops.eval.run;

import java.util.function.LongSupplier;

/**
 * When the next case may begin: the number that run at once, which halves when the server says "too
 * many" and grows by one a round of good answers (additive increase, multiplicative decrease), and
 * the two rates. The rates are virtual clocks: each case moves the time of the next one on by its
 * share of a minute, so a run begins without a burst and an idle minute is not saved up.
 */
final class Pace {

  private static final double MINUTE_NANOS = 60e9;

  private final int maxParallel;
  private final double nanosPerRequest;
  private final double nanosPerToken;
  private final LongSupplier ticker;

  private double parallel;
  private int running;
  private long notBefore;
  private double nextRequest;
  private double tokensPaid;
  private boolean stopped;

  Pace(int maxParallel, RateLimit limit, LongSupplier ticker) {
    this.maxParallel = maxParallel;
    this.parallel = maxParallel;
    this.nanosPerRequest =
        limit.requestsPerMinute() == null ? 0 : MINUTE_NANOS / limit.requestsPerMinute();
    this.nanosPerToken =
        limit.tokensPerMinute() == null ? 0 : MINUTE_NANOS / limit.tokensPerMinute();
    this.ticker = ticker;
    long now = ticker.getAsLong();
    this.notBefore = now;
    this.nextRequest = now;
    this.tokensPaid = now;
  }

  /**
   * Waits for a place and for the rates; false when the run was stopped.
   *
   * @param untilNanos by the ticker, when to give up
   */
  synchronized boolean enter(long untilNanos) throws InterruptedException {
    while (!stopped) {
      long now = ticker.getAsLong();
      if (untilNanos - now <= 0) {
        return false;
      }
      long wait = waitNanos(now);
      if (wait <= 0 && running < (int) parallel) {
        running++;
        nextRequest = Math.max(nextRequest, now) + nanosPerRequest;
        return true;
      }
      long most = Math.min(untilNanos - now, wait <= 0 ? Long.MAX_VALUE / 2 : wait);
      wait(Math.min(most / 1_000_000 + 1, 60_000));
    }
    return false;
  }

  /** A case ended and took so many tokens. */
  synchronized void leave(long tokens) {
    running--;
    tokensPaid = Math.max(tokensPaid, ticker.getAsLong()) + tokens * nanosPerToken;
    notifyAll();
  }

  /** The server had room. */
  synchronized void good() {
    if (parallel < maxParallel) {
      parallel = Math.min(maxParallel, parallel + 1 / parallel);
      notifyAll();
    }
  }

  /**
   * The server said that there are too many: fewer at once, and nobody before this wait is over.
   */
  synchronized void tooMany(long delayNanos) {
    parallel = Math.max(1, parallel / 2);
    long until = ticker.getAsLong() + delayNanos;
    if (until - notBefore > 0) {
      notBefore = until;
    }
  }

  /** Nobody enters any more. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  synchronized int parallel() {
    return (int) parallel;
  }

  /** Nanoseconds until the rates allow a case, 0 or less for now. */
  long waitNanos(long now) {
    double wait = notBefore - now;
    if (nanosPerRequest > 0) {
      wait = Math.max(wait, nextRequest - now);
    }
    if (nanosPerToken > 0) {
      wait = Math.max(wait, tokensPaid - now);
    }
    return (long) Math.ceil(wait);
  }
}
