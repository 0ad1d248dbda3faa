package dev.llmops.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waits for what another thread does. */
public final class Polling {

  private Polling() {}

  /**
   * Looks at once and then every 5 ms, where Awaitility waits 100 ms before its first look: most of
   * what is awaited is there already. Gives up after 10 s unless told otherwise.
   */
  public static ConditionFactory await() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
  }
}
