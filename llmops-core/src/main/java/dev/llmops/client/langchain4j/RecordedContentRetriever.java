package dev.llmops.client.langchain4j;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverListener;
import dev.langchain4j.rag.query.Query;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A retriever, each of whose searches is a step. */
final class RecordedContentRetriever implements ContentRetriever {

  private final ContentRetriever retriever;
  private final LlmOps ops;
  private final String dataSource;

  RecordedContentRetriever(ContentRetriever retriever, LlmOps ops, String dataSource) {
    this.retriever = retriever;
    this.ops = ops;
    this.dataSource = dataSource;
  }

  boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public List<Content> retrieve(Query query) {
    if (!ops.isEnabled() || query == null) {
      return retriever.retrieve(query);
    }
    StepRequest step =
        StepRequest.retrieval(dataSource)
            .input(ops.capturesContent() ? query.text() : null)
            .build();
    try (LlmContext.Scope service = // LangChain4j may have changed threads
        ServiceStep.enter(query.metadata() == null ? null : query.metadata().invocationContext())) {
      return ops.step(step, () -> retriever.retrieve(query), this::read);
    }
  }

  @Override
  public ContentRetriever addListener(ContentRetrieverListener listener) {
    return new RecordedContentRetriever(retriever.addListener(listener), ops, dataSource);
  }

  @Override
  public ContentRetriever addListeners(Collection<ContentRetrieverListener> listeners) {
    return new RecordedContentRetriever(retriever.addListeners(listeners), ops, dataSource);
  }

  @Override
  public String toString() {
    return "recorded " + retriever;
  }

  private StepResult read(List<Content> found) {
    boolean texts = ops.capturesContent();
    List<StepResult.Document> documents = new ArrayList<>(found.size());
    for (Content content : found) {
      documents.add(document(content, documents.size(), texts));
    }
    return StepResult.of(documents);
  }

  private static StepResult.Document document(Content content, int rank, boolean texts) {
    Object id = content.metadata().get(ContentMetadata.EMBEDDING_ID);
    Object reranked = content.metadata().get(ContentMetadata.RERANKED_SCORE);
    Object score = reranked == null ? content.metadata().get(ContentMetadata.SCORE) : reranked;
    return new StepResult.Document(
        id == null ? id(content, rank) : id.toString(),
        score instanceof Number number ? Double.valueOf(number.doubleValue()) : null,
        texts && content.textSegment() != null ? content.textSegment().text() : null);
  }

  /** Where the store gives no id: the file and segment, else the rank, marked as such. */
  private static String id(Content content, int rank) {
    Map<String, Object> metadata =
        content.textSegment() == null ? Map.of() : content.textSegment().metadata().toMap();
    if (!(metadata.get("file_name") instanceof String file)) {
      return "rank " + rank;
    }
    Object index = metadata.get("index");
    return index == null ? file : file + "#" + index;
  }
}
