package dev.llmops.spring;

/** Whose spans a trace has for what Spring AI does; never both. */
public enum SpringAiSpans {
  /** Those of llmops, wherever it makes one; Spring AI's own are not made there. */
  OURS,

  /** Spring AI's own by Micrometer; cost and all else they lack are added while they are open. */
  THEIRS
}
