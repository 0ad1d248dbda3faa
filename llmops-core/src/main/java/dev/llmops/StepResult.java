package dev.llmops;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a step gave back. Content, except the ids of documents.
 *
 * @param text the tool's result or the agent's answer, absent where it is none or not told
 * @param documents what a retrieval found, best first; empty for other kinds
 */
public record StepResult(@Nullable String text, List<Document> documents) {

  /** Nothing to tell. */
  public static final StepResult NONE = new StepResult(null, List.of());

  /** Copies the documents. */
  public StepResult {
    documents = Checks.copy(documents, "documents");
  }

  /** A text. */
  public static StepResult of(@Nullable String text) {
    return text == null ? NONE : new StepResult(text, List.of());
  }

  /** Documents, best first. */
  public static StepResult of(List<Document> documents) {
    return new StepResult(null, documents);
  }

  /**
   * A document that was found.
   *
   * @param id the document's id
   * @param score the retriever's own score, absent where it gives none
   * @param text the document's text, absent where it is not told; content
   */
  public record Document(String id, @Nullable Double score, @Nullable String text) {
    /** Checks the id. */
    public Document {
      Objects.requireNonNull(id, "id must not be null");
    }
  }
}
