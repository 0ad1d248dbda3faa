package dev.llmops.eval.judge;

/** The measure is not defined for this case, which may be found out in the middle: Skipped. */
final class NotDefined extends RuntimeException {

  private static final long serialVersionUID = 1;

  NotDefined(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
