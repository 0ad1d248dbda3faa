package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;

/**
 * How TER is computed.
 *
 * @param tokenizer {@code universal} (all scripts) or {@code tercom}, sacreBLEU's
 * @param caseSensitive whether case counts
 * @param normalized with {@code tercom}: whether punctuation is cut off words
 * @param noPunctuation with {@code tercom}: whether punctuation is removed
 * @param asianSupport with {@code tercom} and one of the two before: whether Chinese and Japanese
 *     characters are cut apart, and their punctuation is removed
 */
public record TerSettings(
    MetricTokenizer tokenizer,
    boolean caseSensitive,
    boolean normalized,
    boolean noPunctuation,
    boolean asianSupport) {

  /** TER for any script, without regard to case. */
  public static final TerSettings DEFAULT =
      new TerSettings(MetricTokenizer.UNIVERSAL, false, false, false, false);

  /** sacreBLEU 2.6.0's {@code TER()}. */
  public static final TerSettings REFERENCE =
      new TerSettings(MetricTokenizer.TERCOM, false, false, false, false);

  /** Checks that the settings fit the tokenizer. */
  public TerSettings {
    tokenizer.oneOf(MetricTokenizer.UNIVERSAL, MetricTokenizer.TERCOM);
    if (tokenizer != MetricTokenizer.TERCOM && (normalized || noPunctuation || asianSupport)) {
      throw new IllegalArgumentException(
          "normalized, noPunctuation and asianSupport must be false with tokenizer "
              + tokenizer.label()
              + "; they are settings of tercom");
    }
  }

  /** The same with or without regard to case. */
  public TerSettings withCaseSensitive(boolean sensitive) {
    return new TerSettings(tokenizer, sensitive, normalized, noPunctuation, asianSupport);
  }

  /** The same with or without cutting punctuation off. */
  public TerSettings withNormalized(boolean normalize) {
    return new TerSettings(tokenizer, caseSensitive, normalize, noPunctuation, asianSupport);
  }

  /** The same with or without removing punctuation. */
  public TerSettings withNoPunctuation(boolean remove) {
    return new TerSettings(tokenizer, caseSensitive, normalized, remove, asianSupport);
  }

  /** The same with or without support of Chinese and Japanese. */
  public TerSettings withAsianSupport(boolean support) {
    return new TerSettings(tokenizer, caseSensitive, normalized, noPunctuation, support);
  }

  static TerSettings of(EvaluatorSettings given) {
    TerSettings settings =
        new TerSettings(
            MetricTokenizer.of(given, MetricTokenizer.UNIVERSAL, MetricTokenizer.TERCOM),
            given.flag("case_sensitive", false),
            given.flag("normalized", false),
            given.flag("no_punctuation", false),
            given.flag("asian_support", false));
    Settings.checkImplementation(given, settings.toMap());
    return settings;
  }

  Map<String, String> toMap() {
    return Settings.of(tokenizer.mode(), "sacrebleu 2.6.0")
        .with(tokenizer)
        .with("case_sensitive", caseSensitive)
        .with("normalized", normalized)
        .with("no_punctuation", noPunctuation)
        .with("asian_support", asianSupport)
        .values();
  }
}
