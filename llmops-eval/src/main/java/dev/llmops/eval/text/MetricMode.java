package dev.llmops.eval.text;

/** Whether a metric follows a published implementation to the digit or works for all scripts. */
public enum MetricMode {
  /**
   * All scripts: characters are the words of scripts without spaces, compatibility forms are one
   * (NFKC), and what is undefined is skipped. Equal to {@link #REFERENCE} for most ASCII text; the
   * metric's page says where not.
   */
  DEFAULT,
  /** Equal to the named implementation on every text, its quirks and its zeros included. */
  REFERENCE
}
