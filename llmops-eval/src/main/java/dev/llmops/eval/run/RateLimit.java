package dev.llmops.eval.run;

import org.jspecify.annotations.Nullable;

/**
 * How fast a run may ask. What a case takes in tokens is known only afterwards: it is booked then,
 * and the next case waits until the bill is paid off.
 *
 * @param requestsPerMinute cases begun a minute, above 0; absent for no limit
 * @param tokensPerMinute tokens of the task's calls a minute, above 0; absent for no limit
 */
public record RateLimit(@Nullable Integer requestsPerMinute, @Nullable Long tokensPerMinute) {

  /** As fast as the parallelism allows. */
  public static final RateLimit NONE = new RateLimit(null, null);

  /** Checks the ranges. */
  public RateLimit {
    if (requestsPerMinute != null && requestsPerMinute <= 0) {
      throw new IllegalArgumentException(
          "requestsPerMinute must be above 0, but was " + requestsPerMinute);
    }
    if (tokensPerMinute != null && tokensPerMinute <= 0) {
      throw new IllegalArgumentException(
          "tokensPerMinute must be above 0, but was " + tokensPerMinute);
    }
  }
}
