package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * Tells what a call cost. Called once a call on the thread that ends it; must be thread-safe, must
 * not do I/O. A throw is counted and leaves the cost absent.
 */
@FunctionalInterface
public interface Pricing {

  /** Knows no price: every call stays without a cost. */
  Pricing NONE = (request, response, start) -> null;

  /**
   * The cost, or null when the model, the tier or the usage is unknown; never 0 for "unknown".
   *
   * @param request what was asked
   * @param response what came back, whole or in part, with its usage
   * @param start when the call was made: prices have dates
   */
  @Nullable Cost price(LlmRequest request, LlmResponse response, java.time.Instant start);
}
