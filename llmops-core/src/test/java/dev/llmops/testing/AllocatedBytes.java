package dev.llmops.testing;

import java.lang.management.ManagementFactory;

/** What calls allocate. */
public final class AllocatedBytes {

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 10;

  private AllocatedBytes() {}

  /**
   * Bytes that one call allocates on this thread: the least of ten rounds, as it is not ours to say
   * when the just-in-time compiler is done.
   *
   * @param calls in each round, at least 1
   */
  public static long aCall(int calls, Runnable call) {
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = THREADS.getThreadAllocatedBytes(thread);
      for (int i = 0; i < calls; i++) {
        call.run();
      }
      least = Math.min(least, (THREADS.getThreadAllocatedBytes(thread) - before) / calls);
    }
    return least;
  }
}
