package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;
import java.util.Objects;

/**
 * How BLEU is computed.
 *
 * @param tokenizer {@code universal} (all scripts), or sacreBLEU's {@code 13a}, {@code intl},
 *     {@code zh}, {@code char} or {@code none}
 * @param smoothing of precisions that are 0
 * @param smoothingValue for {@link Smoothing#FLOOR} (0.1 as a rule) and {@link Smoothing#ADD_K} (1
 *     as a rule), 0 or more; the others ignore it
 * @param effectiveOrder whether orders that the output is too short for are left out; for single
 *     sentences
 * @param lowercase whether case is ignored
 * @param maxOrder the longest n-grams, 1 to 16; 4 as a rule
 */
public record BleuSettings(
    MetricTokenizer tokenizer,
    Smoothing smoothing,
    double smoothingValue,
    boolean effectiveOrder,
    boolean lowercase,
    int maxOrder) {

  /** What stands for a precision of 0 (Chen and Cherry, WMT 2014). */
  public enum Smoothing {
    /** Nothing: BLEU is 0. */
    NONE(0),
    /** Method 1: a small number of matches instead of 0. */
    FLOOR(0.1),
    /** Method 2: k more matches and n-grams from the second order on. */
    ADD_K(1),
    /** Method 3, NIST's: 1/2, 1/4, 1/8 … of a match for each order without one. */
    EXP(0);

    private final double usualValue;

    Smoothing(double usualValue) {
      this.usualValue = usualValue;
    }
  }

  /** For a sentence of any script: universal tokens, exponential smoothing, effective order. */
  public static final BleuSettings DEFAULT =
      new BleuSettings(MetricTokenizer.UNIVERSAL, Smoothing.EXP, 0, true, false, 4);

  /** sacreBLEU 2.6.0's {@code sentence_bleu}. */
  public static final BleuSettings REFERENCE = DEFAULT.withTokenizer(MetricTokenizer.MTEVAL_13A);

  /** Checks the ranges. */
  public BleuSettings {
    tokenizer.oneOf(
        MetricTokenizer.UNIVERSAL,
        MetricTokenizer.MTEVAL_13A,
        MetricTokenizer.INTERNATIONAL,
        MetricTokenizer.CHINESE,
        MetricTokenizer.CHARACTERS,
        MetricTokenizer.WHITESPACE);
    Objects.requireNonNull(smoothing, "smoothing must not be null");
    if (!(smoothingValue >= 0 && Double.isFinite(smoothingValue))) {
      throw new IllegalArgumentException(
          "smoothingValue must be a finite number of 0 or more, but was " + smoothingValue);
    }
    if (maxOrder < 1 || maxOrder > 16) {
      throw new IllegalArgumentException("maxOrder must be between 1 and 16, but was " + maxOrder);
    }
  }

  /** The same with another tokenizer. */
  public BleuSettings withTokenizer(MetricTokenizer other) {
    return new BleuSettings(other, smoothing, smoothingValue, effectiveOrder, lowercase, maxOrder);
  }

  /** The same with another smoothing at its usual value. */
  public BleuSettings withSmoothing(Smoothing other) {
    return withSmoothing(other, other.usualValue);
  }

  /** The same with another smoothing. */
  public BleuSettings withSmoothing(Smoothing other, double value) {
    return new BleuSettings(tokenizer, other, value, effectiveOrder, lowercase, maxOrder);
  }

  /** The same with or without effective order. */
  public BleuSettings withEffectiveOrder(boolean effective) {
    return new BleuSettings(tokenizer, smoothing, smoothingValue, effective, lowercase, maxOrder);
  }

  /** The same with or without regard to case. */
  public BleuSettings withLowercase(boolean lower) {
    return new BleuSettings(tokenizer, smoothing, smoothingValue, effectiveOrder, lower, maxOrder);
  }

  /** The same with other n-grams. */
  public BleuSettings withMaxOrder(int order) {
    return new BleuSettings(tokenizer, smoothing, smoothingValue, effectiveOrder, lowercase, order);
  }

  static BleuSettings of(EvaluatorSettings given, boolean effectiveOrder) {
    Smoothing smoothing = given.choice("smoothing", Smoothing.EXP);
    BleuSettings settings =
        new BleuSettings(
            MetricTokenizer.of(
                given,
                MetricTokenizer.UNIVERSAL,
                MetricTokenizer.MTEVAL_13A,
                MetricTokenizer.INTERNATIONAL,
                MetricTokenizer.CHINESE,
                MetricTokenizer.CHARACTERS,
                MetricTokenizer.WHITESPACE),
            smoothing,
            given.decimal("smoothing_value", smoothing.usualValue, 0, 1000),
            given.flag("effective_order", effectiveOrder),
            given.flag("lowercase", false),
            given.number("max_order", 4, 1, 16));
    Settings.checkImplementation(given, settings.toMap());
    return settings;
  }

  Map<String, String> toMap() {
    return Settings.of(tokenizer.mode(), "sacrebleu 2.6.0")
        .with(tokenizer)
        .with("smoothing", smoothing)
        .with("smoothing_value", smoothingValue)
        .with("effective_order", effectiveOrder)
        .with("lowercase", lowercase)
        .with("max_order", maxOrder)
        .values();
  }
}
