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
  private static final ThreadLocal<int[]> WAITS = ThreadLocal.withInitial(() -> new int[1]);

  private final Sleeper client;

  CountingSleeper(Sleeper client) {
    this.client = client;
  }

  /** How often blocking calls of this thread have waited so far. */
  static int waits() {
    return WAITS.get()[0];
  }

  @Override
  public void sleep(Duration duration) {
    client.sleep(duration);
    WAITS.get()[0]++; // after it: an interrupted wait is followed by no request
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
