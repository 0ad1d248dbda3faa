package dev.llmops.eval.stats;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A suite whose cases were run several times: how flaky it is and what that does to its pass rate.
 * The case is the unit: each weighs the same, however often it ran.
 *
 * @param cases the runs of each case
 */
public record RepeatedSuite(List<RepeatedCase> cases) {

  /** Copies the cases. */
  public RepeatedSuite {
    cases = List.copyOf(cases);
  }

  /** The mean of the cases' pass rates; absent without cases, or when one has no run. */
  public @Nullable Double passRate() {
    return mean(RepeatedCase::passRate);
  }

  /**
   * The mean of the cases' {@link RepeatedCase#passAtK}.
   *
   * @return absent without cases, or when one has fewer than k runs: a part of the suite is not the
   *     suite
   */
  public @Nullable Double passAtK(int k) {
    return mean(each -> each.passAtK(k));
  }

  /** The mean of the cases' {@link RepeatedCase#passAllK}; absent as for {@link #passAtK}. */
  public @Nullable Double passAllK(int k) {
    return mean(each -> each.passAllK(k));
  }

  /** How many cases both passed and failed. More runs find more of them. */
  public int flakyCases() {
    return (int) cases.stream().filter(RepeatedCase::isFlaky).count();
  }

  /**
   * The chance that two runs of a case disagree, on average over the cases: the share of cases that
   * an A/A comparison shows as changed. Does not depend on the number of runs, as {@link
   * #flakyCases} does.
   *
   * @return absent without cases, or when one has fewer than two runs
   */
  public @Nullable Double flakiness() {
    return mean(RepeatedCase::flakiness);
  }

  /**
   * The interval for {@link #flakiness()}: Wilson's, as if each case had been seen either to agree
   * or to disagree, which is the widest that values between 0 and 1 can need.
   *
   * @param level as 0.95
   * @return absent when the flakiness is
   */
  public @Nullable Interval flakinessInterval(double level) {
    Interval.checkLevel(level);
    Double flakiness = flakiness();
    if (flakiness == null) {
      return null;
    }
    double z = Normal.quantile(0.5 + level / 2);
    int n = cases.size();
    return Proportion.wilson(flakiness * n, n, z, level, "Wilson over cases");
  }

  /**
   * The standard deviation of the difference between the pass rates of two runs of the unchanged
   * application, each case once: √(flakiness ÷ cases). 100 cases with a flakiness of 0.1 → 0.0316:
   * one comparison in twenty shows more than 6 points of nothing.
   *
   * @return absent when the flakiness is
   */
  public @Nullable Double noise() {
    Double flakiness = flakiness();
    return flakiness == null ? null : Double.valueOf(Math.sqrt(flakiness / cases.size()));
  }

  private interface Measure {
    @Nullable Double of(RepeatedCase each);
  }

  private @Nullable Double mean(Measure measure) {
    double sum = 0;
    for (RepeatedCase each : cases) {
      Double value = measure.of(each);
      if (value == null) {
        return null;
      }
      sum += value;
    }
    return cases.isEmpty() ? null : Double.valueOf(sum / cases.size());
  }
}
