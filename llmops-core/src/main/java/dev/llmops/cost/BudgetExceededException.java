package dev.llmops.cost;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CostBudget} refused a call; nothing was sent. The message names the budget, its limit,
 * what was spent and when it resets; never a user, a conversation or content.
 */
public final class BudgetExceededException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String budget;
  private final BigDecimal limit;
  private final BigDecimal spent;
  private final String currency;
  private final Instant resetsAt;
  private final @Nullable String unpricedModel;

  private BudgetExceededException(
      String message,
      String budget,
      BigDecimal limit,
      BigDecimal spent,
      String currency,
      Instant resetsAt,
      @Nullable String unpricedModel) {
    super(message);
    this.budget = budget;
    this.limit = limit;
    this.spent = spent;
    this.currency = currency;
    this.resetsAt = resetsAt;
    this.unpricedModel = unpricedModel;
  }

  static BudgetExceededException spent(
      String budget, BigDecimal limit, BigDecimal spent, String currency, Instant resetsAt) {
    return new BudgetExceededException(
        "the "
            + budget
            + " budget is spent: "
            + spent.toPlainString()
            + " of "
            + limit.toPlainString()
            + " "
            + currency
            + "; it resets at "
            + resetsAt,
        budget,
        limit,
        spent,
        currency,
        resetsAt,
        null);
  }

  static BudgetExceededException unpriced(
      String budget,
      BigDecimal limit,
      BigDecimal spent,
      String currency,
      Instant resetsAt,
      String model,
      @Nullable String otherCurrency) {
    String why =
        otherCurrency == null
            ? ": no price is known for it; add one to the price table"
            : ": no price in "
                + currency
                + " is known for it, only one in "
                + otherCurrency
                + "; put one in "
                + currency
                + " on top of the price table, or make the budget in "
                + otherCurrency;
    return new BudgetExceededException(
        "the "
            + budget
            + " budget of "
            + limit.toPlainString()
            + " "
            + currency
            + " cannot be held for "
            + model
            + why
            + ", or do not refuse models without a price",
        budget,
        limit,
        spent,
        currency,
        resetsAt,
        model);
  }

  /** Which budget: {@code daily}, {@code monthly per user}. */
  public String budget() {
    return budget;
  }

  /** What may be spent in a window, above 0. */
  public BigDecimal limit() {
    return limit;
  }

  /**
   * What was spent in the window, 0 or more; of a budget per user, what this one spent. When the
   * call was refused for {@link #unpricedModel()}, what everybody spent.
   */
  public BigDecimal spent() {
    return spent;
  }

  /** The ISO 4217 code that both are in. */
  public String currency() {
    return currency;
  }

  /** When the next window begins. */
  public Instant resetsAt() {
    return resetsAt;
  }

  /**
   * Provider and model of a call that was refused because no price in this currency is known for
   * it, such as {@code vllm/my-model}; absent when the budget was spent.
   */
  public @Nullable String unpricedModel() {
    return unpricedModel;
  }
}
