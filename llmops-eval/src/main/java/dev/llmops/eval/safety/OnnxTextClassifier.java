package dev.llmops.eval.safety;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A text-classification or inference model of the Hugging Face layout, run in the process: a folder
 * with {@code tokenizer.json}, {@code model.onnx} (also {@code onnx/model.onnx}) and {@code
 * config.json}, whose {@code id2label} names the labels and whose {@code problem_type} {@code
 * multi_label_classification} means a sigmoid for each label instead of one softmax.
 *
 * <p>Needs {@code com.microsoft.onnxruntime:onnxruntime} and {@code ai.djl.huggingface:tokenizers}
 * on the class path; both are optional dependencies. Nothing is downloaded. Thread-safe. Close it
 * when it is no longer used: it holds native memory.
 */
public final class OnnxTextClassifier implements AutoCloseable {

  private static final int DEFAULT_LONGEST = 512;
  private static final int MOST_CHARS = 100_000;

  private final HuggingFaceTokenizer tokenizer;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<String> labels;
  private final boolean multiLabel;

  private OnnxTextClassifier(
      HuggingFaceTokenizer tokenizer,
      OrtEnvironment environment,
      OrtSession session,
      List<String> labels,
      boolean multiLabel) {
    this.tokenizer = tokenizer;
    this.environment = environment;
    this.session = session;
    this.labels = labels;
    this.multiLabel = multiLabel;
  }

  /**
   * Opens the model in this folder.
   *
   * @throws IllegalArgumentException if a file is missing or {@code config.json} names no labels
   * @throws UncheckedIOException if a file cannot be read
   * @throws IllegalStateException if the model cannot be loaded
   */
  public static OnnxTextClassifier open(Path folder) {
    Path nested = folder.resolve("onnx").resolve("model.onnx");
    Path model = Files.exists(nested) ? nested : file(folder, "model.onnx");
    Path tokens = file(folder, "tokenizer.json");
    Path config = file(folder, "config.json");
    HuggingFaceTokenizer tokenizer = null;
    try {
      JsonNode json = new ObjectMapper().readTree(config.toFile());
      List<String> labels = labels(json.path("id2label"));
      int longest = json.path("max_position_embeddings").asInt(DEFAULT_LONGEST);
      Map<String, String> options = new HashMap<>();
      options.put("truncation", "true");
      options.put("maxLength", String.valueOf(Math.max(8, Math.min(longest, DEFAULT_LONGEST))));
      options.put("padding", "false");
      tokenizer = HuggingFaceTokenizer.newInstance(tokens, options);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession session =
          environment.createSession(model.toString(), new OrtSession.SessionOptions());
      boolean multiLabel =
          json.path("problem_type").asText("").equals("multi_label_classification");
      return new OnnxTextClassifier(tokenizer, environment, session, labels, multiLabel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (OrtException | RuntimeException e) {
      if (tokenizer != null) {
        tokenizer.close();
      }
      if (e instanceof IllegalArgumentException wrong) {
        throw wrong;
      }
      throw new IllegalStateException(
          "the model in " + folder + " could not be loaded: " + e.getClass().getName(), e);
    }
  }

  /** The labels in the model's order. */
  public List<String> labels() {
    return labels;
  }

  /**
   * The probability of each label. Text beyond the model's length is cut.
   *
   * @throws IllegalStateException if the model cannot be run on it
   */
  public Map<String, Double> classify(String text) {
    return classify(text, null);
  }

  /**
   * The probability of each label for a pair, such as premise and hypothesis.
   *
   * @param pair the second text; null for none
   * @throws IllegalStateException if the model cannot be run on it
   */
  public Map<String, Double> classify(String text, @Nullable String pair) {
    Encoding encoding =
        pair == null ? tokenizer.encode(cut(text)) : tokenizer.encode(cut(text), cut(pair));
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String name : session.getInputNames()) {
        long[] values =
            switch (name) {
              case "input_ids" -> encoding.getIds();
              case "attention_mask" -> encoding.getAttentionMask();
              case "token_type_ids" -> encoding.getTypeIds();
              default ->
                  throw new IllegalStateException(
                      "the model has an input \""
                          + name
                          + "\"; known are input_ids, attention_mask and token_type_ids");
            };
        inputs.put(name, OnnxTensor.createTensor(environment, new long[][] {values}));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        return probabilities(result.get(0).getValue());
      }
    } catch (OrtException e) {
      throw new IllegalStateException("the model could not be run: " + e.getCode(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private Map<String, Double> probabilities(Object value) {
    if (!(value instanceof float[][] rows) || rows.length != 1 || rows[0].length != labels.size()) {
      throw new IllegalStateException(
          "the model's first output must be one row of " + labels.size() + " numbers");
    }
    float[] logits = rows[0];
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (int i = 0; i < logits.length; i++) {
      double p = multiLabel ? 1 / (1 + Math.exp(-logits[i])) : Math.exp(logits[i] - largest) / sum;
      probabilities.put(labels.get(i), p);
    }
    return probabilities;
  }

  /** Releases the native memory. */
  @Override
  public void close() {
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("the model could not be closed: " + e.getCode(), e);
    }
  }

  private static String cut(String text) {
    if (text.length() <= MOST_CHARS) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_CHARS - 1)) ? MOST_CHARS - 1 : MOST_CHARS;
    return text.substring(0, end);
  }

  private static Path file(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "folder "
              + folder
              + " has no "
              + name
              + "; it must have model.onnx, tokenizer.json and"
              + " config.json");
    }
    return file;
  }

  private static List<String> labels(JsonNode id2label) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; id2label.has(String.valueOf(i)); i++) {
      labels.add(id2label.get(String.valueOf(i)).asText());
    }
    if (labels.isEmpty()) {
      throw new IllegalArgumentException(
          "config.json must have id2label with the labels from \"0\" on, but has none");
    }
    return Collections.unmodifiableList(labels);
  }
}
