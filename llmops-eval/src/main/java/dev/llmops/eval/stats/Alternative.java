package dev.llmops.eval.stats;

import org.apache.commons.statistics.inference.AlternativeHypothesis;

/** What a test looks for. Decide before looking at the data. */
public enum Alternative {
  /** A difference, either way. */
  DIFFERENT(AlternativeHypothesis.TWO_SIDED),
  /** The candidate is less than the baseline. */
  LESS(AlternativeHypothesis.LESS_THAN),
  /** The candidate is greater than the baseline. */
  GREATER(AlternativeHypothesis.GREATER_THAN);

  private final AlternativeHypothesis library;

  Alternative(AlternativeHypothesis library) {
    this.library = library;
  }

  AlternativeHypothesis library() {
    return library;
  }
}
