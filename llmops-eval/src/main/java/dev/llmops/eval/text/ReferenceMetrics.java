package dev.llmops.eval.text;

import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.Scale;
import java.util.Locale;
import java.util.Map;

/**
 * The field's metrics of a text against reference texts. All are free, pure and need an output and
 * a reference. Without settings they measure any script; their {@code REFERENCE} settings equal the
 * named implementation on every text. Mode, implementation and tokenizer stand in the settings of
 * every result's spec.
 *
 * <p>They compare wording, not meaning: a right answer in other words scores low, and a wrong one
 * in almost the same words high.
 *
 * <p>Undefined is skipped in default mode: a reference without a token (and for {@code rouge_2}
 * without two). Texts beyond the bounds named at each metric are skipped too.
 */
public final class ReferenceMetrics {

  private static final Scale PERCENT = Scale.higher(0, 100);

  private ReferenceMetrics() {}

  /** {@link #squadExactMatch(AnswerNormalization)} for any script. */
  public static Evaluator squadExactMatch() {
    return squadExactMatch(AnswerNormalization.UNIVERSAL);
  }

  /**
   * {@code squad_exact_match}: whether the output equals a reference after normalisation (Rajpurkar
   * et al., "SQuAD", EMNLP 2016, section 6.1; Cui et al., "CMRC 2018", EMNLP 2019). "The Eiffel
   * Tower!" against "Eiffel tower" → 1. Several references: any of them. At most 5,000,000
   * characters.
   */
  public static Evaluator squadExactMatch(AnswerNormalization normalization) {
    return answer("squad_exact_match", QuestionAnswering.Kind.EXACT_MATCH, normalization);
  }

  /** {@link #squadF1(AnswerNormalization)} for any script. */
  public static Evaluator squadF1() {
    return squadF1(AnswerNormalization.UNIVERSAL);
  }

  /**
   * {@code squad_f1}: the harmonic mean of precision and recall of the output's tokens, counted as
   * often as they occur in both (SQuAD, section 6.1); for CMRC of its longest run of tokens in
   * common. "in Paris, France" against "Paris": 1 of 3 and 1 of 1 → 2·⅓·1 ÷ (⅓ + 1) = 0.5. Several
   * references: the best. At most 500,000 tokens; CMRC 400 million pairs of them.
   */
  public static Evaluator squadF1(AnswerNormalization normalization) {
    return answer("squad_f1", QuestionAnswering.Kind.F1, normalization);
  }

  /** {@link #tokenRecall(AnswerNormalization)} for any script. */
  public static Evaluator tokenRecall() {
    return tokenRecall(AnswerNormalization.UNIVERSAL);
  }

  /**
   * {@code token_recall}: the share of the reference's tokens that are in the output, for short
   * answers in long outputs (Adlakha et al., "Evaluating correctness and faithfulness of
   * instruction-following models for question answering", TACL 2024). "I think it is Paris" against
   * "Paris, France": 1 of 2 → 0.5. Several references: the best.
   */
  public static Evaluator tokenRecall(AnswerNormalization normalization) {
    return answer("token_recall", QuestionAnswering.Kind.RECALL, normalization);
  }

  /** {@link #rouge1(RougeSettings)} for any script. */
  public static Evaluator rouge1() {
    return rouge1(RougeSettings.DEFAULT);
  }

  /**
   * {@code rouge_1}: tokens in common, counted as often as they occur in both, as precision (÷
   * tokens of the output), recall (÷ tokens of the reference) or their harmonic mean (Lin, "ROUGE:
   * a package for automatic evaluation of summaries", 2004, section 2). "the cat sat" against "the
   * cat ate fish": 2 of 3 and 2 of 4 → F1 0.571. Several references: that with the best F1. At most
   * 500,000 tokens.
   */
  public static Evaluator rouge1(RougeSettings settings) {
    return rouge("rouge_1", Rouge.Kind.ONE, settings);
  }

  /** {@link #rouge2(RougeSettings)} for any script. */
  public static Evaluator rouge2() {
    return rouge2(RougeSettings.DEFAULT);
  }

  /**
   * {@code rouge_2}: as {@link #rouge1(RougeSettings)} with pairs of neighbouring tokens. "the cat
   * sat" against "the cat ate fish": "the cat" is 1 of 2 and 1 of 3 → F1 0.4.
   */
  public static Evaluator rouge2(RougeSettings settings) {
    return rouge("rouge_2", Rouge.Kind.TWO, settings);
  }

  /** {@link #rougeL(RougeSettings)} for any script. */
  public static Evaluator rougeL() {
    return rougeL(RougeSettings.DEFAULT);
  }

  /**
   * {@code rouge_l}: as {@link #rouge1(RougeSettings)} with the longest common subsequence of
   * tokens (Lin 2004, section 3.1). "testing two" against "testing one two": 2 of 2 and 2 of 3 → F1
   * 0.8. O(product of lengths ÷ 64); the product is at most 10¹⁰.
   */
  public static Evaluator rougeL(RougeSettings settings) {
    return rouge("rouge_l", Rouge.Kind.L, settings);
  }

  /** {@link #rougeLsum(RougeSettings)} for any script. */
  public static Evaluator rougeLsum() {
    return rougeLsum(RougeSettings.DEFAULT);
  }

  /**
   * {@code rouge_lsum}: for each line of the reference, its tokens that are in a longest common
   * subsequence with any line of the output (Lin 2004, section 3.2; no token twice, as in ROUGE
   * 1.5.5). Sentences are lines: put each on its own. Reference "w1 w2 w3 w4 w5", output "w1 w2 w6
   * w7 w8 ⏎ w1 w3 w8 w9 w5": the union is w1 w2 w3 w5, 4 of 10 and 4 of 5 → F1 0.533.
   */
  public static Evaluator rougeLsum(RougeSettings settings) {
    return rouge("rouge_lsum", Rouge.Kind.L_SUM, settings);
  }

  /** {@link #bleu(BleuSettings)} for a sentence of any script. */
  public static Evaluator bleu() {
    return bleu(BleuSettings.DEFAULT);
  }

  /**
   * {@code bleu}, from 0 to 100: brevity penalty · exp(mean of ln pₙ) over n-grams of 1 to 4
   * tokens, pₙ the share of the output's n-grams that are in a reference, each at most as often as
   * in the reference that has it most; the penalty is exp(1 − r/c) where the output's length c is
   * below that of the closest reference r (Papineni et al., ACL 2002; reported as Post, "A call for
   * clarity in reporting BLEU scores", WMT 2018, asks: the spec's signature). "this is a fest"
   * against "this is a test" with whitespace tokens: ¾, ⅔, ½ and, smoothed, ½ of 1 → (¾·⅔·½·½)^¼ =
   * 59.5. For a corpus use {@link #corpusBleu()}: the mean of sentences is another number. At most
   * 500,000 tokens.
   */
  public static Evaluator bleu(BleuSettings settings) {
    return new Bleu(settings).evaluator("bleu", PERCENT, settings.toMap());
  }

  /** {@link #corpusBleu(BleuSettings)} for any script, without effective order. */
  public static RunMetric corpusBleu() {
    return corpusBleu(BleuSettings.DEFAULT.withEffectiveOrder(false));
  }

  /**
   * {@code corpus_bleu}: {@link #bleu(BleuSettings)} over the sums of all cases' n-grams and
   * lengths. sacreBLEU's {@code corpus_bleu} is {@code
   * BleuSettings.REFERENCE.withEffectiveOrder(false)}. Details: {@code cases}, {@code precision_1}
   * …, {@code brevity_penalty}, {@code output_length}, {@code reference_length}.
   */
  public static RunMetric corpusBleu(BleuSettings settings) {
    Bleu bleu = new Bleu(settings);
    return new CorpusMetric<>(
        spec("corpus_bleu", PERCENT, settings.toMap()),
        bleu,
        (counts, details) -> {
          Bleu.Score score = bleu.score(counts);
          for (int n = 0; n < score.precisions().length; n++) {
            details.put("precision_" + (n + 1), score.precisions()[n]);
          }
          details.put("brevity_penalty", score.brevityPenalty());
          details.put("output_length", (double) counts.outputLength());
          details.put("reference_length", (double) counts.referenceLength());
          return new CorpusMetric.Value(score.bleu(), Bleu.reason(score, counts));
        });
  }

  /** {@link #chrf(ChrfSettings)} for any script. */
  public static Evaluator chrf() {
    return chrf(ChrfSettings.DEFAULT);
  }

  /**
   * {@code chrf}, from 0 to 100: precision and recall of character n-grams, each the mean over the
   * orders 1 to 6 that both texts have, as F with recall counting twice: 5PR ÷ (4P + R) (Popović,
   * WMT 2015 and 2016). "aa" against "ab": order 1 has ½ and ½, order 2 has 0 and 0 → P = R = ¼ →
   * 25. Several references: the best. At most 500,000 characters.
   */
  public static Evaluator chrf(ChrfSettings settings) {
    return new Chrf(settings).evaluator("chrf", PERCENT, settings.toMap());
  }

  /**
   * {@code chrf_plus_plus}: {@link #chrf(ChrfSettings)} with word n-grams of order 1 and 2 beside
   * (Popović, WMT 2017), for any script.
   */
  public static Evaluator chrfPlusPlus() {
    return chrfPlusPlus(ChrfSettings.DEFAULT.withWordOrder(2));
  }

  /** {@link #chrfPlusPlus()} with other settings. */
  public static Evaluator chrfPlusPlus(ChrfSettings settings) {
    return new Chrf(settings).evaluator("chrf_plus_plus", PERCENT, settings.toMap());
  }

  /** {@link #corpusChrf(ChrfSettings)} for any script. */
  public static RunMetric corpusChrf() {
    return corpusChrf(ChrfSettings.DEFAULT);
  }

  /**
   * {@code corpus_chrf}: {@link #chrf(ChrfSettings)} over the sums of all cases' n-grams, each
   * against its best reference. Details: {@code cases}.
   */
  public static RunMetric corpusChrf(ChrfSettings settings) {
    Chrf chrf = new Chrf(settings);
    return new CorpusMetric<>(
        spec("corpus_chrf", PERCENT, settings.toMap()),
        chrf,
        (counts, details) -> new CorpusMetric.Value(chrf.score(counts), chrf.reason(counts)));
  }

  /** {@link #ter(TerSettings)} for any script. */
  public static Evaluator ter() {
    return ter(TerSettings.DEFAULT);
  }

  /**
   * {@code ter}, in percent from 0 without a bound, less is better, 100 scores 0.5: edits ÷ mean
   * length of the references, where an edit inserts, deletes or replaces a word or moves a run of
   * words (Snover et al., "A study of translation edit rate", AMTA 2006). "d e f g h a b c" against
   * "a b c d e f g h": one move, 1 ÷ 8 → 12.5. Several references: the fewest edits. At most 10,000
   * words a text.
   */
  public static Evaluator ter(TerSettings settings) {
    return new Ter(settings).evaluator("ter", Scale.lowerUnbounded(100), settings.toMap());
  }

  /** {@link #corpusTer(TerSettings)} for any script. */
  public static RunMetric corpusTer() {
    return corpusTer(TerSettings.DEFAULT);
  }

  /**
   * {@code corpus_ter}: the edits of all cases ÷ the sum of their references' mean lengths, in
   * percent. Details: {@code cases}, {@code edits}, {@code reference_length}.
   */
  public static RunMetric corpusTer(TerSettings settings) {
    Ter ter = new Ter(settings);
    return new CorpusMetric<>(
        spec("corpus_ter", Scale.lowerUnbounded(100), settings.toMap()),
        ter,
        (counts, details) -> {
          details.put("edits", (double) counts.edits());
          details.put("reference_length", counts.referenceLength());
          return new CorpusMetric.Value(ter.score(counts), ter.reason(counts));
        });
  }

  /** {@link #meteor(MeteorSettings)} for any script. */
  public static Evaluator meteor() {
    return meteor(MeteorSettings.DEFAULT);
  }

  /**
   * {@code meteor}: (1 − ½·(runs ÷ matches)³) · PR ÷ (0.9P + 0.1R), P and R the shares of words of
   * the output and of the reference with a partner, equal or of equal stem, and runs the stretches
   * of partners that are neighbours in both (Lavie and Agarwal, WMT 2007; without synonyms). "the
   * cat sat" against "the cat sat on": 3 matches in 1 run: P 1, R ¾ → ¾ ÷ 0.975 · (1 − ½·(⅓)³) =
   * 0.755. A single matched word alone gives 0.5. Several references: the best. At most 500,000
   * tokens.
   */
  public static Evaluator meteor(MeteorSettings settings) {
    return new Meteor(settings).evaluator("meteor", Scale.UNIT, settings.toMap());
  }

  /** {@link #levenshtein(LevenshteinMeasure)} as a similarity. */
  public static Evaluator levenshtein() {
    return levenshtein(LevenshteinMeasure.SIMILARITY);
  }

  /**
   * {@code levenshtein}: insertions, deletions and substitutions of code points (Levenshtein 1966;
   * Myers, JACM 1999). "kitten" against "sitting": 3 edits, similarity 1 − 3 ÷ 7 = 0.571. Several
   * references: the best. O(product of lengths ÷ 64); the product, without common ends, is at most
   * 10¹⁰.
   */
  public static Evaluator levenshtein(LevenshteinMeasure measure) {
    return TextSimilarity.levenshtein(measure)
        .evaluator(
            "levenshtein",
            measure == LevenshteinMeasure.DISTANCE ? Scale.lowerUnbounded(10) : Scale.UNIT,
            levenshteinSettings(measure));
  }

  /** {@link #jaroWinkler(double, boolean)} with a scale of 0.1, as Apache Commons Text has it. */
  public static Evaluator jaroWinkler() {
    return jaroWinkler(0.1, false);
  }

  /**
   * {@code jaro_winkler}: for names and other short texts. Jaro's (m/|a| + m/|b| + (m − t)/m) ÷ 3,
   * m the characters that match within half the longer length and t half of those out of order,
   * raised by the common prefix of up to 4: j + prefix · scale · (1 − j) (Jaro, JASA 1989; Winkler
   * 1990). "MARTHA" against "MARHTA": m 6, t 1 → j 0.944, + 3 · 0.1 · 0.056 → 0.961. 1 for two
   * empty texts. Several references: the best. At most 5,000,000 characters.
   *
   * @param prefixScale 0 (Jaro alone) to 0.25
   * @param floor whether t is rounded down, as in Winkler's code and NLTK
   */
  public static Evaluator jaroWinkler(double prefixScale, boolean floor) {
    if (!(prefixScale >= 0 && prefixScale <= 0.25)) {
      throw new IllegalArgumentException(
          "prefixScale must be between 0 and 0.25, but was " + prefixScale);
    }
    return TextSimilarity.jaroWinkler(prefixScale, floor)
        .evaluator("jaro_winkler", Scale.UNIT, jaroWinklerSettings(prefixScale, floor));
  }

  /** {@link #jaccard(MetricTokenizer)} for any script. */
  public static Evaluator jaccard() {
    return jaccard(MetricTokenizer.UNIVERSAL_WORDS);
  }

  /**
   * {@code jaccard}: distinct tokens in both ÷ distinct tokens in either (Jaccard 1912). "the cat
   * sat" against "the cat ran": 2 of 4 → 0.5. Not defined where neither has a token. Several
   * references: the best. At most 500,000 tokens.
   *
   * @param tokenizer {@code universal_words} or {@code word}
   */
  public static Evaluator jaccard(MetricTokenizer tokenizer) {
    tokenizer.oneOf(MetricTokenizer.UNIVERSAL_WORDS, MetricTokenizer.WORDS);
    return TextSimilarity.jaccard(tokenizer)
        .evaluator("jaccard", Scale.UNIT, jaccardSettings(tokenizer));
  }

  static Evaluator levenshtein(EvaluatorSettings given) {
    LevenshteinMeasure measure = given.choice("measure", LevenshteinMeasure.SIMILARITY);
    checkFixed(given, levenshteinSettings(measure));
    return levenshtein(measure);
  }

  static Evaluator jaroWinkler(EvaluatorSettings given) {
    double prefixScale = given.decimal("prefix_scale", 0.1, 0, 0.25);
    boolean floor = given.flag("floor", false);
    checkFixed(given, jaroWinklerSettings(prefixScale, floor));
    return jaroWinkler(prefixScale, floor);
  }

  static Evaluator jaccard(EvaluatorSettings given) {
    MetricTokenizer tokenizer =
        MetricTokenizer.of(given, MetricTokenizer.UNIVERSAL_WORDS, MetricTokenizer.WORDS);
    Settings.checkImplementation(given, jaccardSettings(tokenizer));
    return jaccard(tokenizer);
  }

  private static Map<String, String> levenshteinSettings(LevenshteinMeasure measure) {
    return overCodePoints("levenshtein 0.25").with("measure", measure).values();
  }

  private static Map<String, String> jaroWinklerSettings(double prefixScale, boolean floor) {
    return overCodePoints(floor ? "nltk 3.8" : "commons-text 1.13")
        .with("prefix_scale", prefixScale)
        .with("floor", floor)
        .values();
  }

  private static Map<String, String> jaccardSettings(MetricTokenizer tokenizer) {
    return Settings.of(tokenizer.mode(), "llmops 1").with(tokenizer).values();
  }

  /** Measures over code points are the same in both modes. */
  private static Settings overCodePoints(String implementation) {
    return Settings.of(MetricMode.REFERENCE, implementation).with("tokenizer", "code_point");
  }

  private static void checkFixed(EvaluatorSettings given, Map<String, String> values) {
    Settings.checkImplementation(given, values);
    given.choice("mode", MetricMode.REFERENCE);
    String tokenizer = given.text("tokenizer", "code_point").toLowerCase(Locale.ROOT);
    if (!tokenizer.equals("code_point")) {
      throw new IllegalArgumentException(
          "setting \"tokenizer\" must be \"code_point\" or left out, but was \""
              + tokenizer
              + "\"");
    }
  }

  private static Evaluator answer(
      String name, QuestionAnswering.Kind kind, AnswerNormalization normalization) {
    return new QuestionAnswering(kind, normalization)
        .evaluator(name, Scale.UNIT, normalization.toMap());
  }

  private static Evaluator rouge(String name, Rouge.Kind kind, RougeSettings settings) {
    return new Rouge(kind, settings).evaluator(name, Scale.UNIT, settings.toMap());
  }

  private static EvaluatorSpec spec(String name, Scale scale, Map<String, String> settings) {
    return EvaluatorSpec.free(name, scale, Need.OUTPUT, Need.REFERENCES).withSettings(settings);
  }
}
