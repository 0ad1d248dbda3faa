package dev.llmops.eval.judge;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.judge.JudgeEvaluator.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Asks of each document whether it is useful, and measures whether the useful ones come first. */
final class ContextPrecision {

  private ContextPrecision() {}

  static Evaluator of(Judge judge) {
    Rubric rubric = Rubric.load("document_use", judge.language());
    EvaluatorSpec spec =
        JudgeEvaluators.spec(
            "context_precision",
            JudgeEvaluators.settings(judge, rubric),
            Scale.UNIT,
            Set.of(Need.INPUT, Need.CONTEXT, Need.REFERENCES));
    return new JudgeEvaluator(spec, judge, questions -> measure(questions, rubric));
  }

  private static CompletableFuture<Finding> measure(Questions questions, Rubric rubric) {
    EvalCase evalCase = questions.evalCase();
    int max = questions.judge().maxClaims();
    if (evalCase.context().size() > max) {
      throw new NotDefined(
          "there are "
              + evalCase.context().size()
              + " documents, more than the "
              + max
              + " that may be checked; raise max_claims or give fewer");
    }
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    for (EvalCase.Document document : evalCase.context()) {
      FencedTexts texts = JudgeEvaluators.texts(evalCase, Set.of(Need.INPUT, Need.REFERENCES));
      verdicts.add(questions.classify(rubric, texts.add("document", document.text())));
    }
    return Futures.all(verdicts).thenApply(ContextPrecision::finding);
  }

  private static Finding finding(List<Verdict> verdicts) {
    int useful = 0;
    double sum = 0;
    List<String> not = new ArrayList<>();
    for (int k = 1; k <= verdicts.size(); k++) {
      if (verdicts.get(k - 1).choice().value() == 1) {
        useful++;
        sum += (double) useful / k;
      } else {
        not.add(Integer.toString(k));
      }
    }
    return new Finding(
        useful == 0 ? 0 : sum / useful,
        useful
            + " of "
            + verdicts.size()
            + " documents are useful"
            + (not.isEmpty() ? "" : "; not useful: number " + String.join(", ", not)),
        null);
  }
}
