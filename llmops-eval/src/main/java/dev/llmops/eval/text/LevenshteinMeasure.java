package dev.llmops.eval.text;

/** What is made of Levenshtein's distance, over code points. */
public enum LevenshteinMeasure {
  /** 1 − distance ÷ longer length; 1 for two empty texts. */
  SIMILARITY,
  /** Insertions, deletions and substitutions, 0 or more; 10 of them score 0.5. */
  DISTANCE,
  /**
   * python-Levenshtein's {@code ratio}: 1 − (insertions and deletions) ÷ sum of lengths; 1 for two
   * empty texts.
   */
  RATIO
}
