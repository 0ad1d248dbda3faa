package dev.llmops.eval.stats;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * When a severe case that was lost counts. A severe case fails the run all alone, so one unlucky
 * answer must not: it is run again k times, and counts as lost only if enough of these fail too.
 * The failure that called for it is not one of them: it was picked because it failed.
 *
 * <p>Worked, majority of 3: a sound case that fails one answer in ten counts in 0.1 × 0.028 = 0.28
 * % of the runs instead of 10 %; a broken one that fails nine in ten is found in 0.9 × 0.972 = 87.5
 * % instead of 90 %.
 *
 * @param reruns k, 1 or more
 * @param failuresToCount so many of the k must fail, 1 to k
 */
public record RerunRule(int reruns, int failuresToCount) {

  /** Checks the numbers. */
  public RerunRule {
    if (reruns < 1 || failuresToCount < 1 || failuresToCount > reruns) {
      throw new IllegalArgumentException(
          "reruns must be 1 or more and failuresToCount between 1 and reruns, but were "
              + reruns
              + " and "
              + failuresToCount);
    }
  }

  /** Counts when more than half of k reruns fail. */
  public static RerunRule majorityOf(int reruns) {
    return new RerunRule(reruns, reruns / 2 + 1);
  }

  /** What to do next. */
  public enum Decision {
    /** Run the case once more. */
    RERUN,
    /** The case is lost. */
    LOST,
    /** The case is flaky, not lost. */
    NOT_LOST
  }

  /**
   * What to do after some reruns; as early as no further rerun can change it.
   *
   * @param passed reruns that passed, 0 or more
   * @param failed reruns that failed, 0 or more
   */
  public Decision after(int passed, int failed) {
    if (passed < 0 || failed < 0 || (long) passed + failed > reruns) {
      throw new IllegalArgumentException(
          "passed and failed must be 0 or more and together at most "
              + reruns
              + ", but were "
              + passed
              + " and "
              + failed);
    }
    if (failed >= failuresToCount) {
      return Decision.LOST;
    }
    return passed > reruns - failuresToCount ? Decision.NOT_LOST : Decision.RERUN;
  }

  /**
   * The chance that a case which fails at this rate, each run for itself, fails in the run and then
   * counts: the false alarm of a sound case, the detection of a broken one.
   *
   * @param failureRate 0 to 1
   */
  public double lostWith(double failureRate) {
    if (!(failureRate >= 0 && failureRate <= 1)) {
      throw new IllegalArgumentException(
          "failureRate must be between 0 and 1, but was " + failureRate);
    }
    return failureRate
        * BinomialDistribution.of(reruns, failureRate).survivalProbability(failuresToCount - 1);
  }
}
