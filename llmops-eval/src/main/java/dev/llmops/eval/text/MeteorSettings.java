package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;

/**
 * How METEOR is computed.
 *
 * @param tokenizer {@code universal} (all scripts), {@code none} (what stands between spaces, as
 *     NLTK is given it as a rule) or {@code cjk}
 * @param stemmer whether words that are not equal match by their stems (Porter, English)
 */
public record MeteorSettings(MetricTokenizer tokenizer, boolean stemmer) {

  /** Any script, with the stemmer. */
  public static final MeteorSettings DEFAULT = new MeteorSettings(MetricTokenizer.UNIVERSAL, true);

  /** NLTK 3.8's {@code single_meteor_score} on {@code str.split()} tokens, without synonyms. */
  public static final MeteorSettings REFERENCE =
      new MeteorSettings(MetricTokenizer.WHITESPACE, true);

  /** Checks that the tokenizer is one for METEOR. */
  public MeteorSettings {
    tokenizer.oneOf(MetricTokenizer.UNIVERSAL, MetricTokenizer.WHITESPACE, MetricTokenizer.CJK);
  }

  /** The same with another tokenizer. */
  public MeteorSettings withTokenizer(MetricTokenizer other) {
    return new MeteorSettings(other, stemmer);
  }

  /** The same with or without the stemmer. */
  public MeteorSettings withStemmer(boolean stem) {
    return new MeteorSettings(tokenizer, stem);
  }

  static MeteorSettings of(EvaluatorSettings given) {
    MeteorSettings settings =
        new MeteorSettings(
            MetricTokenizer.of(
                given, MetricTokenizer.UNIVERSAL, MetricTokenizer.WHITESPACE, MetricTokenizer.CJK),
            given.flag("stemmer", true));
    Settings.checkImplementation(given, settings.toMap());
    return settings;
  }

  Map<String, String> toMap() {
    return Settings.of(tokenizer.mode(), "nltk 3.8")
        .with(tokenizer)
        .with("stemmer", stemmer)
        .values();
  }
}
