package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.consistency.Answers.Group;
import dev.llmops.eval.semantic.Embedding;
import dev.llmops.eval.semantic.Embeddings;
import dev.llmops.eval.semantic.SemanticEvaluators;
import dev.llmops.eval.semantic.Sentences;
import dev.llmops.eval.semantic.VectorPlan;
import dev.llmops.eval.semantic.VectorPlan.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Evaluators of consistency. <b>Consistency is not correctness</b>: a model can be wrong every time
 * in the same words. A low consistency is a reason to doubt; a high one is no proof.
 *
 * <p>Those over samples ({@link EvalCase#allOutputs()}, order irrelevant) are Skipped where the
 * samples could not differ: taken at temperature 0 or with a top_k of 1, or out of a cache (no
 * attempt was made). Both are read from {@link EvalCase#call()} and from the metadata {@link
 * #TEMPERATURE} and {@link #FROM_CACHE}.
 */
public final class ConsistencyEvaluators {

  /** The metadata key of the temperature that the samples were taken at, such as {@code 0.7}. */
  public static final String TEMPERATURE = "temperature";

  /** The metadata key that says {@code true} where the samples came from a cache. */
  public static final String FROM_CACHE = "from_cache";

  /**
   * The metadata key of the samples' log-likelihoods: natural logarithms, one for each of {@link
   * EvalCase#allOutputs()} in its order, separated by {@code |}.
   */
  public static final String LOG_LIKELIHOODS = "log_likelihoods";

  /**
   * The prefix of metadata keys that hold another version's answer: {@code version:gpt-4o-mini}.
   */
  public static final String VERSION = "version:";

  private static final int MAX_VECTORS = 256;
  private static final int MAX_ENTAILED = 24;
  private static final int MAX_NLI_PAIRS = 600;
  private static final int MAX_NGRAM_CHARS = 1_000_000;

  /** How {@link #selfCheckNgram} measures. */
  public enum NgramMeasure {
    /**
     * The mean share of samples that lack a sentence's n-gram, 0 to 1. Identical samples → 0. Does
     * not depend on the length of the samples.
     */
    PRESENCE,
    /**
     * The greatest surprise of a sentence's n-grams, -ln p in nats, p by the counts in the answer
     * and all samples (the paper's "max" score). Depends on the lengths: compare only like with
     * like; identical samples do not give 0.
     */
    SURPRISE
  }

  /** How {@link #semanticEntropy} weighs samples. */
  public enum EntropyWeights {
    /** Each sample counts the same. */
    DISCRETE,
    /** Each counts by its likelihood: {@link ConsistencyEvaluators#LOG_LIKELIHOODS}. */
    LIKELIHOOD
  }

  private ConsistencyEvaluators() {}

  /**
   * Why the samples of this case cannot differ, with what to do, or null: for evaluators of your
   * own over samples.
   */
  public static @Nullable String whySamplesCannotDiffer(EvalCase evalCase) {
    return SampleGuard.whyNot(evalCase);
  }

  /**
   * The share of pairs of samples that are the same answer, 0 to 1: Σ c(c-1) ÷ n(n-1) over the
   * groups of equal answers. Counts 3, 1, 1 of five → 6 ÷ 20 = 0.3.
   */
  public static Evaluator sampleAgreement(AnswerForm form) {
    return overTexts("sample_agreement", form, SAMPLES, ConsistencyEvaluators::agreement);
  }

  /**
   * The share of samples that gave the most frequent answer, 1/n to 1; the reason has Wilson's 95 %
   * interval of that share and the answers. 4 of 5 → 0.8 (0.376 to 0.964): five samples say little.
   * The interval is that of an answer fixed beforehand; for the most frequent of several it is
   * somewhat too high.
   */
  public static Evaluator majorityShare(AnswerForm form) {
    return overTexts(
        "majority_share",
        form,
        SAMPLES,
        groups -> {
          int n = groups.stream().mapToInt(Group::count).sum();
          int most = groups.get(0).count();
          return new Finding(
              (double) most / n,
              "%d of %d samples agree (95 %%: %s): %s"
                  .formatted(most, n, Answers.wilson(most, n), Answers.describe(groups)),
              null);
        });
  }

  /**
   * The mean cosine over all pairs of samples, 0 to 1 (cosines below 0 as 0). For answers that are
   * worded differently each time. Contradictions with the same words are near, too.
   */
  public static Evaluator sampleSimilarity(Embeddings embeddings) {
    return overVectors("sample_similarity", embeddings, SAMPLES);
  }

  /**
   * SelfCheck by n-grams (Manakul, Liusie, Gales, EMNLP 2023, section 5.3): words of the answer
   * that the other samples do not use are doubtful. The mean over the answer's sentences, the
   * smaller the better; for the paper's unigram "max" take n = 1 and {@link NgramMeasure#SURPRISE}.
   * Words are runs of letters and digits in lower case, single characters in Chinese; the paper's
   * code takes spaCy's tokens.
   *
   * <p>PRESENCE: the answer "Lyon is nice" and samples "Paris is nice", "Paris is big": "lyon" is
   * lacking in 2 of 2, "is" in 0, "nice" in 1 → (1 + 0 + 0.5) ÷ 3 = 0.5.
   *
   * @param n the length of n-grams, 1 to 5
   */
  public static Evaluator selfCheckNgram(int n, NgramMeasure measure) {
    if (n < 1 || n > 5) {
      throw new IllegalArgumentException("n must be between 1 and 5, but was " + n);
    }
    boolean presence = measure == NgramMeasure.PRESENCE;
    EvaluatorSpec spec =
        new EvaluatorSpec(
            "selfcheck_ngram",
            "1",
            Map.of("n", Integer.toString(n), "measure", measure.name().toLowerCase(Locale.ROOT)),
            // 6.2 = ln 500: a word that is said once in 500
            presence ? Scale.RISK : Scale.lowerUnbounded(6.2),
            Set.of(Need.OUTPUT, Need.SAMPLES),
            CostClass.FREE);
    return Evaluators.of(spec, evalCase -> selfCheckNgram(spec, evalCase, n, presence));
  }

  /**
   * SelfCheck by vectors of sentences: for each sentence of the answer, 1 - the cosine with the
   * nearest sentence of a sample, averaged over samples; then the mean over sentences, 0 to 1, the
   * smaller the better. The shape of SelfCheck-BERTScore (Manakul et al. 2023, section 5.1) with
   * another similarity. Cosines 0.9 and 0.5 with two samples → 0.3.
   */
  public static Evaluator selfCheckEmbedding(Embeddings embeddings) {
    EvaluatorSpec spec =
        new EvaluatorSpec(
            "selfcheck_embedding",
            "1",
            embeddings.settings(),
            Scale.RISK,
            Set.of(Need.OUTPUT, Need.SAMPLES, Need.EMBEDDINGS),
            embeddings.costClass());
    return SemanticEvaluators.of(
        spec, embeddings, evalCase -> selfCheckPlan(spec, evalCase, embeddings));
  }

  /**
   * SelfCheck by inference (Manakul et al. 2023, section 5.4): for each sentence of the answer, the
   * probability that a sample contradicts it, P(contradiction) ÷ (P(contradiction) +
   * P(entailment)), averaged over samples; then the mean over sentences, 0 to 1, the smaller the
   * better. The sample is the premise. 0.5 where both probabilities are 0.
   */
  public static Evaluator selfCheckNli(Entailment entailment) {
    EvaluatorSpec spec =
        entailmentSpec(
            "selfcheck_nli", Scale.RISK, entailment, Map.of(), Need.OUTPUT, Need.SAMPLES);
    return overEntailment(spec, evalCase -> selfCheckNli(spec, evalCase, entailment));
  }

  /**
   * Semantic entropy (Kuhn, Gal, Farquhar, ICLR 2023; Farquhar et al., Nature 630, 2024): samples
   * that entail each other both ways, given the question, are one meaning; the entropy of the
   * meanings, divided by ln N of N samples, 0 (one meaning) to 1 (all differ), the smaller the
   * better. Meanings are connected components of mutual entailment, so the order of the samples
   * does not matter (the papers compare with a cluster's first member, where it does). Samples that
   * are equal but for case and punctuation are one meaning without asking the model.
   *
   * <p>Discrete, meanings of 3, 1 and 1 of five samples: -(0.6 ln 0.6 + 2 × 0.2 ln 0.2) = 0.9503; ÷
   * ln 5 = 0.5904. With likelihoods a meaning weighs the sum of its samples' likelihoods over the
   * sum of all; give them divided by length, or long answers weigh next to nothing.
   *
   * <p>The premise is the question, a space and one sample, the hypothesis the same with the other.
   * Up to 24 different samples: n(n-1) judgements.
   */
  public static Evaluator semanticEntropy(Entailment entailment, EntropyWeights weights) {
    EvaluatorSpec spec =
        entailmentSpec(
            "semantic_entropy",
            Scale.RISK,
            entailment,
            Map.of("weights", weights.name().toLowerCase(Locale.ROOT)),
            Need.INPUT,
            Need.SAMPLES);
    return overEntailment(
        spec,
        evalCase -> entropy(spec, evalCase, entailment, weights == EntropyWeights.LIKELIHOOD));
  }

  /**
   * Whether the answer stays the same in meaning when the question is worded differently: the mean
   * cosine over all pairs of the output and the answers of {@link EvalCase#variants()}, 0 to 1.
   */
  public static Evaluator paraphraseConsistency(Embeddings embeddings) {
    return overVectors("paraphrase_consistency", embeddings, VARIANTS);
  }

  /** The same by equal texts, for short answers: the share of pairs that agree, 0 to 1. */
  public static Evaluator paraphraseConsistency(AnswerForm form) {
    return overTexts("paraphrase_consistency", form, VARIANTS, ConsistencyEvaluators::agreement);
  }

  /** The same by entailment both ways: the share of pairs of answers that entail each other. */
  public static Evaluator paraphraseConsistency(Entailment entailment) {
    EvaluatorSpec spec =
        entailmentSpec(
            "paraphrase_consistency", Scale.UNIT, entailment, Map.of(), Need.OUTPUT, Need.VARIANTS);
    return overEntailment(spec, evalCase -> mutual(spec, evalCase, entailment));
  }

  /**
   * Whether the answer changes with the order of what was asked: the share of pairs, of the output
   * and the answers of {@link EvalCase#variants()}, that disagree, 0 to 1, the smaller the better.
   * Where a question lists options ({@code A) Paris}), a letter stands for the text it names in
   * that question: "B" of one order and "A" of another agree if both mean Paris.
   */
  public static Evaluator orderSensitivity() {
    return sensitivity(
        "order_sensitivity",
        evalCase -> {
          List<String> answers = new ArrayList<>();
          answers.add(
              Canonical.choice(evalCase.input(), Objects.requireNonNull(evalCase.output())));
          evalCase.variants().forEach(v -> answers.add(Canonical.choice(v.input(), v.output())));
          return Answers.of(answers);
        });
  }

  /**
   * Whether the answer changes with the format that was asked for: the share of pairs, of the
   * output and the answers of {@link EvalCase#variants()}, that disagree, 0 to 1, the smaller the
   * better. Answers are compared without code fences, Markdown, punctuation and case, and a JSON
   * text, or a JSON object with one value, as that value.
   */
  public static Evaluator formatSensitivity() {
    return sensitivity(
        "format_sensitivity",
        evalCase -> {
          List<String> answers = new ArrayList<>();
          answers.add(Canonical.unwrapped(Objects.requireNonNull(evalCase.output())));
          evalCase.variants().forEach(v -> answers.add(Canonical.unwrapped(v.output())));
          return Answers.of(answers);
        });
  }

  /**
   * Whether other versions of the model answer the same in meaning: the mean cosine of the output
   * with their answers, all pairs, 0 to 1. Their answers stand in the metadata under {@link
   * #VERSION}.
   */
  public static Evaluator versionConsistency(Embeddings embeddings) {
    return overVectors("version_consistency", embeddings, VERSIONS);
  }

  /** The same by equal texts, for short answers: the share of pairs that agree, 0 to 1. */
  public static Evaluator versionConsistency(AnswerForm form) {
    return overTexts("version_consistency", form, VERSIONS, ConsistencyEvaluators::agreement);
  }

  /**
   * Whether the context documents support the output, without a model: the mean over the output's
   * sentences of a support by words, 0 to 1, the greater the better. A sentence's support is
   *
   * <p>0.7 × the share of its words of content that a document has, each weighing 1, a name 2, a
   * number 3, times 1 for the sentence's first word of content growing to 3 for its last, as what
   * is said of a subject stands behind it <br>
   * + 0.2 × the share of its pairs of adjacent words that are adjacent in a document <br>
   * + 0.1 × the share of its neighbouring words of content that stand in order in one sentence of a
   * document, at most four words apart, or as far as in the output <br>
   * - 0.2 × the share of those weights that the nearest sentence of the documents has, where one of
   * the two negates around what matches ("never", "refused") and the other does not <br>
   * - 0.2 where a word that no document has faces its opposite there ("increase", "decrease"; a
   * list in English and Chinese, and prefixes such as "un").
   *
   * <p>Words are compared without case and common English endings; Chinese by characters. Document
   * "Paris is the capital of France.", output "Paris is the capital of Spain.": of content are
   * Paris (weight 1 × 1, as a sentence's first word may be no name), capital (1 × 2) and Spain (2 ×
   * 3), and 3 of 9 is there; adjacent are 4 of 5 pairs, near is 1 of 2 neighbours: 0.7 × 3/9 + 0.2
   * × 4/5 + 0.1 × 1/2 = 0.4433.
   *
   * <p>It finds words that the documents do not have, not wrong inferences: paraphrases are marked
   * down, and a falsehood made of the documents' own words gets through. The weights and lists are
   * ours, set by hand. Up to 100,000 characters and 500 sentences of output and 1,000,000
   * characters of context; linear in the context.
   */
  public static Evaluator factualConsistency() {
    EvaluatorSpec spec =
        EvaluatorSpec.free("factual_consistency", Scale.UNIT, Need.OUTPUT, Need.CONTEXT);
    return Evaluators.of(spec, evalCase -> FactualConsistency.evaluate(spec, evalCase));
  }

  /**
   * Whether the context documents support the output, by inference: for each sentence of the output
   * the greatest probability that a part of the context entails it; the mean over sentences, 0 to
   * 1, the greater the better (SummaC zero-shot: Laban, Schnabel, Bennett, Hearst, TACL 10, 2022,
   * section 3.2, whose parts are sentences). A document that is longer than {@link
   * Entailment#maxInputChars()} is taken in parts of whole sentences, each next one beginning with
   * the sentence that the last one ended with. Probabilities 0.9 and 0.2 of one sentence, 0.5 and
   * 0.1 of another → (0.9 + 0.5) ÷ 2 = 0.7. Up to 600 pairs of a sentence and a part.
   */
  public static Evaluator factualConsistency(Entailment entailment) {
    EvaluatorSpec spec =
        entailmentSpec(
            "factual_consistency_nli",
            Scale.UNIT,
            entailment,
            Map.of("max_input_chars", Integer.toString(entailment.maxInputChars())),
            Need.OUTPUT,
            Need.CONTEXT);
    return overEntailment(spec, evalCase -> supported(spec, evalCase, entailment));
  }

  /** Where the answers of a case are, and what it needs to have them. */
  private record Source(Set<Need> needs, Function<EvalCase, Answers> answers) {}

  private static final Source SAMPLES =
      new Source(
          Set.of(Need.SAMPLES),
          evalCase -> {
            String why = SampleGuard.whyNot(evalCase);
            return why == null ? Answers.of(evalCase.allOutputs()) : Answers.none(why);
          });

  private static final Source VARIANTS =
      new Source(
          Set.of(Need.OUTPUT, Need.VARIANTS),
          evalCase -> {
            List<String> answers = new ArrayList<>();
            answers.add(Objects.requireNonNull(evalCase.output()));
            evalCase.variants().forEach(variant -> answers.add(variant.output()));
            return Answers.of(answers);
          });

  private static final Source VERSIONS =
      new Source(
          Set.of(Need.OUTPUT),
          evalCase -> {
            List<String> answers = new ArrayList<>();
            answers.add(Objects.requireNonNull(evalCase.output()));
            evalCase
                .metadata()
                .forEach(
                    (key, answer) -> {
                      if (key.startsWith(VERSION)) {
                        answers.add(answer);
                      }
                    });
            return answers.size() > 1
                ? Answers.of(answers)
                : Answers.none(
                    "needs another version's answer:"
                        + " EvalCase.Builder.metadata(\"version:NAME\", answer)");
          });

  private static Evaluator overTexts(
      String name, AnswerForm form, Source source, Function<List<Group>, Finding> measure) {
    EvaluatorSpec spec =
        new EvaluatorSpec(
            name,
            "1",
            Map.of("form", form.name().toLowerCase(Locale.ROOT)),
            Scale.UNIT,
            source.needs(),
            CostClass.FREE);
    return Evaluators.of(
        spec,
        evalCase -> {
          Answers answers = source.answers().apply(evalCase);
          return answers.whyNot() == null
              ? scored(spec, measure.apply(answers.groups(form)), EvalResult.Spend.NONE)
              : skipped(spec, answers.whyNot());
        });
  }

  private static Evaluator overVectors(String name, Embeddings embeddings, Source source) {
    List<Need> needs = new ArrayList<>(source.needs());
    needs.add(Need.EMBEDDINGS);
    EvaluatorSpec spec =
        new EvaluatorSpec(
            name,
            "1",
            embeddings.settings(),
            Scale.UNIT,
            Set.copyOf(needs),
            embeddings.costClass());
    return SemanticEvaluators.of(
        spec,
        embeddings,
        evalCase -> {
          Answers answers = source.answers().apply(evalCase);
          if (answers.whyNot() != null) {
            return VectorPlan.skip(name + ": " + answers.whyNot());
          }
          Map<String, Integer> counts = answers.counts();
          if (counts.size() > MAX_VECTORS) {
            return VectorPlan.skip(tooMany(name, counts.size(), MAX_VECTORS));
          }
          List<String> texts = List.copyOf(counts.keySet());
          List<Integer> times = List.copyOf(counts.values());
          return VectorPlan.embed(
              texts, (vectors, model) -> meanCosine(texts, times, vectors, model.model()));
        });
  }

  private static Evaluator sensitivity(String name, Function<EvalCase, Answers> answers) {
    EvaluatorSpec spec = EvaluatorSpec.free(name, Scale.RISK, Need.OUTPUT, Need.VARIANTS);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<Group> groups = answers.apply(evalCase).groups(AnswerForm.NORMALISED);
          return Scored.of(
              spec,
              1 - Answers.pairAgreement(groups),
              groups.size() == 1 ? "all agree" : "differ: " + Answers.describe(groups));
        });
  }

  private static Finding agreement(List<Group> groups) {
    double agreement = Answers.pairAgreement(groups);
    return new Finding(
        agreement,
        String.format(
            Locale.ROOT, "%.1f %% of pairs agree: %s", 100 * agreement, Answers.describe(groups)),
        null);
  }

  private static Finding meanCosine(
      List<String> texts, List<Integer> times, List<Embedding> vectors, String model) {
    double sum = 0;
    double pairs = 0;
    double worst = 2;
    int worstOne = 0;
    int worstOther = 0;
    for (int i = 0; i < texts.size(); i++) {
      // pairs of one text with itself
      double same = times.get(i) * (times.get(i) - 1.0) / 2;
      sum += same;
      pairs += same;
      for (int j = i + 1; j < texts.size(); j++) {
        double cosine = Math.max(0, vectors.get(i).cosine(vectors.get(j)));
        double weight = (double) times.get(i) * times.get(j);
        sum += weight * cosine;
        pairs += weight;
        if (cosine < worst) {
          worst = cosine;
          worstOne = i;
          worstOther = j;
        }
      }
    }
    double mean = Math.min(1, sum / pairs);
    String furthest =
        worst > 1
            ? "all are the same"
            : String.format(
                Locale.ROOT,
                "furthest apart (%.3f): %s and %s",
                worst,
                Answers.quote(texts.get(worstOne)),
                Answers.quote(texts.get(worstOther)));
    return new Finding(
        mean,
        String.format(Locale.ROOT, "mean cosine %.3f by %s; %s", mean, model, furthest),
        null);
  }

  private static EvalResult selfCheckNgram(
      EvaluatorSpec spec, EvalCase evalCase, int n, boolean presence) {
    String why = SampleGuard.whyNot(evalCase);
    if (why != null) {
      return skipped(spec, why);
    }
    long chars = evalCase.allOutputs().stream().mapToLong(String::length).sum();
    if (chars > MAX_NGRAM_CHARS) {
      return skipped(spec, tooLong(chars, MAX_NGRAM_CHARS));
    }
    List<String> sentences = new ArrayList<>();
    List<List<String>> grams = new ArrayList<>();
    for (String sentence : Sentences.split(Objects.requireNonNull(evalCase.output()))) {
      List<String> of = SelfCheckNgram.grams(sentence, n);
      if (!of.isEmpty()) {
        sentences.add(sentence);
        grams.add(of);
      }
    }
    if (grams.isEmpty()) {
      return skipped(spec, "the output has no words to check");
    }
    List<List<String>> samples =
        evalCase.samples().stream().map(text -> SelfCheckNgram.grams(text, n)).toList();
    List<List<String>> all = new ArrayList<>(samples);
    all.addAll(grams);
    Map<String, Integer> counts = presence ? Map.of() : SelfCheckNgram.counts(all);
    int total = all.stream().mapToInt(List::size).sum();
    List<Set<String>> sets =
        evalCase.samples().stream().map(text -> SelfCheckNgram.upTo(text, n)).toList();
    double sum = 0;
    int worst = 0;
    List<SelfCheckNgram.Sentence> checked = new ArrayList<>();
    for (int i = 0; i < grams.size(); i++) {
      SelfCheckNgram.Sentence one =
          presence
              ? SelfCheckNgram.presence(grams.get(i), sets)
              : SelfCheckNgram.surprise(grams.get(i), counts, total);
      checked.add(one);
      sum += one.score();
      worst = one.score() > checked.get(worst).score() ? i : worst;
    }
    return Scored.of(
        spec,
        sum / grams.size(),
        String.format(
            Locale.ROOT,
            "least supported by %d samples (%.3f): %s, above all %s",
            samples.size(),
            checked.get(worst).score(),
            Answers.quote(sentences.get(worst)),
            Answers.quote(checked.get(worst).worst())));
  }

  private static VectorPlan selfCheckPlan(
      EvaluatorSpec spec, EvalCase evalCase, Embeddings embeddings) {
    String why = SampleGuard.whyNot(evalCase);
    if (why == null) {
      why = embeddings.whyNot(evalCase.allOutputs());
    }
    if (why != null) {
      return VectorPlan.skip(spec.name() + ": " + why);
    }
    List<String> mine = Sentences.split(Objects.requireNonNull(evalCase.output()));
    List<String> texts = new ArrayList<>(mine);
    List<Integer> ends = new ArrayList<>();
    for (String sample : evalCase.samples()) {
      texts.addAll(Sentences.split(sample));
      ends.add(texts.size());
    }
    if (texts.size() > 4 * MAX_VECTORS) {
      return VectorPlan.skip(tooMany(spec.name(), texts.size(), 4 * MAX_VECTORS));
    }
    return VectorPlan.embed(
        texts, (vectors, model) -> selfCheckVectors(mine, ends, vectors, model.model()));
  }

  private static Finding selfCheckVectors(
      List<String> mine, List<Integer> ends, List<Embedding> vectors, String model) {
    double sum = 0;
    double worst = -1;
    int worstAt = 0;
    for (int i = 0; i < mine.size(); i++) {
      double near = 0;
      int from = mine.size();
      for (int end : ends) {
        double nearest = 0;
        for (int j = from; j < end; j++) {
          nearest = Math.max(nearest, vectors.get(i).cosine(vectors.get(j)));
        }
        near += nearest;
        from = end;
      }
      double doubt = Math.max(0, 1 - near / ends.size());
      sum += doubt;
      if (doubt > worst) {
        worst = doubt;
        worstAt = i;
      }
    }
    return new Finding(
        sum / mine.size(),
        String.format(
            Locale.ROOT,
            "least supported by %d samples (%.3f by %s): %s",
            ends.size(),
            worst,
            model,
            Answers.quote(mine.get(worstAt))),
        null);
  }

  private static EvalResult selfCheckNli(
      EvaluatorSpec spec, EvalCase evalCase, Entailment entailment) {
    String why = whyNot(evalCase, entailment);
    if (why != null) {
      return skipped(spec, why);
    }
    List<String> sentences = Sentences.split(Objects.requireNonNull(evalCase.output()));
    if (sentences.isEmpty()) {
      return skipped(spec, "the output has no sentence to check");
    }
    List<Entailment.Pair> pairs = new ArrayList<>();
    for (String sentence : sentences) {
      for (String sample : evalCase.samples()) {
        pairs.add(new Entailment.Pair(sample, sentence));
      }
    }
    if (pairs.size() > MAX_NLI_PAIRS) {
      return skipped(spec, tooMany("sentences × samples", pairs.size(), MAX_NLI_PAIRS));
    }
    Entailment.Judgements judged = judge(entailment, pairs);
    int samples = evalCase.samples().size();
    double sum = 0;
    double worst = -1;
    int worstAt = 0;
    for (int i = 0; i < sentences.size(); i++) {
      double doubt = 0;
      for (int j = 0; j < samples; j++) {
        Entailment.Judgement one = judged.judgements().get(i * samples + j);
        double both = one.contradiction() + one.entailment();
        doubt += both == 0 ? 0.5 : one.contradiction() / both;
      }
      doubt /= samples;
      sum += doubt;
      if (doubt > worst) {
        worst = doubt;
        worstAt = i;
      }
    }
    return scored(
        spec,
        new Finding(
            sum / sentences.size(),
            String.format(
                Locale.ROOT,
                "most contradicted by %d samples (%.3f by %s): %s",
                samples,
                worst,
                entailment.model(),
                Answers.quote(sentences.get(worstAt))),
            null),
        judged.spend());
  }

  private static EvalResult supported(
      EvaluatorSpec spec, EvalCase evalCase, Entailment entailment) {
    String why = entailment.whyNot();
    if (why != null) {
      return skipped(spec, why);
    }
    List<String> sentences = Sentences.split(Objects.requireNonNull(evalCase.output()));
    List<String> parts = new ArrayList<>();
    for (EvalCase.Document document : evalCase.context()) {
      parts.addAll(parts(document.text(), entailment.maxInputChars()));
    }
    if (sentences.isEmpty() || parts.isEmpty()) {
      return skipped(spec, "the output or the context has no sentence to check");
    }
    List<String> all = new ArrayList<>(sentences);
    all.addAll(parts);
    String tooLong = tooLong(all, entailment.maxInputChars(), 0);
    if (tooLong != null) {
      return skipped(spec, tooLong);
    }
    long asked = (long) sentences.size() * parts.size();
    if (asked > MAX_NLI_PAIRS) {
      return skipped(
          spec,
          "sentences × parts of the context: "
              + asked
              + " pairs to compare, and at most "
              + MAX_NLI_PAIRS
              + " are; give the part to judge");
    }
    List<Entailment.Pair> pairs = new ArrayList<>();
    for (String sentence : sentences) {
      for (String part : parts) {
        pairs.add(new Entailment.Pair(part, sentence));
      }
    }
    Entailment.Judgements judged = judge(entailment, pairs);
    double sum = 0;
    double worst = 2;
    double worstContradicted = 0;
    int worstAt = 0;
    for (int i = 0; i < sentences.size(); i++) {
      double best = 0;
      double contradicted = 0;
      for (int j = 0; j < parts.size(); j++) {
        Entailment.Judgement one = judged.judgements().get(i * parts.size() + j);
        best = Math.max(best, one.entailment());
        contradicted = Math.max(contradicted, one.contradiction());
      }
      sum += best;
      if (best < worst) {
        worst = best;
        worstContradicted = contradicted;
        worstAt = i;
      }
    }
    return scored(
        spec,
        new Finding(
            Math.min(1, sum / sentences.size()),
            String.format(
                Locale.ROOT,
                "least supported of %d sentence%s (entailed %.3f, contradicted %.3f by %s): %s",
                sentences.size(),
                sentences.size() == 1 ? "" : "s",
                worst,
                worstContradicted,
                entailment.model(),
                Answers.quote(sentences.get(worstAt))),
            null),
        judged.spend());
  }

  /**
   * The text, or where it is too long runs of its sentences, each beginning with the last's end.
   */
  private static List<String> parts(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return text.isBlank() ? List.of() : List.of(text.strip());
    }
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    String last = "";
    for (String sentence : Sentences.split(text)) {
      if (part.length() > 0 && part.length() + 1 + sentence.length() > maxChars) {
        parts.add(part.toString());
        part.setLength(0);
        if (last.length() + 1 + sentence.length() <= maxChars) {
          part.append(last);
        }
      }
      part.append(part.length() > 0 ? " " : "").append(sentence);
      last = sentence;
    }
    if (part.length() > 0) {
      parts.add(part.toString());
    }
    return parts;
  }

  private static EvalResult entropy(
      EvaluatorSpec spec, EvalCase evalCase, Entailment entailment, boolean byLikelihood) {
    String why = whyNot(evalCase, entailment);
    if (why != null) {
      return skipped(spec, why);
    }
    List<String> samples = evalCase.allOutputs();
    double[] weights = byLikelihood ? likelihoods(evalCase, samples.size()) : ones(samples.size());
    if (weights == null) {
      return skipped(
          spec,
          "needs "
              + samples.size()
              + " log-likelihoods of at most 0 in the metadata \""
              + LOG_LIKELIHOODS
              + "\", separated by |, or weights = discrete");
    }
    // by form and in its order: the pairs that are asked do not depend on the order of the samples
    Map<String, String> textOf = new TreeMap<>();
    Map<String, Double> weightOf = new TreeMap<>();
    Map<String, Integer> countOf = new TreeMap<>();
    double total = 0;
    for (int i = 0; i < samples.size(); i++) {
      String sample = samples.get(i);
      String form = AnswerForm.NORMALISED.of(sample);
      textOf.merge(form, sample, (one, other) -> one.compareTo(other) <= 0 ? one : other);
      weightOf.merge(form, weights[i], Double::sum);
      countOf.merge(form, 1, Integer::sum);
      total += weights[i];
    }
    if (textOf.size() > MAX_ENTAILED) {
      return skipped(spec, tooMany("different samples", textOf.size(), MAX_ENTAILED));
    }
    List<String> texts = List.copyOf(textOf.values());
    List<Double> weight = List.copyOf(weightOf.values());
    List<Integer> count = List.copyOf(countOf.values());
    Mutual mutual = mutual(entailment, Objects.requireNonNull(evalCase.input()) + " ", texts);
    Clusters clusters = new Clusters(texts.size());
    mutual.pairs().forEach(pair -> clusters.join(pair[0], pair[1]));
    double entropy = 0;
    List<Group> meanings = new ArrayList<>();
    for (List<Integer> component : clusters.components()) {
      double share = component.stream().mapToDouble(weight::get).sum() / total;
      entropy -= share > 0 ? share * Math.log(share) : 0;
      meanings.add(
          new Group(texts.get(component.get(0)), component.stream().mapToInt(count::get).sum()));
    }
    meanings.sort((one, other) -> Integer.compare(other.count(), one.count()));
    double normalised = Math.max(0, Math.min(1, entropy / Math.log(samples.size())));
    return scored(
        spec,
        new Finding(
            normalised,
            String.format(
                Locale.ROOT,
                "%d meaning%s of %d samples by %s (entropy %.3f nats): %s",
                meanings.size(),
                meanings.size() == 1 ? "" : "s",
                samples.size(),
                entailment.model(),
                Math.max(0, entropy),
                Answers.describe(meanings)),
            null),
        mutual.spend());
  }

  private static EvalResult mutual(EvaluatorSpec spec, EvalCase evalCase, Entailment entailment) {
    Answers answers = VARIANTS.answers().apply(evalCase);
    String why = entailment.whyNot();
    if (why == null) {
      why = tooLong(answers.texts(), entailment.maxInputChars(), 0);
    }
    if (why != null) {
      return skipped(spec, why);
    }
    List<Group> groups = answers.groups(AnswerForm.NORMALISED);
    if (groups.size() > MAX_ENTAILED) {
      return skipped(spec, tooMany("different answers", groups.size(), MAX_ENTAILED));
    }
    Mutual mutual = mutual(entailment, "", groups.stream().map(Group::text).toList());
    double n = answers.texts().size();
    double agree = Answers.pairAgreement(groups) * n * (n - 1) / 2;
    for (int[] pair : mutual.pairs()) {
      agree += (double) groups.get(pair[0]).count() * groups.get(pair[1]).count();
    }
    double share = Math.min(1, agree / (n * (n - 1) / 2));
    return scored(
        spec,
        new Finding(
            share,
            String.format(
                Locale.ROOT,
                "%.1f %% of pairs entail each other by %s: %s",
                100 * share,
                entailment.model(),
                Answers.describe(groups)),
            null),
        mutual.spend());
  }

  /** The pairs of texts that entail each other. */
  private record Mutual(List<int[]> pairs, EvalResult.Spend spend) {}

  private static Mutual mutual(Entailment entailment, String prefix, List<String> texts) {
    List<Entailment.Pair> asked = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        asked.add(new Entailment.Pair(prefix + texts.get(i), prefix + texts.get(j)));
        asked.add(new Entailment.Pair(prefix + texts.get(j), prefix + texts.get(i)));
      }
    }
    if (asked.isEmpty()) {
      return new Mutual(List.of(), EvalResult.Spend.NONE);
    }
    Entailment.Judgements judged = judge(entailment, asked);
    List<int[]> pairs = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        boolean there = judged.judgements().get(at++).entails();
        boolean back = judged.judgements().get(at++).entails();
        if (there && back) {
          pairs.add(new int[] {i, j});
        }
      }
    }
    return new Mutual(pairs, judged.spend());
  }

  private static Evaluator overEntailment(
      EvaluatorSpec spec, Function<EvalCase, EvalResult> measure) {
    return Evaluators.of(
        spec,
        evalCase -> {
          try {
            return measure.apply(evalCase);
          } catch (EntailmentException e) {
            return new EvalResult.Errored(
                spec, e.type(), String.valueOf(e.getMessage()), e.spend());
          }
        });
  }

  private static Entailment.Judgements judge(Entailment entailment, List<Entailment.Pair> pairs) {
    Entailment.Judgements judged = entailment.judge(pairs);
    if (judged.judgements().size() != pairs.size()) {
      throw new IllegalStateException("the model of entailment must judge each pair");
    }
    return judged;
  }

  private static @Nullable String whyNot(EvalCase evalCase, Entailment entailment) {
    String why = entailment.whyNot();
    if (why == null) {
      why = SampleGuard.whyNot(evalCase);
    }
    String input = evalCase.input();
    return why != null
        ? why
        : tooLong(
            evalCase.allOutputs(),
            entailment.maxInputChars(),
            input == null ? 0 : input.length() + 1);
  }

  private static @Nullable String tooLong(List<String> texts, int maxChars, int more) {
    for (String text : texts) {
      if ((long) text.length() + more > maxChars) {
        return tooLong((long) text.length() + more, maxChars);
      }
    }
    return null;
  }

  private static double @Nullable [] likelihoods(EvalCase evalCase, int samples) {
    String value = evalCase.metadata().get(LOG_LIKELIHOODS);
    String[] parts = value == null ? new String[0] : value.split("\\|", -1);
    if (parts.length != samples) {
      return null;
    }
    double[] logs = new double[samples];
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < samples; i++) {
      try {
        logs[i] = Double.parseDouble(parts[i].strip());
      } catch (NumberFormatException e) {
        return null;
      }
      if (!(logs[i] <= 0) || Double.isInfinite(logs[i])) {
        return null;
      }
      most = Math.max(most, logs[i]);
    }
    for (int i = 0; i < samples; i++) {
      // relative to the greatest: the shares are the same, and nothing underflows to 0 ÷ 0
      logs[i] = Math.exp(logs[i] - most);
    }
    return logs;
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  private static EvaluatorSpec entailmentSpec(
      String name,
      Scale scale,
      Entailment entailment,
      Map<String, String> settings,
      Need... needs) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("entailment", entailment.model());
    List<Need> allNeeds = new ArrayList<>(List.of(needs));
    allNeeds.add(entailment.costClass() == CostClass.PAID ? Need.JUDGE : Need.LOCAL_MODEL);
    return new EvaluatorSpec(name, "1", all, scale, Set.copyOf(allNeeds), entailment.costClass());
  }

  private static Scored scored(EvaluatorSpec spec, Finding found, EvalResult.Spend spend) {
    return new Scored(
        spec, spec.scale().score(found.raw()), found.raw(), found.reason(), found.label(), spend);
  }

  private static Skipped skipped(EvaluatorSpec spec, String why) {
    return new Skipped(spec, spec.name() + ": " + why);
  }

  private static String tooMany(String what, int had, int max) {
    return what + ": " + had + " texts to compare, and at most " + max + " are; take fewer samples";
  }

  private static String tooLong(long had, int max) {
    return "a text or all together have "
        + had
        + " characters, and at most "
        + max
        + " are taken; give the part to judge";
  }
}
