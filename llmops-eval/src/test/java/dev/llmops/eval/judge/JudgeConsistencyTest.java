package dev.llmops.eval.judge;

import static dev.llmops.eval.judge.ScriptedJudge.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Need;
import dev.llmops.eval.consistency.ConsistencyEvaluators;
import dev.llmops.eval.consistency.ConsistencyEvaluators.EntropyWeights;
import dev.llmops.eval.consistency.Entailment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** SelfCheck, inference and goals by a judge. */
class JudgeConsistencyTest {

  private static final EvalCase SAMPLED =
      EvalCase.builder()
          .input("Who was Ada?")
          .output("Ada was a poet. Ada was British.")
          .sample("Ada was a British mathematician.")
          .sample("Ada, a Briton, wrote poems.")
          .build();

  @Test
  void selfCheckIsTheMeanDoubtOfSentences() {
    ScriptedJudge model =
        ScriptedJudge.answering(
            request ->
                verdict(
                    request.user().contains("\nAda was a poet.\n")
                            && request.user().contains("mathematician")
                        ? "unsupported"
                        : "supported"));

    Scored scored = scored(JudgeEvaluators.selfCheck(Judge.of(model)).evaluate(SAMPLED));

    // one of two samples lacks the first sentence, none the second: (0.5 + 0) ÷ 2
    assertThat(scored.raw()).isCloseTo(0.25, within(1e-12));
    assertThat(scored.score()).isCloseTo(0.75, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo("least supported by 2 samples (0.500): \"Ada was a poet.\"");
    assertThat(model.requests).hasSize(4);
    assertThat(scored.spend().calls()).isEqualTo(4);
    // sentence and sample stand in fences, with the question; nothing of them in the instructions
    JudgeRequest first = model.requests.get(0);
    assertThat(first.user()).contains("[begin question ", "[begin passage ", "[begin sentence ");
    assertThat(first.system()).doesNotContain("Ada");
  }

  @Test
  void neitherCountsHalfAndChineseIsAsked() {
    ScriptedJudge model = ScriptedJudge.answering(request -> verdict("neither"));
    Judge judge = Judge.builder(model).language(Judge.Language.ZH).build();

    Scored scored = scored(JudgeEvaluators.selfCheck(judge).evaluate(SAMPLED));

    assertThat(scored.raw()).isEqualTo(0.5);
    assertThat(model.requests.get(0).system()).contains("评判 passage");
  }

  @Test
  void samplesThatCannotDifferAreSkippedWithoutACall() {
    ScriptedJudge model = ScriptedJudge.answering(request -> verdict("supported"));
    EvalCase cold = SAMPLED.toBuilder().metadata("temperature", "0").build();
    EvalCase many = SAMPLED.toBuilder().output("Ada lived. ".repeat(51)).build();
    Evaluator evaluator = JudgeEvaluators.selfCheck(Judge.of(model));

    assertThat(evaluator.evaluate(cold).reason())
        .startsWith("selfcheck_judge: the samples were taken at temperature 0");
    assertThat(evaluator.evaluate(many)).isInstanceOf(Skipped.class);
    assertThat(evaluator.evaluate(many).reason()).contains("51 sentences and 2 samples");
    assertThat(model.requests).isEmpty();
  }

  @Test
  void aJudgeServesAsModelOfInference() {
    // the two that name poems are one meaning, the third another
    ScriptedJudge model =
        ScriptedJudge.answering(
            request ->
                verdict(request.user().contains("mathematician") ? "contradiction" : "entailment"));
    Entailment entailment = JudgeEvaluators.entailment(Judge.of(model));
    Evaluator entropy = ConsistencyEvaluators.semanticEntropy(entailment, EntropyWeights.DISCRETE);

    Scored scored = scored(entropy.evaluate(SAMPLED));

    // meanings of 2 and 1 of three: -(2/3 ln 2/3 + 1/3 ln 1/3) ÷ ln 3
    assertThat(scored.raw()).isCloseTo(0.57938, within(1e-5));
    assertThat(scored.spend().calls()).isEqualTo(6);
    assertThat(entropy.spec().needs()).contains(Need.JUDGE).doesNotContain(Need.LOCAL_MODEL);
    assertThat(entropy.spec().costClass()).isEqualTo(CostClass.PAID);
    assertThat(entropy.spec().settings())
        .containsEntry("entailment", "scripted-1 entailment@1/en+1");
    assertThat(model.requests.get(0).user()).contains("[begin premise ", "[begin hypothesis ");
  }

  @Test
  void eachLabelHasItsPlace() {
    ScriptedJudge model =
        ScriptedJudge.inTurn(verdict("entailment"), verdict("neutral"), verdict("contradiction"));
    Judge oneByOne = Judge.builder(model).concurrency(1).build();
    Entailment.Pair pair = new Entailment.Pair("a", "b");

    Entailment.Judgements judged =
        JudgeEvaluators.entailment(oneByOne).judge(List.of(pair, pair, pair));

    assertThat(judged.judgements())
        .containsExactly(
            new Entailment.Judgement(1, 0, 0),
            new Entailment.Judgement(0, 1, 0),
            new Entailment.Judgement(0, 0, 1));
  }

  @Test
  void aFailureKeepsItsTypeAndWhatWasSpent() {
    ScriptedJudge model =
        ScriptedJudge.with(
            request -> {
              throw new JudgeException("rate_limited", "slow down");
            });
    Entailment entailment = JudgeEvaluators.entailment(Judge.of(model));

    EvalResult result =
        ConsistencyEvaluators.factualConsistency(entailment)
            .evaluate(EvalCase.of("Ada was.").toBuilder().document(null, "Ada.").build());

    assertThat(result).isInstanceOf(Errored.class);
    assertThat(((Errored) result).type()).isEqualTo("rate_limited");
    assertThat(result.reason()).isEqualTo("slow down");
    assertThat(result.spend().calls()).isEqualTo(1);
  }

  @Test
  void anInterruptedWaitEndsAndStaysInterrupted() {
    JudgeModel never =
        JudgeModel.async("never", request -> new java.util.concurrent.CompletableFuture<>());
    Entailment entailment = JudgeEvaluators.entailment(Judge.of(never));
    Thread.currentThread().interrupt();

    EvalResult result =
        ConsistencyEvaluators.factualConsistency(entailment)
            .evaluate(EvalCase.of("Ada was.").toBuilder().document(null, "Ada.").build());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(((Errored) result).type()).isEqualTo("interrupted");
  }

  @Test
  void aGoalIsJudgedByWhatWasDone() {
    ScriptedJudge model = ScriptedJudge.inTurn(verdict("partly_reached"));
    EvalCase evalCase =
        EvalCase.builder()
            .messages(
                List.of(
                    Message.user("Book a table for two."),
                    Message.of(
                        "assistant",
                        new MessagePart.ToolCall("1", "find_tables", JsonText.of("{\"seats\":2}"))),
                    Message.tool("1", "none today")))
            .input("Book a table for two.")
            .output("I booked one for tomorrow.")
            .toolCalls(List.of(new EvalCase.ToolCall("book", JsonText.of("{\"day\":1}"))))
            .references(List.of("A table today."))
            .build();

    Scored scored =
        scored(JudgeEvaluators.byName("goal_reached", Map.of(), model).evaluate(evalCase));

    assertThat(scored.raw()).isEqualTo(0.5);
    assertThat(scored.label()).isEqualTo("partly_reached");
    String user = model.requests.get(0).user().replaceAll("[0-9a-f]{32}", "CODE");
    assertThat(user)
        .contains(
            "[begin question CODE]\nBook a table for two.\n[end question CODE]",
            "[begin reference_1 CODE]\nA table today.\n",
            "[begin step_1 CODE]\ncall of find_tables: {\"seats\":2}\n",
            "[begin step_2 CODE]\nresult: none today\n",
            "[begin step_3 CODE]\ncall of book: {\"day\":1}\n",
            "[begin answer CODE]\nI booked one for tomorrow.\n");
    assertThat(model.requests.get(0).system()).doesNotContain("table");
  }

  private static Scored scored(EvalResult result) {
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return (Scored) result;
  }
}
