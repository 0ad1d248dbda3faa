package dev.llmops.eval;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model of a few words and labels, written byte by byte after onnx.proto (ONNX 1.14): the logits
 * of a text, or of a pair, are the sum of its words' rows; the row of any other word is 0.
 */
public final class TinyOnnx {

  private TinyOnnx() {}

  /**
   * Writes the model's folder.
   *
   * @param config the text of {@code config.json}
   * @param words the words it knows
   * @param rows of each of them, a number a label
   */
  public static void write(Path folder, String config, List<String> words, float[]... rows)
      throws IOException {
    StringBuilder vocabulary = new StringBuilder("\"[UNK]\":0");
    for (int i = 0; i < words.size(); i++) {
      vocabulary.append(",\"").append(words.get(i)).append("\":").append(i + 1);
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],"
            + "\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
            + "\"post_processor\":null,\"decoder\":null,\"model\":{\"type\":\"WordLevel\","
            + "\"vocab\":{"
            + vocabulary
            + "},\"unk_token\":\"[UNK]\"}}");
    Files.writeString(folder.resolve("config.json"), config);
    Files.write(folder.resolve("model.onnx"), model(rows));
  }

  private static byte[] model(float[][] rows) {
    // TensorProto: dims 1, data_type 2 (1 float, 7 int64), name 8, raw_data 9
    Message table = tensor("table", 1, floats(rows), rows.length + 1, rows[0].length);
    Message axes = tensor("axes", 7, ByteBuffer.allocate(8).put(0, (byte) 1).array(), 1);
    // NodeProto: input 1, output 2, op_type 4, attribute 5
    Message gather = new Message().text(1, "table").text(1, "input_ids").text(2, "rows");
    gather.text(4, "Gather");
    Message keep = new Message().text(1, "keepdims").number(3, 0).number(20, 2);
    Message sum = new Message().text(1, "rows").text(1, "axes").text(2, "logits");
    sum.text(4, "ReduceSum").message(5, keep);
    // GraphProto: node 1, name 2, initializer 5, input 11, output 12
    Message graph = new Message().message(1, gather).message(1, sum).text(2, "graph");
    graph.message(5, table).message(5, axes);
    graph.message(11, value("input_ids", 7, "words")).message(12, value("logits", 1, "labels"));
    // ModelProto: ir_version 1, graph 7, opset_import 8
    Message opset = new Message().text(1, "").number(2, 13);
    return new Message().number(1, 8).message(7, graph).message(8, opset).out.toByteArray();
  }

  private static Message tensor(String name, int type, byte[] data, int... dims) {
    Message tensor = new Message();
    for (int dim : dims) {
      tensor.number(1, dim);
    }
    return tensor.number(2, type).text(8, name).bytes(9, data);
  }

  private static Message value(String name, int type, String columns) {
    Message shape = new Message();
    shape.message(1, new Message().text(2, "batch")).message(1, new Message().text(2, columns));
    Message tensor = new Message().number(1, type).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  private static byte[] floats(float[][] rows) {
    int labels = rows[0].length;
    ByteBuffer buffer =
        ByteBuffer.allocate(4 * labels * (rows.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(4 * labels); // of any other word
    for (float[] row : rows) {
      for (float each : row) {
        buffer.putFloat(each);
      }
    }
    return buffer.array();
  }

  /** As much of the wire format of protocol buffers as this needs. */
  private static final class Message {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }

    Message bytes(int field, byte[] value) {
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
