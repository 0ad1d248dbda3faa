package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Plans, embeds, measures: one case, one case without blocking, or many in batches. */
final class EmbeddingEvaluator implements Evaluator {

  /** Enough that an endpoint is asked seldom, and a failed call loses little. */
  private static final int BATCH_TEXTS = 256;

  /** Answers about the texts rather than the server: another text may do better. */
  private static final Set<String> BLAMES_TEXT = Set.of("http_400", "http_413", "http_422");

  private final EvaluatorSpec spec;
  private final Embeddings embeddings;
  private final Function<EvalCase, VectorPlan> planner;
  private final Evaluator needs;

  EmbeddingEvaluator(
      EvaluatorSpec spec, Embeddings embeddings, Function<EvalCase, VectorPlan> planner) {
    this.spec = spec;
    this.embeddings = Objects.requireNonNull(embeddings, "embeddings must not be null");
    this.planner = Objects.requireNonNull(planner, "planner must not be null");
    // checks the needs in the words of the contract
    this.needs = Evaluators.of(spec, evalCase -> new Skipped(spec, MET));
  }

  private static final String MET = "";

  @Override
  public EvaluatorSpec spec() {
    return spec;
  }

  @Override
  public EvalResult evaluate(EvalCase evalCase) {
    Job job = job(evalCase);
    run(List.of(job));
    return job.result();
  }

  @Override
  public CompletableFuture<EvalResult> evaluateAsync(EvalCase evalCase, Executor executor) {
    Job job = job(evalCase);
    if (job.isDone()) {
      return CompletableFuture.completedFuture(job.result());
    }
    try {
      return job.chosen()
          .embedAsync(job.texts(), executor)
          .handle(
              (batch, error) -> {
                if (error != null) {
                  job.failed(error);
                } else {
                  job.measured(batch.vectors(), batch.spend());
                }
                return job.result();
              });
    } catch (RuntimeException | LinkageError e) {
      job.failed(e);
      return CompletableFuture.completedFuture(job.result());
    }
  }

  /**
   * Embeds the texts of several cases in one call. What such a call cost stands in the result of
   * its first case: the sum over the cases is right.
   */
  @Override
  public List<EvalResult> evaluateAll(List<EvalCase> cases) {
    List<Job> jobs = cases.stream().map(this::job).toList();
    Map<String, List<Job>> batches = new LinkedHashMap<>();
    for (Job job : jobs) {
      if (job.isDone()) {
        continue;
      }
      String model = job.chosen().model();
      List<Job> batch = batches.computeIfAbsent(model, key -> new ArrayList<>());
      batch.add(job);
      if (batch.stream().mapToInt(each -> each.texts().size()).sum() >= BATCH_TEXTS) {
        run(batch);
        batches.remove(model);
      }
    }
    batches.values().forEach(this::run);
    return jobs.stream().map(Job::result).toList();
  }

  private void run(List<Job> jobs) {
    List<String> texts = new ArrayList<>();
    for (Job job : jobs) {
      if (!job.isDone()) {
        texts.addAll(job.texts());
      }
    }
    if (texts.isEmpty()) {
      return;
    }
    EmbeddingBatch batch;
    try {
      batch = jobs.get(0).chosen().embed(texts);
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      if (jobs.size() > 1
          && e instanceof EmbeddingException known
          && BLAMES_TEXT.contains(known.type())) {
        jobs.forEach(job -> run(List.of(job)));
      } else {
        jobs.forEach(job -> job.failed(e));
      }
      return;
    }
    int from = 0;
    Spend spend = batch.spend();
    for (Job job : jobs) {
      int to = from + job.texts().size();
      job.measured(batch.vectors().subList(from, to), spend);
      spend = Spend.NONE;
      from = to;
    }
  }

  private Job job(EvalCase evalCase) {
    EvalResult missing = needs.evaluate(evalCase);
    if (!missing.reason().equals(MET)) {
      return new Job(missing);
    }
    try {
      VectorPlan plan = planner.apply(evalCase);
      if (plan.measure() == null) {
        return new Job(new Skipped(spec, plan.reason()));
      }
      String why = embeddings.whyNot(plan.texts());
      return why == null
          ? new Job(plan, embeddings.forTexts(plan.texts()))
          : new Job(new Skipped(spec, spec.name() + ": " + why));
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      return new Job(Errored.of(spec, e));
    }
  }

  private final class Job {
    private final @Nullable VectorPlan plan;
    private final Embeddings chosen;
    private @Nullable EvalResult result;

    Job(VectorPlan plan, Embeddings chosen) {
      this.plan = plan;
      this.chosen = chosen;
    }

    Job(EvalResult result) {
      this.plan = null;
      this.chosen = embeddings;
      this.result = result;
    }

    boolean isDone() {
      return result != null;
    }

    Embeddings chosen() {
      return chosen;
    }

    List<String> texts() {
      return plan == null ? List.of() : plan.texts();
    }

    EvalResult result() {
      return Objects.requireNonNull(result, "the job was not run");
    }

    void measured(List<Embedding> vectors, Spend spend) {
      VectorPlan.Measure measure = Objects.requireNonNull(plan).measure();
      try {
        VectorPlan.Finding found = Objects.requireNonNull(measure).of(vectors, chosen);
        result =
            new Scored(
                spec,
                spec.scale().score(found.raw()),
                found.raw(),
                found.reason(),
                found.label(),
                spend);
      } catch (RuntimeException | StackOverflowError | LinkageError e) {
        String type = e.getClass().getName();
        result = new Errored(spec, type, "the evaluator threw " + type, spend);
      }
    }

    void failed(Throwable error) {
      Throwable cause =
          error instanceof CompletionException && error.getCause() != null
              ? error.getCause()
              : error;
      result =
          cause instanceof EmbeddingException known
              ? new Errored(
                  spec, known.type(), Objects.requireNonNull(known.getMessage()), Spend.NONE)
              : Errored.of(spec, cause);
    }
  }
}
