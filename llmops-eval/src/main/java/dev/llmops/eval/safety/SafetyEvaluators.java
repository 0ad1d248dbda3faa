package dev.llmops.eval.safety;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.privacy.PiiKind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the evaluators of what should not be said. What each measures, on what data its model was
 * trained, how good it is and where it fails: {@code docs/evaluators/safety.md}.
 *
 * <p>Those with a classifier report a probability as the raw measure and a label by a threshold
 * that was frozen on development rows; the threshold is a setting, since what one application may
 * say another may not. None is a judgement on a person.
 *
 * <p>More than 4 million characters (of the text; for {@code prompt_injection} of the input and all
 * documents) are not read: {@linkplain Skipped Skipped}. {@code refusal} reads the start of any.
 */
public final class SafetyEvaluators {

  /** Which text of the case is judged. */
  public enum Part {
    /** {@link EvalCase#input()}. */
    INPUT(Need.INPUT),
    /** {@link EvalCase#output()}. */
    OUTPUT(Need.OUTPUT);

    private final Need need;

    Part(Need need) {
      this.need = need;
    }

    Need need() {
      return need;
    }

    String of(EvalCase evalCase) {
      String text = this == INPUT ? evalCase.input() : evalCase.output();
      return text == null ? "" : text;
    }
  }

  /** Which language a text is read in. */
  public enum Language {
    /** By its letters; both where it has both, the worse counts. */
    AUTO,
    /** English. */
    EN,
    /** Chinese. */
    ZH
  }

  /** What {@link #toxicity} and {@link #hate} look at. */
  public enum TextFeatures {
    /** Words and their classes: microseconds, nothing else needed. */
    WORDS,
    /**
     * Words and, added to them, the embedding of the text by {@link
     * dev.llmops.eval.semantic.InProcessEmbeddings}: milliseconds; needs one of its models on the
     * class path, and is Skipped without it or above 16,000 characters.
     */
    EMBEDDINGS
  }

  /** What {@link #bias} compares. */
  public enum BiasMeasure {
    /** The largest of the differences in toxicity, hate and refusal. */
    ALL,
    /** {@link #toxicity}. */
    TOXICITY,
    /** {@link #hate}. */
    HATE,
    /** {@link #refusal}. */
    REFUSAL,
    /** The length of the answers in characters, relative to the longer one. */
    LENGTH
  }

  /** A second's work; a model that writes more is attacking the run rather than answering. */
  static final int MAX_CHARS = 4_000_000;

  private SafetyEvaluators() {}

  /** {@link #toxicity(Part, Language, Double)} of the output, language by its letters. */
  public static Evaluator toxicity() {
    return toxicity(Part.OUTPUT, Language.AUTO, null);
  }

  /**
   * {@code toxicity}: the probability that people find the text toxic, abusive or offensive, 0 to
   * 1. A linear model over words and word classes, English and Chinese. Texts in other languages
   * and texts without words are Skipped. Microseconds; linear in the text.
   *
   * @param threshold from which on the label is {@code toxic}; null for the frozen one
   */
  public static Evaluator toxicity(Part part, Language language, @Nullable Double threshold) {
    return toxicity(part, language, threshold, TextFeatures.WORDS);
  }

  /**
   * {@code toxicity} by words alone, or by words and meaning, which finds more of what is put in
   * other words.
   *
   * @param threshold from which on the label is {@code toxic}; null for the frozen one of these
   *     features
   */
  public static Evaluator toxicity(
      Part part, Language language, @Nullable Double threshold, TextFeatures features) {
    return Classified.toxicity(part, language, threshold, features);
  }

  /** {@link #hate(Part, Double)} of the output. */
  public static Evaluator hate() {
    return hate(Part.OUTPUT, null);
  }

  /**
   * {@code hate}: the probability that the English text attacks a group for what it is (origin,
   * faith, sex, disability …), 0 to 1. Abuse of one person and mere profanity are toxic, not
   * hateful.
   *
   * @param threshold from which on the label is {@code hate}; null for the frozen one
   */
  public static Evaluator hate(Part part, @Nullable Double threshold) {
    return hate(part, threshold, TextFeatures.WORDS);
  }

  /**
   * {@code hate} by words alone, or by words and meaning, which tells better who is hated and who
   * condemns it.
   *
   * @param threshold from which on the label is {@code hate}; null for the frozen one of these
   *     features
   */
  public static Evaluator hate(Part part, @Nullable Double threshold, TextFeatures features) {
    return Classified.hate(part, threshold, features);
  }

  /** {@link #profanity(Part)} of the output. */
  public static Evaluator profanity() {
    return profanity(Part.OUTPUT);
  }

  /**
   * {@code profanity}: how many swear words and slurs of an English and a Chinese list the text
   * has, also spelled {@code sh1t}, {@code s h i t} or {@code f**k}; 1 maps to a score of 0.5.
   */
  public static Evaluator profanity(Part part) {
    return Profanity.evaluator(part);
  }

  /** {@link #promptInjection(Double)} with the frozen thresholds. */
  public static Evaluator promptInjection() {
    return promptInjection(null);
  }

  /**
   * {@code prompt_injection}: the risk that the input, or a document of the context, tries to give
   * the model other orders than its owner's, 0 to 1; 0.5 is the frozen threshold of either model.
   * English and Chinese, some German. In documents each sentence is judged alone: one that
   * addresses the reader with an order is suspicious there, and would not be in a prompt.
   *
   * @param threshold from which on the label is {@code injection}; null for 0.5
   */
  public static Evaluator promptInjection(@Nullable Double threshold) {
    return Injection.evaluator(threshold);
  }

  /** {@code refusal}, the greater the worse: see {@link #refusal(boolean)}. */
  public static Evaluator refusal() {
    return refusal(false);
  }

  /**
   * {@code refusal}: the probability-like strength, 0 to 1, with which the output declines to do
   * what was asked, in part or whole; from 0.5 on the label is {@code refusal}. Hand-written rules
   * over the first 400 characters, English and Chinese.
   *
   * @param wanted whether refusing is right, as for harmful requests
   */
  public static Evaluator refusal(boolean wanted) {
    return Refusal.evaluator(wanted);
  }

  /** {@link #pii(Part, Set)} of the output, all kinds. */
  public static Evaluator pii() {
    return pii(Part.OUTPUT, EnumSet.allOf(PiiKind.class));
  }

  /**
   * {@code pii}: how many pieces of personal data with a shape or a checksum the text has, by
   * {@link dev.llmops.privacy.Redactors}; 1 maps to a score of 0.5. The reason counts them by kind
   * and never repeats them.
   *
   * @throws IllegalArgumentException if there is no kind
   */
  public static Evaluator pii(Part part, Set<PiiKind> kinds) {
    return Leaks.pii(part, kinds);
  }

  /** {@link #secrets(Part)} of the output. */
  public static Evaluator secrets() {
    return secrets(Part.OUTPUT);
  }

  /** {@code secrets}: how many keys, tokens and passwords the text has; as {@link #pii}. */
  public static Evaluator secrets(Part part) {
    return Leaks.secrets(part);
  }

  /** {@link #bias(BiasMeasure)} over toxicity, hate and refusal. */
  public static Evaluator bias() {
    return bias(BiasMeasure.ALL);
  }

  /**
   * {@code bias}: how differently the model answers prompts that differ in the group they name, 0
   * to 1: the largest difference between the case's output and those of its variants. Toxicity .05
   * for one group and .45 for the other → .40. It compares answers and does not know what is fair.
   */
  public static Evaluator bias(BiasMeasure measure) {
    return Bias.evaluator(measure);
  }

  /**
   * {@code moderation}: the largest category score of a moderation endpoint, 0 to 1; flagged as the
   * endpoint says. Errored where it does not answer.
   */
  public static Evaluator moderation(ModerationEndpoint endpoint, Part part) {
    return Moderated.evaluator(endpoint, part);
  }

  /**
   * The probability that a local model gives to one of its labels.
   *
   * @param name the evaluator's name
   * @param label one of {@link OnnxTextClassifier#labels()}, such as {@code toxic}; the greater its
   *     probability, the worse
   * @throws IllegalArgumentException if the model has no such label
   */
  public static Evaluator classifier(
      String name, OnnxTextClassifier model, String label, Part part) {
    return Classified.local(name, model, label, part);
  }

  /** Null for a text of a length that is read. */
  static @Nullable Skipped tooLong(EvaluatorSpec spec, long chars) {
    return chars <= MAX_CHARS
        ? null
        : new Skipped(
            spec,
            "the text has "
                + chars
                + " characters; "
                + spec.name()
                + " reads at most "
                + MAX_CHARS
                + ", so judge its parts");
  }

  static EvaluatorSpec withSettings(EvaluatorSpec spec, Map<String, @Nullable Object> given) {
    Map<String, String> settings = new TreeMap<>();
    given.forEach(
        (name, value) -> {
          if (value != null) {
            settings.put(name, value.toString().toLowerCase(java.util.Locale.ROOT));
          }
        });
    return spec.withSettings(settings);
  }
}
