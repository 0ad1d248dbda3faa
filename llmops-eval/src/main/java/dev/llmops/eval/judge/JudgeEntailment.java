package dev.llmops.eval.judge;

import dev.llmops.LlmContext;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.consistency.Entailment;
import dev.llmops.eval.consistency.EntailmentException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Asks a judge for each pair; the chosen label has probability 1. */
final class JudgeEntailment implements Entailment {

  private final Judge judge;
  private final Rubric rubric;

  JudgeEntailment(Judge judge) {
    this.judge = judge;
    this.rubric = Rubric.load("entailment", judge.language());
  }

  /** The judge's model and the rubric: {@code gpt-4o-mini entailment@1/en+1}. */
  @Override
  public String model() {
    return judge.model().name() + " " + rubric.signature();
  }

  @Override
  public int maxInputChars() {
    return Math.max(1, judge.maxChars() / 2);
  }

  @Override
  public CostClass costClass() {
    return CostClass.PAID;
  }

  @Override
  public Judgements judge(List<Pair> pairs) {
    // of the case itself only the pairs are known here; its id stands in the caller's context
    Questions questions = new Questions(judge, EvalCase.builder().build(), LlmContext.current());
    List<CompletableFuture<Verdict>> asked = new ArrayList<>(pairs.size());
    for (Pair pair : pairs) {
      FencedTexts texts =
          new FencedTexts().add("premise", pair.premise()).add("hypothesis", pair.hypothesis());
      asked.add(questions.classify(rubric, texts));
    }
    try {
      List<Judgement> judgements = new ArrayList<>(pairs.size());
      Futures.all(asked).get().forEach(verdict -> judgements.add(judgement(verdict)));
      return new Judgements(judgements, questions.spend());
    } catch (InterruptedException e) {
      asked.forEach(each -> each.cancel(true));
      Thread.currentThread().interrupt();
      throw new EntailmentException(
          "interrupted", "the thread was interrupted while it waited", questions.spend(), e);
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      JudgeException failure = JudgeException.of(cause);
      throw new EntailmentException(
          failure.type(), String.valueOf(failure.getMessage()), questions.spend(), failure);
    }
  }

  private static Judgement judgement(Verdict verdict) {
    return switch (verdict.choice().name()) {
      case "entailment" -> new Judgement(1, 0, 0);
      case "contradiction" -> new Judgement(0, 0, 1);
      default -> new Judgement(0, 1, 0);
    };
  }
}
