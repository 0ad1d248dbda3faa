package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.stats.SequentialTest.OperatingCharacteristics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequentialTestTest {

  /** The plain binomial sums in logarithms, without the library that the test uses. */
  @ParameterizedTest
  @CsvSource({"0.80, 0.90, 135", "0.70, 0.80, 204", "0.85, 0.95, 93"})
  void fixedNumberIsTheSmallestOfAnExactBinomialTest(double p0, double p1, int expected) {
    int smallest = 0;
    for (int n = 1; smallest == 0; n++) {
      double pass = 0;
      double fail = 1;
      for (int c = n; c >= 0 && smallest == 0; c--) {
        pass += pmf(n, c, p0);
        fail -= pmf(n, c, p1);
        if (pass <= 0.05 && fail <= 0.05) {
          smallest = n;
        }
      }
    }

    assertThat(smallest).isEqualTo(expected);
    assertThat(SequentialTest.between(p0, p1).build().fixedCases()).isEqualTo(expected);
  }

  /**
   * The last column is what the goal of 0.35 leaves open: 0.85 against 0.95 at 0.975 takes 0.391 n,
   * and no test can do much better, see {@link #noTestReaches35PercentAt975()}.
   */
  @ParameterizedTest
  @CsvSource({"0.80, 0.90, 0.35", "0.70, 0.80, 0.35", "0.85, 0.95, 0.40"})
  void sprtKeepsItsErrorsAndSavesCases(double p0, double p1, double halfwayGoal) {
    SequentialTest test = SequentialTest.between(p0, p1).build();
    double n = test.fixedCases();

    print(test);
    assertThat(test.at(p0).pass()).isBetween(0.045, 0.05);
    assertThat(test.at(p1).fail()).isBetween(0.045, 0.05);
    assertThat(test.at(p0).undecided()).isLessThan(0.01);
    assertThat(test.at(p1).undecided()).isLessThan(0.01);
    assertThat(test.at(p0).meanCases() / n).isLessThan(0.60);
    assertThat(test.at(p1).meanCases() / n).isLessThan(0.60);
    assertThat(test.at(p0 - 0.10).meanCases() / n).isLessThan(0.35);
    assertThat(test.at((1 + p1) / 2).meanCases() / n).isLessThan(halfwayGoal);
    assertThat(test.at((p0 + p1) / 2).meanCases() / n).isLessThan(0.95);
  }

  /**
   * Wald's inequality (1945): a test that passes 0.85 with 5 % at most and 0.975 with π takes a
   * mean of at least d(π, 0.05) ÷ d(0.975, 0.85) cases at 0.975, where d(p, q) = p log (p/q) +
   * (1−p) log ((1−p)/(1−q)). For π = 0.99 that is 2.9100 ÷ 0.08898 = 32.7, above 0.35 × 93 = 32.55,
   * before any overshoot.
   */
  @Test
  void noTestReaches35PercentAt975() {
    double verdicts = 0.99 * Math.log(0.99 / 0.05) + 0.01 * Math.log(0.01 / 0.95);
    double data = 0.975 * Math.log(0.975 / 0.85) + 0.025 * Math.log(0.025 / 0.15);

    assertThat(verdicts / data).isEqualTo(32.7, within(0.05)).isGreaterThan(0.35 * 93);
  }

  @ParameterizedTest
  @CsvSource({"0.80, 0.90", "0.70, 0.80", "0.85, 0.95"})
  void anytimeKeepsItsErrorsWhateverTheLimit(double p0, double p1) {
    int n = SequentialTest.between(p0, p1).build().fixedCases();
    SequentialTest test = SequentialTest.between(p0, p1).anytime().limit(20 * n).build();

    print(test);
    assertThat(test.at(p0).pass()).isLessThan(0.05);
    assertThat(test.at(p1).fail()).isLessThan(0.05);
    assertThat(test.at(p1).meanCases() / n).isLessThan(0.80);
  }

  /** Every one of the 2^12 paths, one by one. */
  @Test
  void characteristicsEqualTheSumOverAllPaths() {
    SequentialTest test = SequentialTest.between(0.3, 0.8).errors(0.1, 0.2).limit(12).build();
    double rate = 0.6;
    double pass = 0;
    double fail = 0;
    double mean = 0;
    for (int path = 0; path < 1 << 12; path++) {
      double probability = 1;
      int passed = 0;
      int decided = 0;
      Verdict verdict = Verdict.UNDECIDED;
      for (int n = 1; n <= 12; n++) {
        boolean success = (path >> (n - 1) & 1) == 1;
        probability *= success ? rate : 1 - rate;
        passed += success ? 1 : 0;
        if (decided == 0 && passed >= test.passesToPass(n)) {
          verdict = Verdict.PASS;
          decided = n;
        } else if (decided == 0 && passed <= test.passesToFail(n)) {
          verdict = Verdict.FAIL;
          decided = n;
        }
      }
      pass += verdict == Verdict.PASS ? probability : 0;
      fail += verdict == Verdict.FAIL ? probability : 0;
      mean += probability * (decided == 0 ? 12 : decided);
    }

    OperatingCharacteristics at = test.at(rate);

    assertThat(at.pass()).isEqualTo(pass, within(1e-12));
    assertThat(at.fail()).isEqualTo(fail, within(1e-12));
    assertThat(at.undecided()).isEqualTo(1 - pass - fail, within(1e-12));
    assertThat(at.meanCases()).isEqualTo(mean, within(1e-12));
  }

  /**
   * All passes: Wald's safe threshold log 20 = 2.996 is reached at 2.996 ÷ log (0.9/0.8) = 25.4
   * cases and the lowered one not before; all failures: 2.996 ÷ log 2 = 4.3.
   */
  @Test
  void straightRunsDecideAsSoonAsWaldSays() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();

    assertThat(casesUntilEnd(test, true)).isBetween(23, 26);
    assertThat(casesUntilEnd(test, false)).isBetween(4, 5);
  }

  @Test
  void shortLimitKeepsTheErrorsToo() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).limit(40).build();

    assertThat(test.at(0.80).pass()).isLessThanOrEqualTo(0.05);
    assertThat(test.at(0.90).fail()).isLessThanOrEqualTo(0.05);
    assertThat(test.at(0.85).undecided()).isGreaterThan(0.3);
  }

  @Test
  void largeDesignsStaySafeAndQuick() {
    SequentialTest test = SequentialTest.between(0.900, 0.905).build();

    assertThat(test.fixedCases()).isBetween(30_000, 40_000);
    assertThat(test.at(0.900).pass()).isLessThanOrEqualTo(0.05);
    assertThat(test.at(0.905).fail()).isLessThanOrEqualTo(0.05);
  }

  @ParameterizedTest
  @CsvSource({
    "0.01, 0.99, 0.05, 0.05",
    "0.5, 0.51, 0.01, 0.2",
    "0.001, 0.01, 0.05, 0.1",
    "0.99, 0.999, 0.4, 0.4"
  })
  void errorsHoldFarFromTheUsual(double p0, double p1, double alpha, double beta) {
    for (boolean anytime : new boolean[] {false, true}) {
      SequentialTest.Builder builder = SequentialTest.between(p0, p1).errors(alpha, beta);
      SequentialTest test = anytime ? builder.anytime().limit(3000).build() : builder.build();

      assertThat(test.at(p0).pass()).isLessThanOrEqualTo(alpha);
      assertThat(test.at(p1).fail()).isLessThanOrEqualTo(beta);
      assertThat(test.at(p0 / 2).pass()).isLessThanOrEqualTo(alpha);
      assertThat(test.at((1 + p1) / 2).fail()).isLessThanOrEqualTo(beta);
    }
  }

  @Test
  void resultsAreReadInTheOrderOfIssue() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();
    SequentialRun run = test.start();
    for (int i = 0; i < 40; i++) {
      assertThat(run.issue()).hasValue(i);
    }

    for (int i = 39; i > 0; i--) {
      run.record(i, true);
    }

    assertThat(run.ended()).isFalse();
    assertThat(run.result().inFlight()).isEqualTo(1);

    run.record(0, true);

    int needed = casesUntilEnd(test, true);
    SequentialResult result = run.result();
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.cases()).isEqualTo(needed);
    assertThat(result.late()).isEqualTo(40 - needed);
    assertThat(result.saved()).isEqualTo(135 - 40);
    assertThat(run.issue()).isEmpty();
    assertThat(run.certainlyNeeded()).isZero();
  }

  @Test
  void resultsAfterTheVerdictAreKeptAndChangeNothing() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();
    SequentialRun run = test.start();
    int needed = casesUntilEnd(test, true);
    for (int i = 0; i < needed + 3; i++) {
      run.issue();
    }
    for (int i = 0; i < needed; i++) {
      run.record(i, true);
    }

    assertThat(run.result().inFlight()).isEqualTo(3);
    run.record(needed, false);
    run.record(needed + 1, false);
    run.record(needed + 2, true);

    SequentialResult result = run.result();
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.cases()).isEqualTo(needed);
    assertThat(result.passed()).isEqualTo(needed);
    assertThat(result.late()).isEqualTo(3);
    assertThat(result.latePassed()).isEqualTo(1);
    assertThat(result.summary())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "PASS after %d cases, %d passed: the rate is above 0.8 (α 0.05); %d issued, 3 late,"
                    + " a fixed run takes 135: %d saved",
                needed,
                needed,
                needed + 3,
                135 - needed - 3));
  }

  @Test
  void limitIsUndecidedAndCountsThoseInFlight() {
    SequentialRun run = SequentialTest.between(0.80, 0.90).limit(3).build().start();
    run.issue();
    run.issue();
    run.issue();

    assertThat(run.issue()).isEmpty();
    assertThat(run.ended()).isFalse();

    run.record(0, true);
    run.record(1, false);
    run.record(2, true);

    assertThat(run.result().verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(run.ended()).isTrue();
    assertThat(run.result().summary())
        .startsWith(
            "UNDECIDED after 3 cases, 2 passed: the limit is reached before either boundary");
  }

  @Test
  void runWithAMissingCaseNeverPasses() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();
    SequentialRun run = test.start();
    run.withdraw(run.issue().getAsInt());
    while (!run.ended()) {
      run.record(run.issue().getAsInt(), true);
    }

    SequentialResult result = run.result();
    assertThat(result.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(result.missing()).isEqualTo(1);
    assertThat(result.summary())
        .contains("the boundary of PASS is reached, but 1 more gave no result");
  }

  @Test
  void withdrawnCaseFreesItsPlaceUnderTheLimit() {
    SequentialRun run = SequentialTest.between(0.80, 0.90).limit(1).build().start();
    run.issue();
    assertThat(run.issue()).isEmpty();

    run.withdraw(0);

    assertThat(run.issue()).hasValue(1);
  }

  @Test
  void aRunThatIssuesOnlyWhatIsCertainWastesNothing() {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 200; i++) {
      SequentialRun run = SequentialTest.between(0.5, 0.8).limit(40).build().start();
      double rate = random.nextDouble();
      List<Integer> inFlight = new ArrayList<>();
      while (!run.ended()) {
        int certain = run.certainlyNeeded();
        for (int k = 0; k < certain; k++) {
          inFlight.add(run.issue().getAsInt());
        }
        run.record(inFlight.remove(random.nextInt(inFlight.size())), random.nextDouble() < rate);
      }

      assertThat(run.result().issued()).isEqualTo(run.result().cases());
    }
  }

  @Test
  void manyThreadsGetEveryPositionOnceAndTheVerdictOfTheOrder() throws Exception {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();
    SplittableRandom random = new SplittableRandom(11);
    boolean[] answers = new boolean[test.limit()];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = random.nextDouble() < 0.85;
    }
    SequentialRun alone = test.start();
    for (OptionalInt next = alone.issue(); next.isPresent(); next = alone.issue()) {
      alone.record(next.getAsInt(), answers[next.getAsInt()]);
    }

    SequentialRun together = test.start();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    for (int i = 0; i < 8; i++) {
      threads.execute(
          () -> {
            try {
              start.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            for (OptionalInt next = together.issue(); next.isPresent(); next = together.issue()) {
              together.record(next.getAsInt(), answers[next.getAsInt()]);
            }
          });
    }
    start.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

    assertThat(together.result().verdict()).isEqualTo(alone.result().verdict());
    assertThat(together.result().cases()).isEqualTo(alone.result().cases());
    assertThat(together.result().passed()).isEqualTo(alone.result().passed());
    assertThat(together.result().inFlight()).isZero();
  }

  @Test
  void runsAgreeWithTheExactCharacteristics() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();
    int runs = Simulation.runs(10_000, 1_000);
    SplittableRandom random = new SplittableRandom(20);
    int wrong = 0;
    long cases = 0;
    for (int i = 0; i < runs; i++) {
      SequentialRun run = test.start();
      for (OptionalInt next = run.issue(); next.isPresent(); next = run.issue()) {
        run.record(next.getAsInt(), random.nextDouble() < 0.80);
      }
      wrong += run.result().verdict() == Verdict.PASS ? 1 : 0;
      cases += run.result().cases();
    }

    System.out.printf(
        "SPRT 0.80/0.90 at 0.80: %d of %d passed, mean cases %.1f (exact %.1f)%n",
        wrong, runs, (double) cases / runs, test.at(0.80).meanCases());
    assertThat(wrong).isLessThanOrEqualTo(Simulation.mostErrors(runs));
    assertThat((double) cases / runs).isEqualTo(test.at(0.80).meanCases(), within(5.0));
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequentialTest.between(0.9, 0.8))
        .withMessage(
            "unacceptable and acceptable must be rates with 0 < unacceptable < acceptable < 1, but"
                + " were 0.9 and 0.8; for a goal of 1 take a rate that is as good, as 0.99");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequentialTest.between(0.8, 0.9).errors(0, 0.05))
        .withMessage(
            "alpha and beta must be above 0 and below 0.5, as 0.05, but were 0.0 and 0.05");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequentialTest.between(0.8, 0.9).limit(0))
        .withMessage("limit must be between 1 and 1000000 cases, but was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequentialTest.between(0.5, 0.5001).build())
        .withMessage(
            "acceptable must be further from unacceptable: telling 0.5 from 0.5001 takes more than"
                + " 1,000,000 cases");
    SequentialRun run = SequentialTest.between(0.8, 0.9).build().start();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.record(0, true))
        .withMessage("position must be one that issue() gave, 0 to -1, but was 0");
    run.issue();
    run.record(0, true);
    assertThatIllegalStateException()
        .isThrownBy(() -> run.record(0, true))
        .withMessage("position 0 has its result already");
  }

  /** ∫ q dq from 0.8 to 1 ÷ (0.2 × 0.8) = 0.18 ÷ 0.16; two passes: (0.488/3) ÷ (0.2 × 0.64). */
  @Test
  void evidenceOfTheMixture() {
    assertThat(Math.exp(UniformMixture.logAbove(1, 1, 0.8))).isEqualTo(1.125, within(1e-12));
    assertThat(Math.exp(UniformMixture.logAbove(2, 2, 0.8)))
        .isEqualTo(0.488 / 3 / 0.128, within(1e-12));
    assertThat(Math.exp(UniformMixture.logBelow(1, 0, 0.2))).isEqualTo(1.125, within(1e-12));
    assertThat(UniformMixture.logAbove(10, 8, 0.8)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  private static int casesUntilEnd(SequentialTest test, boolean pass) {
    SequentialRun run = test.start();
    while (!run.ended()) {
      run.record(run.issue().getAsInt(), pass);
    }
    return run.result().cases();
  }

  private static void print(SequentialTest test) {
    double n = test.fixedCases();
    StringBuilder line =
        new StringBuilder(test.toString()).append(", n ").append(test.fixedCases());
    for (double rate :
        new double[] {
          test.unacceptable(),
          test.acceptable(),
          test.unacceptable() - 0.10,
          (1 + test.acceptable()) / 2,
          (test.unacceptable() + test.acceptable()) / 2
        }) {
      OperatingCharacteristics at = test.at(rate);
      line.append(
          String.format(
              Locale.ROOT,
              " | %.3f: pass %.4f fail %.4f undecided %.4f mean %.1f = %.3f n",
              rate,
              at.pass(),
              at.fail(),
              at.undecided(),
              at.meanCases(),
              at.meanCases() / n));
    }
    System.out.println(line);
  }

  private static double pmf(int n, int k, double p) {
    double log = k * Math.log(p) + (n - k) * Math.log1p(-p);
    for (int i = 1; i <= k; i++) {
      log += Math.log((double) (n - k + i) / i);
    }
    return Math.exp(log);
  }
}
