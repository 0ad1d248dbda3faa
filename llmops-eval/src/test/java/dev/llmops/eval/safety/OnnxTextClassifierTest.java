package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model of three words, written byte by byte after onnx.proto (ONNX 1.14): logits are the sum of
 * the words' rows. "good" is (1, -1), "bad" is (-1, 1), any other word (0, 0).
 */
class OnnxTextClassifierTest {

  private static final String TOKENIZER =
      "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],"
          + "\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
          + "\"post_processor\":null,\"decoder\":null,\"model\":{\"type\":\"WordLevel\","
          + "\"vocab\":{\"[UNK]\":0,\"good\":1,\"bad\":2},\"unk_token\":\"[UNK]\"}}";

  @TempDir Path folder;

  private void write(String config) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("config.json"), config);
    Files.write(folder.resolve("model.onnx"), model());
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

  private static byte[] model() {
    Proto table =
        new Proto().number(1, 3).number(1, 2).number(2, 1).text(8, "table").bytes(9, floats());
    Proto axes = new Proto().number(1, 1).number(2, 7).text(8, "axes").bytes(9, one());
    Proto gather =
        new Proto().text(1, "table").text(1, "input_ids").text(2, "rows").text(4, "Gather");
    Proto sum =
        new Proto()
            .text(1, "rows")
            .text(1, "axes")
            .text(2, "logits")
            .text(4, "ReduceSum")
            .message(5, new Proto().text(1, "keepdims").number(3, 0).number(20, 2));
    Proto graph =
        new Proto()
            .message(1, gather)
            .message(1, sum)
            .text(2, "graph")
            .message(5, table)
            .message(5, axes)
            .message(11, value("input_ids", 7, "words"))
            .message(12, value("logits", 1, "labels"));
    return new Proto()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Proto().text(1, "").number(2, 13))
        .out
        .toByteArray();
  }

  private static Proto value(String name, int type, String columns) {
    Proto shape =
        new Proto()
            .message(1, new Proto().text(2, "batch"))
            .message(1, new Proto().text(2, columns));
    Proto tensor = new Proto().number(1, type).message(2, shape);
    return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
  }

  private static byte[] floats() {
    ByteBuffer buffer = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (float each : new float[] {0, 0, 1, -1, -1, 1}) {
      buffer.putFloat(each);
    }
    return buffer.array();
  }

  private static byte[] one() {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1).array();
  }

  /** As much of the protocol buffers wire format as a small model needs. */
  private static final class Proto {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Proto number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Proto text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto value) {
      return bytes(field, value.out.toByteArray());
    }

    Proto bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long rest = value;
      while (rest > 127) {
        out.write((int) (rest & 127 | 128));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
