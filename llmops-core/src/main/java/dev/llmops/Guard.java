package dev.llmops;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where everything ends that goes wrong on our side of a user's call: it is counted by place, the
 * first of each place is logged, and the user's call goes on.
 */
final class Guard {

  private static final Logger log = LoggerFactory.getLogger(LlmOps.class);
  private static final int MAX_PLACES = 256;

  private final Map<String, LongAdder> swallowed = new ConcurrentHashMap<>();

  /**
   * Swallows what our side threw at a place such as {@code "sink RingSink"}. Errors of the virtual
   * machine are rethrown, except a stack overflow, which only says that the user was deep.
   */
  void swallow(String place, Throwable error) {
    if (error instanceof VirtualMachineError fatal && !(error instanceof StackOverflowError)) {
      throw fatal;
    }
    try {
      if (error instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LongAdder count = swallowed.get(place);
      if (count == null) {
        if (swallowed.size() >= MAX_PLACES) {
          return;
        }
        count = swallowed.computeIfAbsent(place, key -> new LongAdder());
        count.increment();
        // the class and the place only: a message may quote the prompt
        log.warn(
            "{} threw {} at {}; the call is not affected; further ones are only counted, see"
                + " LlmOps.stats()",
            place,
            error.getClass().getName(),
            top(error));
      } else {
        count.increment();
      }
    } catch (StackOverflowError | RuntimeException e) {
      // nothing is left to do that could not fail again
    }
  }

  /** How often each place threw. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new java.util.TreeMap<>();
    swallowed.forEach((place, count) -> counts.put(place, count.sum()));
    return counts;
  }

  private static String top(Throwable error) {
    StackTraceElement[] stack = error.getStackTrace();
    return stack.length == 0 ? "an unknown place" : stack[0].toString();
  }
}
