package dev.llmops.eval.stats;

/** What a gate says. */
public enum Verdict {
  /**
   * What the gate asks for is proved; for a regression gate: no alarm, though it would have seen
   * one.
   */
  PASS,
  /** The opposite is proved. */
  FAIL,
  /**
   * Neither: too few cases, or something that a verdict needs is missing. Never treat as passed.
   */
  UNDECIDED
}
