package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class ConfidenceSequenceTest {

  @Test
  void nothingIsKnownBeforeTheFirstCase() {
    for (ConfidenceSequence each :
        new ConfidenceSequence[] {
          ConfidenceSequence.ofRate(0.95), ConfidenceSequence.ofMean(0.95)
        }) {
      assertThat(each.mean()).isNull();
      assertThat(each.interval().low()).isZero();
      assertThat(each.interval().high()).isEqualTo(1);
      assertThat(each.against(0.5)).isEqualTo(Verdict.UNDECIDED);
    }
  }

  /**
   * Straight passes: the evidence against m is (1 − m^(n+1)) ÷ ((n+1) (1−m) m^n). At m = 0.8 it
   * passes 1/0.05 = 20 where the loop below finds it.
   */
  @Test
  void rateIsProvedWhenTheEvidenceReachesOneInAlpha() {
    ConfidenceSequence rate = ConfidenceSequence.ofRate(0.95);
    int cases = 0;
    while (rate.against(0.8) == Verdict.UNDECIDED) {
      rate.add(true);
      cases++;
    }

    int expected = 1;
    while ((1 - Math.pow(0.8, expected + 1)) / ((expected + 1) * 0.2 * Math.pow(0.8, expected))
        < 20) {
      expected++;
    }
    assertThat(cases).isEqualTo(expected);
    assertThat(rate.against(0.8)).isEqualTo(Verdict.PASS);
  }

  /** The lower end solves evidence(m) = 1/0.025; put it back into the formula above. */
  @Test
  void endOfTheIntervalIsWhereTheEvidenceIs40() {
    ConfidenceSequence rate = ConfidenceSequence.ofRate(0.95);
    for (int i = 0; i < 30; i++) {
      rate.add(true);
    }

    double m = rate.interval().low();
    assertThat((1 - Math.pow(m, 31)) / (31 * (1 - m) * Math.pow(m, 30)))
        .isEqualTo(40, within(1e-6));
    assertThat(rate.interval().high()).isEqualTo(1);
  }

  @Test
  void rateIsSymmetric() {
    ConfidenceSequence up = ConfidenceSequence.ofRate(0.95);
    ConfidenceSequence down = ConfidenceSequence.ofRate(0.95);
    for (int i = 0; i < 50; i++) {
      up.add(i % 5 != 0);
      down.add(i % 5 == 0);
    }

    assertThat(up.interval().low()).isEqualTo(1 - down.interval().high(), within(1e-9));
    assertThat(up.interval().high()).isEqualTo(1 - down.interval().low(), within(1e-9));
    assertThat(up.mean()).isEqualTo(0.8, within(1e-12));
  }

  /**
   * Ten scores of 1: every stake is cut at 0.5/m, so each factor is 1 + 0.5 (1−m)/m = 0.5 + 0.5/m,
   * and the lower end solves (0.5 + 0.5/m)^10 = 40: m = 0.5 ÷ (40^0.1 − 0.5) = 0.5285.
   */
  @Test
  void meanIsWhereTheGamblerGotRich() {
    ConfidenceSequence mean = ConfidenceSequence.ofMean(0.95);
    for (int i = 0; i < 10; i++) {
      mean.add(1.0);
    }

    assertThat(mean.interval().low()).isEqualTo(0.5 / (Math.pow(40, 0.1) - 0.5), within(1e-9));
    assertThat(mean.interval().low()).isEqualTo(0.5285, within(5e-5));
    assertThat(mean.interval().high()).isEqualTo(1, within(1e-9));
  }

  @Test
  void betsUseThatScoresSpreadLittle() {
    ConfidenceSequence narrow = ConfidenceSequence.ofMean(0.95);
    ConfidenceSequence wide = ConfidenceSequence.ofMean(0.95);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300; i++) {
      narrow.add(0.75 + 0.1 * random.nextDouble());
      wide.add(random.nextDouble() < 0.8 ? 1.0 : 0.0);
    }

    assertThat(narrow.interval().contains(0.8)).isTrue();
    assertThat(wide.interval().contains(0.8)).isTrue();
    assertThat(narrow.interval().high() - narrow.interval().low())
        .isLessThan((wide.interval().high() - wide.interval().low()) / 2);
    assertThat(narrow.against(0.7)).isEqualTo(Verdict.PASS);
    assertThat(narrow.against(0.9)).isEqualTo(Verdict.FAIL);
  }

  /**
   * Both directions at the true value: each side has 5 % on its own, the interval both together.
   */
  @Test
  void looksAfterEveryCaseErrAtMostInFivePercent() {
    int runs = Simulation.runs(10_000, 300);
    everMissed("rate 0.90", runs, 1000, 0.90, true, random -> random.nextDouble() < 0.90 ? 1 : 0);
    everMissed("rate 0.50", runs, 1000, 0.50, true, random -> random.nextDouble() < 0.50 ? 1 : 0);
    everMissed(
        "mean of beta(8,1)",
        runs,
        300,
        8 / 9.0,
        false,
        random -> Math.pow(random.nextDouble(), 1 / 8.0));
    everMissed(
        "mean of beta(1,8)",
        runs,
        300,
        1 / 9.0,
        false,
        random -> 1 - Math.pow(random.nextDouble(), 1 / 8.0));
    everMissed(
        "mean of 0, 0.5, 1",
        runs,
        300,
        0.85,
        false,
        random -> {
          double u = random.nextDouble();
          return u < 0.1 ? 0 : u < 0.2 ? 0.5 : 1;
        });
  }

  private static void everMissed(
      String name,
      int runs,
      int cases,
      double truth,
      boolean ofRate,
      ToDoubleFunction<SplittableRandom> draw) {
    SplittableRandom random = new SplittableRandom(77);
    int above = 0;
    int below = 0;
    for (int run = 0; run < runs; run++) {
      ConfidenceSequence sequence =
          ofRate ? ConfidenceSequence.ofRate(0.95) : ConfidenceSequence.ofMean(0.95);
      Verdict verdict = Verdict.UNDECIDED;
      for (int i = 0; i < cases && verdict == Verdict.UNDECIDED; i++) {
        sequence.add(draw.applyAsDouble(random));
        verdict = sequence.against(truth);
      }
      above += verdict == Verdict.PASS ? 1 : 0;
      below += verdict == Verdict.FAIL ? 1 : 0;
    }

    System.out.printf(
        "anytime-valid, %s, %d looks: ever proved too high %d, too low %d of %d%n",
        name, cases, above, below, runs);
    assertThat(above).isLessThanOrEqualTo(Simulation.mostErrors(runs));
    assertThat(below).isLessThanOrEqualTo(Simulation.mostErrors(runs));
  }

  @Test
  void intervalHoldsAtEveryLook() {
    int runs = Simulation.runs(2_000, 100);
    SplittableRandom random = new SplittableRandom(5);
    int missed = 0;
    for (int run = 0; run < runs; run++) {
      ConfidenceSequence sequence = ConfidenceSequence.ofRate(0.95);
      boolean ever = false;
      for (int i = 0; i < 200; i++) {
        sequence.add(random.nextDouble() < 0.9);
        ever |= !sequence.interval().contains(0.9);
      }
      missed += ever ? 1 : 0;
    }

    System.out.printf("anytime-valid interval, 200 looks: ever missed %d of %d%n", missed, runs);
    assertThat(missed).isLessThanOrEqualTo(Simulation.mostErrors(runs));
  }

  @Test
  void refusesOtherScores() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfidenceSequence.ofRate(0.95).add(0.5))
        .withMessage(
            "score must be 0 or 1 for a rate, but was 0.5; use ConfidenceSequence.ofMean for"
                + " scores");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfidenceSequence.ofMean(0.95).add(Double.NaN))
        .withMessage("score must be between 0 and 1, but was NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfidenceSequence.ofRate(0.95).against(1))
        .withMessage("threshold must be above 0 and below 1, but was 1.0");
  }
}
