package dev.llmops.cost;

import java.math.BigDecimal;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What each key spent in one window, in two generations: when the younger one holds half of what
 * may be held, the older one goes. So at least the latest half of the spenders is always known,
 * which no cache by frequency promises, and nothing is written to look a key up. Thread-safe.
 */
final class BudgetAccounts {

  private record Generations(
      ConcurrentHashMap<String, Amount> young, ConcurrentHashMap<String, Amount> old) {}

  private final int half;
  private final LongAdder forgotten;
  private volatile Generations generations =
      new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
  private int kept; // keys that are in both; read and written under the lock

  /**
   * Nothing spent.
   *
   * @param max keys at most, 2 or more
   * @param forgotten counts the keys that had to go
   */
  BudgetAccounts(int max, LongAdder forgotten) {
    this.half = max / 2;
    this.forgotten = forgotten;
  }

  BigDecimal spent(String key) {
    Amount found = find(generations, key);
    return found == null ? BigDecimal.ZERO : found.get();
  }

  /** The account of a key, made if there is none; it is now among the latest. */
  Amount open(String key) {
    Amount latest = generations.young().get(key);
    return latest != null ? latest : enter(key);
  }

  /** Puts a key that is known among the latest. */
  void touch(String key) {
    if (find(generations, key) != null) {
      Amount unused = open(key);
    }
  }

  synchronized int size() {
    return generations.young().size() + generations.old().size() - kept;
  }

  /**
   * Under a lock, once a key and generation: an account that is put where another thread has just
   * turned the page would be hidden by one that a third has made since.
   */
  private synchronized Amount enter(String key) {
    Generations now = generations;
    Amount raced = now.young().get(key);
    if (raced != null) {
      return raced;
    }
    Amount old = now.old().get(key);
    Amount opened = old == null ? new Amount() : old;
    now.young().put(key, opened);
    if (old != null) {
      kept++;
    }
    if (now.young().size() >= half) {
      forgotten.add(now.old().size() - kept);
      generations = new Generations(new ConcurrentHashMap<>(), now.young());
      kept = 0;
    }
    return opened;
  }

  private static @Nullable Amount find(Generations in, String key) {
    Amount young = in.young().get(key);
    return young != null ? young : in.old().get(key);
  }
}
