package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;
import java.util.Objects;

/**
 * How ROUGE is computed.
 *
 * @param tokenizer {@code universal_words} (all scripts), {@code rouge} (rouge_score's: a–z and 0–9
 *     alone) or {@code cjk} (those and each Chinese character)
 * @param stemmer whether words of more than 3 characters are stemmed (Porter, English)
 * @param measure which of precision, recall and F1 is the score
 */
public record RougeSettings(MetricTokenizer tokenizer, boolean stemmer, Measure measure) {

  /** What of a comparison is the score. */
  public enum Measure {
    /** The harmonic mean of precision and recall. */
    F1,
    /** The share of the output that is in the reference. */
    PRECISION,
    /** The share of the reference that is in the output. */
    RECALL
  }

  /** F1 for any script, without a stemmer. */
  public static final RougeSettings DEFAULT =
      new RougeSettings(MetricTokenizer.UNIVERSAL_WORDS, false, Measure.F1);

  /** rouge_score 0.1.2's {@code fmeasure} without its stemmer. */
  public static final RougeSettings REFERENCE =
      new RougeSettings(MetricTokenizer.ROUGE, false, Measure.F1);

  /** Checks that the tokenizer is one for ROUGE. */
  public RougeSettings {
    tokenizer.oneOf(MetricTokenizer.UNIVERSAL_WORDS, MetricTokenizer.ROUGE, MetricTokenizer.CJK);
    Objects.requireNonNull(measure, "measure must not be null");
  }

  /** The same with another tokenizer. */
  public RougeSettings withTokenizer(MetricTokenizer other) {
    return new RougeSettings(other, stemmer, measure);
  }

  /** The same with or without the stemmer. */
  public RougeSettings withStemmer(boolean stem) {
    return new RougeSettings(tokenizer, stem, measure);
  }

  /** The same with another measure. */
  public RougeSettings withMeasure(Measure other) {
    return new RougeSettings(tokenizer, stemmer, other);
  }

  static RougeSettings of(EvaluatorSettings given) {
    RougeSettings settings =
        new RougeSettings(
            MetricTokenizer.of(
                given, MetricTokenizer.UNIVERSAL_WORDS, MetricTokenizer.ROUGE, MetricTokenizer.CJK),
            given.flag("stemmer", false),
            given.choice("measure", Measure.F1));
    Settings.checkImplementation(given, settings.toMap());
    return settings;
  }

  Map<String, String> toMap() {
    return Settings.of(tokenizer.mode(), "rouge_score 0.1.2")
        .with(tokenizer)
        .with("stemmer", stemmer)
        .with("measure", measure)
        .values();
  }
}
