package dev.llmops.eval.stats;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * One run of a {@link SequentialTest}: hands out cases, takes their results in whatever order they
 * come, and says when to stop.
 *
 * <p>Results are read in the order in which their cases were issued, not in which they arrive. Slow
 * answers fail more often than quick ones, so a test that reads the quick ones first would have
 * another error than the one it states. A result that arrives after the verdict is kept and counted
 * as late, and never changes the verdict.
 *
 * <p>Thread-safe: any thread may issue and record.
 */
public final class SequentialRun {

  private static final byte IN_FLIGHT = 0;
  private static final byte FAILED = 1;
  private static final byte PASSED = 2;
  private static final byte WITHDRAWN = 3;

  private final SequentialTest test;
  private byte[] results = new byte[64];
  private int issued;
  private int recorded;
  private int withdrawn;
  private int latePassed;
  private int late;

  // what was read: the results of the positions before next
  private int next;
  private int cases;
  private int passed;
  private int missing;
  private Verdict verdict = Verdict.UNDECIDED;
  private boolean ended;

  SequentialRun(SequentialTest test) {
    this.test = test;
  }

  /**
   * The position, from 0, of the next case to run in the shuffled dataset; empty when no more case
   * is wanted: the verdict is there, or with those in flight the limit is reached. (A case that is
   * withdrawn may free a place under the limit, so ask again once results are in.)
   */
  public synchronized OptionalInt issue() {
    if (ended || issued - withdrawn >= test.limit()) {
      return OptionalInt.empty();
    }
    if (issued == results.length) {
      results = Arrays.copyOf(results, 2 * issued);
    }
    return OptionalInt.of(issued++);
  }

  /**
   * How many cases may be issued now that are all needed, whatever those in flight say. A runner
   * that issues no more than this wastes no call; one that issues up to its parallelism is done
   * sooner and wastes at most what is in flight at the verdict. 0 once the run has ended.
   */
  public synchronized int certainlyNeeded() {
    if (ended) {
      return 0;
    }
    int ahead = 0;
    for (int position = next; position < issued; position++) {
      ahead += results[position] != WITHDRAWN ? 1 : 0;
    }
    return Math.max(0, test.atLeastMore(cases, passed) - ahead);
  }

  /**
   * Takes the result of a case.
   *
   * @param position as {@link #issue()} gave it
   * @param pass whether the case passed; a repeated case counts once
   * @throws IllegalArgumentException if the position was not issued
   * @throws IllegalStateException if it has its result already
   */
  public void record(int position, boolean pass) {
    take(position, pass ? PASSED : FAILED);
  }

  /**
   * The case gave no result: it was skipped, or failed for a reason that is not its answer. It
   * counts neither way, another one may take its place, and the run can no longer PASS: where a
   * PASS was due, the verdict is UNDECIDED.
   *
   * @param position as {@link #issue()} gave it
   * @throws IllegalArgumentException if the position was not issued
   * @throws IllegalStateException if it has its result already
   */
  public void withdraw(int position) {
    take(position, WITHDRAWN);
  }

  /** Whether the run has ended: by a verdict, or undecided at the limit. */
  public synchronized boolean ended() {
    return ended;
  }

  /** How it stands; before the end UNDECIDED. */
  public synchronized SequentialResult result() {
    return new SequentialResult(
        test, verdict, ended, cases, passed, missing, issued, late, latePassed, issued - recorded);
  }

  private synchronized void take(int position, byte result) {
    if (position < 0 || position >= issued) {
      throw new IllegalArgumentException(
          "position must be one that issue() gave, 0 to " + (issued - 1) + ", but was " + position);
    }
    if (results[position] != IN_FLIGHT) {
      throw new IllegalStateException("position " + position + " has its result already");
    }
    results[position] = result;
    recorded++;
    if (result == WITHDRAWN) {
      withdrawn++;
    }
    if (ended) {
      late++;
      latePassed += result == PASSED ? 1 : 0;
      return;
    }
    readInOrder();
  }

  private void readInOrder() {
    while (!ended && next < issued && results[next] != IN_FLIGHT) {
      byte result = results[next++];
      if (result == WITHDRAWN) {
        missing++;
        continue;
      }
      cases++;
      passed += result == PASSED ? 1 : 0;
      Verdict now = test.after(cases, passed);
      ended = now != Verdict.UNDECIDED || cases == test.limit();
      verdict = now == Verdict.PASS && missing > 0 ? Verdict.UNDECIDED : now;
    }
    if (ended) {
      // those that were recorded ahead of their turn and are not needed any more
      for (int position = next; position < issued; position++) {
        late += results[position] != IN_FLIGHT ? 1 : 0;
        latePassed += results[position] == PASSED ? 1 : 0;
      }
    }
  }
}
