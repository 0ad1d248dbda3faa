package dev.llmops.eval.semantic;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.time.Duration;
import java.util.List;

/** LangChain4j's embedding models; its core must be on the class path. */
public final class LangChain4jEmbeddings {

  private LangChain4jEmbeddings() {}

  /**
   * Embeddings by a model of LangChain4j. Tokens are reported where the model tells them.
   *
   * @param name the model's name for reports
   * @param maxInputChars see {@link Embeddings#maxInputChars()}
   * @param costClass see {@link Embeddings#costClass()}
   * @param model thread-safe
   */
  public static Embeddings of(
      String name, int maxInputChars, CostClass costClass, EmbeddingModel model) {
    return new FunctionEmbeddings(
        name,
        maxInputChars,
        costClass,
        texts -> {
          long start = System.nanoTime();
          Response<List<Embedding>> response =
              model.embedAll(texts.stream().map(TextChecks::clean).map(TextSegment::from).toList());
          List<dev.llmops.eval.semantic.Embedding> vectors =
              response.content().stream()
                  .map(each -> dev.llmops.eval.semantic.Embedding.of(each.vector()))
                  .toList();
          return new EmbeddingBatch(vectors, spend(response, start));
        });
  }

  private static Spend spend(Response<List<Embedding>> response, long startNanos) {
    var usage = response.tokenUsage();
    return new Spend(
        1,
        usage == null || usage.inputTokenCount() == null
            ? TokenUsage.NONE
            : TokenUsage.builder().inputTokens(usage.inputTokenCount()).build(),
        null,
        Duration.ofNanos(System.nanoTime() - startNanos));
  }
}
