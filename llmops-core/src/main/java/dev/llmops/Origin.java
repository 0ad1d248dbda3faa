package dev.llmops;

/** Whose call a record is. */
public enum Origin {
  /** The application's own. */
  APPLICATION,
  /** A judge's, made by an evaluator. */
  JUDGE,
  /** Seen by another instrumentation and only completed here. */
  FOREIGN
}
