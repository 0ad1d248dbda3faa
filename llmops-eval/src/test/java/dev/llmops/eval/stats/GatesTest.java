package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.stats.Gates.Repetitions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GatesTest {

  @Test
  void fiftyNineWithoutAFailureProveNinetyFivePercent() {
    // 0.95⁵⁹ = 0.0485, 0.95⁵⁸ = 0.0510
    GateDecision enough = Gates.atLeast(bits(59, 0), 0.95, 0.95);
    GateDecision few = Gates.atLeast(bits(58, 0), 0.95, 0.95);

    assertThat(enough.verdict()).isEqualTo(Verdict.PASS);
    assertThat(enough.passed()).isTrue();
    assertThat(enough.pValue()).isCloseTo(Math.pow(0.95, 59), within(1e-12));
    // the bound is 0.05^(1/59)
    assertThat(enough.interval().low()).isCloseTo(Math.pow(0.05, 1 / 59.0), within(1e-9));
    assertThat(few.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(few.power().cases()).isEqualTo(59);
    assertThat(few.casesMissing()).isEqualTo(1);
    assertThat(few.explanation())
        .isEqualTo(
            "58 of 58 cases passed (a rate of 1); the true value lies within 0.950 to 1.000 (each end"
                + " with 95 % confidence). It is proved neither to be at least 0.95 nor below 0.95. If the"
                + " truth is what was seen, it passes with a chance of 0 % (exact; true pass rate"
                + " 1); 80 % takes about 59 cases, 1 more.");
  }

  @Test
  void aRateProvedTooLowFails() {
    // P(X ≤ 5 | 10, 0.9) = 0.00163; P(X ≥ 5) = 1 − 0.000147 (SciPy 1.17, binom.cdf)
    GateDecision decision = Gates.atLeast(bits(5, 5), 0.9, 0.95);

    assertThat(decision.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(decision.pValue()).isCloseTo(0.999853, within(1e-6));
    assertThat(decision.power().cases()).isNull();
    assertThat(decision.casesMissing()).isNull();
  }

  @Test
  void gradedScoresAreBoundAsRatesAre() {
    // one value of 1: D uniform, P(D ≤ t) = t; two: t²
    assertThat(BoundedMean.pAbove(new double[] {1}, 0.3, 0)).isCloseTo(0.3, within(1e-12));
    assertThat(BoundedMean.pAbove(new double[] {1, 1}, 0.3, 0)).isCloseTo(0.09, within(1e-12));
    // 0.4 E₁ + 0.2 E₂ ≤ 0.4 E₃: 1 ÷ (1 + 1) · 1 ÷ (1 + 1/2)
    assertThat(BoundedMean.pAbove(new double[] {0.8, 0.6}, 0.4, 0))
        .isCloseTo(1 / 3.0, within(1e-12));
    for (int passed = 0; passed <= 20; passed++) {
      Proportion share = new Proportion(passed, 20);
      double[] values = bits(passed, 20 - passed);
      assertThat(BoundedMean.low(values, 0, 0.05)).isCloseTo(share.atLeast(0.95), within(1e-8));
      assertThat(BoundedMean.high(values, 1, 0.05)).isCloseTo(share.atMost(0.95), within(1e-8));
    }
  }

  @Test
  void manyGradedScoresAreApproximatedAsWellAsCounted() {
    // 3,900 are raced, 4,200 approximated; the p values of one mean and spread go on smoothly
    double[] raced = spread(3_900);
    double[] approximated = spread(4_200);

    double exact = BoundedMean.pAbove(raced, 0.49, 0);
    double about = BoundedMean.pAbove(approximated, 0.5 - 0.01 * Math.sqrt(3_900 / 4_200.0), 0);

    assertThat(about).isCloseTo(exact, within(0.02 * exact));
  }

  @Test
  void aBudgetNeedsACeiling() {
    double[] seconds = new double[100];
    Arrays.fill(seconds, 1.0);

    // (100 · 1 + a ceiling of 30) ÷ 101 is 1.29; P(30 D + 1 − D ≤ 2) = P(D ≤ 1/29) for Beta(1, 100)
    GateDecision decision = Gates.atMost(seconds, 2, 30, 0.95);

    assertThat(decision.verdict()).isEqualTo(Verdict.PASS);
    assertThat(decision.pValue()).isCloseTo(Math.pow(28 / 29.0, 100), within(1e-12));
    assertThat(Gates.atMost(seconds, 0.5, 30, 0.95).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(Gates.atMost(seconds, 1.001, 30, 0.95).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(Gates.atMost(new double[] {31}, 2, 30, 0.95).explanation())
        .isEqualTo(
            "There is no verdict: case 0 has 31, above the ceiling that the proof would rest on.");
    assertThatThrownBy(() -> Gates.atMost(seconds, 2, Double.POSITIVE_INFINITY, 0.95))
        .hasMessage(
            "budget must be above 0 and below the ceiling, which must be finite, but they were 2.0"
                + " and Infinity; without a ceiling gate the share of cases within the budget");
    assertThat(Gates.shareWithin(seconds, 1, 0.95, 0.95).verdict()).isEqualTo(Verdict.PASS);
    assertThat(Gates.shareWithin(seconds, 0.9, 0.95, 0.95).verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void explanationOfABudgetSaysWhichNumberIsWhich() {
    // the bound of 100 of 100 is 0.05^(1/100) = 0.9705
    double[] seconds = new double[100];
    Arrays.fill(seconds, 2);

    assertThat(Gates.shareWithin(seconds, 2, 0.95, 0.95).explanation())
        .isEqualTo(
            "100 of 100 cases stayed within the budget of 2 (a rate of 1); the true value lies"
                + " within 0.970 to 1.000 (each end with 95 % confidence). It is proved to be at"
                + " least 0.95.");
  }

  @Test
  void limitIsTheEdgeOfTheClaimOnTheScaleOfTheEstimate() {
    double[] values = bits(30, 30);

    assertThat(Gates.atLeast(values, 0.85, 0.95).limit()).isEqualTo(0.85);
    assertThat(Gates.atLeast(new double[] {0.5, 0.7}, 0.85, 0.95).limit()).isEqualTo(0.85);
    assertThat(Gates.atLeast(new double[0], 0.85, 0.95).limit()).isEqualTo(0.85);
    assertThat(Gates.atMost(values, 2, 30, 0.95).limit()).isEqualTo(2);
    assertThat(Gates.shareWithin(values, 2, 0.9, 0.95).limit()).isEqualTo(0.9);
    assertThat(Gates.nonInferiority(values, values, 0.03, 0.05).limit()).isEqualTo(-0.03);
    assertThat(Gates.regression(null, values, 0.1, 0.05).limit()).isEqualTo(-0.1);
  }

  @Test
  void theExactTestOfPairedRatesIsTheGreatestOverAllDiscordances() {
    int n = 9;
    double margin = 0.2;
    PairedRates test = new PairedRates(n, margin);
    for (int lost = 0; lost <= n; lost++) {
      for (int gained = 0; gained + lost <= n; gained++) {
        double z = test.z(lost, gained);
        double up = 0;
        double down = 0;
        for (int i = 0; i <= 2_000; i++) {
          double q = (1 - margin) / 2 * i / 2_000;
          double above = 0;
          double below = 0;
          for (int b = 0; b <= n; b++) {
            for (int c = 0; b + c <= n; c++) {
              double chance =
                  choose(n, b)
                      * choose(n - b, c)
                      * Math.pow(q + margin, b)
                      * Math.pow(q, c)
                      * Math.pow(Math.max(0, 1 - margin - 2 * q), n - b - c);
              above += test.z(b, c) >= z - 1e-9 ? chance : 0;
              below += test.z(b, c) <= z + 1e-9 ? chance : 0;
            }
          }
          up = Math.max(up, above);
          down = Math.max(down, below);
        }
        assertThat(test.pNotWorse(lost, gained)).isCloseTo(Math.min(1, up), within(2e-4));
        assertThat(test.pWorse(lost, gained)).isCloseTo(Math.min(1, down), within(2e-4));
      }
    }
  }

  @Test
  void tangosIntervalEndsWhereTheScoreDoes() {
    for (int[] table : new int[][] {{100, 12, 2}, {44, 1, 0}, {50, 0, 0}, {30, 0, 9}}) {
      int n = table[0];
      Interval interval = PairedRates.interval(n, table[1], table[2], 0.025);

      assertThat(score(n, table[1], table[2], interval.low())).isCloseTo(1.959964, within(1e-4));
      assertThat(score(n, table[1], table[2], interval.high())).isCloseTo(-1.959964, within(1e-4));
    }
  }

  /**
   * (c − b − n d) ÷ √(n (2 q + d − d²)), with q, the rate of lost cases, of the greatest
   * likelihood.
   */
  private static double score(int n, int lost, int gained, double difference) {
    double best = Double.NEGATIVE_INFINITY;
    double at = 0;
    double from = Math.max(0, -difference);
    double to = (1 - difference) / 2;
    for (int i = 1; i < 1_000_000; i++) {
      double q = from + (to - from) * i / 1_000_000;
      double likelihood =
          lost * Math.log(q)
              + gained * Math.log(q + difference)
              + (n - lost - gained) * Math.log(1 - 2 * q - difference);
      if (likelihood > best) {
        best = likelihood;
        at = q;
      }
    }
    return (gained - lost - n * difference)
        / Math.sqrt(n * (2 * at + difference - difference * difference));
  }

  @Test
  void nonInferiorityWantsAProofAndRegressionAnAlarm() {
    // 3 of 100 lost, 1 gained: too little to alarm, too few to prove
    double[] baseline = bits(93, 7);
    double[] candidate = bits(93, 7);
    Arrays.fill(candidate, 0, 3, 0);
    candidate[99] = 1;

    GateDecision proof = Gates.nonInferiority(baseline, candidate, 0.05, 0.05);
    GateDecision wide = Gates.nonInferiority(baseline, candidate, 0.1, 0.05);
    GateDecision alarm = Gates.regression(baseline, candidate, 0.1, 0.05);
    GateDecision fine = Gates.regression(baseline, candidate, 0.03, 0.05);

    assertThat(proof.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(proof.estimate()).isCloseTo(-0.02, within(1e-12));
    assertThat(wide.verdict()).isEqualTo(Verdict.PASS);
    // P(X ≥ 3 | 4, ½) = 5/16
    assertThat(alarm.pValue()).isCloseTo(5 / 16.0, within(1e-12));
    assertThat(alarm.verdict()).isEqualTo(Verdict.PASS);
    assertThat(alarm.power().power()).isGreaterThan(Power.TARGET);
    assertThat(fine.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(fine.explanation())
        .startsWith(
            "Of 100 cases 3 passed before and fail now, 1 the other way round (difference -0.02)."
                + " Nothing proves that the candidate is worse, but these cases are too few to see a"
                + " drop of 0.03 (p 0.3125). A drop of 0.03 raises the alarm with a chance of ");
  }

  @Test
  void harmThatIsProvedFails() {
    double[] baseline = bits(100, 0);
    double[] candidate = bits(70, 30);

    // all 30 that changed got worse: 2⁻³⁰
    assertThat(Gates.regression(baseline, candidate, 0.05, 0.05).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(Gates.regression(baseline, candidate, 0.05, 0.05).pValue())
        .isCloseTo(Math.pow(0.5, 30), within(1e-15));
    assertThat(Gates.nonInferiority(baseline, candidate, 0.05, 0.05).verdict())
        .isEqualTo(Verdict.FAIL);
    for (int i = 0; i < 100; i++) {
      baseline[i] = 0.9;
      candidate[i] = i < 80 ? 0.6 : 1;
    }
    assertThat(Gates.regression(baseline, candidate, 0.05, 0.05).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(Gates.nonInferiority(baseline, candidate, 0.05, 0.05).verdict())
        .isEqualTo(Verdict.FAIL);
    assertThat(Gates.regression(baseline, candidate, 0.05, 0.05, Repetitions.DIFFERENT).method())
        .isEqualTo("Gaffke's bound of the mean difference");
  }

  @Test
  void whatIsMissingNeverPasses() {
    double[] good = bits(100, 0);

    for (GateDecision decision :
        new GateDecision[] {
          Gates.atLeast(new double[0], 0.5, 0.95),
          Gates.atLeast(new double[] {1, Double.NaN}, 0.5, 0.95),
          Gates.atMost(new double[0], 1, 2, 0.95),
          Gates.shareWithin(new double[] {Double.NaN}, 1, 0.5, 0.95),
          Gates.nonInferiority(null, good, 0.05, 0.05),
          Gates.nonInferiority(new double[0], new double[0], 0.05, 0.05),
          Gates.nonInferiority(bits(99, 0), good, 0.05, 0.05),
          Gates.regression(null, good, 0.05, 0.05),
          Gates.regression(new double[] {Double.NaN}, new double[] {1}, 0.05, 0.05),
          Gates.regression(good, bits(99, 0), 0.05, 0.05)
        }) {
      assertThat(decision.verdict()).isEqualTo(Verdict.UNDECIDED);
      assertThat(decision.explanation()).startsWith("There is no verdict: ");
      assertThat(decision.estimate()).isNull();
    }
    assertThat(Gates.nonInferiority(bits(99, 0), good, 0.05, 0.05).explanation())
        .isEqualTo(
            "There is no verdict: the baseline has 99 cases and the candidate 100, but they must be"
                + " the same ones in the same order.");
    assertThat(Gates.atLeast(new double[] {1, Double.NaN}, 0.5, 0.95).explanation())
        .isEqualTo(
            "There is no verdict: 1 of 2 cases have no score, and leaving them out could hide"
                + " failures.");
    // no four cases can alarm: 2⁻⁴ is above 0.05
    double[] graded = {0.9, 0.9, 0.9, 0.9};
    assertThat(Gates.regression(graded, graded.clone(), 0.5, 0.05).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(Gates.regression(bits(4, 0), bits(4, 0), 0.9, 0.05).verdict())
        .isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void mistakesOfTheProgramThrow() {
    assertThatThrownBy(() -> Gates.atLeast(new double[] {4}, 0.5, 0.95))
        .hasMessage(
            "values[0] must be between 0.0 (worst) and 1.0 (best), or NaN for a case without a"
                + " score, but was 4.0");
    assertThatThrownBy(() -> Gates.atLeast(new double[] {1}, 1, 0.95))
        .hasMessage("threshold must be between 0 and 1 exclusive, but was 1.0");
    assertThatThrownBy(() -> Gates.atLeast(new double[] {1}, 0.5, 0.3))
        .hasMessage("confidence must be between 0.5 and 1 exclusive, but was 0.3");
    assertThatThrownBy(() -> Gates.nonInferiority(null, new double[] {1}, 0, 0.05))
        .hasMessage("margin must be between 0 and 1 exclusive, but was 0.0");
    assertThatThrownBy(() -> Gates.regression(null, new double[] {-1}, 0.1, 0.05))
        .hasMessageStartingWith("candidate[0] must be between");
    assertThatThrownBy(() -> Power.regression(10, 0.1, 0.2, 0.05))
        .hasMessage(
            "drop must be above 0 and at most the discordance of 0.1, as no more cases change, but"
                + " was 0.2");
  }

  @Test
  void powerIsSummedOverEveryOutcome() {
    // SciPy 1.17, binom: 92 is the least c with P(X ≥ c | 100, 0.85) ≤ 0.05; P(X ≥ 92 | 100, 0.95)
    Power rate = Power.atLeast(100, 0.85, 0.95, 0.95);
    assertThat(rate.power()).isCloseTo(0.936910, within(1e-6));
    assertThat(rate.exact()).isTrue();
    // the true rate at which P(X ≥ 92) is 0.8
    assertThat(Power.atLeast(100, 0.85, rate.detectable(), 0.95).power())
        .isCloseTo(0.8, within(1e-9));
    assertThat(Power.atLeast(rate.cases(), 0.85, 0.95, 0.95).power()).isGreaterThanOrEqualTo(0.8);
    // SciPy: Σ binom.pmf(k, 100, 0.2) · binom.sf(c(k) − 1, k, 0.75)
    Power alarm = Power.regression(100, 0.2, 0.1, 0.05);
    assertThat(alarm.power()).isCloseTo(0.675414, within(1e-6));
    assertThat(Power.regression(alarm.cases(), 0.2, 0.1, 0.05).power()).isGreaterThanOrEqualTo(0.8);
    Power proof = Power.nonInferiority(200, 0.1, 0, 0.05, 0.05);
    assertThat(Power.nonInferiority(proof.cases(), 0.1, 0, 0.05, 0.05).power())
        .isGreaterThanOrEqualTo(0.8);
    assertThat(Power.nonInferiority(200, 0.2, -0.1, 0.05, 0.05).cases()).isNull();
  }

  @Test
  void thePermutationOfACaseTableCounts() {
    // −1, −2, −3 of a fifth each: one of the eight flips is as low
    double[] baseline = {0.8, 1.0, 0.8};
    double[] candidate = {0.6, 0.6, 0.2};
    TestResult result = PairedTests.permutation(baseline, candidate, Alternative.LESS, 1);

    assertThat(result.pValue()).isCloseTo(1 / 8.0, within(1e-12));
    assertThat(result.method()).isEqualTo("paired permutation, exact");
    assertThat(PairedTests.permutation(baseline, candidate, Alternative.DIFFERENT, 1).pValue())
        .isCloseTo(1 / 4.0, within(1e-12));
    assertThat(PairedTests.permutation(baseline, candidate, Alternative.GREATER, 1).pValue())
        .isEqualTo(1);
    // without a common step 9,999 are drawn: 1/8 within three standard deviations
    double[] odd = {0.6 + 1e-5, 0.6 + 1.1e-6, 0.2 + Math.PI / 1e4};
    TestResult drawn = PairedTests.permutation(baseline, odd, Alternative.LESS, 1);
    assertThat(drawn.pValue()).isCloseTo(1 / 8.0, within(0.01));
    assertThat(drawn).isEqualTo(PairedTests.permutation(baseline, odd, Alternative.LESS, 1));
  }

  private static double choose(int n, int k) {
    double product = 1;
    for (int i = 0; i < k; i++) {
      product = product * (n - i) / (i + 1);
    }
    return product;
  }

  /** Equally spaced in 0 to 1. */
  private static double[] spread(int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i + 0.5) / n;
    }
    return values;
  }

  private static double[] bits(int ones, int zeros) {
    double[] values = new double[ones + zeros];
    Arrays.fill(values, 0, ones, 1);
    return values;
  }
}
