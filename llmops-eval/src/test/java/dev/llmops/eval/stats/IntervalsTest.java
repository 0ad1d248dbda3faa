package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IntervalsTest {

  @Test
  void clopperAndPearsonByHand() {
    // all of n: low = (α/2)^(1/n) = 0.025^0.1, one-sided 0.05^(1/10)
    Interval all = new Proportion(10, 10).clopperPearson(0.95);
    assertThat(all.low()).isCloseTo(Math.pow(0.025, 0.1), within(1e-12));
    assertThat(all.high()).isEqualTo(1);
    assertThat(new Proportion(10, 10).atLeast(0.95)).isCloseTo(Math.pow(0.05, 0.1), within(1e-12));
    assertThat(new Proportion(0, 10).atMost(0.95))
        .isCloseTo(1 - Math.pow(0.05, 0.1), within(1e-12));
    assertThat(new Proportion(0, 0).clopperPearson(0.95))
        .isEqualTo(new Interval(0, 1, 0.95, "Clopper-Pearson"));
    assertThat(all).hasToString("0.692 to 1.000 (95 %, Clopper-Pearson)");
    assertThatThrownBy(() -> new Proportion(1, 2).wilson(95))
        .hasMessage("level must be between 0 and 1 exclusive, as 0.95, but was 95.0");
  }

  @Test
  void studentsIntervalByHand() {
    // t(2) at 0.975 is 4.302653; s = 1
    Interval interval = Means.tInterval(new double[] {1, 2, 3}, 0.95);

    assertThat(interval.low()).isCloseTo(2 - 4.302653 / Math.sqrt(3), within(1e-6));
    assertThat(interval.high()).isCloseTo(2 + 4.302653 / Math.sqrt(3), within(1e-6));
    assertThat(interval.warning()).isNull();
    assertThat(Means.quantile(new double[] {8, 1, 4, 2}, 0.5)).isEqualTo(3);
    assertThatThrownBy(() -> Means.tInterval(new double[] {1}, 0.95))
        .hasMessage("values must hold at least 2 numbers, but hold 1");
    assertThatThrownBy(() -> Means.mean(new double[] {1, Double.NaN}))
        .hasMessage("values[1] must be a finite number, but was NaN");
  }

  @Test
  void twoValuesHaveFourResamples() {
    // means 0, 1, 1, 2; the quantile at (4 − 1) · 0.25 = 0.75 lies between 0 and 1
    Interval interval = Means.percentileBootstrap(new double[] {0, 2}, 0.5, 100, 1);

    assertThat(interval.low()).isCloseTo(0.75, within(1e-12));
    assertThat(interval.high()).isCloseTo(1.25, within(1e-12));
    assertThat(interval.method()).isEqualTo("percentile bootstrap, all resamples");
  }

  @Test
  void bcaIsNotForRates() {
    assertThatThrownBy(() -> Means.bca(new double[] {0, 1, 1}, 0.95, 1000, 1))
        .hasMessage(
            "values must not be of 0 and 1 alone: the BCa bootstrap is not for rates; use"
                + " Proportion.wilson to show one, clopperPearson to decide by it");
    assertThatThrownBy(() -> Means.bca(new double[] {0, 0.5}, 0.95, 10, 1))
        .hasMessage("resamples must be between 100 and 1000000, but was 10");
    Interval same = Means.bca(new double[] {0.5, 0.5, 0.5}, 0.95, 1000, 1);
    assertThat(same.low()).isEqualTo(0.5).isEqualTo(same.high());
    assertThat(same.warning()).isEqualTo("all values are the same");
  }

  @Test
  void bcaOfSymmetricValuesIsThePercentileBootstrap() {
    // no bias, as resamples lie evenly about the mean, and no skewness
    double[] values = {0.1, 0.3, 0.5, 0.7, 0.9};
    Interval bca = Means.bca(values, 0.9, 1000, 1);
    Interval percentile = Means.percentileBootstrap(values, 0.9, 1000, 1);

    assertThat(bca.low()).isCloseTo(percentile.low(), within(1e-9));
    assertThat(bca.high()).isCloseTo(percentile.high(), within(1e-9));
  }

  @Test
  void bcaMovesTowardsTheLongTailAndRepeatsItself() {
    double[] values = new double[40];
    for (int i = 0; i < 40; i++) {
      values[i] = Math.exp(i / 10.0);
    }
    Interval bca = Means.bca(values, 0.95, 5_000, 3);
    Interval percentile = Means.percentileBootstrap(values, 0.95, 5_000, 3);

    assertThat(bca.low()).isGreaterThan(percentile.low());
    assertThat(bca.high()).isGreaterThan(percentile.high());
    assertThat(bca).isEqualTo(Means.bca(values, 0.95, 5_000, 3));
  }

  @Test
  void heavyTailsAreNamedBelowFiveHundredValues() {
    double[] few = new double[100];
    few[0] = 1_000;
    double[] many = new double[500];
    many[0] = 1_000;

    // one of n: skewness (n − 2) ÷ √(n − 1) = 98 ÷ √99 = 9.849
    assertThat(Means.tInterval(few, 0.95).warning())
        .startsWith("heavy tails in 100 values (skewness 9.849, excess kurtosis ");
    assertThat(Means.tInterval(many, 0.95).warning()).isNull();
  }

  @Test
  void repeatedCasesSayLess() {
    // 10 cases of 5: five always pass, five never: 50 trials that say what 10 do
    int[] trials = new int[10];
    Arrays.fill(trials, 5);
    int[] passed = new int[10];
    Arrays.fill(passed, 0, 5, 5);

    Clustered all = Clustered.rate(passed, trials, 0.95);

    assertThat(all.estimate()).isEqualTo(0.5);
    assertThat(all.correlation()).isCloseTo(1, within(1e-12));
    assertThat(all.effectiveTrials()).isEqualTo(10);
    assertThat(all.designEffect()).isEqualTo(5);
    // Wilson on 5 of 10, with t(9) = 2.262157: ½ ± t √(1/40 + t²/400) ÷ (1 + t²/10)
    double t = 2.262157;
    double half = t * Math.sqrt(0.025 + t * t / 400) / (1 + t * t / 10);
    assertThat(all.interval().low()).isCloseTo(0.5 - half, within(1e-6));
    assertThat(all.interval().high()).isCloseTo(0.5 + half, within(1e-6));
    assertThat(all.interval().method()).isEqualTo("Wilson on 10 effective trials, t of 9");

    // every trial passed: 10 cases, not 50 trials
    Clustered none = Clustered.rate(trials.clone(), trials, 0.95);
    assertThat(none.effectiveTrials()).isEqualTo(10);
    assertThat(none.correlation()).isNull();
    assertThat(none.interval().low()).isCloseTo(10 / (10 + t * t), within(1e-6));
    assertThat(Clustered.rate(new int[] {3}, new int[] {5}, 0.95).interval())
        .isEqualTo(new Interval(0, 1, 0.95, "no interval of one case"));
    assertThatThrownBy(() -> Clustered.rate(new int[] {6}, new int[] {5}, 0.95))
        .hasMessage(
            "successes[0] must be between 0 and trials[0], which is at least 1, but were 6 of 5");
  }

  @Test
  void clusteredMeansRestOnTheCases() {
    // means 1, 2, 3, whatever the trials
    Clustered mean = Clustered.mean(new double[][] {{0, 2}, {2, 2}, {3, 3}}, 0.95);

    assertThat(mean.estimate()).isEqualTo(2);
    assertThat(mean.interval()).isEqualTo(Means.tInterval(new double[] {1, 2, 3}, 0.95));
    // ANOVA: between 2 · (1 + 0 + 1) ÷ 2 = 2, within 2 ÷ 3; (2 − 2/3) ÷ (2 + 2/3)
    assertThat(mean.correlation()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void mcNemarByHand() {
    // 8 lost, 2 gained: P(X ≥ 8 | 10, ½) = (45 + 10 + 1) ÷ 1024
    assertThat(PairedTests.mcNemarExact(8, 2, Alternative.LESS).pValue())
        .isCloseTo(56 / 1024.0, within(1e-12));
    assertThat(PairedTests.mcNemarExact(8, 2, Alternative.DIFFERENT).pValue())
        .isCloseTo(112 / 1024.0, within(1e-12));
    assertThat(PairedTests.mcNemarExact(8, 2, Alternative.GREATER).pValue())
        .isCloseTo((1024 - 11) / 1024.0, within(1e-12));
    assertThat(PairedTests.mcNemarMidP(8, 2, Alternative.DIFFERENT).pValue())
        .isCloseTo(2 * (56 - 22.5) / 1024, within(1e-12));
    assertThat(PairedTests.mcNemarMidP(3, 3, Alternative.DIFFERENT).pValue())
        .isCloseTo(1, within(1e-12));
    assertThat(PairedTests.mcNemarExact(0, 0, Alternative.DIFFERENT).pValue()).isEqualTo(1);
    assertThat(PairedTests.mcNemarChiSquared(0, 0).pValue()).isEqualTo(1);
  }

  @Test
  void wilcoxonByHand() {
    // all five differences up: one of 2⁵ sums of ranks
    double[] baseline = {0, 0, 0, 0, 0, 7};
    double[] candidate = {1, 2, 3, 4, 5, 7};
    TestResult result = PairedTests.wilcoxon(baseline, candidate, Alternative.GREATER);

    assertThat(result.pValue()).isCloseTo(1 / 32.0, within(1e-12));
    assertThat(result.statistic()).isZero();
    assertThat(result.method()).isEqualTo("Wilcoxon signed rank, exact");
    assertThat(PairedTests.wilcoxon(baseline, baseline, Alternative.DIFFERENT).pValue())
        .isEqualTo(1);
  }

  @Test
  void severalQuestionsByHand() {
    double[] p = {0.01, 0.04, 0.03};

    // 3 · 0.01; max with 2 · 0.03; max with 1 · 0.04
    assertThat(MultipleTests.holm(p))
        .containsExactly(new double[] {0.03, 0.06, 0.06}, within(1e-12));
    // 0.04 · 3/3; min with 0.03 · 3/2; min with 0.01 · 3
    assertThat(MultipleTests.benjaminiHochberg(p))
        .containsExactly(new double[] {0.03, 0.04, 0.04}, within(1e-12));
    assertThat(MultipleTests.holm(new double[0])).isEmpty();
    assertThatThrownBy(() -> MultipleTests.holm(new double[] {2}))
        .hasMessage("pValues[0] must be between 0 and 1, but was 2.0");
  }

  @Test
  void krippendorffsOwnExample() {
    // Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E: four observers,
    // twelve units, some left out: nominal 0.743, interval 0.849
    double x = Double.NaN;
    double[][] ratings = {
      {1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x},
      {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3},
      {x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x},
      {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x}
    };

    assertThat(Agreement.krippendorffAlpha(ratings, Agreement.Scale.NOMINAL))
        .isCloseTo(0.743, within(5e-4));
    assertThat(Agreement.krippendorffAlpha(ratings, Agreement.Scale.INTERVAL))
        .isCloseTo(0.849, within(5e-4));
  }

  @Test
  void agreementByHand() {
    // (a, a, a), (a, b, b): observed 2/3, by chance 5/9
    assertThat(Agreement.fleissKappa(new int[][] {{0, 0}, {0, 1}, {0, 1}}))
        .isCloseTo((2 / 3.0 - 5 / 9.0) / (4 / 9.0), within(1e-12));
    assertThat(
            Agreement.krippendorffAlpha(
                new double[][] {{0, 0, 0}, {0, 0, 1}}, Agreement.Scale.NOMINAL))
        .isCloseTo(0, within(1e-12));
    assertThat(Agreement.fleissKappa(new int[][] {{1, 1}, {1, 1}})).isNull();
    assertThat(Agreement.krippendorffAlpha(new double[0][], Agreement.Scale.INTERVAL)).isNull();
    assertThatThrownBy(() -> Agreement.fleissKappa(new int[][] {{1, 1}, {1}}))
        .hasMessage("every rater must have as many items, but rater 0 has 2 and rater 1 has 1");
  }

  @Test
  void correlationsByHand() {
    double[] x = {1, 2, 3};
    double[] y = {1, 3, 2};

    // deviations −1, 0, 1 and −1, 1, 0: 1 ÷ √(2 · 2); of three pairs two agree
    assertThat(Correlation.pearson(x, y)).isCloseTo(0.5, within(1e-12));
    assertThat(Correlation.spearman(x, y)).isCloseTo(0.5, within(1e-12));
    assertThat(Correlation.kendallTauB(x, y)).isCloseTo(1 / 3.0, within(1e-12));
    // t = 0.5 ÷ √0.75 with one degree: 1 − 2 atan(t) ÷ π = 2/3
    assertThat(Correlation.pearsonPValue(x, y)).isCloseTo(2 / 3.0, within(1e-9));
    assertThat(Correlation.pearsonPValue(x, x)).isCloseTo(0, within(1e-6));
    assertThat(Correlation.meanAbsoluteError(x, y)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(Correlation.rootMeanSquaredError(x, y)).isCloseTo(Math.sqrt(2 / 3.0), within(1e-12));
    assertThat(Correlation.pearson(x, new double[] {2, 2, 2})).isNull();
    assertThat(Correlation.spearman(new double[0], new double[0])).isNull();
    assertThatThrownBy(() -> Correlation.pearson(x, new double[] {1}))
        .hasMessage("x and y must have the same length, but have 3 and 1");
  }

  @Test
  void tiesOfCorrelationsCountAsTheTextbookSays() {
    // of 6 pairs 1 is tied in x only, 1 in y only, the other 4 are in order: τ-b = 4 ÷ √(5 · 5);
    // −0 is 0
    double[] x = {0, -0.0, 2, 3};
    double[] y = {1, 2, 2, 3};

    assertThat(Correlation.kendallTauB(x, y)).isCloseTo(0.8, within(1e-12));
    assertThat(Correlation.kendallTauB(y, x)).isCloseTo(0.8, within(1e-12));
    // ranks 1.5 1.5 3 4 and 1 2.5 2.5 4, less 2.5: Σdxdy = 1.5 + 0 + 0 + 2.25; both Σd² = 4.5
    assertThat(Correlation.spearman(x, y)).isCloseTo(3.75 / 4.5, within(1e-12));
  }

  @Test
  void constantHasNoCorrelationThoughItsMeanIsRounded() {
    // (0.1 + 0.1 + 0.1) ÷ 3 is 0.10000000000000002
    double[] constant = {0.1, 0.1, 0.1};
    double[] x = {1, 2, 4};

    assertThat(Correlation.pearson(x, constant)).isNull();
    assertThat(Correlation.spearman(constant, x)).isNull();
    assertThat(Correlation.kendallTauB(x, constant)).isNull();
  }
}
