package dev.llmops.eval.judge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.judge.JudgeEvaluator.Finding;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Takes a text apart into claims and asks for each whether the context supports it. */
final class Claims {

  private static final int QUOTED = 5;
  private static final int MAX_QUOTE_CHARS = 200;

  private Claims() {}

  static Evaluator faithfulness(Judge judge) {
    return of(
        "faithfulness",
        "answer",
        judge,
        Set.of(Need.OUTPUT, Need.CONTEXT),
        evalCase -> String.valueOf(evalCase.output()));
  }

  static Evaluator contextRecall(Judge judge) {
    return of(
        "context_recall",
        "reference",
        judge,
        Set.of(Need.CONTEXT, Need.REFERENCES),
        evalCase -> String.join("\n\n", evalCase.references()));
  }

  private static Evaluator of(
      String name, String what, Judge judge, Set<Need> needs, Function<EvalCase, String> source) {
    Rubric claims = Rubric.load("claims", judge.language());
    Rubric support = Rubric.load("claim_support", judge.language());
    EvaluatorSpec spec =
        JudgeEvaluators.spec(
            name, JudgeEvaluators.settings(judge, claims, support), Scale.UNIT, needs);
    return new JudgeEvaluator(
        spec,
        judge,
        questions -> {
          // with the question where there is one: "Yes." is a claim only beside it
          FencedTexts texts =
              JudgeEvaluators.texts(questions.evalCase(), Set.of(Need.INPUT))
                  .add("text", source.apply(questions.evalCase()));
          return questions
              .ask(claims, texts, answer -> read(answer, judge.maxClaims()))
              .thenCompose(found -> verify(questions, support, found, what));
        });
  }

  /** What the judge found, without blanks and repetitions. */
  private static List<String> read(JudgeAnswer answer, int maxClaims) {
    JsonNode claims = AnswerJson.of(answer).object().get("claims");
    if (claims == null || !claims.isArray()) {
      throw new JudgeException("bad_shape", "the judge's JSON must have the list \"claims\"");
    }
    Set<String> found = new LinkedHashSet<>();
    for (JsonNode each : claims) {
      if (!each.isTextual()) {
        throw new JudgeException("bad_shape", "the judge's \"claims\" must all be texts");
      }
      if (!each.textValue().isBlank()) {
        found.add(each.textValue().strip());
      }
    }
    if (found.size() > maxClaims) {
      throw new JudgeException(
          "too_many_claims",
          "the judge found "
              + found.size()
              + " claims, more than the "
              + maxClaims
              + " that may be checked; raise max_claims");
    }
    return List.copyOf(found);
  }

  private static CompletableFuture<Finding> verify(
      Questions questions, Rubric support, List<String> claims, String what) {
    if (claims.isEmpty()) {
      throw new NotDefined("the " + what + " makes no claim: nothing to support");
    }
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>(claims.size());
    for (String claim : claims) {
      FencedTexts texts = new FencedTexts();
      JudgeEvaluators.addContext(texts, questions.evalCase());
      verdicts.add(questions.classify(support, texts.add("claim", claim)));
    }
    return Futures.all(verdicts).thenApply(all -> finding(claims, all));
  }

  private static Finding finding(List<String> claims, List<Verdict> verdicts) {
    double sum = 0;
    int supported = 0;
    List<String> others = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      Verdict verdict = verdicts.get(i);
      sum += verdict.value();
      if (verdict.choice().value() == 1) {
        supported++;
      } else if (others.size() < QUOTED) {
        others.add(
            verdict.choice().name().replace('_', ' ')
                + ": \""
                + quote(claims.get(i))
                + "\" ("
                + quote(verdict.reason())
                + ")");
      }
    }
    StringBuilder reason = new StringBuilder();
    reason.append(
        String.format(Locale.ROOT, "%d of %d claims supported", supported, claims.size()));
    if (!others.isEmpty()) {
      reason.append("; ").append(String.join("; ", others));
    }
    int left = claims.size() - supported - others.size();
    if (left > 0) {
      reason.append("; and ").append(left).append(" more");
    }
    return new Finding(sum / claims.size(), reason.toString(), null);
  }

  private static String quote(String text) {
    return text.length() <= MAX_QUOTE_CHARS ? text : text.substring(0, MAX_QUOTE_CHARS) + "…";
  }
}
