package dev.llmops.cost;

import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Prices by provider and model. */
public final class PriceTable implements Pricing {

  private static final PriceTable BUNDLED = new PriceTable();

  private PriceTable() {}

  /** The prices that come with this version. */
  public static PriceTable bundled() {
    return BUNDLED;
  }

  @Override
  public @Nullable Cost price(LlmRequest request, LlmResponse response, Instant start) {
    return null;
  }
}
