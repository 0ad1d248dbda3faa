package dev.llmops.eval;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluator found. Skipped and Errored are never a pass and never a 0: nothing was
 * measured.
 */
public sealed interface EvalResult {

  /** Who says so: the evaluator's name, version and settings. */
  EvaluatorSpec by();

  /** In words, what to look at. May quote the case, so it is content. */
  String reason();

  /** What the evaluator spent; {@link Spend#NONE} for free ones. */
  Spend spend();

  /**
   * Something was measured.
   *
   * @param by who says so
   * @param score the goodness, 0 (worst) to 1 (best)
   * @param raw the measure itself, in the range of {@code by.scale()}: a toxicity of 0.98 has score
   *     0.02
   * @param reason what to look at: {@code missing: "Paris"; extra: "Lyon"}
   * @param label a verdict in a word, absent where there is none
   * @param spend what it cost
   */
  record Scored(
      EvaluatorSpec by,
      double score,
      double raw,
      String reason,
      @Nullable String label,
      Spend spend)
      implements EvalResult {

    /** Checks the ranges. */
    public Scored {
      Objects.requireNonNull(by, "by must not be null");
      if (!(score >= 0 && score <= 1)) {
        throw new IllegalArgumentException(
            "score must be between 0.0 (worst) and 1.0 (best), but was "
                + score
                + "; scale a raw measure before scoring");
      }
      if (!Double.isFinite(raw)) {
        throw new IllegalArgumentException("raw must be a finite number, but was " + raw);
      }
      Objects.requireNonNull(reason, "reason must not be null");
      Objects.requireNonNull(spend, "spend must not be null");
    }

    /** A free measure, mapped to its score by the evaluator's own scale. */
    public static Scored of(EvaluatorSpec by, double raw, String reason) {
      return new Scored(by, by.scale().score(raw), raw, reason, null, Spend.NONE);
    }

    /** Pass or fail as 1 or 0. */
    public static Scored of(EvaluatorSpec by, boolean pass, String reason) {
      return new Scored(
          by,
          by.scale().score(pass ? 1 : 0),
          pass ? 1 : 0,
          reason,
          pass ? "pass" : "fail",
          Spend.NONE);
    }
  }

  /**
   * Nothing could be measured, and nobody is to blame.
   *
   * @param by who says so
   * @param reason what is missing and how to provide it, or why the measure is not defined
   * @param spend what it cost to find that out: a judge pays to learn that an answer makes no claim
   */
  record Skipped(EvaluatorSpec by, String reason, Spend spend) implements EvalResult {
    /** Checks for null only. */
    public Skipped {
      Objects.requireNonNull(by, "by must not be null");
      Objects.requireNonNull(reason, "reason must not be null");
      Objects.requireNonNull(spend, "spend must not be null");
    }

    /** Found out for free. */
    public Skipped(EvaluatorSpec by, String reason) {
      this(by, reason, Spend.NONE);
    }
  }

  /**
   * The evaluator failed.
   *
   * @param by who says so
   * @param type a low-cardinality name of the failure
   * @param reason what went wrong, without what was judged
   * @param spend what it cost all the same
   */
  record Errored(EvaluatorSpec by, String type, String reason, Spend spend) implements EvalResult {
    /** Checks for null only. */
    public Errored {
      Objects.requireNonNull(by, "by must not be null");
      Objects.requireNonNull(type, "type must not be null");
      Objects.requireNonNull(reason, "reason must not be null");
      Objects.requireNonNull(spend, "spend must not be null");
    }

    /** A failure named after an exception; its message stays out, as it may quote the case. */
    public static Errored of(EvaluatorSpec by, Throwable error) {
      String type = error.getClass().getName();
      return new Errored(by, type, "the evaluator threw " + type, Spend.NONE);
    }
  }

  /**
   * What an evaluation spent.
   *
   * @param calls of a model, 0 for a free evaluator
   * @param usage tokens of those calls; {@link TokenUsage#NONE} when none or not counted
   * @param cost of those calls, absent when none or not known
   * @param time the evaluator took, absent when not measured
   */
  record Spend(int calls, TokenUsage usage, @Nullable Cost cost, @Nullable Duration time) {

    /** Nothing. */
    public static final Spend NONE = new Spend(0, TokenUsage.NONE, null, null);

    /** Checks the count. */
    public Spend {
      if (calls < 0) {
        throw new IllegalArgumentException("calls must not be negative, but was " + calls);
      }
      Objects.requireNonNull(usage, "usage must not be null");
    }

    /**
     * Both together; what one of them does not know, the sum does not know. Times add up, also
     * those of calls that ran side by side.
     */
    public Spend plus(Spend other) {
      return Spends.sum(this, other);
    }
  }
}
