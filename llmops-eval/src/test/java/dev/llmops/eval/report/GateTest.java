package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.report.EvalReport.Ending;
import dev.llmops.eval.stats.Verdict;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {

  @Test
  void fiftyNineOfFiftyNineProve95PercentAndFiftyEightDoNot() {
    // 0.95^59 = 0.0485 < 0.05 < 0.0510 = 0.95^58
    Gate gate = Gate.passRate("exact_match").atLeast(0.95);

    assertThat(gate.check(Reports.ofPassed(59, 59)).verdict()).isEqualTo(Verdict.PASS);
    GateResult few = gate.check(Reports.ofPassed(58, 58));
    assertThat(few.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(few.blocks()).isTrue();
    assertThat(gate.warnWhenUndecided().check(Reports.ofPassed(58, 58)).blocks()).isFalse();
  }

  @Test
  void aRateProvedToBeBelowFails() {
    GateResult result = Gate.passRate("exact_match").atLeast(0.9).check(Reports.ofPassed(50, 100));

    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.blocks()).isTrue();
  }

  @Test
  void nothingMeasuredNeverPassesAndBlocksEvenWhereUndecidedOnlyWarns() {
    Gate gate = Gate.passRate("exact_match").atLeast(0.5).warnWhenUndecided();

    assertBlocked(gate.check(Reports.ofPassed(0, 0)), "no case was run");
    assertBlocked(
        gate.check(Reports.ofScores(1, 1, Double.NaN)),
        "1 of 3 runs have no score, the first of case c2: the judge did not answer.");
    assertBlocked(
        Gate.passRate("rouge_l").atLeast(0.5).warnWhenUndecided().check(Reports.ofPassed(9, 9)),
        "the run has no evaluator rouge_l; it has exact_match.");
    assertBlocked(
        Gate.mean("exact_match")
            .notWorseThan(null, 0.05)
            .warnWhenUndecided()
            .check(Reports.ofPassed(9, 9)),
        "there is no baseline");
  }

  @Test
  void aRunThatLeftCasesOutNeverPasses() {
    Gate gate = Gate.passRate("exact_match").atLeast(0.5);
    EvalReport whole = Reports.ofPassed(100, 100);

    assertThat(gate.check(whole).verdict()).isEqualTo(Verdict.PASS);
    assertBlocked(
        gate.check(
            whole.toBuilder().ending(new Ending(Ending.Kind.BUDGET, "2 USD are spent")).build()),
        "the run left cases out (2 USD are spent)");
    assertBlocked(
        gate.check(whole.toBuilder().ending(new Ending(Ending.Kind.DECIDED, "decided")).build()),
        "a gate for a fixed number of cases would be wrong here");
  }

  @Test
  void gradedScoresNeedAThresholdToBeAPassRate() {
    EvalReport report = Reports.ofScores(0.9, 0.7, 0.85, 1);

    assertBlocked(
        Gate.passRate("exact_match").atLeast(0.5).check(report), "passRate(\"exact_match\", 0.8)");
    GateResult result = Gate.passRate("exact_match", 0.8).atLeast(0.5).check(report);
    assertThat(result.decision()).isNotNull();
    assertThat(result.decision().estimate()).isEqualTo(0.75);
  }

  @Test
  void repetitionsOfACaseAreOneCase() {
    List<CaseRun> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      for (int repetition = 0; repetition < 5; repetition++) {
        runs.add(Reports.run("c" + i, repetition, 1));
      }
    }

    GateResult result = Gate.passRate("exact_match").atLeast(0.95).check(Reports.of(runs));

    // 20 cases, not 100 trials: 0.95^20 = 0.36
    assertThat(result.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(result.decision()).isNotNull();
    assertThat(result.decision().n()).isEqualTo(20);
  }

  @Test
  void anUnchangedApplicationIsNotWorseAndALossIsSeen() {
    Baseline before = Baseline.of(Reports.ofPassed(180, 200));
    EvalReport same = Reports.ofPassed(180, 200);
    EvalReport worse = Reports.ofPassed(150, 200);

    assertThat(Gate.passRate("exact_match").notWorseThan(before, 0.05).check(same).verdict())
        .isEqualTo(Verdict.PASS);
    // 30 lost, none gained: 2^-30
    assertThat(Gate.passRate("exact_match").noRegression(before, 0.1).check(worse).verdict())
        .isEqualTo(Verdict.FAIL);
    assertThat(Gate.passRate("exact_match").notWorseThan(before, 0.05).check(worse).verdict())
        .isEqualTo(Verdict.FAIL);
  }

  @Test
  void alarmsAreAdjustedForTheirNumber() {
    Baseline before = Baseline.of(Reports.ofPassed(100, 100));
    // 5 lost, none gained: p = 2^-5 = 0.031; twice that over two gates is 0.0625
    EvalReport now = Reports.ofPassed(95, 100);
    Gate gate = Gate.passRate("exact_match").noRegression(before, 0.1);

    assertThat(now.check(gate).gates().get(0).verdict()).isEqualTo(Verdict.FAIL);
    List<GateResult> both = now.check(gate, gate).gates();
    assertThat(both).extracting(GateResult::verdict).doesNotContain(Verdict.FAIL);
    assertThat(both.get(0).explanation())
        .endsWith(" Over 2 regression gates the p value is 0.063 (Holm), which is no proof.");
  }

  @Test
  void latencyIsGatedByTheShareWithinALimitAndUnknownCostNeverPasses() {
    EvalReport report = Reports.ofPassed(100, 100); // each took 0.5 s

    assertThat(Gate.latency().shareWithin(Duration.ofSeconds(1), 0.95).check(report).verdict())
        .isEqualTo(Verdict.PASS);
    assertThat(Gate.latency().shareWithin(Duration.ofMillis(100), 0.95).check(report).verdict())
        .isEqualTo(Verdict.FAIL);
    assertBlocked(
        Gate.cost("USD").shareWithin(new BigDecimal("0.01"), 0.95).check(report),
        "the cost of case c0 is not known in USD; give its models a price.");
  }

  @Test
  void whatBlocksIsThrownWithTheNumbersAndTheCasesToLookAt() {
    EvalReport report = Reports.ofPassed(50, 100);

    assertThatThrownBy(() -> report.verify(Gate.passRate("exact_match").atLeast(0.9)))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "qa: 1 of 1 gates block\n\nFAIL  pass rate of exact_match at least 0.9\n"
                + "  measured  0.5000 [")
        .hasMessageContaining("\n  why       ")
        .hasMessageContaining(
            "\n  look at   c50  0.000  expected \"right\", got \"wrong\"\n"
                + "            c51  0.000  expected");
  }

  private static void assertBlocked(GateResult result, String why) {
    assertThat(result.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(result.blocks()).isTrue();
    assertThat(result.explanation()).contains(why);
  }
}
