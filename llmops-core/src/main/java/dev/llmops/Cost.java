package dev.llmops;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * What a call cost, by a price list.
 *
 * @param amount in units of the currency, 0 or more, exact (never rounded)
 * @param currency ISO 4217 code, such as {@code USD}
 * @param priceId which price was applied: source, model pattern and date, so that a number can be
 *     traced to its origin
 * @param estimated whether a part of it had to be assumed, such as a price without a rate for
 *     cached tokens
 */
public record Cost(BigDecimal amount, String currency, String priceId, boolean estimated) {

  /** Checks the amount and the currency. */
  public Cost {
    Objects.requireNonNull(amount, "amount must not be null");
    if (amount.signum() < 0) {
      throw new IllegalArgumentException("amount must not be negative, but was " + amount);
    }
    if (currency.length() != 3) {
      throw new IllegalArgumentException(
          "currency must be an ISO 4217 code of three letters, but was \"" + currency + "\"");
    }
    Checks.notBlank(priceId, "priceId");
  }
}
