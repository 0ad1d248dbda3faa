package dev.llmops.eval.stats;

import org.jspecify.annotations.Nullable;

/**
 * The runs of one case.
 *
 * @param runs 0 or more
 * @param passed those that passed, 0 to {@code runs}
 */
public record RepeatedCase(int runs, int passed) {

  /** Checks the counts. */
  public RepeatedCase {
    if (runs < 0 || passed < 0 || passed > runs) {
      throw new IllegalArgumentException(
          "passed must be between 0 and runs, but were " + passed + " of " + runs);
    }
  }

  /** The share that passed: what the case counts in every statistic; absent without a run. */
  public @Nullable Double passRate() {
    return runs == 0 ? null : Double.valueOf((double) passed / runs);
  }

  /**
   * pass@k: the chance that at least one of k runs passes, estimated without bias as 1 − C(n−c, k)
   * ÷ C(n, k), with n runs of which c passed (Chen et al., Evaluating Large Language Models Trained
   * on Code, 2021, section 2.1). 2 of 5 at k = 2 → 1 − 3/10 = 0.7.
   *
   * @param k 1 or more
   * @return absent for fewer than k runs: nothing can be said without assumptions
   */
  public @Nullable Double passAtK(int k) {
    Double none = drawnAlike(runs - passed, k);
    return none == null ? null : Double.valueOf(1 - none);
  }

  /**
   * pass^k: the chance that all of k runs pass, estimated without bias as C(c, k) ÷ C(n, k) (Yao et
   * al., τ-bench, 2024, section 4). 4 of 5 at k = 2 → 6/10 = 0.6.
   *
   * @param k 1 or more
   * @return absent for fewer than k runs
   */
  public @Nullable Double passAllK(int k) {
    return drawnAlike(passed, k);
  }

  /**
   * The chance that two runs disagree, estimated without bias as 2 c (n−c) ÷ (n (n−1)); 0 (always
   * the same) to 0.5 for a fair coin, above it only by chance. 4 of 5 → 8/20 = 0.4.
   *
   * @return absent for fewer than two runs
   */
  public @Nullable Double flakiness() {
    return runs < 2
        ? null
        : Double.valueOf(2.0 * passed * (runs - passed) / ((double) runs * (runs - 1)));
  }

  /** Whether it was seen both to pass and to fail. */
  public boolean isFlaky() {
    return passed > 0 && passed < runs;
  }

  /** The chance that k of the runs, drawn without putting back, all are among {@code alike}. */
  private @Nullable Double drawnAlike(int alike, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more, but was " + k);
    }
    if (k > runs) {
      return null;
    }
    double chance = 1;
    for (int i = 0; i < k && chance > 0; i++) {
      chance *= (double) Math.max(0, alike - i) / (runs - i);
    }
    return chance;
  }
}
