package dev.llmops.eval.online;

import dev.llmops.Cost;
import dev.llmops.eval.EvalResult.Spend;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What judges may spend a day, by UTC. Before a judge is asked, as much is set aside as the dearest
 * evaluation so far took; while none is known yet, one is asked at a time. So the cap is passed by
 * at most the difference of one evaluation to the dearest before it.
 */
final class DailyCap {

  private final BigDecimal amount;
  private final String currency;
  private final Clock clock;

  private LocalDate day = LocalDate.MIN;
  private BigDecimal spent = BigDecimal.ZERO;
  private BigDecimal dearest = BigDecimal.ZERO;
  private int inFlight;
  private boolean known;
  private boolean costUnknown;

  DailyCap(BigDecimal amount, String currency, Clock clock) {
    this.amount = amount;
    this.currency = currency;
    this.clock = clock;
  }

  /** Whether one more may be asked now; if so, {@link #settle} must follow. */
  synchronized boolean reserve() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    if (!today.equals(day)) {
      day = today;
      spent = BigDecimal.ZERO;
      costUnknown = false;
    }
    if (costUnknown || (!known && inFlight > 0)) {
      return false;
    }
    BigDecimal aside = dearest.multiply(BigDecimal.valueOf(inFlight + 1L));
    if (spent.add(aside).compareTo(amount) > 0 || spent.compareTo(amount) >= 0) {
      return false;
    }
    inFlight++;
    return true;
  }

  /** Books what the evaluation took. */
  synchronized void settle(Spend spend) {
    inFlight--;
    Cost cost = spend.cost();
    if (cost == null) {
      // a call whose price nobody knows: the cap cannot be held any more
      costUnknown |= spend.calls() > 0;
    } else if (cost.currency().equals(currency)) {
      known = true;
      spent = spent.add(cost.amount());
      dearest = dearest.max(cost.amount());
    } else {
      costUnknown = true;
    }
  }

  /** Why nothing more is asked today, absent while there is room. */
  synchronized @Nullable String exhausted() {
    if (costUnknown) {
      return "judges rest until tomorrow (UTC): what one of their calls cost is not known in "
          + currency
          + ", so dailyCost could not be held; give the judge's model a price";
    }
    if (spent.add(dearest).compareTo(amount) > 0 || spent.compareTo(amount) >= 0) {
      return "judges rest until tomorrow (UTC): "
          + spent.toPlainString()
          + " of "
          + amount.toPlainString()
          + " "
          + currency
          + " are spent (OnlineEvaluation.Builder.dailyCost)";
    }
    return null;
  }
}
