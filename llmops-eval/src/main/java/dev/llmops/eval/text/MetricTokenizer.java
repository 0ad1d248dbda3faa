package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How a metric cuts a text into tokens. Fixed for a run, never chosen row by row. */
public enum MetricTokenizer {
  /**
   * All scripts, punctuation kept: {@link #MTEVAL_13A} after NFKC, with curly quotes made straight,
   * where each character of a script without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese
   * …) and each punctuation mark or symbol is a token. Equal to {@link #MTEVAL_13A} on ASCII text.
   */
  UNIVERSAL("universal", MetricMode.DEFAULT),
  /**
   * All scripts, words only: NFKC, lower case, runs of letters, marks and numbers; each character
   * of a script without spaces and each emoji is a token; punctuation is dropped. Equal to {@link
   * #ROUGE} on ASCII text.
   */
  UNIVERSAL_WORDS("universal_words", MetricMode.DEFAULT),
  /** sacreBLEU's {@code 13a}, that of WMT's mteval-v13a, made for Western languages. */
  MTEVAL_13A("13a", MetricMode.REFERENCE),
  /** sacreBLEU's {@code intl}, that of mteval-v14: cuts at Unicode punctuation and symbols. */
  INTERNATIONAL("intl", MetricMode.REFERENCE),
  /** sacreBLEU's {@code zh}: each Chinese character a token, the rest by {@code 13a}. */
  CHINESE("zh", MetricMode.REFERENCE),
  /** sacreBLEU's {@code char}: each character that is not a space a token. */
  CHARACTERS("char", MetricMode.REFERENCE),
  /** sacreBLEU's {@code none}: what stands between spaces. */
  WHITESPACE("none", MetricMode.REFERENCE),
  /** sacreBLEU's {@code tercom}, that of TER: lower case, what stands between spaces. */
  TERCOM("tercom", MetricMode.REFERENCE),
  /** rouge_score's: lower case, runs of a–z and 0–9. Nothing for other scripts. */
  ROUGE("rouge", MetricMode.REFERENCE),
  /** Lower case; each Chinese character, and runs of a–z and 0–9. */
  CJK("cjk", MetricMode.REFERENCE),
  /** Lower case; each Chinese character, and runs of Python's {@code \w} without underscores. */
  WORDS("word", MetricMode.REFERENCE);

  private final String label;
  private final MetricMode mode;

  MetricTokenizer(String label, MetricMode mode) {
    this.label = label;
    this.mode = mode;
  }

  /** Its name in settings and signatures: {@code 13a}. */
  public String label() {
    return label;
  }

  /** The mode of a metric that uses it. */
  public MetricMode mode() {
    return mode;
  }

  /**
   * The tokens of a text.
   *
   * @throws NotMeasurable if the text is longer than {@link NotMeasurable#MAX_CHARS} or has more
   *     than {@link NotMeasurable#MAX_TOKENS} tokens
   */
  List<String> tokens(String text) {
    NotMeasurable.checkChars(text);
    return switch (this) {
      case UNIVERSAL -> MtevalTokenizer.tokens13a(UniversalText.spread(text));
      case UNIVERSAL_WORDS -> UniversalText.words(text);
      case MTEVAL_13A -> MtevalTokenizer.tokens13a(text);
      case INTERNATIONAL -> MtevalTokenizer.tokensInternational(text);
      case CHINESE -> MtevalTokenizer.tokensChinese(text);
      case CHARACTERS -> characters(text);
      case WHITESPACE -> PythonText.split(text);
      case TERCOM -> PythonText.split(PythonText.lower(text));
      case ROUGE -> wordsAndIdeographs(PythonText.lower(text), false, true);
      case CJK -> wordsAndIdeographs(PythonText.lower(text), true, true);
      case WORDS -> wordsAndIdeographs(PythonText.lower(text), true, false);
    };
  }

  /**
   * The tokenizer named by the settings {@code tokenizer} and {@code mode}: either alone decides
   * the other.
   *
   * @param byDefault in default mode; allowed
   * @param reference in reference mode; allowed
   * @param more also allowed
   */
  static MetricTokenizer of(
      EvaluatorSettings settings,
      MetricTokenizer byDefault,
      MetricTokenizer reference,
      MetricTokenizer... more) {
    EnumSet<MetricTokenizer> allowed = EnumSet.of(byDefault, reference);
    allowed.addAll(List.of(more));
    String given = settings.text("tokenizer");
    MetricTokenizer tokenizer = byDefault;
    if (given != null) {
      tokenizer = of(given, allowed);
    } else if (settings.choice("mode", MetricMode.DEFAULT) == MetricMode.REFERENCE) {
      tokenizer = reference;
    }
    if (settings.choice("mode", tokenizer.mode) != tokenizer.mode) {
      throw new IllegalArgumentException(
          "setting \"mode\" must fit tokenizer "
              + tokenizer.label
              + ", whose mode is "
              + Settings.word(tokenizer.mode)
              + ", but was \""
              + settings.text("mode")
              + "\"; leave one of them out");
    }
    return tokenizer;
  }

  /** Checks a tokenizer that was given in code. */
  MetricTokenizer oneOf(MetricTokenizer... allowed) {
    if (!List.of(allowed).contains(this)) {
      throw new IllegalArgumentException(wrong(label, EnumSet.copyOf(List.of(allowed))));
    }
    return this;
  }

  private static MetricTokenizer of(String label, Set<MetricTokenizer> allowed) {
    for (MetricTokenizer each : allowed) {
      if (each.label.equals(label)) {
        return each;
      }
    }
    throw new IllegalArgumentException(wrong(label, allowed));
  }

  private static String wrong(String label, Set<MetricTokenizer> allowed) {
    List<String> labels = new ArrayList<>();
    allowed.forEach(each -> labels.add(each.label));
    return "tokenizer must be one of " + String.join(", ", labels) + ", but was \"" + label + "\"";
  }

  private static List<String> characters(String text) {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!PythonText.isSpace(codePoint)) {
        tokens.add(Character.toString(codePoint));
        NotMeasurable.checkTokens(tokens.size());
      }
    }
    return tokens;
  }

  /** A run goes on over ideographs that follow it when they are word characters, as re's does. */
  private static List<String> wordsAndIdeographs(String text, boolean ideographs, boolean ascii) {
    List<String> tokens = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      int start = i;
      i += Character.charCount(codePoint);
      if (!(ideographs && isIdeograph(codePoint))) {
        if (!isWordCharacter(codePoint, ascii)) {
          continue;
        }
        while (i < text.length() && isWordCharacter(text.codePointAt(i), ascii)) {
          i += Character.charCount(text.codePointAt(i));
        }
      }
      tokens.add(text.substring(start, i));
      NotMeasurable.checkTokens(tokens.size());
    }
    return tokens;
  }

  private static boolean isWordCharacter(int codePoint, boolean ascii) {
    return ascii
        ? (codePoint >= 'a' && codePoint <= 'z') || (codePoint >= '0' && codePoint <= '9')
        : PythonText.isAlphanumeric(codePoint);
  }

  /** The blocks of Unified Ideographs, Extension A and Compatibility Ideographs. */
  private static boolean isIdeograph(int c) {
    return (c >= 0x3400 && c <= 0x4dbf)
        || (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0xf900 && c <= 0xfaff);
  }
}
