package dev.llmops.eval.semantic;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Embeddings could not be made. The message never quotes the texts or a key. */
public final class EmbeddingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String type;

  /** A failure of this type. */
  public EmbeddingException(String type, String message) {
    this(type, message, null);
  }

  /** A failure of this type with its cause. */
  public EmbeddingException(String type, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.type = Objects.requireNonNull(type, "type must not be null");
  }

  /**
   * A low-cardinality name: {@code http_429} and the like, {@code timeout}, {@code io}, {@code
   * interrupted}, {@code bad_answer}, {@code too_large}, {@code unsuitable_text}, {@code
   * model_failed}.
   */
  public String type() {
    return type;
  }
}
