package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;

/** Calls of an {@code EmbeddingModel}. */
final class EmbeddingSource implements Source {

  private final ModelServers servers;

  EmbeddingSource(ModelServers servers) {
    this.servers = servers;
  }

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof EmbeddingModelObservationContext;
  }

  @Override
  public Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    EmbeddingModelObservationContext embedding = (EmbeddingModelObservationContext) context;
    OpenCall call =
        ops.open(
            () ->
                Requests.embeddings(
                    embedding.getOperationMetadata(), embedding.getRequest(), servers),
            false,
            false);
    return new ObservedCall(call, false, LlmContext.current(), parent, null, Responses::embeddings);
  }
}
