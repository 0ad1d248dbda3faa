package dev.llmops.eval.stats;

public enum Verdict {
  PASS,
  FAIL,
  UNDECIDED
}
