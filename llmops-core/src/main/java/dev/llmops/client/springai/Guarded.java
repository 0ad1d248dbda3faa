package dev.llmops.client.springai;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where everything ends that goes wrong in here: the application's call goes on. */
final class Guarded {

  private static final Logger log = LoggerFactory.getLogger(SpringAiObservationHandler.class);

  private final AtomicLong swallowed = new AtomicLong();
  private volatile @Nullable String first;

  void swallow(String place, Throwable error) {
    if (error instanceof VirtualMachineError fatal && !(error instanceof StackOverflowError)) {
      throw fatal;
    }
    if (swallowed.getAndIncrement() == 0) {
      // the class only: a message may quote the prompt
      first = error.getClass().getName() + " at the " + place + " of an observation";
      log.warn(
          "{}; the application is not affected; further ones are only counted, see"
              + " LlmOps.explain()",
          first);
    }
  }

  @Nullable String note() {
    long count = swallowed.get();
    return count == 0
        ? null
        : "Spring AI: "
            + count
            + " observations could not be recorded as they should; the first because of "
            + first
            + ".";
  }
}
