package dev.llmops.cost;

import java.math.BigDecimal;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What each key spent in one window, in two generations: when the younger one holds half of what
 * may be held, the older one goes. So at least the latest half of the spenders is always known,
 * which no cache by frequency promises, and nothing is written to look a key up. Thread-safe.
 */
final class BudgetAccounts {

  private record Generations(
      ConcurrentHashMap<String, Amount> young,
      ConcurrentHashMap<String, Amount> old,
      LongAdder kept) {}

  private final int half;
  private final LongAdder forgotten;
  private final AtomicReference<Generations> generations =
      new AtomicReference<>(
          new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new LongAdder()));

  /**
   * Nothing spent.
   *
   * @param max keys at most, 2 or more; threads that race may pass it by their number
   * @param forgotten counts the keys that had to go
   */
  BudgetAccounts(int max, LongAdder forgotten) {
    this.half = max / 2;
    this.forgotten = forgotten;
  }

  BigDecimal spent(String key) {
    Amount found = find(now(), key);
    return found == null ? BigDecimal.ZERO : found.get();
  }

  /** The account of a key, made if there is none; it is now among the latest. */
  Amount open(String key) {
    Generations now = now();
    Amount young = now.young().get(key);
    if (young != null) {
      return young;
    }
    Amount old = now.old().get(key);
    Amount opened = old == null ? new Amount() : old;
    Amount raced = now.young().putIfAbsent(key, opened);
    if (raced != null) {
      return raced;
    }
    if (old != null) {
      now.kept().increment();
    }
    if (now.young().size() >= half) {
      Generations next = new Generations(new ConcurrentHashMap<>(), now.young(), new LongAdder());
      if (generations.compareAndSet(now, next)) {
        forgotten.add(Math.max(0, now.old().size() - now.kept().sum()));
      }
    }
    return opened;
  }

  /** Puts a key that is known among the latest. */
  void touch(String key) {
    if (find(now(), key) != null) {
      Amount unused = open(key);
    }
  }

  long size() {
    Generations now = now();
    return now.young().size() + Math.max(0, now.old().size() - now.kept().sum());
  }

  private Generations now() {
    return Objects.requireNonNull(generations.get());
  }

  private static @Nullable Amount find(Generations in, String key) {
    Amount young = in.young().get(key);
    return young != null ? young : in.old().get(key);
  }
}
