package dev.llmops.eval.replay;

/**
 * A call that a cassette could not answer: it is not stored, or its file cannot be read. The
 * message says what to do; it never holds content.
 */
public final class CassetteException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  CassetteException(String message) {
    super(message);
  }
}
