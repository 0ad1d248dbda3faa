package dev.llmops.eval.stats;

import java.util.Locale;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/**
 * An A/A comparison: two runs of the same application over the same cases. What differs is noise,
 * and this says how much of it a gate has to live with. Feeds the plan: {@link #passRate()} and
 * {@link #discordance()} are the assumptions that the power of a paired test needs.
 *
 * @param bothPassed cases that passed twice
 * @param lost cases that passed in the first run only
 * @param gained cases that passed in the second run only
 * @param bothFailed cases that failed twice
 */
public record SelfComparison(int bothPassed, int lost, int gained, int bothFailed) {

  /** Checks the counts. */
  public SelfComparison {
    if (bothPassed < 0 || lost < 0 || gained < 0 || bothFailed < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "counts must be 0 or more, but were %d, %d, %d and %d",
              bothPassed,
              lost,
              gained,
              bothFailed));
    }
  }

  /**
   * Two runs, case by case.
   *
   * @param first whether each case passed in the first run
   * @param second the same cases in the same order
   */
  public static SelfComparison of(boolean[] first, boolean[] second) {
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "both runs must have the same cases, but have " + first.length + " and " + second.length);
    }
    int[] counts = new int[4];
    for (int i = 0; i < first.length; i++) {
      counts[(first[i] ? 0 : 2) + (second[i] ? 0 : 1)]++;
    }
    return new SelfComparison(counts[0], counts[1], counts[2], counts[3]);
  }

  /** All cases. */
  public int cases() {
    return bothPassed + lost + gained + bothFailed;
  }

  /** The pass rate of both runs together; absent without cases. */
  public @Nullable Double passRate() {
    return cases() == 0 ? null : Double.valueOf((bothPassed + (lost + gained) / 2.0) / cases());
  }

  /**
   * The share of cases that changed: the discordance, and also the flakiness (the chance that two
   * runs of a case disagree). Absent without cases.
   */
  public @Nullable Double discordance() {
    return new Proportion(lost + gained, cases()).value();
  }

  /**
   * The interval for the discordance, by Wilson.
   *
   * @param level as 0.95
   */
  public Interval discordanceInterval(double level) {
    return new Proportion(lost + gained, cases()).wilson(level);
  }

  /**
   * Whether the two runs were really of the same thing: the two-sided exact test that as many cases
   * were lost as gained (McNemar, 1947: twice the lesser tail of Bin(lost + gained, ½), at most 1).
   * Small, say below 0.01, means drift between the runs: a changed model behind the same name, a
   * cache, a load. 9 lost, 1 gained → 0.0215; none of either → 1.
   */
  public double driftPValue() {
    int changed = lost + gained;
    return changed == 0
        ? 1
        : Math.min(
            1,
            2
                * BinomialDistribution.of(changed, 0.5)
                    .cumulativeProbability(Math.min(lost, gained)));
  }

  /** A regression gate on paired pass or fail. Must give the same answer for the same numbers. */
  @FunctionalInterface
  public interface Alarm {
    /**
     * Whether it raises an alarm.
     *
     * @param cases all of them
     * @param lost those that the baseline passed and the candidate failed
     * @param gained those that the baseline failed and the candidate passed
     */
    boolean raised(int cases, int lost, int gained);
  }

  /**
   * How often a gate raises an alarm about an application that did not change, with this number of
   * cases and at the measured discordance: the exact sum over all (lost, gained), each case lost or
   * gained with half the discordance.
   *
   * @return absent without cases
   */
  public @Nullable Double alarmRate(Alarm alarm) {
    Double discordance = discordance();
    return discordance == null ? null : Double.valueOf(alarmRate(cases(), discordance, alarm));
  }

  /**
   * The least and the greatest {@link #alarmRate(Alarm)} over the discordances in their interval
   * (33 of them). It carries the uncertainty about the discordance, nothing else.
   *
   * @param level of the interval for the discordance, as 0.95
   * @return absent without cases
   */
  public @Nullable Interval alarmRateInterval(Alarm alarm, double level) {
    if (cases() == 0) {
      return null;
    }
    Interval discordance = discordanceInterval(level);
    double low = 1;
    double high = 0;
    for (int i = 0; i <= 32; i++) {
      double at = discordance.low() + (discordance.high() - discordance.low()) * i / 32;
      double rate = alarmRate(cases(), at, alarm);
      low = Math.min(low, rate);
      high = Math.max(high, rate);
    }
    return new Interval(low, high, level, "alarm rate over Wilson's interval of the discordance");
  }

  /**
   * How often an unchanged application raises an alarm: 40 cases with a discordance of 0.1 make the
   * gate "any case fewer than before" alarm in 0.398 of all runs, exact McNemar at 5 % in 0.008.
   *
   * @param cases 1 or more
   * @param discordance the share of cases that changes by chance, 0 to 1
   */
  public static double alarmRate(int cases, double discordance, Alarm alarm) {
    if (cases < 1) {
      throw new IllegalArgumentException("cases must be 1 or more, but was " + cases);
    }
    if (!(discordance >= 0 && discordance <= 1)) {
      throw new IllegalArgumentException(
          "discordance must be between 0 and 1, but was " + discordance);
    }
    BinomialDistribution changes = BinomialDistribution.of(cases, discordance);
    double sum = 0;
    for (int changed = 0; changed <= cases; changed++) {
      double chance = changes.probability(changed);
      if (chance < 1e-13) {
        continue;
      }
      BinomialDistribution half = BinomialDistribution.of(changed, 0.5);
      for (int lost = 0; lost <= changed; lost++) {
        if (alarm.raised(cases, lost, changed - lost)) {
          sum += chance * half.probability(lost);
        }
      }
    }
    return Math.min(1, sum);
  }
}
