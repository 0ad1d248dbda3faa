package dev.llmops.eval.judge;

import static dev.llmops.eval.judge.ScriptedJudge.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale.Direction;
import dev.llmops.eval.judge.JudgeEvaluators.Rival;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeEvaluatorsTest {

  private static final EvalCase QA =
      EvalCase.builder()
          .id("q1")
          .input("What is the capital of France?")
          .output("It is Paris.")
          .references(List.of("Paris"))
          .document("d1", "Paris is the capital of France.")
          .build();

  @ParameterizedTest
  @CsvSource({
    "correctness, partially_correct, 0.5, 0.5",
    "judge_answer_relevance, irrelevant, 0, 0",
    "completeness, complete, 1, 1",
    "coherence, good, 0.75, 0.75",
    "fluency, poor, 0.25, 0.25",
    "conciseness, excellent, 1, 1",
    "instruction_following, mostly_followed, 0.67, 0.67",
    "goal_reached, partly_reached, 0.5, 0.5",
    // the lower, the better
    "judge_toxicity, severe, 1, 0",
    "judge_toxicity, none, 0, 1"
  })
  void aVerdictHasTheValueOfItsChoice(String name, String choice, double raw, double score) {
    Evaluator evaluator =
        JudgeEvaluators.byName(name, Map.of(), ScriptedJudge.inTurn(verdict(choice)));

    EvalResult result = evaluator.evaluate(QA);

    Scored scored = scored(result);
    assertThat(scored.raw()).isEqualTo(raw);
    assertThat(scored.score()).isCloseTo(score, within(1e-12));
    assertThat(scored.label()).isEqualTo(choice);
    assertThat(scored.reason()).isEqualTo("because");
    assertThat(scored.by().name()).isEqualTo(name);
  }

  @Test
  void theSpecNamesModelAndRubric() {
    Evaluator english = JudgeEvaluators.correctness(Judge.of(ScriptedJudge.inTurn()));
    Evaluator chinese =
        JudgeEvaluators.correctness(
            Judge.builder(ScriptedJudge.inTurn())
                .language(Judge.Language.ZH)
                .repetitions(3)
                .temperature(0.7)
                .build());

    assertThat(english.spec().signature())
        .isEqualTo("correctness@1{model=scripted-1, rubric=correctness@1/en+1}");
    assertThat(chinese.spec().settings())
        .containsEntry("rubric", "correctness@1/zh+1")
        .containsEntry("repetitions", "3")
        .containsEntry("temperature", "0.7");
    assertThat(english.spec().needs())
        .containsExactlyInAnyOrder(Need.INPUT, Need.OUTPUT, Need.REFERENCES, Need.JUDGE);
  }

  @Test
  void aMissingNeedIsSkippedWithoutACall() {
    ScriptedJudge model = ScriptedJudge.inTurn();

    EvalResult result =
        JudgeEvaluators.correctness(Judge.of(model))
            .evaluate(EvalCase.builder().input("a").output("b").build());

    assertThat(result).isInstanceOf(Skipped.class);
    assertThat(result.reason())
        .isEqualTo("correctness needs a reference: EvalCase.Builder.references(..)");
    assertThat(model.requests).isEmpty();
    assertThat(result.spend()).isEqualTo(EvalResult.Spend.NONE);
  }

  @Test
  void faithfulnessIsTheShareOfSupportedClaims() {
    ScriptedJudge model =
        ScriptedJudge.answering(
            request ->
                request.choices().isEmpty()
                    ? "{\"claims\": [\"A is one.\", \"B is two.\", \"C is three.\"]}"
                    : verdict(request.user().contains("B is two.") ? "unmentioned" : "supported"));

    Scored scored =
        scored(JudgeEvaluators.faithfulness(Judge.of(model)).evaluate(QA)); // 2 of 3 = 0.667

    assertThat(scored.raw()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo("2 of 3 claims supported; unmentioned: \"B is two.\" (because)");
    assertThat(scored.spend().calls()).isEqualTo(4);
    assertThat(model.requests.get(1).user()).contains("Paris is the capital of France.");
  }

  @Test
  void anAnswerWithoutClaimsIsSkippedAndPaidFor() {
    ScriptedJudge model = ScriptedJudge.inTurn("{\"claims\": []}");

    EvalResult result = JudgeEvaluators.faithfulness(Judge.of(model)).evaluate(QA);

    assertThat(result).isInstanceOf(Skipped.class);
    assertThat(result.reason()).isEqualTo("the answer makes no claim: nothing to support");
    assertThat(result.spend().calls()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{\"claims\": \"none\"}#bad_shape",
        "{\"claims\": [1]}#bad_shape",
        "{}#bad_shape",
        "{\"claims\": [\"a\", \"b\", \"c\"]}#too_many_claims",
        "I found no claims.#not_json"
      })
  void claimsThatCannotBeReadAreErrored(String answer, String type) {
    Judge judge = Judge.builder(ScriptedJudge.inTurn(answer)).maxClaims(2).build();

    EvalResult result = JudgeEvaluators.faithfulness(judge).evaluate(QA);

    assertThat(result)
        .isInstanceOfSatisfying(Errored.class, e -> assertThat(e.type()).isEqualTo(type));
  }

  @Test
  void oneClaimWithoutAVerdictVoidsTheMeasure() {
    ScriptedJudge model =
        ScriptedJudge.inTurn("{\"claims\": [\"a\", \"b\", \" a \"]}", verdict("supported"), "");

    EvalResult result = JudgeEvaluators.faithfulness(Judge.of(model)).evaluate(QA);

    assertThat(result)
        .isInstanceOfSatisfying(Errored.class, e -> assertThat(e.type()).isEqualTo("empty_answer"));
    assertThat(result.spend().calls()).isEqualTo(3); // "a" is there twice and asked once
  }

  @Test
  void contextRecallIsTheShareOfTheReferencesClaims() {
    ScriptedJudge model =
        ScriptedJudge.inTurn(
            "{\"claims\": [\"a\", \"b\", \"c\", \"d\"]}",
            verdict("supported"),
            verdict("supported"),
            verdict("contradicted"),
            verdict("supported"));

    Scored scored =
        scored(JudgeEvaluators.contextRecall(Judge.of(model)).evaluate(QA)); // 3 of 4 = 0.75

    assertThat(scored.raw()).isEqualTo(0.75);
    assertThat(scored.reason()).contains("contradicted: \"c\"");
  }

  @Test
  void contextPrecisionIsTheAveragePrecisionOfUsefulDocuments() {
    EvalCase three = QA.toBuilder().document("d2", "Lyon.").document("d3", "Paris!").build();
    Judge judge =
        Judge.of(ScriptedJudge.inTurn(verdict("useful"), verdict("not_useful"), verdict("useful")));

    // useful at 1 and 3: (1/1 + 2/3) / 2 = 5/6
    Scored scored = scored(JudgeEvaluators.contextPrecision(judge).evaluate(three));

    assertThat(scored.raw()).isCloseTo(5 / 6.0, within(1e-12));
    assertThat(scored.reason()).isEqualTo("2 of 3 documents are useful; not useful: number 2");
  }

  @Test
  void contextWithoutAUsefulDocumentIsZero() {
    Judge judge = Judge.of(ScriptedJudge.inTurn(verdict("not_useful")));

    assertThat(scored(JudgeEvaluators.contextPrecision(judge).evaluate(QA)).raw()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // ours is first in the first question and second in the second one
    "first, second, 1, win",
    "second, first, 0, loss",
    "equal, equal, 0.5, tie",
    // the verdict follows the order: position bias
    "first, first, 0.5, tie",
    "second, second, 0.5, tie",
    "first, equal, 0.5, tie"
  })
  void aPairIsJudgedInBothOrders(String there, String back, double raw, String label) {
    ScriptedJudge model = ScriptedJudge.inTurn(verdict(there), verdict(back));

    Scored scored = scored(JudgeEvaluators.pairwise(Judge.of(model), Rival.REFERENCE).evaluate(QA));

    assertThat(scored.raw()).isEqualTo(raw);
    assertThat(scored.label()).isEqualTo(label);
    assertThat(scored.reason().contains("changed with the order"))
        .isEqualTo(!there.equals("equal") && !List.of("win", "loss").contains(label));
    String first = model.requests.get(0).user();
    String second = model.requests.get(1).user();
    assertThat(first.indexOf("It is Paris.")).isLessThan(first.indexOf("\nParis\n"));
    assertThat(second.indexOf("It is Paris.")).isGreaterThan(second.indexOf("\nParis\n"));
  }

  @Test
  void aSampleCanBeTheRival() {
    ScriptedJudge model = ScriptedJudge.inTurn(verdict("first"), verdict("second"));
    EvalCase pair = QA.toBuilder().sample("Lyon, I think.").build();

    Scored scored = scored(JudgeEvaluators.pairwise(Judge.of(model), Rival.SAMPLE).evaluate(pair));

    assertThat(scored.label()).isEqualTo("win");
    assertThat(model.requests.get(0).user()).contains("Lyon, I think.");
  }

  @Test
  void theMajorityOfRepetitionsDecides() {
    Judge judge =
        Judge.builder(
                ScriptedJudge.inTurn(verdict("correct"), verdict("incorrect"), verdict("correct")))
            .repetitions(3)
            .build();

    Scored scored = scored(JudgeEvaluators.correctness(judge).evaluate(QA));

    assertThat(scored.label()).isEqualTo("correct");
    assertThat(scored.raw()).isEqualTo(1);
    assertThat(scored.reason()).isEqualTo("because [votes: correct 2, incorrect 1]");
    assertThat(scored.spend().calls()).isEqualTo(3);
  }

  @Test
  void oneUnreadableRepetitionIsSaidAndPassedOver() {
    Judge judge =
        Judge.builder(ScriptedJudge.inTurn(verdict("correct"), "", verdict("correct")))
            .repetitions(3)
            .build();

    Scored scored = scored(JudgeEvaluators.correctness(judge).evaluate(QA));

    assertThat(scored.reason()).isEqualTo("because [votes: correct 2, unreadable 1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {"correct#incorrect#partially_correct#no_majority", "correct#bogus#bogus#off_menu"})
  void withoutAMajorityThereIsNoScore(String one, String two, String three, String type) {
    Judge judge =
        Judge.builder(ScriptedJudge.inTurn(verdict(one), verdict(two), verdict(three)))
            .repetitions(3)
            .build();

    EvalResult result = JudgeEvaluators.correctness(judge).evaluate(QA);

    assertThat(result)
        .isInstanceOfSatisfying(Errored.class, e -> assertThat(e.type()).isEqualTo(type));
  }

  @Test
  void ownCriteriaAreJudgedOnTheirOwnScale() {
    ScriptedJudge model = ScriptedJudge.inTurn(verdict("4"));
    Criteria criteria =
        Criteria.of("politeness", "The answer is polite.").withSteps("Find rude words.", "Count.");

    Scored scored = scored(JudgeEvaluators.gEval(Judge.of(model), criteria).evaluate(QA));

    assertThat(scored.raw()).isEqualTo(4);
    assertThat(scored.score()).isEqualTo(0.75); // (4 − 1) / (5 − 1)
    assertThat(scored.by().name()).isEqualTo("politeness");
    assertThat(model.requests.get(0).system())
        .contains("The answer is polite.\n\n1. Find rude words.\n2. Count.");
  }

  @Test
  void ownChoicesMayRunTheOtherWay() {
    Criteria criteria =
        Criteria.of("jargon", "How much jargon the answer has.")
            .withChoices(
                Direction.LOWER_IS_BETTER,
                new JudgeChoice("none", 0, "no jargon"),
                new JudgeChoice("much", 10, "a lot"))
            .withNeeds(Need.OUTPUT);
    ScriptedJudge model = ScriptedJudge.inTurn(verdict("MUCH"));

    Scored scored = scored(JudgeEvaluators.gEval(Judge.of(model), criteria).evaluate(QA));

    assertThat(scored.raw()).isEqualTo(10);
    assertThat(scored.score()).isZero();
    assertThat(model.requests.get(0).user()).doesNotContain("capital of France");
  }

  @Test
  void wrongCriteriaAreRefused() {
    assertThatThrownBy(() -> Criteria.of("x", " "))
        .hasMessage("criteria must not be blank; say what to judge by");
    assertThatThrownBy(() -> Criteria.of("x", "y").withNeeds(Need.CALL))
        .hasMessage("needs must be among INPUT, OUTPUT, REFERENCES and CONTEXT, but were [CALL]");
    assertThatThrownBy(
            () ->
                Criteria.of("x", "y")
                    .withChoices(
                        Direction.HIGHER_IS_BETTER,
                        new JudgeChoice("a", 1, ""),
                        new JudgeChoice("A", 2, "")))
        .hasMessage("choices must have different names, but \"A\" is there twice");
    assertThatThrownBy(() -> new JudgeChoice("two words", 1, ""))
        .hasMessage(
            "name of a choice must be 1 to 40 letters, digits, _ or -, but was \"two words\"");
  }

  @Test
  void aJudgeThatIsTheModelUnderTestIsSaid() {
    LlmCall call =
        new LlmCall(
            CallRef.of("0123456789abcdef0123456789abcdef"),
            null,
            LlmContext.EMPTY,
            LlmRequest.chat("openai", "Scripted-1-2026-01-31"),
            new Outcome.Completed(LlmResponse.ofText("It is Paris.")),
            Timing.of(Instant.EPOCH, Duration.ofMillis(1)),
            null,
            1,
            Origin.APPLICATION,
            1,
            List.of());
    Judge judge = Judge.of(ScriptedJudge.answering(request -> verdict("correct")));

    Scored itself =
        scored(JudgeEvaluators.correctness(judge).evaluate(QA.toBuilder().call(call).build()));
    Scored another = scored(JudgeEvaluators.correctness(judge).evaluate(QA));

    assertThat(itself.reason())
        .isEqualTo(
            "because [the judge is the model that answered (Scripted-1-2026-01-31): it may favour"
                + " its own answers]");
    assertThat(another.reason()).isEqualTo("because");
  }

  @Test
  void theModelIsAskedAsAJudge() {
    List<LlmContext> seen = new ArrayList<>();
    ScriptedJudge model =
        ScriptedJudge.answering(
            request -> {
              seen.add(LlmContext.current());
              return verdict("correct");
            });

    try (LlmContext.Scope scope = LlmContext.extend().user("u-7").open()) {
      EvalResult unused = JudgeEvaluators.correctness(Judge.of(model)).evaluate(QA);
    }

    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).origin()).isEqualTo(Origin.JUDGE);
    assertThat(seen.get(0).userId()).isEqualTo("u-7");
    assertThat(seen.get(0).caseId()).isEqualTo("q1");
    assertThat(seen.get(0).prompt()).isEqualTo(dev.llmops.Prompt.of("judge/correctness", "1"));
    assertThat(LlmContext.current()).isEqualTo(LlmContext.EMPTY);
  }

  @Test
  void aBlockingFunctionKeepsTheJudgesContextOnItsThread() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      JudgeModel model =
          JudgeModel.of(
              "blocking",
              executor,
              request -> {
                assertThat(LlmContext.current().origin()).isEqualTo(Origin.JUDGE);
                return JudgeAnswer.ofText(verdict("correct"));
              });

      assertThat(JudgeEvaluators.correctness(Judge.of(model)).evaluate(QA))
          .isInstanceOf(Scored.class);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void spendIsSummed() {
    AtomicInteger call = new AtomicInteger();
    ScriptedJudge model =
        ScriptedJudge.with(
            request ->
                JudgeAnswer.ofText(
                        request.choices().isEmpty()
                            ? "{\"claims\": [\"a\", \"b\"]}"
                            : verdict("supported"))
                    .withUsage(
                        TokenUsage.of(100, call.incrementAndGet()),
                        new Cost(new BigDecimal("0.001"), "USD", "test", false)));

    EvalResult result = JudgeEvaluators.faithfulness(Judge.of(model)).evaluate(QA);

    EvalResult.Spend spend = result.spend();
    assertThat(spend.calls()).isEqualTo(3);
    assertThat(spend.usage()).isEqualTo(TokenUsage.of(300, 1 + 2 + 3));
    assertThat(spend.cost()).isNotNull();
    assertThat(spend.cost().amount()).isEqualByComparingTo("0.003");
    assertThat(spend.time()).isNotNull().isPositive();
  }

  @Test
  void whatAModelThrowsIsErrored() {
    JudgeModel thrown =
        JudgeModel.async(
            "m",
            request -> {
              throw new IllegalStateException("secret " + request.user());
            });
    JudgeModel failed =
        JudgeModel.async(
            "m", request -> CompletableFuture.failedFuture(new java.net.SocketTimeoutException()));
    JudgeModel nothing = JudgeModel.async("m", request -> CompletableFuture.completedFuture(null));

    Errored state = errored(thrown);
    assertThat(state.type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(state.reason()).isEqualTo("asking the judge threw java.lang.IllegalStateException");
    assertThat(state.spend().calls()).isEqualTo(1);
    assertThat(errored(failed).type()).isEqualTo("timeout");
    assertThat(errored(nothing).type()).isEqualTo("empty_answer");
  }

  @Test
  void aModelThatNeverAnswersTimesOutAndIsCancelled() {
    CompletableFuture<JudgeAnswer> never = new CompletableFuture<>();
    Judge judge =
        Judge.builder(JudgeModel.async("m", request -> never))
            .timeout(Duration.ofMillis(20))
            .build();

    EvalResult result = JudgeEvaluators.correctness(judge).evaluate(QA);

    assertThat(result)
        .isInstanceOfSatisfying(Errored.class, e -> assertThat(e.type()).isEqualTo("timeout"));
    assertThat(never).isCancelled();
  }

  @Test
  void anInterruptedThreadGetsAResultAndStaysInterrupted() {
    Judge judge = Judge.of(JudgeModel.async("m", request -> new CompletableFuture<>()));

    Thread.currentThread().interrupt();
    EvalResult result = JudgeEvaluators.correctness(judge).evaluate(QA);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(result)
        .isInstanceOfSatisfying(Errored.class, e -> assertThat(e.type()).isEqualTo("interrupted"));
  }

  @Test
  void atMostSoManyCallsRunAtOnce() throws Exception {
    List<CompletableFuture<JudgeAnswer>> open = new java.util.concurrent.CopyOnWriteArrayList<>();
    Judge judge =
        Judge.builder(
                JudgeModel.async(
                    "m",
                    request -> {
                      CompletableFuture<JudgeAnswer> answer = new CompletableFuture<>();
                      open.add(answer);
                      return answer;
                    }))
            .concurrency(2)
            .build();
    Evaluator evaluator = JudgeEvaluators.correctness(judge);
    List<CompletableFuture<EvalResult>> results = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      results.add(evaluator.evaluateAsync(QA, Runnable::run));
    }

    for (int done = 0; done < 5; done++) {
      assertThat(open).hasSize(Math.min(5, done + 2));
      assertThat(open.get(done).complete(JudgeAnswer.ofText(verdict("correct")))).isTrue();
    }

    for (CompletableFuture<EvalResult> each : results) {
      assertThat(each.get(5, TimeUnit.SECONDS)).isInstanceOf(Scored.class);
    }
  }

  @Test
  void manyCasesThatEndAtOnceDoNotOverflowTheStack() {
    Judge judge = Judge.of(ScriptedJudge.answering(request -> verdict("correct")));
    List<EvalCase> cases = java.util.Collections.nCopies(20_000, QA);

    List<EvalResult> results = JudgeEvaluators.correctness(judge).evaluateAll(cases);

    assertThat(results).hasSize(20_000).allMatch(Scored.class::isInstance);
  }

  @Test
  void aCaseThatIsTooLongIsSkippedWithoutACall() {
    ScriptedJudge model = ScriptedJudge.inTurn();

    EvalResult result =
        JudgeEvaluators.correctness(Judge.of(model))
            .evaluate(QA.withOutput("x".repeat(10_000_000)));

    assertThat(result).isInstanceOf(Skipped.class);
    assertThat(result.reason())
        .isEqualTo(
            "the texts are 10000035 characters long, and this judge reads at most 200000; shorten"
                + " them or raise max_chars");
    assertThat(result.spend()).isEqualTo(EvalResult.Spend.NONE);
    assertThat(model.requests).isEmpty();
  }

  @Test
  void byNameWithoutAModelEveryCaseIsSkipped() {
    for (String name : JudgeEvaluators.ready().keySet()) {
      EvalResult result = Evaluators.byName(name).evaluate(QA.toBuilder().sample("Paris.").build());
      assertThat(result).isInstanceOf(Skipped.class);
      assertThat(result.reason()).startsWith(name + " needs a judge model: set \"model\"");
    }
    assertThat(Evaluators.names()).containsAll(JudgeEvaluators.ready().keySet());
    assertThat(Evaluators.names()).contains("g_eval", "pairwise");
  }

  @Test
  void byNameSettingsAreChecked() {
    assertThatThrownBy(() -> Evaluators.byName("coherence", Map.of("repetitions", "0")))
        .hasMessage(
            "setting \"repetitions\" of coherence must be a whole number between 1 and 25, but was"
                + " \"0\"");
    assertThatThrownBy(() -> Evaluators.byName("coherence", Map.of("modle", "gpt")))
        .hasMessageStartingWith("setting \"modle\" of coherence is not known");
    assertThatThrownBy(() -> Evaluators.byName("g_eval"))
        .hasMessage("setting \"criteria\" of g_eval is missing; give it a value");
    Evaluator made =
        JudgeEvaluators.byName(
            "g_eval",
            Map.of("criteria", "short", "steps", "one|two", "temperature", "server"),
            ScriptedJudge.inTurn(verdict("5")));
    assertThat(scored(made.evaluate(QA)).score()).isEqualTo(1);
    assertThat(made.spec().settings())
        .containsEntry("steps", "one|two")
        .containsEntry("temperature", "server");
  }

  @Test
  void anEvaluatorIsMadeAgainFromItsSpec() {
    Judge judge =
        Judge.builder(ScriptedJudge.inTurn())
            .language(Judge.Language.ZH)
            .repetitions(3)
            .temperature(null)
            .weightedByLogprobs(true)
            .build();
    List<Evaluator> made = new ArrayList<>();
    JudgeEvaluators.ready().values().forEach(each -> made.add(each.apply(judge)));
    made.add(JudgeEvaluators.pairwise(judge, Rival.SAMPLE));
    made.add(
        JudgeEvaluators.gEval(
            judge,
            Criteria.of("g_eval", "No a|b.")
                .withSteps("one", "two|three")
                .withChoices(
                    Direction.LOWER_IS_BETTER,
                    new JudgeChoice("none", 0, "not: any"),
                    new JudgeChoice("much", 10, "a lot"))
                .withNeeds(Need.OUTPUT, Need.CONTEXT)));

    for (Evaluator each : made) {
      assertThat(
              JudgeEvaluators.byName(
                      each.spec().name(), each.spec().settings(), ScriptedJudge.inTurn())
                  .spec())
          .isEqualTo(each.spec());
    }
    assertThatThrownBy(
            () ->
                JudgeEvaluators.byName(
                    "fluency", Map.of("rubric", "fluency@0/en+1"), ScriptedJudge.inTurn()))
        .hasMessage(
            "setting \"rubric\" of fluency must be \"fluency@1/en+1\" or left out, but was"
                + " \"fluency@0/en+1\"");
  }

  private static Errored errored(JudgeModel model) {
    return (Errored) JudgeEvaluators.correctness(Judge.of(model)).evaluate(QA);
  }

  private static Scored scored(EvalResult result) {
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return (Scored) result;
  }
}
