package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalResult.Spend;
import java.util.Objects;

/**
 * An {@link Entailment} gave no judgement. The result is then Errored with this type and message,
 * and with what was spent all the same.
 */
public final class EntailmentException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String type;
  private final transient Spend spend;

  /**
   * A failure.
   *
   * @param type a low-cardinality name, such as {@code rate_limited}
   * @param message what went wrong, without what was judged or answered
   * @param spend what the calls cost that were made
   */
  public EntailmentException(String type, String message, Spend spend, Throwable cause) {
    super(message, cause);
    this.type = Objects.requireNonNull(type, "type must not be null");
    this.spend = Objects.requireNonNull(spend, "spend must not be null");
  }

  /** A low-cardinality name of the failure. */
  public String type() {
    return type;
  }

  /** What the calls cost that were made. */
  public Spend spend() {
    return spend;
  }
}
