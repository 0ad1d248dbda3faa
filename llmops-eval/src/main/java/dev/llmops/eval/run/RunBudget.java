package dev.llmops.eval.run;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run may spend. When the next case might not fit any more, none is begun; those that run
 * are finished, and the report says that the budget ended it. As much is set aside for a case as
 * the dearest one so far took, and the first one runs alone. A case whose cost or tokens are not
 * known cannot be held to a budget of money or tokens: the run then stops as well, and says so.
 *
 * @param cost for task and evaluators together, above 0; absent for no limit
 * @param currency the ISO 4217 code that {@code cost} is in, absent without it
 * @param tokens of task and evaluators together, above 0; absent for no limit
 * @param time from the first case on, above 0; absent for no limit
 */
public record RunBudget(
    @Nullable BigDecimal cost,
    @Nullable String currency,
    @Nullable Long tokens,
    @Nullable Duration time) {

  /** No limit. */
  public static final RunBudget UNLIMITED = new RunBudget(null, null, null, null);

  /** Checks the ranges. */
  public RunBudget {
    if (cost != null && cost.signum() <= 0) {
      throw new IllegalArgumentException("cost must be above 0, but was " + cost);
    }
    if ((cost == null) != (currency == null)) {
      throw new IllegalArgumentException(
          "cost and currency must be given together, but "
              + (cost == null ? "cost" : "currency")
              + " is missing");
    }
    if (tokens != null && tokens <= 0) {
      throw new IllegalArgumentException("tokens must be above 0, but was " + tokens);
    }
    if (time != null && (time.isNegative() || time.isZero())) {
      throw new IllegalArgumentException("time must be above 0, but was " + time);
    }
  }

  /** So many US dollars. */
  public static RunBudget ofUsd(double amount) {
    return UNLIMITED.withCost(BigDecimal.valueOf(amount), "USD");
  }

  /** So many tokens, input and output together. */
  public static RunBudget ofTokens(long tokens) {
    return UNLIMITED.withTokens(tokens);
  }

  /** So long. */
  public static RunBudget ofTime(Duration time) {
    return UNLIMITED.withTime(time);
  }

  /** The same with a limit of money. */
  public RunBudget withCost(BigDecimal amount, String isoCurrency) {
    return new RunBudget(amount, isoCurrency, tokens, time);
  }

  /** The same with a limit of tokens. */
  public RunBudget withTokens(long limit) {
    return new RunBudget(cost, currency, limit, time);
  }

  /** The same with a limit of time. */
  public RunBudget withTime(Duration limit) {
    return new RunBudget(cost, currency, tokens, limit);
  }
}
