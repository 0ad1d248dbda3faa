package dev.llmops.spring;

/** A property that cannot be used: what is wrong with it, and what to set. */
final class LlmOpsConfigurationException extends RuntimeException {

  private final String action;

  LlmOpsConfigurationException(String what, String action) {
    super(what);
    this.action = action;
  }

  /** What to do. */
  String action() {
    return action;
  }
}
