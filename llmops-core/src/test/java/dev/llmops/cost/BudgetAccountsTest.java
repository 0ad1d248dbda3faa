package dev.llmops.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class BudgetAccountsTest {

  /**
   * This thread looks for a key among old ones of the same hash, which takes it milliseconds, so
   * that the other can turn the generations and open the key meanwhile. Whatever comes first, the
   * key is one of the latest two, and at least the latest eight are held.
   */
  @Test
  void aTurnOfGenerationsLosesNoAccountThatIsBeingOpened() throws Exception {
    List<String> sameHash = keysOfOneHash();
    String key = sameHash.remove(8);
    ExecutorService other = Executors.newSingleThreadExecutor();

    try {
      for (int round = 0; round < 20; round++) {
        LongAdder forgotten = new LongAdder();
        BudgetAccounts accounts = new BudgetAccounts(16, forgotten);
        sameHash.forEach(each -> spend(accounts, each)); // the eighth turns them: all are old
        for (int i = 0; i < 7; i++) {
          spend(accounts, "young-" + i);
        }
        CountDownLatch ready = new CountDownLatch(1);
        AtomicBoolean go = new AtomicBoolean();
        Future<?> turned =
            other.submit(
                () -> {
                  ready.countDown();
                  while (!go.get() && !Thread.interrupted()) {
                    Thread.onSpinWait(); // a latch would wake it too late
                  }
                  spend(accounts, "turns");
                  spend(accounts, key);
                });

        boolean started = ready.await(60, TimeUnit.SECONDS);
        go.set(true);
        spend(accounts, key);
        Object unused = turned.get(60, TimeUnit.SECONDS);

        assertThat(started).isTrue();
        assertThat(accounts.spent(key)).as("1 by each, round %s", round).isEqualTo("2");
        assertThat(accounts.size() + forgotten.sum()).as("8 + 7 + 2 keys").isEqualTo(17);
        assertThat(accounts.size()).isLessThanOrEqualTo(16);
      }
    } finally {
      List<Runnable> unused = other.shutdownNow();
    }
  }

  private static void spend(BudgetAccounts accounts, String key) {
    accounts.open(key).add(BigDecimal.ONE);
  }

  /** Nine long keys that differ at their end: "Aa" and "BB" have the same hash code. */
  private static List<String> keysOfOneHash() {
    List<String> ends = new ArrayList<>(List.of(""));
    for (int i = 0; i < 4; i++) {
      List<String> longer = new ArrayList<>();
      for (String end : ends) {
        longer.add(end + "Aa");
        longer.add(end + "BB");
      }
      ends = longer;
    }
    String beginning = "x".repeat(2_000_000);
    List<String> keys = new ArrayList<>();
    for (String end : ends.subList(0, 9)) {
      keys.add(beginning + end);
    }
    assertThat(keys.stream().map(String::hashCode).distinct()).hasSize(1);
    assertThat(new HashSet<>(keys)).hasSize(9);
    return keys;
  }
}
