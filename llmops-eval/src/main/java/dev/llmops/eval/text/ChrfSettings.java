package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;
import java.util.Objects;

/**
 * How chrF is computed.
 *
 * @param mode {@link MetricMode#REFERENCE} equals sacreBLEU 2.6.0; the default differs from it only
 *     in the words of chrF++, where characters of scripts without spaces are words, and in that a
 *     reference without characters is skipped
 * @param charOrder the longest character n-grams, 1 to 16; 6 as a rule
 * @param wordOrder the longest word n-grams, 0 to 16; 0 for chrF, 2 for chrF++
 * @param beta how many times as much recall counts as precision, above 0; 2 as a rule
 * @param lowercase whether case is ignored
 * @param whitespace whether spaces count as characters
 * @param epsSmoothing whether every order counts, also those without n-grams, as in chrF++.py,
 *     Moses and NLTK; sacreBLEU leaves them out
 */
public record ChrfSettings(
    MetricMode mode,
    int charOrder,
    int wordOrder,
    double beta,
    boolean lowercase,
    boolean whitespace,
    boolean epsSmoothing) {

  /** chrF for any script. */
  public static final ChrfSettings DEFAULT =
      new ChrfSettings(MetricMode.DEFAULT, 6, 0, 2, false, false, false);

  /** sacreBLEU 2.6.0's {@code CHRF()}. */
  public static final ChrfSettings REFERENCE =
      new ChrfSettings(MetricMode.REFERENCE, 6, 0, 2, false, false, false);

  /** Checks the ranges. */
  public ChrfSettings {
    Objects.requireNonNull(mode, "mode must not be null");
    if (charOrder < 1 || charOrder > 16) {
      throw new IllegalArgumentException(
          "charOrder must be between 1 and 16, but was " + charOrder);
    }
    if (wordOrder < 0 || wordOrder > 16) {
      throw new IllegalArgumentException(
          "wordOrder must be between 0 and 16, but was " + wordOrder);
    }
    if (!(beta > 0 && beta <= 100)) {
      throw new IllegalArgumentException("beta must be above 0 and at most 100, but was " + beta);
    }
  }

  /** The same with other character n-grams. */
  public ChrfSettings withCharOrder(int order) {
    return new ChrfSettings(mode, order, wordOrder, beta, lowercase, whitespace, epsSmoothing);
  }

  /** The same with word n-grams: 2 makes it chrF++. */
  public ChrfSettings withWordOrder(int order) {
    return new ChrfSettings(mode, charOrder, order, beta, lowercase, whitespace, epsSmoothing);
  }

  /** The same with another weight of recall. */
  public ChrfSettings withBeta(double other) {
    return new ChrfSettings(mode, charOrder, wordOrder, other, lowercase, whitespace, epsSmoothing);
  }

  /** The same with or without regard to case. */
  public ChrfSettings withLowercase(boolean lower) {
    return new ChrfSettings(mode, charOrder, wordOrder, beta, lower, whitespace, epsSmoothing);
  }

  /** The same with or without spaces. */
  public ChrfSettings withWhitespace(boolean spaces) {
    return new ChrfSettings(mode, charOrder, wordOrder, beta, lowercase, spaces, epsSmoothing);
  }

  /** The same with or without epsilon smoothing. */
  public ChrfSettings withEpsSmoothing(boolean eps) {
    return new ChrfSettings(mode, charOrder, wordOrder, beta, lowercase, whitespace, eps);
  }

  static ChrfSettings of(EvaluatorSettings given, int wordOrder) {
    ChrfSettings settings =
        new ChrfSettings(
            given.choice("mode", MetricMode.DEFAULT),
            given.number("char_order", 6, 1, 16),
            given.number("word_order", wordOrder, 0, 16),
            given.decimal("beta", 2, Double.MIN_NORMAL, 100),
            given.flag("lowercase", false),
            given.flag("whitespace", false),
            given.flag("eps_smoothing", false));
    Map<String, String> values = settings.toMap();
    Settings.checkImplementation(given, values);
    String tokenizer = given.text("tokenizer");
    if (tokenizer != null && !tokenizer.equals(values.get("tokenizer"))) {
      throw new IllegalArgumentException(
          "setting \"tokenizer\" must be \""
              + values.get("tokenizer")
              + "\" or left out, but was \""
              + tokenizer
              + "\"");
    }
    return settings;
  }

  Map<String, String> toMap() {
    return Settings.of(mode, "sacrebleu 2.6.0")
        .with(
            "tokenizer",
            mode == MetricMode.DEFAULT && wordOrder > 0 ? "character+universal" : "character")
        .with("char_order", charOrder)
        .with("word_order", wordOrder)
        .with("beta", beta)
        .with("lowercase", lowercase)
        .with("whitespace", whitespace)
        .with("eps_smoothing", epsSmoothing)
        .values();
  }
}
