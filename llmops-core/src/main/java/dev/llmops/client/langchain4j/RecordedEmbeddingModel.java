package dev.llmops.client.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.ModelCall;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model, recorded. Each method calls the model's own of the same name. Not recorded is
 * the call with which {@link #dimension()} may find the dimension out.
 */
final class RecordedEmbeddingModel implements EmbeddingModel {

  private final EmbeddingModel model;
  private final LlmOps ops;
  private final String provider;

  RecordedEmbeddingModel(EmbeddingModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
  }

  boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public EmbeddingResponse embed(EmbeddingRequest request) {
    return recorded(request, () -> model.embed(request));
  }

  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    return recorded(request, () -> model.doEmbed(request));
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
  public List<EmbeddingModelListener> listeners() {
    return model.listeners();
  }

  @Override
  public ModelProvider provider() {
    return model.provider();
  }

  @Override
  public EmbeddingRequestParameters defaultRequestParameters() {
    return model.defaultRequestParameters();
  }

  @Override
  public Set<EmbeddingParameter<?>> supportedParameters() {
    return model.supportedParameters();
  }

  @Override
  public Set<ContentType> supportedContentTypes() {
    return model.supportedContentTypes();
  }

  @Override
  public EmbeddingModel addListener(EmbeddingModelListener listener) {
    return new RecordedEmbeddingModel(model.addListener(listener), ops, provider);
  }

  @Override
  public EmbeddingModel addListeners(List<EmbeddingModelListener> listeners) {
    return new RecordedEmbeddingModel(model.addListeners(listeners), ops, provider);
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  private EmbeddingResponse recorded(
      EmbeddingRequest request, ModelCall<EmbeddingResponse, RuntimeException> issue) {
    if (request == null || !ops.isEnabled()) {
      return issue.call();
    }
    return ops.call(
        question(
            request.modelName(),
            request.dimensions(),
            () -> request.inputs().stream().map(EmbeddingInput::toString).toList()),
        () -> Silence.below(issue),
        EmbeddingAnswers.Whole.WHOLE);
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
  private Supplier<LlmRequest> question(
      @Nullable String name, @Nullable Integer dimensions, Supplier<List<String>> texts) {
    return new SimpleQuestion(
        ops,
        LlmRequest.EMBEDDINGS,
        provider,
        name == null ? model.modelName() : name,
        dimensions,
        texts,
        false);
  }
}
