package dev.llmops.eval.assertj;

import static dev.llmops.eval.assertj.EvalAssertions.assertThat;
import static dev.llmops.eval.assertj.EvalAssertions.assertThatAnswer;
import static dev.llmops.eval.text.TextEvaluators.containsAny;
import static dev.llmops.eval.text.TextEvaluators.exactMatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.not;

import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.Pricing;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.EvalCollector;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.run.EvalRun;
import dev.llmops.eval.text.TextEvaluators.Matching;
import dev.llmops.testing.Records;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvalAssertionsTest {

  private static final EvaluatorSpec RISK = EvaluatorSpec.free("toxicity", Scale.RISK);
  private static final EvaluatorSpec GRADED = EvaluatorSpec.free("closeness", Scale.UNIT);

  private final EvalCase paris =
      EvalCase.builder()
          .id("fr")
          .input("What is the capital of France?")
          .references(List.of("Paris"))
          .output("Paris")
          .build();

  @Test
  void whatHoldsIsSilentAndChains() {
    assertThat(paris)
        .passes(exactMatch())
        .scoresAtLeast(0.8, exactMatch())
        .is(EvalConditions.passing(exactMatch()));
    assertThat(paris.withOutput("Lyon"))
        .doesNotPass(exactMatch())
        .scoresBelow(0.5, exactMatch())
        .is(not(EvalConditions.scoring(exactMatch(), 0.5)));
    assertThatAnswer("Paris")
        .to("Capital of France?")
        .against("Lutetia", "Paris")
        .passes(exactMatch());
  }

  @Test
  void aNegationThatDoesNotHoldSaysSo() {
    assertThatThrownBy(() -> assertThat(paris).as("trap").scoresBelow(0.5, exactMatch()))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            [trap] exact_match of case fr: score 1.000, but it must be below 0.5
              why       equals a reference
              input     What is the capital of France?
              output    Paris\
            """);
  }

  @Test
  void whatWasSkippedNeverHoldsAndSaysWhatToProvide() {
    EvalCase bare = EvalCase.builder().id("x").output("Paris").build();

    assertThatThrownBy(() -> assertThat(bare).doesNotPass(exactMatch()))
        .hasMessage(
            """
            exact_match of case x: nothing was measured, but it must not pass
              why       skipped: exact_match needs a reference: EvalCase.Builder.references(..)
              output    Paris\
            """);
    assertThatThrownBy(() -> assertThat(bare).is(EvalConditions.notPassing(exactMatch())))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void whatErroredNeverHolds() {
    Evaluator broken =
        evaluator(RISK, new Errored(RISK, "timeout", "the judge did not answer", Spend.NONE));

    assertThatThrownBy(() -> assertThat(paris).scoresBelow(0.5, broken))
        .hasMessageStartingWith(
            """
            toxicity of case fr: nothing was measured, but it must be below 0.5
              why       errored (timeout): the judge did not answer
            """);
  }

  @Test
  void aRiskShowsItsRawMeasure() {
    Evaluator toxic = evaluator(RISK, Scored.of(RISK, 0.98, "an insult"));

    assertThatThrownBy(() -> assertThat(paris).scoresAtLeast(0.5, toxic))
        .hasMessageStartingWith(
            """
            toxicity of case fr: score 0.020, but it must be at least 0.5
              measured  0.98 on 0 to 1, lower is better
              why       an insult
            """);
  }

  @Test
  void aGradedScoreHasNoVerdict() {
    Evaluator graded = evaluator(GRADED, Scored.of(GRADED, 0.7, "close"));

    assertThatThrownBy(() -> assertThat(paris).passes(graded))
        .hasMessageStartingWith(
            """
            closeness of case fr: score 0.700 is neither a pass nor a failure
              needed    a threshold, as these scores are graded: scoresAtLeast(0.8, ..)
              why       close
            """);
  }

  @Test
  void aScoreJustBelowIsNotShownAsTheThreshold() {
    Evaluator graded = evaluator(GRADED, Scored.of(GRADED, 0.79999, "close"));

    assertThatThrownBy(() -> assertThat(paris).scoresAtLeast(0.8, graded))
        .hasMessageStartingWith("closeness of case fr: score 0.79999, but it must be at least 0.8");
  }

  @Test
  void hostileOutputStaysOnItsLineAndIsNoFormat() {
    EvalCase hostile = paris.withOutput("100% %s %n\n\u001b[31m\u202ered " + "x".repeat(300));

    assertThatThrownBy(() -> assertThat(hostile).passes(exactMatch()))
        .message()
        .satisfies(
            text -> {
              String output =
                  text.lines().filter(line -> line.contains("output")).findFirst().get();
              assertThat(output).startsWith("  output    100% %s %n [31mred xxx").endsWith("x…");
              assertThat(output).hasSize("  output    ".length() + 200);
            });
  }

  @Test
  void aThresholdOutOfRangeIsAnError() {
    assertThatThrownBy(() -> assertThat(paris).scoresAtLeast(4, exactMatch()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threshold must be between 0.0 (worst) and 1.0 (best), but was 4.0");
  }

  @Test
  void aConditionSaysWhy() {
    assertThatThrownBy(
            () ->
                assertThat(List.of(paris, paris.withOutput("Lyon")))
                    .are(EvalConditions.scoring(exactMatch(), 0.8)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("exact_match must be at least 0.8")
        .hasMessageContaining("got \"Lyon\", expected \"Paris\"");
  }

  @Test
  void softAssertionsCollectAllFailures() {
    EvalReport report = report(2, 20);

    assertThatThrownBy(
            () ->
                EvalSoftAssertions.assertSoftly(
                    softly -> {
                      softly
                          .assertThat(paris.withOutput("Lyon"))
                          .passes(exactMatch())
                          .is(EvalConditions.scoring(exactMatch(), 0.5));
                      softly
                          .assertThat(report)
                          .passRateOf("exact_match")
                          .isAtLeast(0.85)
                          .hasNoErrors();
                      softly.assertThatAnswer("Rome").against("Roma").doesNotPass(exactMatch());
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("3 failures")
        .hasMessageContaining("but it must pass")
        .hasMessageContaining("FAIL  pass rate of exact_match at least 0.85");
  }

  @Test
  void resultsAreAsserted() {
    EvalResult scored = exactMatch().evaluate(paris);
    EvalResult skipped = exactMatch().evaluate(EvalCase.builder().output("x").build());

    assertThat(scored).isScored().isPass().isAtLeast(1);
    assertThat(skipped).isSkipped();
    assertThatThrownBy(() -> assertThat(skipped).isBelow(0.5))
        .hasMessageStartingWith("exact_match: nothing was measured, but it must be below 0.5");
    assertThatThrownBy(() -> assertThat(skipped).isErrored())
        .hasMessage(
            "exact_match must be errored, but was skipped: exact_match needs a reference:"
                + " EvalCase.Builder.references(..)");
  }

  @Test
  void reportsAreHeldAgainstGates() {
    EvalReport report = report(100, 100);
    Baseline baseline = Baseline.of(report(100, 100));

    assertThat(report)
        .hasNoErrors()
        .isComplete()
        .passRateOf("exact_match")
        .withConfidence(0.95)
        .isAtLeast(0.85)
        .meanOf("exact_match")
        .isAtLeast(0.85)
        .passRateOf("exact_match")
        .isNotWorseThan(baseline, 0.05)
        .hasLatencyWithin(Duration.ofSeconds(60), 0.9);
  }

  @Test
  void recordedCallsAreAsserted() {
    Records records = Records.withContent();
    LlmCall call;
    LlmCall failed;
    try (LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build()) {
      LlmRequest request =
          LlmRequest.builder(LlmRequest.CHAT, "local")
              .model("my-model")
              .message(Message.user("What is the capital of France?"))
              .build();
      assertThat(ops.call(request, () -> "Paris", LlmResponse::ofText)).isEqualTo("Paris");
      assertThatThrownBy(
              () ->
                  ops.call(
                      request,
                      () -> {
                        throw new IllegalStateException("out of order");
                      },
                      LlmResponse::ofText))
          .isInstanceOf(IllegalStateException.class);
      call = records.calls().get(0);
      failed = records.calls().get(1);
    }

    assertThat(call)
        .isCompleted()
        .tookAtMost(Duration.ofMinutes(1))
        .passes(containsAny(List.of("Paris"), Matching.IGNORE_CASE));
    assertThatThrownBy(() -> assertThat(failed).isCompleted())
        .hasMessage("call must be completed, but failed: java.lang.IllegalStateException");
    assertThatThrownBy(() -> assertThat(call).tookAtMost(Duration.ZERO))
        .hasMessageStartingWith("call must take at most 0 ms, but took ");
  }

  @Test
  void everyGateIsTellingTheCollectorAndKeepsThoseBefore() {
    List<EvalReport> told = new ArrayList<>();
    EvalCollector collector =
        new EvalCollector() {
          @Override
          public void reported(EvalReport report) {
            told.add(report);
          }
        };
    EvalReport report = report(100, 100);

    try (EvalCollector.Scope scope = collector.open()) {
      assertThat(report)
          .passRateOf("exact_match")
          .isAtLeast(0.85)
          .meanOf("exact_match")
          .isAtLeast(0.8);
    }

    assertThat(told).hasSize(2);
    assertThat(told.get(1).gates()).hasSize(2);
    assertThat(told.get(1).runId()).isEqualTo(report.runId());
  }

  @Test
  void whatCannotBeMeasuredBlocks() {
    EvalReport report = report(10, 10);

    assertThatThrownBy(() -> assertThat(report).hasCostWithin(BigDecimal.ONE, "USD", 0.9))
        .hasMessageContaining("UNDECIDED  cost within 1 USD in at least 90 % of the cases")
        .hasMessageContaining("is not known in USD; give its models a price.");
    assertThatThrownBy(() -> assertThat(report).isNotWorseThan((Baseline) null, 0.05))
        .hasMessageContaining("there is no baseline");
    assertThatThrownBy(() -> assertThat(report).passRateOf("nonsense").isAtLeast(0.5))
        .hasMessageContaining("the run has no evaluator nonsense; it has exact_match.");
  }

  @Test
  void errorsOfTasksAreListed() {
    EvalReport report =
        EvalRun.of(Dataset.of("qa", List.of(paris)))
            .name("qa")
            .retry(dev.llmops.eval.run.Retry.NEVER)
            .task(EvalAssertionsTest::failing)
            .evaluate(exactMatch());

    assertThatThrownBy(() -> assertThat(report).hasNoErrors())
        .hasMessage(
            """
            qa: 1 of 1 runs have errors, but none must
              look at   fr  the task failed: java.io.IOException\
            """);
  }

  @Test
  void nullIsAFailureLikeElsewhereInAssertJ() {
    assertThatThrownBy(() -> assertThat((EvalCase) null).passes(exactMatch()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Expecting actual not to be null");
  }

  @Test
  void assertionsOutsideOfATestTellNobody() {
    assertThatCode(() -> assertThat(paris).passes(exactMatch())).doesNotThrowAnyException();
    assertThat(EvalCollector.current()).isSameAs(EvalCollector.NONE);
  }

  private static EvalReport report(int right, int cases) {
    List<EvalCase> all =
        IntStream.range(0, cases)
            .mapToObj(
                i ->
                    EvalCase.builder()
                        .id("c" + i)
                        .input(i < right ? "yes" : "no")
                        .references(List.of("yes"))
                        .build())
            .toList();
    return EvalRun.of(Dataset.of("qa", all)).task(input -> input).evaluate(exactMatch());
  }

  private static String failing(String question) throws java.io.IOException {
    throw new java.io.IOException("no route");
  }

  private static Evaluator evaluator(EvaluatorSpec spec, EvalResult result) {
    return Evaluators.of(spec, unused -> result);
  }
}
