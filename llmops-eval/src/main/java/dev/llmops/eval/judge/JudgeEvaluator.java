package dev.llmops.eval.judge;

import dev.llmops.LlmContext;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An evaluator over a judge: asynchronous inside, and what goes wrong is a result. */
final class JudgeEvaluator implements Evaluator {

  /** What is measured: a finding, or a failure with {@link NotDefined} or another exception. */
  @FunctionalInterface
  interface Measure {
    CompletableFuture<Finding> of(Questions questions);
  }

  /** What was found, on the raw scale. */
  record Finding(double raw, String reason, @Nullable String label) {
    static Finding of(Verdict verdict) {
      String note = verdict.note();
      return new Finding(
          verdict.value(),
          note == null ? verdict.reason() : verdict.reason() + " [" + note + "]",
          verdict.choice().name());
    }
  }

  private final EvaluatorSpec spec;
  private final Judge judge;
  private final Measure measure;

  JudgeEvaluator(EvaluatorSpec spec, Judge judge, Measure measure) {
    this.spec = spec;
    this.judge = judge;
    this.measure = measure;
  }

  /** One question of the judge, which picks a choice of the rubric. */
  static JudgeEvaluator classifying(
      EvaluatorSpec spec, Judge judge, Rubric rubric, Function<EvalCase, FencedTexts> texts) {
    return new JudgeEvaluator(
        spec,
        judge,
        questions ->
            questions.classify(rubric, texts.apply(questions.evalCase())).thenApply(Finding::of));
  }

  @Override
  public EvaluatorSpec spec() {
    return spec;
  }

  @Override
  public EvalResult evaluate(EvalCase evalCase) {
    return await(start(evalCase, LlmContext.current()));
  }

  /** Asks without holding a thread; the executor only makes the prompts. */
  @Override
  public CompletableFuture<EvalResult> evaluateAsync(EvalCase evalCase, Executor executor) {
    LlmContext context = LlmContext.current();
    CompletableFuture<EvalResult> result = new CompletableFuture<>();
    executor.execute(
        () -> {
          var unused =
              start(evalCase, context)
                  .whenComplete(
                      (value, error) ->
                          result.complete(
                              error == null ? value : EvalResult.Errored.of(spec, error)));
        });
    return result;
  }

  /** Evaluates as many cases at once as the judge answers calls at once. */
  @Override
  public List<EvalResult> evaluateAll(List<EvalCase> cases) {
    LlmContext context = LlmContext.current();
    Limiter limiter = new Limiter(judge.concurrency());
    List<CompletableFuture<EvalResult>> started = new ArrayList<>(cases.size());
    for (EvalCase each : cases) {
      started.add(limiter.run(() -> start(each, context)));
    }
    List<EvalResult> results = new ArrayList<>(cases.size());
    started.forEach(each -> results.add(await(each)));
    return results;
  }

  private CompletableFuture<EvalResult> start(EvalCase evalCase, LlmContext context) {
    try {
      for (Need need : spec.needs()) {
        if (!need.isMetBy(evalCase)) {
          return done(new EvalResult.Skipped(spec, spec.name() + " needs " + need.provide()));
        }
      }
      Questions questions = new Questions(judge, evalCase, context);
      CompletableFuture<Finding> found;
      try {
        found = measure.of(questions);
      } catch (NotDefined | JudgeException e) {
        found = CompletableFuture.failedFuture(e);
      }
      return found.handle((finding, error) -> result(questions, finding, error));
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return done(EvalResult.Errored.of(spec, e));
    }
  }

  private EvalResult result(
      Questions questions, @Nullable Finding finding, @Nullable Throwable error) {
    EvalResult.Spend spend = questions.spend();
    if (error != null || finding == null) {
      Throwable cause = error == null ? new NullPointerException() : Futures.cause(error);
      if (cause instanceof NotDefined notDefined) {
        return new EvalResult.Skipped(spec, notDefined.reason(), spend);
      }
      JudgeException failure = JudgeException.of(cause);
      return new EvalResult.Errored(
          spec, failure.type(), String.valueOf(failure.getMessage()), spend);
    }
    String same = questions.sameModel();
    return new EvalResult.Scored(
        spec,
        spec.scale().score(finding.raw()),
        finding.raw(),
        same == null ? finding.reason() : finding.reason() + " [" + same + "]",
        finding.label(),
        spend);
  }

  private EvalResult await(CompletableFuture<EvalResult> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      boolean unused = future.cancel(true);
      return new EvalResult.Errored(
          spec, "interrupted", "the thread was interrupted while it waited", EvalResult.Spend.NONE);
    } catch (ExecutionException e) {
      return EvalResult.Errored.of(spec, e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException e) { // cancelled by an interrupt before
      return EvalResult.Errored.of(spec, e);
    }
  }

  private static CompletableFuture<EvalResult> done(EvalResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
