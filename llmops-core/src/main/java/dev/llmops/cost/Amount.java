package dev.llmops.cost;

import java.math.BigDecimal;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** An exact sum that many threads add to without a lock. */
final class Amount {

  private static final AtomicReferenceFieldUpdater<Amount, BigDecimal> SUM =
      AtomicReferenceFieldUpdater.newUpdater(Amount.class, BigDecimal.class, "sum");

  private volatile BigDecimal sum = BigDecimal.ZERO;

  BigDecimal get() {
    return sum;
  }

  void add(BigDecimal amount) {
    BigDecimal before;
    do {
      before = sum;
    } while (!SUM.compareAndSet(this, before, before.add(amount)));
  }
}
