package dev.llmops.client.openai;

import com.openai.core.Sleeper;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Counts how often the client waited before it sent a request again, the only sign of a retry that
 * it lets be seen. A blocking call waits on its own thread, so the count of a thread before and
 * after the call tells its retries exactly. Async calls wait elsewhere and stay uncounted.
 */
final class CountingSleeper implements Sleeper {

  /** Only grows; an array of the JDK's, so that it keeps no class loader of ours alive. */
  private static final ThreadLocal<long[]> WAITS = ThreadLocal.withInitial(() -> new long[2]);

  private final Sleeper client;

  CountingSleeper(Sleeper client) {
    this.client = client;
  }

  /** How often blocking calls of this thread have waited so far. */
  static int waits() {
    return (int) WAITS.get()[0];
  }

  /** How many nanoseconds those took in all. */
  static long waitedNanos() {
    return WAITS.get()[1];
  }

  @Override
  public void sleep(Duration duration) {
    long start = System.nanoTime();
    client.sleep(duration);
    long[] waits = WAITS.get();
    waits[0]++; // after it: an interrupted wait is followed by no request
    waits[1] += System.nanoTime() - start;
  }

  @Override
  public CompletableFuture<Void> sleepAsync(Duration duration) {
    return client.sleepAsync(duration);
  }

  @Override
  public void close() {
    // the client that was wrapped owns the sleeper; its copy must not close it when collected
  }
}
