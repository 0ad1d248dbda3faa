package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Embeddings by a function, with its answer checked. */
final class FunctionEmbeddings implements Embeddings {

  private final String model;
  private final int maxInputChars;
  private final CostClass costClass;
  private final Function<List<String>, EmbeddingBatch> function;
  private volatile @Nullable Integer dimension;

  FunctionEmbeddings(
      String model,
      int maxInputChars,
      CostClass costClass,
      Function<List<String>, EmbeddingBatch> function) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must not be blank");
    }
    if (maxInputChars < 1) {
      throw new IllegalArgumentException(
          "maxInputChars must be at least 1, but was " + maxInputChars);
    }
    this.model = model;
    this.maxInputChars = maxInputChars;
    this.costClass = Objects.requireNonNull(costClass, "costClass must not be null");
    this.function = Objects.requireNonNull(function, "function must not be null");
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public int maxInputChars() {
    return maxInputChars;
  }

  @Override
  public CostClass costClass() {
    return costClass;
  }

  @Override
  public @Nullable Integer dimension() {
    return dimension;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts) {
    if (texts.isEmpty()) {
      return new EmbeddingBatch(List.of(), Spend.NONE);
    }
    TextChecks.check(this, texts);
    EmbeddingBatch batch;
    try {
      batch = function.apply(texts);
    } catch (EmbeddingException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new EmbeddingException("model_failed", model + " threw " + e.getClass().getName(), e);
    }
    if (batch.vectors().size() != texts.size()) {
      throw new EmbeddingException(
          "bad_answer",
          model
              + " must answer one vector a text, but answered "
              + batch.vectors().size()
              + " for "
              + texts.size()
              + " texts");
    }
    dimension = batch.vectors().get(0).dimension();
    return batch;
  }
}
