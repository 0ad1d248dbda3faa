package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.safety.SafetyEvaluators.Language;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import dev.llmops.eval.safety.SafetyEvaluators.TextFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EmbeddingHeadTest {

  private static final EmbeddingHead HEAD =
      new EmbeddingHead(
          "tiny",
          0.5f,
          2,
          -1,
          0.4f,
          new float[][] {{1, 0}, {-1, 2}},
          new float[] {0.25f, -1},
          new float[] {2, 3},
          0.5f);

  @Test
  void marginIsTheHandCalculation() {
    float[] x = {0.75f, 0.5f};

    // units: max(0, .25 + .75) = 1; max(0, -1 - .75 + 1) = 0; .5 + 2 · 1 + 3 · 0 = 2.5
    assertThat(HEAD.ofEmbedding(x)).isCloseTo(2.5, within(1e-6));
    // words -.5 + .5 · 2.5 = .75
    assertThat(HEAD.margin(-0.5, x)).isCloseTo(0.75, within(1e-6));
    // 1 ÷ (1 + e^-(2 · .75 - 1)) = 1 ÷ (1 + e^-.5) = .6225
    assertThat(HEAD.probability(0.75)).isCloseTo(0.6225, within(1e-4));
  }

  @Test
  void writtenHeadReadsTheSame() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    HEAD.write(bytes);

    EmbeddingHead read = EmbeddingHead.read(new ByteArrayInputStream(bytes.toByteArray()));

    assertThat(read.model).isEqualTo("tiny");
    assertThat(read.threshold).isEqualTo(0.4f);
    assertThat(read.margin(-0.5, new float[] {0.75f, 0.5f})).isCloseTo(0.75, within(1e-6));
    assertThatThrownBy(() -> EmbeddingHead.read(new ByteArrayInputStream(new byte[20])))
        .hasMessage("not an embedding head of this version; train it again");
  }

  @Test
  void embeddingOfAnotherModelIsRefused() {
    assertThatThrownBy(() -> HEAD.ofEmbedding(new float[3]))
        .hasMessage("embedding must have 2 values, but had 3; the head was trained for tiny");
  }

  @Test
  void trainerLearnsWhatNoPlaneSeparates() {
    SplittableRandom random = new SplittableRandom(7);
    List<float[]> rows = new ArrayList<>();
    boolean[] labels = new boolean[800];
    double[] weights = new double[800];
    for (int i = 0; i < labels.length; i++) {
      float[] row = {(float) (random.nextDouble() - 0.5), (float) (random.nextDouble() - 0.5)};
      rows.add(row);
      labels[i] = row[0] > 0 == row[1] > 0;
      weights[i] = 1;
    }
    HeadTrainer trainer = new HeadTrainer("xor", 1, 0.01, 150);

    EmbeddingHead head = trainer.train(rows, labels, weights);
    EmbeddingHead again = trainer.train(rows, labels, weights);

    double[] margins = rows.stream().mapToDouble(head::ofEmbedding).toArray();
    assertThat(Quality.auc(margins, labels)).isGreaterThan(0.97);
    assertThat(again.ofEmbedding(rows.get(0))).isEqualTo(margins[0]);
  }

  @Test
  void meaningTellsHatredFromItsCondemnation() {
    Evaluator hate = SafetyEvaluators.hate(Part.OUTPUT, null, TextFeatures.EMBEDDINGS);

    assertThat(raw(hate, "Somebody ought to drive every last immigrant into the sea."))
        .isGreaterThan(
            raw(hate, "Nobody should have to read that immigrants belong in the sea; ban him."));
    assertThat(hate.spec().settings()).containsEntry("features", "embeddings");
    assertThat(hate.spec().costClass()).isEqualTo(CostClass.LOCAL_MODEL);
    assertThat(hate.spec().needs()).containsExactlyInAnyOrder(Need.OUTPUT, Need.EMBEDDINGS);
  }

  @Test
  void bothLanguagesHaveAHead() {
    Evaluator toxicity =
        SafetyEvaluators.toxicity(Part.OUTPUT, Language.AUTO, null, TextFeatures.EMBEDDINGS);

    assertThat(raw(toxicity, "You are a worthless idiot and nobody can stand you."))
        .isGreaterThan(raw(toxicity, "You are a dear friend and everybody likes you."));
    assertThat(raw(toxicity, "你就是个没脑子的废物，滚出去")).isGreaterThan(raw(toxicity, "你是我最好的朋友，谢谢你"));
  }

  @Test
  void tooLongForEmbeddingsIsSkippedAndSaysWhatToDo() {
    EvalResult result =
        Evaluators.byName("toxicity", Map.of("features", "embeddings"))
            .evaluate(EvalCase.of("a word ".repeat(3_000)));

    assertThat(result).isInstanceOf(Skipped.class);
    assertThat(result.reason()).endsWith("; or use features=words, which needs none");
  }

  @Test
  void hostileTextGivesAResultWithEmbeddings() {
    Evaluator toxicity = Evaluators.byName("toxicity", Map.of("features", "embeddings"));
    for (String text :
        List.of(
            "\uD800", "a\uDFFF b", "\u0000 x", "\u202Eabc", "[".repeat(3_000), "滚\uD83D", "?")) {
      EvalResult result = toxicity.evaluate(EvalCase.of(text));

      assertThat(result).as(result.reason()).isNotInstanceOf(EvalResult.Errored.class);
    }
  }

  private static double raw(Evaluator evaluator, String output) {
    EvalResult result = evaluator.evaluate(EvalCase.of(output));
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }
}
