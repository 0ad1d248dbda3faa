package dev.llmops.eval.judge;

import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * A judge gave no verdict. The result is then Errored with {@link #type()}; it is never a score.
 *
 * <p>Types: {@code rate_limited}, {@code timeout}, {@code unauthorized}, {@code bad_request},
 * {@code unavailable}, {@code empty_answer}, {@code truncated}, {@code content_filter}, {@code
 * refused}, {@code not_json}, {@code several_json}, {@code bad_shape}, {@code off_menu}, {@code
 * no_majority}, {@code too_many_claims}, {@code cancelled}; else the class name of what was thrown.
 */
public final class JudgeException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String type;

  /**
   * A failure.
   *
   * @param type a low-cardinality name, see above
   * @param message what went wrong, without what was judged or answered
   */
  public JudgeException(String type, String message) {
    this(type, message, null);
  }

  /** A failure with what caused it. */
  public JudgeException(
      String type, String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
    this.type = Objects.requireNonNull(type, "type must not be null");
  }

  /** A low-cardinality name of the failure. */
  public String type() {
    return type;
  }

  /** Names what a model threw; its message stays out, as it may quote the case. */
  static JudgeException of(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof JudgeException judged) {
      return judged;
    }
    if (cause instanceof CancellationException) {
      return new JudgeException("cancelled", "the call of the judge was cancelled", cause);
    }
    Throwable each = cause;
    for (int depth = 0; each != null && depth < 20; depth++) {
      if (each instanceof TimeoutException || each instanceof InterruptedIOException) {
        return new JudgeException("timeout", "the judge did not answer in time", cause);
      }
      each = each.getCause();
    }
    String name = cause.getClass().getName();
    return new JudgeException(name, "asking the judge threw " + name, cause);
  }
}
