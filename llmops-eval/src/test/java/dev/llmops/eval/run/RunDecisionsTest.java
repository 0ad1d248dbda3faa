package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.LlmContext;
import dev.llmops.TokenUsage;
import dev.llmops.cost.PriceTable;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.EvalReport.Ending;
import dev.llmops.eval.report.GateResult;
import dev.llmops.eval.report.RunAnalysis;
import dev.llmops.eval.stats.Power;
import dev.llmops.eval.stats.RerunRule;
import dev.llmops.eval.stats.SequentialTest;
import dev.llmops.eval.stats.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Sequential gates, severe cases, plans and what repetitions tell. */
class RunDecisionsTest {

  private static final Evaluator EXACT = Evaluators.byName("exact_match");

  @Test
  void aSequentialGateEndsTheRunEarlyAndItsVerdictStandsInTheReport() {
    SequentialGate gate =
        SequentialGate.passRate("exact_match", SequentialTest.between(0.8, 0.9).build());

    EvalReport report =
        EvalRun.of(EvalRunTest.dataset(500))
            .task(input -> input)
            .parallelism(4)
            .until(gate, 42)
            .evaluate(EXACT)
            .verify();

    assertThat(report.ending().kind()).isEqualTo(Ending.Kind.DECIDED);
    assertThat(report.runs().size()).isLessThan(100);
    assertThat(report.gates()).extracting(GateResult::verdict).containsExactly(Verdict.PASS);
    // all pass: log(.95/.05) / log(.9/.8) = 25 cases
    assertThat(gate.result().cases()).isBetween(20, 30);
  }

  @Test
  void aSequentialGateFailsAndItsFailureIsThrown() {
    EvalReport report =
        EvalRun.of(EvalRunTest.dataset(500))
            .task(input -> "wrong")
            .until(
                SequentialGate.passRate("exact_match", SequentialTest.between(0.8, 0.9).build()),
                42)
            .evaluate(EXACT);

    assertThat(report.gates().get(0).verdict()).isEqualTo(Verdict.FAIL);
    assertThatThrownBy(report::verify).isInstanceOf(AssertionError.class);
  }

  @Test
  void tooFewCasesLeaveASequentialGateUndecidedAndItBlocks() {
    EvalReport report =
        EvalRun.of(EvalRunTest.dataset(5))
            .task(input -> input)
            .until(
                SequentialGate.passRate("exact_match", SequentialTest.between(0.8, 0.9).build()),
                42)
            .evaluate(EXACT);

    assertThat(report.ending()).isEqualTo(Ending.COMPLETE);
    assertThat(report.gates().get(0).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(report.gates().get(0).blocks()).isTrue();
  }

  @Test
  void aSevereCaseThatWasUnluckyIsNotLostAndOneThatIsBrokenIs() {
    Dataset dataset = severe("a", "b", "c");
    Baseline before = Baseline.of(EvalRun.of(dataset).task(input -> input).evaluate(EXACT));
    Set<String> seen = ConcurrentHashMap.newKeySet();
    EvalRun run =
        EvalRun.of(dataset)
            .task(
                input -> {
                  int iteration = Objects.requireNonNull(LlmContext.current().iteration());
                  seen.add(input + iteration);
                  boolean fails = input.equals("a") || (input.equals("b") && iteration == 0);
                  return fails ? "wrong" : input;
                });
    SevereCases severe = new SevereCases("severe", "exact_match", 1, RerunRule.majorityOf(3));

    EvalReport report = severe.check(run.evaluate(EXACT), before, run, EXACT);

    GateResult gate = report.gates().get(0);
    assertThat(gate.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(gate.explanation())
        .isEqualTo(
            "2 of 3 cases tagged severe were lost against the baseline and run again up to 3"
                + " times; lost for good: a.");
    // two failures of a are enough, and so are two passes of b; c is not run again
    assertThat(seen).containsExactlyInAnyOrder("a0", "b0", "c0", "a1", "a2", "b1", "b2");
  }

  @Test
  void withoutASevereCaseNothingIsProved() {
    EvalRun run = EvalRun.of(EvalRunTest.dataset(2)).task(input -> input);
    EvalReport report = run.evaluate(EXACT);
    SevereCases severe = new SevereCases("severe", "exact_match", 1, RerunRule.majorityOf(3));

    GateResult gate = severe.check(report, Baseline.of(report), run, EXACT).gates().get(0);

    assertThat(gate.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(gate.explanation()).isEqualTo("Not measured: no case is tagged severe.");
  }

  @Test
  void aPlanSaysWhatIsLeftToSpendAndWhatIsToBeProved() {
    EvalRun run = EvalRun.of(EvalRunTest.dataset(100)).repetitions(2);

    RunPlan plan =
        run.plan(
            new RunPlan.Basis(
                new Spend(20, TokenUsage.of(4_000, 1_000), null, null), 10, "a pilot"),
            Power.atLeast(100, 0.85, 0.95, 0.95));

    // 200 runs at 2 calls and 500 tokens each; the power is Power.atLeast's worked number
    assertThat(plan.toString())
        .startsWith(
            "100 cases, each 2 times: about 400 calls, 100,000 tokens, cost not known (a pilot)\n"
                + "100 cases: power 0.937, undecided ");
  }

  @Test
  void aGuessedPlanIsPricedAndSaysThatItIsAGuess() {
    RunPlan.Basis basis = RunPlan.Basis.guess("openai", "gpt-4o", 1_000, 200, PriceTable.bundled());

    assertThat(basis.words())
        .isEqualTo("guessed: one call of openai/gpt-4o with 1000 + 200 tokens a case");
    assertThat(basis.spend().cost()).isNotNull();
  }

  @Test
  void repetitionsTellFlakinessAndAnAaRunTheDiscordance() {
    EvalReport report =
        EvalRun.of(EvalRunTest.dataset(10))
            .repetitions(2)
            .task(
                input -> {
                  boolean second = Objects.equals(LlmContext.current().iteration(), 1);
                  return second && (input.equals("q3") || input.equals("q7")) ? "wrong" : input;
                })
            .evaluate(EXACT);

    RunAnalysis analysis = RunAnalysis.of(report, "exact_match", 1);

    assertThat(analysis.selfComparison().discordance()).isEqualTo(0.2);
    assertThat(analysis.repetitions().flakyCases()).isEqualTo(2);
    assertThat(analysis.repetitions().passAllK(2)).isEqualTo(0.8);
    assertThat(analysis.byCase().get("c3").isFlaky()).isTrue();
  }

  @Test
  void aJudgesRateIsCorrectedByAFewLabels() {
    EvalReport report = EvalRun.of(EvalRunTest.dataset(100)).task(input -> input).evaluate(EXACT);

    RunAnalysis analysis = RunAnalysis.of(report, "exact_match", 1);

    // the judge passes all; people failed one of the two that they looked at
    assertThat(analysis.judgeCorrected(Map.of("c0", true, "c1", false), 0.95).estimate())
        .isEqualTo(0.5);
    assertThatThrownBy(() -> analysis.judgeCorrected(Map.of("zz", true), 0.95))
        .hasMessage("label of case zz is of no case in the report of numbers");
  }

  private static Dataset severe(String... inputs) {
    List<EvalCase> cases = new ArrayList<>();
    for (String input : inputs) {
      cases.add(
          EvalCase.builder()
              .id(input)
              .input(input)
              .references(List.of(input))
              .tag("severe")
              .build());
    }
    return Dataset.of("severe", cases);
  }
}
