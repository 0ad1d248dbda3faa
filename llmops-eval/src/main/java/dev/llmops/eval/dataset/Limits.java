package dev.llmops.eval.dataset;

/** How much one case of a file may hold, whatever the format. */
final class Limits {

  /** About a million tokens: longer than what a model takes. */
  static final int CASE_CHARS = 4 << 20;

  static final int CASE_VALUES = 100_000;
  static final int DEPTH = 64;

  private Limits() {}
}
