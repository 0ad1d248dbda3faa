package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SelfComparisonTest {

  private static final SelfComparison.Alarm ANY_DROP = (cases, lost, gained) -> lost > gained;

  @Test
  void countsBothRuns() {
    SelfComparison same =
        SelfComparison.of(
            new boolean[] {true, true, true, false, false},
            new boolean[] {true, true, false, true, false});

    assertThat(same).isEqualTo(new SelfComparison(2, 1, 1, 1));
    assertThat(same.cases()).isEqualTo(5);
    assertThat(same.passRate()).isEqualTo(0.6, within(1e-15));
    assertThat(same.discordance()).isEqualTo(0.4, within(1e-15));
  }

  /** 2 × (C(10,0) + C(10,1)) ÷ 2^10 = 22 ÷ 1024. */
  @Test
  void oneSidedChangesAreDrift() {
    assertThat(new SelfComparison(80, 9, 1, 10).driftPValue())
        .isEqualTo(22 / 1024.0, within(1e-12));
    assertThat(new SelfComparison(80, 5, 5, 10).driftPValue()).isEqualTo(1);
    assertThat(new SelfComparison(80, 0, 0, 10).driftPValue()).isEqualTo(1);
  }

  /**
   * Two cases, half of them changing: one changes (0.5) and is lost (0.5), or both change (0.25)
   * and both are lost (0.25): 0.25 + 0.0625.
   */
  @Test
  void alarmRateIsTheSumOverAllOutcomes() {
    assertThat(SelfComparison.alarmRate(2, 0.5, ANY_DROP)).isEqualTo(0.3125, within(1e-12));
    assertThat(SelfComparison.alarmRate(40, 0, ANY_DROP)).isZero();
    // SciPy's binomial sums
    assertThat(SelfComparison.alarmRate(40, 0.1, ANY_DROP)).isEqualTo(0.39765444, within(1e-8));
    assertThat(SelfComparison.alarmRate(40, 0.1, SelfComparisonTest::mcNemar))
        .isEqualTo(0.00848106, within(1e-8));
  }

  @Test
  void alarmRateAgreesWithRunsOfAFlakyApplication() {
    int runs = Simulation.runs(10_000, 1_000);
    SplittableRandom random = new SplittableRandom(31);
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      boolean[] first = new boolean[100];
      boolean[] second = new boolean[100];
      for (int i = 0; i < 100; i++) {
        // every second case is sure, the others disagree with 2 × 0.8873 × 0.1127 = 0.2
        double rate = i % 2 == 0 ? 1 : 0.8872983346207417;
        first[i] = random.nextDouble() < rate;
        second[i] = random.nextDouble() < rate;
      }
      SelfComparison same = SelfComparison.of(first, second);
      alarms += ANY_DROP.raised(100, same.lost(), same.gained()) ? 1 : 0;
    }
    double exact = SelfComparison.alarmRate(100, 0.1, ANY_DROP);

    System.out.printf(
        "A/A, 100 cases, discordance 0.1: a gate on any drop alarms in %d of %d (exact %.3f)%n",
        alarms, runs, exact);
    // cases of unlike flakiness spread a little less than alike ones
    assertThat((double) alarms / runs).isEqualTo(exact, within(runs == 10_000 ? 0.02 : 0.06));
  }

  @Test
  void alarmRateCarriesTheUncertaintyOfTheDiscordance() {
    SelfComparison same = new SelfComparison(84, 5, 5, 6);

    Interval interval = same.alarmRateInterval(ANY_DROP, 0.95);

    assertThat(interval.contains(same.alarmRate(ANY_DROP))).isTrue();
    assertThat(interval.low()).isGreaterThan(0.38);
    assertThat(interval.high()).isLessThan(0.47);
  }

  @Test
  void nothingIsKnownWithoutCases() {
    SelfComparison none = new SelfComparison(0, 0, 0, 0);

    assertThat(none.passRate()).isNull();
    assertThat(none.discordance()).isNull();
    assertThat(none.alarmRate(ANY_DROP)).isNull();
    assertThat(none.alarmRateInterval(ANY_DROP, 0.95)).isNull();
  }

  @Test
  void refusesRunsOfOtherCases() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelfComparison.of(new boolean[3], new boolean[4]))
        .withMessage("both runs must have the same cases, but have 3 and 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SelfComparison(1, -1, 0, 0))
        .withMessage("counts must be 0 or more, but were 1, -1, 0 and 0");
  }

  /** As many lost or more of those that changed, with probability 5 % at most. */
  private static boolean mcNemar(int cases, int lost, int gained) {
    return PairedTests.mcNemarExact(lost, gained, Alternative.LESS).pValue() <= 0.05;
  }
}
