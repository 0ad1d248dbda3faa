package dev.llmops.cost;

import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Short ways to price a call. */
final class Calls {

  /** A day on which every line of the tests is valid unless it says otherwise. */
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private Calls() {}

  static @Nullable Cost price(Pricing prices, String provider, String model, TokenUsage usage) {
    return prices.price(
        LlmRequest.chat(provider, model), LlmResponse.builder().usage(usage).build(), NOW);
  }

  static @Nullable Cost price(
      Pricing prices,
      String provider,
      @Nullable String requestModel,
      @Nullable String responseModel,
      @Nullable String requestTier,
      @Nullable String responseTier,
      TokenUsage usage,
      Instant start) {
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, provider)
            .model(requestModel)
            .parameters(RequestParameters.builder().serviceTier(requestTier).build())
            .build();
    LlmResponse response =
        LlmResponse.builder().model(responseModel).serviceTier(responseTier).usage(usage).build();
    return prices.price(request, response, start);
  }

  /** The amount in plain digits, or "unknown". */
  static String amount(@Nullable Cost cost) {
    return cost == null ? "unknown" : cost.amount().toPlainString();
  }
}
