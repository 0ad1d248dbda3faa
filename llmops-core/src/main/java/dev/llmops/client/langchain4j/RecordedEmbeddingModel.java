package dev.llmops.client.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.output.Response;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.ModelCall;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model, recorded. Each method calls the model's own of the same name. Not recorded is
 * the call with which {@link #dimension()} may find the dimension out.
 */
class RecordedEmbeddingModel implements EmbeddingModel {

  final EmbeddingModel model;
  final LlmOps ops;
  private final String provider;

  RecordedEmbeddingModel(EmbeddingModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
  }

  static RecordedEmbeddingModel of(EmbeddingModel model, LlmOps ops, String provider) {
    return Since.EMBEDDING_REQUESTS
        ? new RecordedEmbeddingModelWithRequests(model, ops, provider)
        : new RecordedEmbeddingModel(model, ops, provider);
  }

  final boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public Response<Embedding> embed(String text) {
    return recorded(() -> List.of(text), EmbeddingAnswers.ONE, () -> model.embed(text));
  }

  @Override
  public Response<Embedding> embed(TextSegment segment) {
    return recorded(
        () -> List.of(segment.text()), EmbeddingAnswers.ONE, () -> model.embed(segment));
  }

  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    return recorded(
        () -> segments.stream().map(TextSegment::text).toList(),
        EmbeddingAnswers.MANY,
        () -> model.embedAll(segments));
  }

  @Override
  public int dimension() {
    return model.dimension();
  }

  @Override
  public String modelName() {
    return model.modelName();
  }

  @Override
  public EmbeddingModel addListener(EmbeddingModelListener listener) {
    return of(model.addListener(listener), ops, provider);
  }

  @Override
  public EmbeddingModel addListeners(List<EmbeddingModelListener> listeners) {
    return of(model.addListeners(listeners), ops, provider);
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  private <R> R recorded(
      Supplier<List<String>> texts,
      EmbeddingAnswers<R> answers,
      ModelCall<R, RuntimeException> issue) {
    return ops.isEnabled()
        ? ops.call(question(null, null, texts), () -> Silence.below(issue), answers)
        : issue.call();
  }

  /** Names of the request win over the model's own. */
  final Supplier<LlmRequest> question(
      @Nullable String name, @Nullable Integer dimensions, Supplier<List<String>> texts) {
    return new SimpleQuestion(
        ops,
        LlmRequest.EMBEDDINGS,
        provider,
        name == null ? model::modelName : () -> name,
        dimensions,
        texts,
        false);
  }
}
