package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes vectors of texts. Thread-safe. Ready ones: {@link InProcessEmbeddings} (no key, no
 * network), {@link OpenAiEmbeddings} (any endpoint that speaks that protocol), {@link
 * LangChain4jEmbeddings}, and {@link #of} for anything that turns texts into arrays, such as Spring
 * AI's {@code EmbeddingModel}:
 *
 * <pre>{@code
 * Embeddings embeddings =
 *     Embeddings.of("text-embedding-3-small", 24_000, CostClass.PAID, springModel::embed);
 * }</pre>
 */
public interface Embeddings {

  /** The model's name, fit for a report. */
  String model();

  /**
   * The longest text that is taken, in UTF-16 characters, 1 or more. Longer ones are refused, not
   * cut: a similarity of a cut text would be a number about something else.
   */
  int maxInputChars();

  /**
   * The vectors of these texts, all of one model and so comparable with each other.
   *
   * @throws EmbeddingException if they could not be made, or {@link #whyNot} says so
   */
  EmbeddingBatch embed(List<String> texts);

  /**
   * The same without blocking the caller: on the executor, or on threads of the implementation's
   * own. Fails with {@link EmbeddingException}.
   */
  default CompletableFuture<EmbeddingBatch> embedAsync(List<String> texts, Executor executor) {
    return CompletableFuture.supplyAsync(() -> embed(texts), executor);
  }

  /** The number of values of a vector, absent where it is not known before the first answer. */
  default @Nullable Integer dimension() {
    return null;
  }

  /**
   * Why no vectors can be made of these texts together, with what to do; null when they can. Cheap:
   * calls no model.
   */
  default @Nullable String whyNot(List<String> texts) {
    return TextChecks.whyNot(this, texts);
  }

  /** What embeds these texts: this, unless it chooses a model by the texts. */
  default Embeddings forTexts(List<String> texts) {
    return this;
  }

  /**
   * The cosine from which two texts mean the same with this model, frozen on labelled pairs; absent
   * where nobody measured it. Cosines of different models do not compare: 0.6 is a lot for one and
   * nothing for another.
   */
  default @Nullable Double sameMeaningFrom() {
    return null;
  }

  /** What a call costs. */
  default CostClass costClass() {
    return CostClass.LOCAL_MODEL;
  }

  /** How these embeddings are named in an evaluator's settings. */
  default Map<String, String> settings() {
    return Map.of("embeddings", model());
  }

  /**
   * The same, remembering the vectors of the last {@code maxTexts} texts. Texts are kept as hashes
   * (SHA-256); memory is about 4 bytes × dimension + 150 bytes a text. Each cache is its own.
   *
   * @param maxTexts 1 or more
   */
  default Embeddings cached(int maxTexts) {
    return CachedEmbeddings.of(this, maxTexts);
  }

  /**
   * Embeddings by a function: a batch of texts to as many arrays, in their order.
   *
   * @param model its name
   * @param maxInputChars see {@link #maxInputChars()}
   * @param costClass see {@link #costClass()}
   * @param function thread-safe; what it throws becomes an {@link EmbeddingException}
   */
  static Embeddings of(
      String model,
      int maxInputChars,
      CostClass costClass,
      Function<List<String>, List<float[]>> function) {
    return new FunctionEmbeddings(
        model,
        maxInputChars,
        costClass,
        texts ->
            new EmbeddingBatch(
                function.apply(texts).stream().map(Embedding::of).toList(), Spend.NONE));
  }

  /** None: every evaluator over it is Skipped and says how to get some. */
  static Embeddings none() {
    return NoEmbeddings.INSTANCE;
  }
}
