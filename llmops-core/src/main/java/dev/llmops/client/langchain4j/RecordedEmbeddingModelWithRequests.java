package dev.llmops.client.langchain4j;

import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.llmops.LlmOps;
import dev.llmops.ModelCall;
import java.util.List;
import java.util.Set;

/** An embedding model, recorded, of LangChain4j 1.18 and newer. */
final class RecordedEmbeddingModelWithRequests extends RecordedEmbeddingModel {

  RecordedEmbeddingModelWithRequests(EmbeddingModel model, LlmOps ops, String provider) {
    super(model, ops, provider);
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
}
