package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Map;

/** What of a short answer is compared. */
public enum AnswerNormalization {
  /**
   * All scripts: as {@link #SQUAD} on ASCII text; besides NFKC, each character of a script without
   * spaces a token, and Unicode punctuation ignored.
   */
  UNIVERSAL(MetricMode.DEFAULT, "llmops 1"),
  /**
   * The official script of SQuAD 2.0: lower case, without ASCII punctuation and English articles,
   * split at white space.
   */
  SQUAD(MetricMode.REFERENCE, "squad 2.0"),
  /**
   * The official script of CMRC 2018 for Chinese: lower case, without its list of punctuation, each
   * character of U+4E00–9FA5 a token, the rest by NLTK's word tokenizer; the overlap is the longest
   * common run of tokens, not the bag.
   */
  CMRC(MetricMode.REFERENCE, "cmrc 2018");

  private final MetricMode mode;
  private final String implementation;

  AnswerNormalization(MetricMode mode, String implementation) {
    this.mode = mode;
    this.implementation = implementation;
  }

  static AnswerNormalization of(EvaluatorSettings given) {
    AnswerNormalization byMode =
        given.choice("mode", MetricMode.DEFAULT) == MetricMode.REFERENCE ? SQUAD : UNIVERSAL;
    AnswerNormalization chosen = given.choice("tokenizer", byMode);
    if (given.choice("mode", chosen.mode) != chosen.mode) {
      throw new IllegalArgumentException(
          "setting \"mode\" must fit tokenizer "
              + Settings.word(chosen)
              + ", whose mode is "
              + Settings.word(chosen.mode)
              + ", but was \""
              + given.text("mode")
              + "\"; leave one of them out");
    }
    Settings.checkImplementation(given, chosen.toMap());
    return chosen;
  }

  Map<String, String> toMap() {
    return Settings.of(mode, implementation).with("tokenizer", this).values();
  }
}
