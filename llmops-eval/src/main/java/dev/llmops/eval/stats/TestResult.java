package dev.llmops.eval.stats;

import java.util.Objects;

/**
 * What a significance test found.
 *
 * @param statistic the test's own number, as its method says
 * @param pValue the chance of a statistic as extreme where nothing differs, 0 to 1
 * @param method the test and how its p value was made
 */
public record TestResult(double statistic, double pValue, String method) {

  /** Checks the p value, which rounding may have moved a little beyond 1. */
  public TestResult {
    if (!(pValue >= 0 && pValue <= 1 + 1e-9)) {
      throw new IllegalArgumentException("pValue must be between 0 and 1, but was " + pValue);
    }
    pValue = Math.min(1, pValue);
    Objects.requireNonNull(method, "method");
  }
}
