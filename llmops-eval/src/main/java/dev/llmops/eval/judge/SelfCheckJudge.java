package dev.llmops.eval.judge;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.consistency.ConsistencyEvaluators;
import dev.llmops.eval.judge.JudgeEvaluator.Finding;
import dev.llmops.eval.semantic.Sentences;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Asks of each sentence of the answer and each further sample whether the sample supports it. */
final class SelfCheckJudge {

  private static final int MAX_CALLS = 1_000;
  private static final int MAX_QUOTE_CHARS = 200;

  private SelfCheckJudge() {}

  static Evaluator of(Judge judge) {
    Rubric rubric = Rubric.load("selfcheck", judge.language());
    EvaluatorSpec spec =
        JudgeEvaluators.spec(
            "selfcheck_judge",
            JudgeEvaluators.settings(judge, rubric),
            Scale.RISK,
            Set.of(Need.OUTPUT, Need.SAMPLES));
    return new JudgeEvaluator(spec, judge, questions -> measure(questions, rubric));
  }

  private static CompletableFuture<Finding> measure(Questions questions, Rubric rubric) {
    EvalCase evalCase = questions.evalCase();
    String why = ConsistencyEvaluators.whySamplesCannotDiffer(evalCase);
    if (why != null) {
      throw new NotDefined("selfcheck_judge: " + why);
    }
    List<String> sentences = Sentences.split(Objects.requireNonNull(evalCase.output()));
    int samples = evalCase.samples().size();
    if (sentences.isEmpty()) {
      throw new NotDefined("the output has no sentence to check");
    }
    int max = questions.judge().maxClaims();
    if (sentences.size() > max || (long) sentences.size() * samples > MAX_CALLS) {
      throw new NotDefined(
          "there are "
              + sentences.size()
              + " sentences and "
              + samples
              + " samples, and at most "
              + max
              + " sentences and "
              + MAX_CALLS
              + " of their pairs may be checked; raise max_claims or give fewer");
    }
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    for (String sentence : sentences) {
      for (String sample : evalCase.samples()) {
        FencedTexts texts = JudgeEvaluators.texts(evalCase, Set.of(Need.INPUT));
        verdicts.add(
            questions.classify(rubric, texts.add("passage", sample).add("sentence", sentence)));
      }
    }
    return Futures.all(verdicts).thenApply(all -> finding(sentences, samples, all));
  }

  private static Finding finding(List<String> sentences, int samples, List<Verdict> verdicts) {
    double sum = 0;
    double worst = -1;
    int worstAt = 0;
    for (int i = 0; i < sentences.size(); i++) {
      double doubt = 0;
      for (int j = 0; j < samples; j++) {
        doubt += verdicts.get(i * samples + j).value();
      }
      doubt /= samples;
      sum += doubt;
      if (doubt > worst) {
        worst = doubt;
        worstAt = i;
      }
    }
    String sentence = sentences.get(worstAt);
    return new Finding(
        sum / sentences.size(),
        String.format(
            Locale.ROOT,
            "least supported by %d sample%s (%.3f): \"%s\"",
            samples,
            samples == 1 ? "" : "s",
            worst,
            sentence.length() <= MAX_QUOTE_CHARS
                ? sentence
                : sentence.substring(0, MAX_QUOTE_CHARS) + "…"),
        null);
  }
}
