package dev.llmops.eval.semantic;

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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

class SemanticEvaluatorsTest {

  private static final Map<String, float[]> TABLE =
      Map.of(
          "A!", new float[] {1, 0, 0},
          "B!", new float[] {0, 1, 0},
          "C!", new float[] {0.6f, 0.8f, 0},
          "D!", new float[] {-1, 0, 0},
          "A! B!", new float[] {0.8f, 0.6f, 0},
          "A! D!", new float[] {0, 0, 1});

  private final TableEmbeddings table = new TableEmbeddings(TABLE);

  @Test
  void similarityIsTheCosineWithTheNearestReference() {
    Scored scored =
        (Scored)
            SemanticEvaluators.semanticSimilarity(table.embeddings())
                .evaluate(EvalCase.of("C!", "A!", "B!"));

    // c·a = 0.6, c·b = 0.8
    assertThat(scored.raw()).isCloseTo(0.8, within(1e-6));
    assertThat(scored.score()).isEqualTo(scored.raw());
    assertThat(scored.reason()).isEqualTo("cosine 0.800 by table with reference 2");
    assertThat(scored.label()).as("nobody measured a threshold of this model").isNull();
  }

  @Test
  void oppositeVectorsScoreZero() {
    Scored scored =
        (Scored)
            SemanticEvaluators.semanticSimilarity(table.embeddings())
                .evaluate(EvalCase.of("A!", "D!"));

    assertThat(scored.raw()).isZero();
    assertThat(scored.reason()).startsWith("cosine -1.000");
  }

  @Test
  void relevanceTakesTheSentenceThatTakesTheQuestionUp() {
    Scored scored =
        (Scored)
            SemanticEvaluators.answerRelevance(table.embeddings())
                .evaluate(EvalCase.builder().input("C!").output("A! B!").build());

    // whole: 0.8·0.6 + 0.6·0.8 = 0.96; sentences 0.6 and 0.8
    assertThat(scored.raw()).isCloseTo(0.96, within(1e-6));
    Scored bySentence =
        (Scored)
            SemanticEvaluators.answerRelevance(table.embeddings())
                .evaluate(EvalCase.builder().input("C!").output("A! D!").build());
    // whole 0, sentences 0.6 and -0.6
    assertThat(bySentence.raw()).isCloseTo(0.6, within(1e-6));
    assertThat(bySentence.reason())
        .isEqualTo(
            "question and nearest sentence: cosine 0.600, whole answer 0.000 by table; nearest:"
                + " \"A!\"");
  }

  @Test
  void sentenceMatchIsTheHarmonicMeanOfGreedyPrecisionAndRecall() {
    Scored scored =
        (Scored)
            SemanticEvaluators.sentenceMatch(table.embeddings())
                .evaluate(EvalCase.of("A! B!", "C!"));

    // precision (0.6 + 0.8) / 2 = 0.7; recall 0.8; F1 = 2·0.7·0.8 / 1.5
    assertThat(scored.raw()).isCloseTo(0.7466667, within(1e-6));
    assertThat(scored.reason())
        .isEqualTo(
            "precision 0.700, recall 0.800 over 2 × 1 sentences by table; least supported: \"A!\""
                + " (0.600); least covered: \"C!\" (0.800)");
  }

  @Test
  void sentenceMatchIsSymmetricAndOneForTheSame() {
    Evaluator match = SemanticEvaluators.sentenceMatch(table.embeddings());

    assertThat(raw(match, EvalCase.of("C! B!", "A! B!")))
        .isCloseTo(raw(match, EvalCase.of("A! B!", "C! B!")), within(1e-9));
    assertThat(raw(match, EvalCase.of("A! B!", "B! A!"))).isCloseTo(1, within(1e-9));
  }

  @Test
  void aModelThatThrowsIsErroredWithoutItsMessage() {
    EvalResult result =
        SemanticEvaluators.semanticSimilarity(table.embeddings())
            .evaluate(EvalCase.of("secret", "A!"));

    assertThat(result)
        .isInstanceOfSatisfying(
            Errored.class,
            errored -> {
              assertThat(errored.type()).isEqualTo("model_failed");
              assertThat(errored.reason()).isEqualTo("table threw java.lang.NullPointerException");
            });
  }

  @Test
  void longAndBlankTextsAreSkippedWithWhatToDo() {
    for (Evaluator evaluator :
        List.of(
            SemanticEvaluators.semanticSimilarity(table.embeddings()),
            SemanticEvaluators.answerRelevance(table.embeddings()),
            SemanticEvaluators.sentenceMatch(table.embeddings()))) {
      EvalCase.Builder base = EvalCase.builder().input("A!").references(List.of("A!"));
      assertThat(evaluator.evaluate(base.output("x".repeat(10_000_000)).build()))
          .isInstanceOf(Skipped.class)
          .extracting(EvalResult::reason)
          .isEqualTo(
              evaluator.spec().name()
                  + ": a text has 10000000 characters, and table takes at most 1000; give the part"
                  + " to judge, or a model with a longer input");
      assertThat(evaluator.evaluate(base.output(" \ud800").build()).reason())
          .isEqualTo(
              evaluator.spec().name()
                  + ": a text is blank, and a blank text has no meaning to compare");
    }
  }

  @Test
  void tooManySentencesAreSkipped() {
    assertThat(
            SemanticEvaluators.sentenceMatch(table.embeddings())
                .evaluate(EvalCase.of("A!\n".repeat(300), "A!"))
                .reason())
        .isEqualTo(
            "the texts have 301 sentences, and at most 256 are compared; give the part to judge");
  }

  @Test
  void withoutEmbeddingsAllAreSkipped() {
    for (String name : List.of("semantic_similarity", "answer_relevance", "sentence_match")) {
      EvalResult result =
          Evaluators.byName(name, Map.of("embeddings", "none"))
              .evaluate(EvalCase.builder().input("q").output("a").references(List.of("b")).build());

      assertThat(result).isInstanceOf(Skipped.class);
      assertThat(result.reason())
          .isEqualTo(
              name
                  + ": no embedding model was given; give one when you make the evaluator, such as"
                  + " InProcessEmbeddings.auto() or OpenAiEmbeddings.builder()");
    }
  }

  @Test
  void missingNeedsAreSkipped() {
    assertThat(
            SemanticEvaluators.semanticSimilarity(table.embeddings())
                .evaluate(EvalCase.of("A!"))
                .reason())
        .isEqualTo("semantic_similarity needs a reference: EvalCase.Builder.references(..)");
  }

  @Test
  void manyCasesAreEmbeddedTogether() {
    List<EvalResult> results =
        SemanticEvaluators.semanticSimilarity(table.embeddings())
            .evaluateAll(
                List.of(
                    EvalCase.of("A!", "A!"),
                    EvalCase.of("A!"),
                    EvalCase.of("A!", "B!"),
                    EvalCase.of("C!", "B!")));

    assertThat(table.asked).hasSize(1);
    assertThat(results.get(1)).isInstanceOf(Skipped.class);
    assertThat(results.stream().filter(Scored.class::isInstance).map(r -> ((Scored) r).raw()))
        .satisfiesExactly(
            r -> assertThat(r).isEqualTo(1),
            r -> assertThat(r).isZero(),
            r -> assertThat(r).isCloseTo(0.8, within(1e-6)));
  }

  @Test
  void asyncGivesTheSame() {
    Evaluator evaluator = SemanticEvaluators.sentenceMatch(table.embeddings());
    EvalCase evalCase = EvalCase.of("A! B!", "C!");

    assertThat(evaluator.evaluateAsync(evalCase, ForkJoinPool.commonPool()).join())
        .isEqualTo(evaluator.evaluate(evalCase));
  }

  @Test
  void theCacheAsksOnceATextAndForgets() {
    Embeddings cached = table.embeddings().cached(10_000);

    EmbeddingBatch first = cached.embed(List.of("A!", "B!", "A!"));
    EmbeddingBatch second = cached.embed(List.of("B!", "C!"));

    assertThat(table.asked).containsExactly(List.of("A!", "B!"), List.of("C!"));
    assertThat(first.vectors().get(0)).isEqualTo(first.vectors().get(2));
    assertThat(second.vectors().get(0)).isEqualTo(first.vectors().get(1));
    assertThatThrownBy(() -> table.embeddings().cached(0))
        .hasMessage("maxTexts must be at least 1, but was 0");
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThatThrownBy(() -> Evaluators.byName("semantic_similarity", Map.of("embeddings", "bert")))
        .hasMessage(
            "setting \"embeddings\" must be one of auto, all-minilm-l6-v2-q, bge-small-zh-v1.5-q,"
                + " endpoint, none, but was \"bert\"");
    assertThatThrownBy(
            () -> Evaluators.byName("semantic_similarity", Map.of("embeddings", "endpoint")))
        .hasMessage("setting \"base_url\" of semantic_similarity is missing; give it a value");
  }

  private static double raw(Evaluator evaluator, EvalCase evalCase) {
    return ((Scored) evaluator.evaluate(evalCase)).raw();
  }
}
