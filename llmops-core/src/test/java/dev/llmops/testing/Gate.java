package dev.llmops.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A point at which the server stops in the middle of a reply until the test lets it go on, so that
 * a test can look at a half-finished call without sleeping. A gate opens once and stays open; every
 * request that is answered by the same reply stops at the same gate. Safe for use by any thread.
 */
public final class Gate {
  /** How long the server waits before it gives up and cuts the connection. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  private Gate() {}

  /** A gate that is closed. */
  public static Gate closed() {
    return new Gate();
  }

  /** Lets the server go on. Opening an open gate does nothing. */
  public void open() {
    opened.countDown();
  }

  /**
   * Waits until the server stands at this gate, or has passed it.
   *
   * @throws AssertionError if it did not come within {@code timeout}
   */
  public void awaitReached(Duration timeout) throws InterruptedException {
    if (!reached.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError(
          "gate was not reached within "
              + timeout
              + "; check that its reply was enqueued first and that a request was sent");
    }
  }

  /** Called by the server; false if nobody opened the gate in time. */
  boolean pass() throws InterruptedException {
    reached.countDown();
    return opened.await(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS);
  }
}
