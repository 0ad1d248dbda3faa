package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.consistency.ConsistencyEvaluators.EntropyWeights;
import dev.llmops.eval.consistency.ConsistencyEvaluators.NgramMeasure;
import dev.llmops.eval.consistency.Entailment.Judgement;
import dev.llmops.eval.semantic.TableEmbeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConsistencyEvaluatorsTest {

  /** Entails where the answers' first words are the same. */
  private static final Entailment FIRST_WORD =
      Entailment.of(
          "first-word",
          1000,
          pairs ->
              pairs.stream()
                  .map(
                      pair ->
                          firstWord(pair.premise()).equals(firstWord(pair.hypothesis()))
                              ? new Judgement(0.9, 0.05, 0.05)
                              : new Judgement(0.1, 0.3, 0.6))
                  .toList());

  @Test
  void agreementIsTheShareOfEqualPairs() {
    EvalCase evalCase = samples("Paris", "**paris**.", "PARIS", "Lyon", "Nice");

    // groups 3, 1, 1 of five: 3·2 / 5·4
    Scored scored = scored(ConsistencyEvaluators.sampleAgreement(AnswerForm.NORMALISED), evalCase);
    assertThat(scored.raw()).isCloseTo(0.3, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo("30.0 % of pairs agree: 3× \"**paris**.\", 1× \"Lyon\", 1× \"Nice\"");
    assertThat(scored(ConsistencyEvaluators.sampleAgreement(AnswerForm.EXACT), evalCase).raw())
        .isZero();
  }

  @Test
  void majorityHasWilsonsInterval() {
    Scored scored =
        scored(
            ConsistencyEvaluators.majorityShare(AnswerForm.NORMALISED),
            samples("4", "4", "5", "4", "4"));

    // Wilson for 4 of 5, z = 1.96: (0.8 + 0.384) / 1.768 ± 0.294
    assertThat(scored.raw()).isEqualTo(0.8);
    assertThat(scored.reason())
        .isEqualTo("4 of 5 samples agree (95 %: 0.376 to 0.964): 4× \"4\", 1× \"5\"");
  }

  @Test
  void normalisationKeepsWhatChangesANumber() {
    AnswerForm form = AnswerForm.NORMALISED;

    assertThat(form.of("  The answer:\n**Paris!** ")).isEqualTo("the answer paris");
    assertThat(form.of("1,000.5")).isEqualTo("1000.5");
    assertThat(form.of("-3.5%")).isEqualTo("-3.5%");
    assertThat(form.of("$5")).isNotEqualTo(form.of("5"));
    assertThat(form.of("5.")).isEqualTo("5");
    assertThat(form.of("ＡＢ")).isEqualTo("ab");
    assertThat(form.of("巴黎。")).isEqualTo("巴黎");
    assertThat(form.of("?!")).isEqualTo("?!");
  }

  @Test
  void similarityIsTheMeanOverAllPairs() {
    TableEmbeddings table =
        new TableEmbeddings(
            Map.of(
                "a", new float[] {1, 0}, "b", new float[] {0.6f, 0.8f}, "c", new float[] {0, 1}));
    Evaluator similarity = ConsistencyEvaluators.sampleSimilarity(table.embeddings());

    // a·b 0.6, a·c 0, b·c 0.8 → 1.4 / 3
    assertThat(scored(similarity, samples("a", "b", "c")).raw()).isCloseTo(0.4666667, within(1e-6));
    // a twice: a·a 1, a·b twice 0.6 → 2.2 / 3
    assertThat(scored(similarity, samples("a", "b", "a")).raw()).isCloseTo(0.7333333, within(1e-6));
    assertThat(scored(similarity, samples("c", "b", "a")).reason())
        .isEqualTo("mean cosine 0.467 by table; furthest apart (0.000): \"a\" and \"c\"");
  }

  @Test
  void ngramPresenceIsTheShareOfSamplesThatLackAWord() {
    Scored scored =
        scored(
            ConsistencyEvaluators.selfCheckNgram(1, NgramMeasure.PRESENCE),
            samples("Lyon is nice", "Paris is nice", "Paris is big"));

    // lyon 2/2, is 0/2, nice 1/2 → 1.5 / 3
    assertThat(scored.raw()).isCloseTo(0.5, within(1e-12));
    assertThat(scored.score()).isCloseTo(0.5, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo("least supported by 2 samples (0.500): \"Lyon is nice\", above all \"lyon\"");
  }

  @Test
  void ngramSurpriseIsThePapersMaximum() {
    Scored scored =
        scored(
            ConsistencyEvaluators.selfCheckNgram(1, NgramMeasure.SURPRISE),
            samples("Lyon is nice", "Paris is nice", "Paris is big"));

    // 9 words in all, lyon once: -ln(1/9)
    assertThat(scored.raw()).isCloseTo(2.1972246, within(1e-6));
  }

  @Test
  void chineseWordsAreCharacters() {
    Scored scored =
        scored(
            ConsistencyEvaluators.selfCheckNgram(2, NgramMeasure.PRESENCE),
            samples("里昂很美", "巴黎很美"));

    // 里昂, 昂很 lack; 很美 does not
    assertThat(scored.raw()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void embeddingCheckTakesTheNearestSentenceOfEachSample() {
    TableEmbeddings table =
        new TableEmbeddings(
            Map.of(
                "A!", new float[] {1, 0},
                "B!", new float[] {0.6f, 0.8f},
                "C!", new float[] {0, 1}));
    Scored scored =
        scored(
            ConsistencyEvaluators.selfCheckEmbedding(table.embeddings()),
            samples("A!", "B! C!", "C!"));

    // nearest: 0.6 in the first sample, 0 in the second → 1 - 0.3
    assertThat(scored.raw()).isCloseTo(0.7, within(1e-6));
    assertThat(scored.score()).isCloseTo(0.3, within(1e-6));
  }

  @Test
  void nliCheckIsTheShareOfContradiction() {
    Scored scored =
        scored(
            ConsistencyEvaluators.selfCheckNli(FIRST_WORD),
            samples("Yes it is.", "Yes indeed.", "No way."));

    // 0.05 / 0.95 and 0.6 / 0.7 → mean
    assertThat(scored.raw()).isCloseTo((0.05 / 0.95 + 0.6 / 0.7) / 2, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo("most contradicted by 2 samples (0.455 by first-word): \"Yes it is.\"");
  }

  @Test
  void entropyIsOfMeanings() {
    EvalCase evalCase =
        samples("Paris it is", "Paris", "paris, France", "Lyon", "Nice").toBuilder()
            .input("")
            .build();

    Scored scored =
        scored(
            ConsistencyEvaluators.semanticEntropy(FIRST_WORD, EntropyWeights.DISCRETE), evalCase);

    // meanings of 3, 1, 1: 0.9503 nats; ÷ ln 5 = 1.6094
    assertThat(scored.raw()).isCloseTo(0.59040, within(1e-4));
    assertThat(scored.reason())
        .startsWith("3 meanings of 5 samples by first-word (entropy 0.950 nats): 3× ");
  }

  @Test
  void meaningsAreConnectedComponents() {
    // a ~ b and b ~ c, but not a ~ c: one meaning, whatever the order
    Entailment chain =
        Entailment.of(
            "chain",
            100,
            pairs ->
                pairs.stream()
                    .map(
                        pair ->
                            Math.abs(last(pair.premise()) - last(pair.hypothesis())) == 1
                                ? new Judgement(1, 0, 0)
                                : new Judgement(0, 1, 0))
                    .toList());
    Evaluator entropy = ConsistencyEvaluators.semanticEntropy(chain, EntropyWeights.DISCRETE);

    for (List<String> order :
        List.of(List.of("a", "b", "c"), List.of("a", "c", "b"), List.of("c", "a", "b"))) {
      EvalCase evalCase = samples(order.toArray(new String[0])).toBuilder().input("q").build();
      assertThat(scored(entropy, evalCase).raw()).isZero();
    }
  }

  @Test
  void entailmentOneWayOnlyIsNoMeaning() {
    Entailment oneWay =
        Entailment.of(
            "one-way",
            100,
            pairs ->
                pairs.stream()
                    .map(
                        pair ->
                            last(pair.premise()) < last(pair.hypothesis())
                                ? new Judgement(1, 0, 0)
                                : new Judgement(0, 1, 0))
                    .toList());
    EvalCase evalCase = samples("a", "b").toBuilder().input("q").build();

    assertThat(
            scored(ConsistencyEvaluators.semanticEntropy(oneWay, EntropyWeights.DISCRETE), evalCase)
                .raw())
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void likelihoodsWeighMeanings() {
    EvalCase.Builder base = samples("Paris", "Lyon").toBuilder().input("q ");
    Evaluator entropy =
        ConsistencyEvaluators.semanticEntropy(FIRST_WORD_AFTER_Q, EntropyWeights.LIKELIHOOD);

    // weights 0.9 and 0.1: -(0.9 ln 0.9 + 0.1 ln 0.1) = 0.32508; ÷ ln 2 = 0.46900
    EvalCase weighted =
        base.metadata(ConsistencyEvaluators.LOG_LIKELIHOODS, Math.log(0.9) + "|" + Math.log(0.1))
            .build();
    assertThat(scored(entropy, weighted).raw()).isCloseTo(0.46900, within(1e-5));
    // a common factor of e^-2000 changes nothing
    EvalCase tiny = base.metadata(ConsistencyEvaluators.LOG_LIKELIHOODS, "-2000|-2000").build();
    assertThat(scored(entropy, tiny).raw()).isCloseTo(1, within(1e-12));
    for (String wrong : List.of("", "-1", "-1|x", "-1|0.5", "-1|NaN", "-1|-Infinity")) {
      EvalCase evalCase = base.metadata(ConsistencyEvaluators.LOG_LIKELIHOODS, wrong).build();
      assertThat(entropy.evaluate(evalCase))
          .isInstanceOf(Skipped.class)
          .extracting(EvalResult::reason)
          .asString()
          .startsWith("semantic_entropy: needs 2 log-likelihoods");
    }
  }

  @Test
  void equalSamplesNeedNoModel() {
    AtomicInteger calls = new AtomicInteger();
    Entailment counting =
        Entailment.of(
            "counting",
            100,
            pairs -> {
              calls.incrementAndGet();
              return List.of();
            });
    EvalCase evalCase = samples("Paris", "paris.", "PARIS").toBuilder().input("q").build();

    assertThat(
            scored(
                    ConsistencyEvaluators.semanticEntropy(counting, EntropyWeights.DISCRETE),
                    evalCase)
                .raw())
        .isZero();
    assertThat(calls).hasValue(0);
  }

  @Test
  void aModelThatJudgesTooFewIsErrored() {
    Entailment broken = Entailment.of("broken", 100, pairs -> List.of());
    EvalCase evalCase = samples("a", "b").toBuilder().input("q").build();

    assertThat(
            ConsistencyEvaluators.semanticEntropy(broken, EntropyWeights.DISCRETE)
                .evaluate(evalCase))
        .isInstanceOf(Errored.class);
    assertThatThrownBy(() -> new Judgement(0.9, 0.9, 0))
        .hasMessage(
            "entailment, neutral and contradiction must be probabilities that sum to 1, but were"
                + " 0.9, 0.9 and 0.0");
  }

  @Test
  void samplesThatCannotDifferAreSkipped() {
    EvalCase cold = samples("a", "a").toBuilder().metadata("temperature", "0.0").build();
    EvalCase cached = samples("a", "a").toBuilder().metadata("from_cache", "true").build();

    for (String name :
        List.of(
            "sample_agreement",
            "majority_share",
            "sample_similarity",
            "selfcheck_ngram",
            "selfcheck_embedding")) {
      assertThat(Evaluators.byName(name).evaluate(cold))
          .isInstanceOf(Skipped.class)
          .extracting(EvalResult::reason)
          .isEqualTo(
              name
                  + ": the samples were taken at temperature 0; take samples at a temperature above"
                  + " 0 and past the cache");
      assertThat(Evaluators.byName(name).evaluate(cached).reason())
          .startsWith(name + ": the samples came from a cache");
    }
  }

  @Test
  void oneSampleIsNone() {
    assertThat(Evaluators.byName("majority_share").evaluate(EvalCase.of("a")).reason())
        .isEqualTo(
            "majority_share needs further samples of the same input: EvalCase.Builder.sample(..)");
  }

  @Test
  void withoutEntailmentIsSkipped() {
    EvalCase evalCase = samples("a", "b").toBuilder().input("q").build();

    for (String name : List.of("semantic_entropy", "selfcheck_nli")) {
      assertThat(Evaluators.byName(name).evaluate(evalCase).reason())
          .isEqualTo(
              name
                  + ": no model of entailment was given; set \"model\" to a folder with an NLI model"
                  + " (model.onnx, tokenizer.json, config.json), or give one when you make the"
                  + " evaluator: Entailment.open(folder, maxInputChars) or"
                  + " JudgeEvaluators.entailment(judge)");
    }
  }

  @Test
  void paraphrasesAgreeByText() {
    EvalCase evalCase =
        EvalCase.builder()
            .input("Capital of France?")
            .output("Paris")
            .variant("What is France's capital?", "paris.")
            .variant("Which city governs France?", "Lyon")
            .build();

    assertThat(
            scored(ConsistencyEvaluators.paraphraseConsistency(AnswerForm.NORMALISED), evalCase)
                .raw())
        .isCloseTo(1 / 3.0, within(1e-12));
    assertThat(
            Evaluators.byName("paraphrase_consistency", Map.of("form", "exact")).evaluate(evalCase))
        .isInstanceOfSatisfying(Scored.class, s -> assertThat(s.raw()).isZero());
    assertThat(scored(ConsistencyEvaluators.paraphraseConsistency(FIRST_WORD), evalCase).raw())
        .isCloseTo(1 / 3.0, within(1e-12));
  }

  @Test
  void anOptionsLetterStandsForItsText() {
    EvalCase evalCase =
        EvalCase.builder()
            .input("Capital of France?\nA) Lyon\nB) Paris\nC) Nice")
            .output("B")
            .variant("Capital of France?\nA) Paris\nB) Nice\nC) Lyon", "The answer is (A).")
            .variant("Capital of France?\n(1) Nice\n(2) Lyon\n(3) Paris", "It is Paris, of course")
            .build();

    assertThat(scored(ConsistencyEvaluators.orderSensitivity(), evalCase).raw()).isZero();
    EvalCase byPosition =
        evalCase.toBuilder()
            .variant("Capital of France?\nA) Nice\nB) Lyon\nC) Paris", "B. Lyon")
            .build();
    Scored scored = scored(ConsistencyEvaluators.orderSensitivity(), byPosition);
    // groups 3 and 1 of four: agree 6/12
    assertThat(scored.raw()).isCloseTo(0.5, within(1e-12));
    assertThat(scored.reason()).isEqualTo("differ: 3× \"Paris\", 1× \"Lyon\"");
  }

  @Test
  void aFormatIsNotAnAnswer() {
    EvalCase evalCase =
        EvalCase.builder()
            .output("**Paris**")
            .variant("as JSON", "```json\n{\"answer\": \"Paris\"}\n```")
            .variant("as a list", "- Paris")
            .variant("as JSON", "[\"paris\"]")
            .build();

    assertThat(scored(ConsistencyEvaluators.formatSensitivity(), evalCase).raw()).isZero();
    assertThat(
            scored(
                    ConsistencyEvaluators.formatSensitivity(),
                    evalCase.withOutput("{\"answer\": \"Lyon\""))
                .raw())
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void versionsAreReadFromTheMetadata() {
    EvalCase evalCase =
        EvalCase.builder().output("4").metadata("version:old", "4.").metadata("x", "5").build();

    assertThat(
            scored(ConsistencyEvaluators.versionConsistency(AnswerForm.NORMALISED), evalCase).raw())
        .isEqualTo(1);
    assertThat(
            ConsistencyEvaluators.versionConsistency(AnswerForm.EXACT)
                .evaluate(EvalCase.of("4"))
                .reason())
        .isEqualTo(
            "version_consistency: needs another version's answer:"
                + " EvalCase.Builder.metadata(\"version:NAME\", answer)");
  }

  @Test
  void hostileAnswersGiveAResultOrASkip() {
    List<String> hostile =
        List.of(
            "",
            "\ud800",
            "\u0000",
            "\u202eabc",
            "{".repeat(90_000),
            "```",
            "``````",
            "\u0301".repeat(1000),
            "a".repeat(10_000_000),
            ".".repeat(10_000_000),
            "A) ".repeat(100_000));
    for (String name : Evaluators.names()) {
      if (!OURS.contains(name)) {
        continue;
      }
      for (String text : hostile) {
        EvalCase evalCase =
            EvalCase.builder()
                .input(text)
                .output(text)
                .sample(text + "x")
                .sample("b")
                .variant(text, "c")
                .metadata("version:1", text)
                .document(null, text)
                .build();

        assertThat(Evaluators.byName(name).evaluate(evalCase))
            .as(name)
            .isNotInstanceOf(Errored.class);
      }
    }
  }

  private static final List<String> OURS =
      List.of(
          "sample_agreement",
          "majority_share",
          "sample_similarity",
          "selfcheck_ngram",
          "selfcheck_embedding",
          "selfcheck_nli",
          "semantic_entropy",
          "paraphrase_consistency",
          "version_consistency",
          "order_sensitivity",
          "format_sensitivity",
          "factual_consistency",
          "factual_consistency_nli");

  private static final Entailment FIRST_WORD_AFTER_Q =
      Entailment.of(
          "never",
          1000,
          pairs -> {
            List<Judgement> judgements = new ArrayList<>();
            pairs.forEach(pair -> judgements.add(new Judgement(0, 1, 0)));
            return judgements;
          });

  static EvalCase samples(String... outputs) {
    EvalCase.Builder builder = EvalCase.builder().output(outputs[0]);
    for (int i = 1; i < outputs.length; i++) {
      builder.sample(outputs[i]);
    }
    return builder.build();
  }

  static Scored scored(Evaluator evaluator, EvalCase evalCase) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return (Scored) result;
  }

  private static String firstWord(String text) {
    return AnswerForm.NORMALISED.of(text).split(" ", 2)[0];
  }

  private static int last(String text) {
    return text.charAt(text.length() - 1);
  }
}
