package dev.llmops.eval.judge;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.judge.JudgeEvaluator.Finding;
import dev.llmops.eval.judge.JudgeEvaluators.Rival;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Compares two answers in both orders. */
final class Pairwise {

  private Pairwise() {}

  static Evaluator of(Judge judge, Rival rival) {
    Rubric rubric = Rubric.load("pairwise", judge.language());
    Map<String, String> settings = JudgeEvaluators.settings(judge, rubric);
    settings.put("rival", rival.name().toLowerCase(Locale.ROOT));
    EvaluatorSpec spec =
        JudgeEvaluators.spec(
            "pairwise",
            settings,
            Scale.UNIT,
            Set.of(
                Need.INPUT,
                Need.OUTPUT,
                rival == Rival.REFERENCE ? Need.REFERENCES : Need.SAMPLES));
    return new JudgeEvaluator(
        spec,
        judge,
        questions -> {
          EvalCase evalCase = questions.evalCase();
          String ours = String.valueOf(evalCase.output());
          String theirs =
              (rival == Rival.REFERENCE ? evalCase.references() : evalCase.samples()).get(0);
          CompletableFuture<Verdict> there = ask(questions, rubric, ours, theirs);
          CompletableFuture<Verdict> back = ask(questions, rubric, theirs, ours);
          return Futures.all(List.of(there, back))
              .thenApply(both -> finding(both.get(0), both.get(1)));
        });
  }

  private static CompletableFuture<Verdict> ask(
      Questions questions, Rubric rubric, String first, String second) {
    return questions.classify(
        rubric,
        new FencedTexts()
            .add("question", String.valueOf(questions.evalCase().input()))
            .add("first_answer", first)
            .add("second_answer", second));
  }

  /** The choices' values are those of the first answer: 1 when it is better, 0.5 when equal. */
  private static Finding finding(Verdict there, Verdict back) {
    double ours = there.choice().value();
    double again = 1 - back.choice().value();
    if (ours != again) {
      return new Finding(
          0.5,
          "the verdict changed with the order, so it is a tie; ours first: "
              + there.reason()
              + "; ours second: "
              + back.reason(),
          "tie");
    }
    return new Finding(ours, there.reason(), ours == 1 ? "win" : ours == 0 ? "loss" : "tie");
  }
}
