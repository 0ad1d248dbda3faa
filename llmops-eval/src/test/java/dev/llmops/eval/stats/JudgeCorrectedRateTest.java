package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeCorrectedRateTest {

  private static final boolean[] PEOPLE = {true, true, false, false};
  private static final double[] JUDGE = {1, 1, 1, 0};
  private static final double[] OTHERS = {1, 1, 0, 1};

  /**
   * 0.75 + 0.5 − 0.75 = 0.5. Y − f = 0, 0, −1, 0 has the variance 0.25, F 0.25: √(0.25/4 + 0.25/4)
   * = 0.35355; t with 3 degrees at 0.75 is 0.764892: ± 0.27043.
   */
  @Test
  void classicalByHand() {
    JudgeCorrectedRate rate = JudgeCorrectedRate.classical(PEOPLE, JUDGE, OTHERS, 0.5);

    assertThat(rate.estimate()).isEqualTo(0.5, within(1e-12));
    assertThat(rate.lambda()).isEqualTo(1);
    assertThat(rate.interval().low()).isEqualTo(0.22957, within(1e-5));
    assertThat(rate.interval().high()).isEqualTo(0.77043, within(1e-5));
    assertThat(rate.interval().warning()).isEqualTo("4 labels are few; label 50 to 100 cases");
  }

  /**
   * cov = 0.5/3, var of all eight = 1.5/7: λ = 0.16667 ÷ (2 × 0.214286) = 0.38889. The variance
   * with the two imagined cases is 0.244907/4 + 0.151235 × 0.25/4 = 0.070679, so 0.25 ÷ 0.070679 =
   * 3.54 labels' worth, raised to 0.9 × 4 = 3.6; Wilson at 0.5 on 3.6 with z = 0.67449: 0.5 ±
   * 0.16748.
   */
  @Test
  void tunedByHand() {
    JudgeCorrectedRate rate = JudgeCorrectedRate.of(PEOPLE, JUDGE, OTHERS, 0.5);

    assertThat(rate.lambda()).isEqualTo(0.388889, within(1e-6));
    assertThat(rate.estimate()).isEqualTo(0.5, within(1e-12));
    assertThat(rate.interval().low()).isEqualTo(0.33252, within(1e-5));
    assertThat(rate.interval().high()).isEqualTo(0.66748, within(1e-5));
    assertThat(rate.judgeRate()).isEqualTo(0.75);
    assertThat(rate.labelRate()).isEqualTo(0.5);
  }

  @Test
  void judgeThatAlwaysSaysYesIsNotTrusted() {
    boolean[] people = new boolean[60];
    double[] judge = new double[60];
    double[] others = new double[500];
    java.util.Arrays.fill(judge, 1);
    java.util.Arrays.fill(others, 1);
    java.util.Arrays.fill(people, 0, 45, true);

    JudgeCorrectedRate rate = JudgeCorrectedRate.of(people, judge, others, 0.95);

    assertThat(rate.lambda()).isZero();
    assertThat(rate.estimate()).isEqualTo(0.75);
    assertThat(rate.interval().warning()).isNull();
  }

  @Test
  void perfectLabelsAreNotCertainty() {
    boolean[] people = new boolean[60];
    double[] judge = new double[60];
    double[] others = new double[500];
    java.util.Arrays.fill(people, true);
    java.util.Arrays.fill(judge, 1);
    java.util.Arrays.fill(others, 1);

    JudgeCorrectedRate rate = JudgeCorrectedRate.of(people, judge, others, 0.95);

    assertThat(rate.estimate()).isEqualTo(1);
    assertThat(rate.interval().low()).isBetween(0.90, 0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "0.50, 0.95, 0.90",
    "0.80, 0.95, 0.90",
    "0.90, 0.95, 0.90",
    "0.95, 0.95, 0.90",
    "0.80, 0.90, 0.70",
    "0.90, 0.90, 0.70",
    "0.95, 0.90, 0.70",
    "0.80, 0.60, 0.40",
    "0.90, 0.60, 0.40",
    "0.95, 0.60, 0.40"
  })
  void intervalsCoverAndAreNeverMuchWiderThanTheLabelsAlone(
      double rate, double sensitivity, double specificity) {
    int runs = Simulation.runs(10_000, 400);
    SplittableRandom random = new SplittableRandom(8);
    for (int n : new int[] {50, 100}) {
      int covered = 0;
      int labelsCovered = 0;
      double width = 0;
      double labelsWidth = 0;
      double bias = 0;
      boolean[] people = new boolean[n];
      double[] judge = new double[n];
      double[] others = new double[1000];
      for (int run = 0; run < runs; run++) {
        for (int i = 0; i < n; i++) {
          people[i] = random.nextDouble() < rate;
          judge[i] = judged(people[i], sensitivity, specificity, random);
        }
        for (int i = 0; i < others.length; i++) {
          others[i] = judged(random.nextDouble() < rate, sensitivity, specificity, random);
        }
        JudgeCorrectedRate corrected = JudgeCorrectedRate.of(people, judge, others, 0.95);
        covered += corrected.interval().contains(rate) ? 1 : 0;
        labelsCovered += corrected.labelsOnly().contains(rate) ? 1 : 0;
        width += corrected.interval().high() - corrected.interval().low();
        labelsWidth += corrected.labelsOnly().high() - corrected.labelsOnly().low();
        bias += corrected.estimate() - rate;
      }

      System.out.printf(
          "PPI++ rate %.2f, judge %.2f/%.2f, %d labels, 1000 others: covers %.4f (labels alone"
              + " %.4f), width %.3f (%.3f), bias %+.4f%n",
          rate,
          sensitivity,
          specificity,
          n,
          (double) covered / runs,
          (double) labelsCovered / runs,
          width / runs,
          labelsWidth / runs,
          bias / runs);
      // 0.94 less 2.34 standard deviations of the simulation
      double slack = 2.34 * Math.sqrt(0.94 * 0.06 / runs);
      assertThat((double) covered / runs).isGreaterThan(0.94 - slack);
      assertThat(width / labelsWidth).isLessThan(1.08);
      assertThat(Math.abs(bias / runs)).isLessThan(0.01);
      if (sensitivity == 0.95) {
        assertThat(width / labelsWidth).isLessThan(0.92);
      }
    }
  }

  private static double judged(
      boolean passed, double sensitivity, double specificity, SplittableRandom random) {
    return random.nextDouble() < (passed ? sensitivity : 1 - specificity) ? 1 : 0;
  }

  @Test
  void refusesWhatDoesNotMatch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JudgeCorrectedRate.of(PEOPLE, new double[3], OTHERS, 0.95))
        .withMessage("people and judge must be of the same cases, but have 4 and 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JudgeCorrectedRate.of(PEOPLE, JUDGE, new double[1], 0.95))
        .withMessage("people and judgeOfOthers must hold at least 2 cases each, but hold 4 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JudgeCorrectedRate.of(PEOPLE, new double[] {1, 1, 4, 0}, OTHERS, 0.95))
        .withMessage("judge[2] must be between 0 and 1, but was 4.0");
  }
}
