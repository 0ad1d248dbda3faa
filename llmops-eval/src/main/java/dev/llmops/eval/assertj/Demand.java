package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.internal.LinearText;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a result.
 *
 * @param threshold the score it is about, absent for a verdict
 * @param positive whether it is at least that, or a pass
 */
record Demand(@Nullable Double threshold, boolean positive) {

  static final Demand PASS = new Demand(null, true);
  static final Demand NO_PASS = new Demand(null, false);

  Demand {
    if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 (worst) and 1.0 (best), but was " + threshold);
    }
  }

  static Demand atLeast(double threshold) {
    return new Demand(threshold, true);
  }

  static Demand below(double threshold) {
    return new Demand(threshold, false);
  }

  /** Never, when nothing was measured. */
  boolean isMetBy(EvalResult result) {
    if (!(result instanceof Scored scored)) {
      return false;
    }
    if (threshold != null) {
      return scored.score() >= threshold == positive;
    }
    Boolean pass = verdict(scored);
    return pass != null && pass == positive;
  }

  /** Pass or fail, absent for a graded score without either label. */
  static @Nullable Boolean verdict(Scored scored) {
    String label = scored.label() == null ? "" : LinearText.lower(scored.label());
    if (label.equals("pass") || label.equals("fail")) {
      return label.equals("pass");
    }
    return scored.score() == 1 ? Boolean.TRUE : scored.score() == 0 ? Boolean.FALSE : null;
  }

  /** {@code must be at least 0.8}. */
  String inWords() {
    if (threshold == null) {
      return positive ? "must pass" : "must not pass";
    }
    String number = BigDecimal.valueOf(threshold).stripTrailingZeros().toPlainString();
    return positive ? "must be at least " + number : "must be below " + number;
  }

  /** The score, with as many digits as tell it from the threshold. */
  String number(double score) {
    for (int digits = 3; threshold != null && digits <= 9; digits++) {
      String text = String.format(Locale.ROOT, "%." + digits + "f", score);
      if (Double.parseDouble(text) >= threshold == score >= threshold) {
        return text;
      }
    }
    return threshold == null ? String.format(Locale.ROOT, "%.3f", score) : Double.toString(score);
  }
}
