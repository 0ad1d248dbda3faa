package dev.llmops.client.openai;

import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingModel;
import dev.llmops.ChunkReader;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.RequestParameters;
import java.util.List;

/** Embeddings. Neither texts nor vectors are recorded: the conventions have no place for them. */
final class EmbeddingsFormat extends Format<EmbeddingCreateParams, CreateEmbeddingResponse, Void> {

  static final EmbeddingsFormat INSTANCE = new EmbeddingsFormat();

  private EmbeddingsFormat() {
    super(EmbeddingCreateParams.class, CreateEmbeddingResponse.class);
  }

  @Override
  String operation() {
    return LlmRequest.EMBEDDINGS;
  }

  @Override
  void request(EmbeddingCreateParams params, LlmRequest.Builder into, boolean content) {
    EmbeddingModel model = Fields.known(params._model());
    EmbeddingCreateParams.EncodingFormat encoding = Fields.known(params._encodingFormat());
    String format = encoding == null ? null : Fields.known(encoding._value());
    into.model(model == null ? null : Fields.known(model._value()))
        .userId(Fields.known(params._user()))
        .parameters(
            RequestParameters.builder()
                .embeddingDimensions(Fields.whole(params._dimensions()))
                .encodingFormats(format == null ? List.of() : List.of(format))
                .build());
  }

  @Override
  Object body(EmbeddingCreateParams params) {
    return params._body();
  }

  @Override
  LlmResponse.Builder response(CreateEmbeddingResponse result, boolean content) {
    CreateEmbeddingResponse.Usage usage = Fields.known(result._usage());
    LlmResponse.Builder response = LlmResponse.builder().model(Fields.known(result._model()));
    return usage == null ? response : response.usage(Usages.ofInput(usage._promptTokens()));
  }

  @Override
  ChunkReader<Void> chunks() {
    throw new IllegalStateException("embeddings are not streamed");
  }
}
