package dev.llmops.eval.run;

import dev.llmops.Cost;
import dev.llmops.eval.EvalResult.Spend;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Holds a run to its {@link RunBudget} of money and tokens. */
final class Ledger {

  private final RunBudget budget;
  private BigDecimal spent = BigDecimal.ZERO;
  private BigDecimal dearest = BigDecimal.ZERO;
  private long tokens;
  private long longest;
  private int open;
  private boolean settledOne;
  private @Nullable String unknown;

  Ledger(RunBudget budget) {
    this.budget = budget;
  }

  /** Sets aside what one case may take; false when it may not fit or, for now, the first runs. */
  synchronized boolean reserve() {
    if (bounded() && (unknown != null || (!settledOne && open > 0) || !fits(open + 1))) {
      return false;
    }
    open++;
    return true;
  }

  /** Whether it makes sense to wait for cases that run. */
  synchronized boolean mayFitLater() {
    return open > 0 && unknown == null && (!settledOne || fits(1));
  }

  synchronized void settle(Spend spend) {
    open--;
    settledOne = true;
    if (!bounded() || spend.calls() == 0) {
      return;
    }
    Cost cost = spend.cost();
    if (budget.cost() != null) {
      if (cost == null || !cost.currency().equals(budget.currency())) {
        unknown =
            "what a case cost is not known in "
                + budget.currency()
                + ", so the budget could not be held; give its models a price, or take a budget of"
                + " tokens or time";
      } else {
        spent = spent.add(cost.amount());
        dearest = dearest.max(cost.amount());
      }
    }
    Long used = spend.usage().totalTokens();
    if (budget.tokens() != null) {
      if (used == null) {
        unknown =
            "the tokens of a case are not known, so the budget could not be held; take a budget of"
                + " time";
      } else {
        tokens += used;
        longest = Math.max(longest, used);
      }
    }
  }

  /** What used it up, in a sentence. */
  synchronized String why() {
    if (unknown != null) {
      return unknown;
    }
    BigDecimal limit = budget.cost();
    return limit != null && spent.add(dearest).compareTo(limit) > 0
        ? spent.toPlainString()
            + " of "
            + limit.toPlainString()
            + " "
            + budget.currency()
            + " are spent, and one more case may take "
            + dearest.toPlainString()
        : tokens
            + " of "
            + budget.tokens()
            + " tokens are spent, and one more case may take "
            + longest;
  }

  private boolean bounded() {
    return budget.cost() != null || budget.tokens() != null;
  }

  private boolean fits(int cases) {
    BigDecimal cost = budget.cost();
    if (cost != null
        && spent.add(dearest.multiply(BigDecimal.valueOf(cases))).compareTo(cost) > 0) {
      return false;
    }
    Long most = budget.tokens();
    return most == null || tokens + longest * cases <= most;
  }
}
