package dev.llmops.spring;

/** How much of prompts and answers a consumer gets. */
public enum ContentCapture {
  /** Nothing. */
  NONE,

  /**
   * Everything, through the application's {@link dev.llmops.privacy.Redactor} bean; without one
   * through {@link dev.llmops.privacy.Redactors#all()}. What redactors do not find is in {@code
   * docs/privacy.md}.
   */
  REDACTED,

  /** Everything as it is; for a developer's machine. */
  FULL
}
