package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.TinyOnnx;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model of {@link TinyOnnx}: "good" is (1, -1), "bad" is (-1, 1). */
class OnnxTextClassifierTest {

  @TempDir Path folder;

  private void write(String config) throws IOException {
    TinyOnnx.write(
        folder, config, List.of("good", "bad"), new float[] {1, -1}, new float[] {-1, 1});
  }

  @Test
  void softmaxOverTheLabelsOfTheConfig() throws IOException {
    write("{\"id2label\":{\"0\":\"kind\",\"1\":\"toxic\"}}");

    try (OnnxTextClassifier model = OnnxTextClassifier.open(folder)) {
      assertThat(model.labels()).containsExactly("kind", "toxic");
      // logits (-2, 2): e² / (e² + e⁻²) = 1 / (1 + e⁻⁴) = 0.98201
      assertThat(model.classify("bad bad").get("toxic")).isCloseTo(0.98201, within(1e-5));
      assertThat(model.classify("bad", "good").get("toxic")).isCloseTo(0.5, within(1e-6));

      Scored scored =
          (Scored)
              SafetyEvaluators.classifier("my_toxicity", model, "toxic", Part.OUTPUT)
                  .evaluate(EvalCase.of("so bad"));
      // logits (-1, 1): 1 / (1 + e⁻²) = 0.88080
      assertThat(scored.raw()).isCloseTo(0.88080, within(1e-5));
      assertThat(scored.label()).isEqualTo("toxic");
      assertThatThrownBy(() -> SafetyEvaluators.classifier("x", model, "rude", Part.OUTPUT))
          .hasMessage("label must be one of [kind, toxic], but was \"rude\"");
    }
  }

  @Test
  void severalLabelsMayHoldAtOnce() throws IOException {
    write(
        "{\"problem_type\":\"multi_label_classification\","
            + "\"id2label\":{\"0\":\"kind\",\"1\":\"toxic\"}}");

    try (OnnxTextClassifier model = OnnxTextClassifier.open(folder)) {
      // logit 1: 1 / (1 + e⁻¹) = 0.73106
      assertThat(model.classify("bad").get("toxic")).isCloseTo(0.73106, within(1e-5));
    }
  }

  @Test
  void longTextIsCut() throws IOException {
    write("{\"id2label\":{\"0\":\"kind\",\"1\":\"toxic\"},\"max_position_embeddings\":8}");

    try (OnnxTextClassifier model = OnnxTextClassifier.open(folder)) {
      // 8 words at most: logits (-8, 8)
      assertThat(model.classify("bad ".repeat(50_000)).get("toxic"))
          .isCloseTo(1 / (1 + Math.exp(-16)), within(1e-9));
    }
  }

  @Test
  void missingFilesAndLabelsAreNamed() throws IOException {
    assertThatThrownBy(() -> OnnxTextClassifier.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no model.onnx");

    write("{}");
    assertThatThrownBy(() -> OnnxTextClassifier.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id2label");
  }

  @Test
  void brokenModelIsRefused() throws IOException {
    write("{\"id2label\":{\"0\":\"a\",\"1\":\"b\"}}");
    Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3});

    assertThatThrownBy(() -> OnnxTextClassifier.open(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("could not be loaded");
  }
}
