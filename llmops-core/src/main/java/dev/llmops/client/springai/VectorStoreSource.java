package dev.llmops.client.springai;

import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import io.micrometer.observation.Observation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.observation.VectorStoreObservationContext;

/** Queries of a {@code VectorStore}; adding and deleting are no retrieval. */
final class VectorStoreSource implements Source {

  private static final String QUERY = VectorStoreObservationContext.Operation.QUERY.value();

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof VectorStoreObservationContext store
        && QUERY.equals(store.getOperationName());
  }

  @Override
  public Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    VectorStoreObservationContext store = (VectorStoreObservationContext) context;
    SearchRequest asked = store.getQueryRequest();
    boolean content = ops.capturesContent();
    String collection = Responses.known(store.getCollectionName());
    StepRequest.Builder step =
        StepRequest.retrieval(collection == null ? store.getDatabaseSystem() : collection)
            .provider(store.getDatabaseSystem());
    if (asked != null) {
      step.topK(asked.getTopK() < 1 ? null : Long.valueOf(asked.getTopK()));
      step.input(content ? asked.getQuery() : null);
    }
    return new ObservedStep<VectorStoreObservationContext>(
        ops.openStep(step.build()), ended -> found(ended.getQueryResponse(), content));
  }

  private static StepResult found(@Nullable List<Document> documents, boolean content) {
    if (documents == null) {
      return StepResult.NONE;
    }
    List<StepResult.Document> found = new ArrayList<>(documents.size());
    for (Document document : documents) {
      found.add(
          new StepResult.Document(
              document.getId(), document.getScore(), content ? document.getText() : null));
    }
    return StepResult.of(found);
  }
}
