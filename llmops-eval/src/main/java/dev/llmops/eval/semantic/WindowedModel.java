package dev.llmops.eval.semantic;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallzhv15q.BgeSmallZhV15QuantizedEmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model in the process that cuts what is beyond its window without a word (128 tokens for
 * MiniLM's tokenizer as it is packed, 512 for the other): longer texts are embedded in pieces, and
 * their vectors averaged by the tokens of each.
 */
final class WindowedModel {

  private final EmbeddingModel model;
  private final int window;
  private final int pieceChars;

  /**
   * Wraps the model.
   *
   * @param window the most tokens of a text that the model reads; a character is a token at most
   * @param pieceChars how many characters fill the window as a rule
   */
  private WindowedModel(EmbeddingModel model, int window, int pieceChars) {
    this.model = model;
    this.window = window;
    this.pieceChars = pieceChars;
  }

  // made here and not by the caller: this class alone needs LangChain4j on the class path

  static WindowedModel miniLm() {
    return new WindowedModel(new AllMiniLmL6V2QuantizedEmbeddingModel(), 126, 480);
  }

  static WindowedModel bgeSmallZh() {
    return new WindowedModel(new BgeSmallZhV15QuantizedEmbeddingModel(), 510, 510);
  }

  List<Embedding> embed(List<String> texts) {
    Map<String, Embedding> vectors = new HashMap<>();
    Set<String> shorts = new LinkedHashSet<>();
    for (String each : texts) {
      String text = TextChecks.clean(each);
      if (text.length() <= window) {
        shorts.add(text);
      } else if (!vectors.containsKey(text)) {
        vectors.put(text, embedLong(text));
      }
    }
    if (!shorts.isEmpty()) {
      var made = model.embedAll(shorts.stream().map(TextSegment::from).toList()).content();
      int i = 0;
      for (String text : shorts) {
        vectors.put(text, Embedding.of(made.get(i++).vector()));
      }
    }
    return texts.stream().map(TextChecks::clean).map(vectors::get).toList();
  }

  private Embedding embedLong(String text) {
    Mean mean = new Mean();
    add(text, mean);
    return mean.vector();
  }

  private void add(String text, Mean mean) {
    if (TextChecks.isBlank(text)) {
      return;
    }
    if (text.length() <= pieceChars) {
      Response<List<dev.langchain4j.data.embedding.Embedding>> made =
          model.embedAll(List.of(TextSegment.from(text)));
      int tokens = Objects.requireNonNull(made.tokenUsage()).inputTokenCount();
      if (tokens < window || text.length() <= window) {
        mean.add(made.content().get(0).vector(), tokens);
        return;
      }
      // the window is full: what came after it was not read
    }
    int middle = boundaryNearMiddle(text);
    add(text.substring(0, middle), mean);
    add(text.substring(middle), mean);
  }

  /** After the sentence end nearest to the middle; else after a space; else in the middle. */
  private static int boundaryNearMiddle(String text) {
    int middle = text.length() / 2;
    int reach = text.length() / 4;
    int space = -1;
    for (int distance = 0; distance < reach; distance++) {
      for (int at : new int[] {middle - distance, middle + distance}) {
        char before = text.charAt(at - 1);
        if ("。！？；\n".indexOf(before) >= 0
            || (Character.isWhitespace(before) && at > 1 && isEnd(text.charAt(at - 2)))) {
          return at;
        }
        if (space < 0 && Character.isWhitespace(before)) {
          space = at;
        }
      }
    }
    if (space > 0) {
      return space;
    }
    return Character.isLowSurrogate(text.charAt(middle)) ? middle + 1 : middle;
  }

  private static boolean isEnd(char c) {
    return c == '.' || c == '!' || c == '?' || c == ';';
  }

  /** The mean of vectors by weight. */
  private static final class Mean {
    private double @Nullable [] sum;

    void add(float[] vector, int weight) {
      double[] to = sum == null ? new double[vector.length] : sum;
      for (int i = 0; i < to.length; i++) {
        to[i] += (double) weight * vector[i];
      }
      sum = to;
    }

    Embedding vector() {
      double[] from = sum == null ? new double[0] : sum;
      double norm = 0;
      for (double value : from) {
        norm += value * value;
      }
      float[] vector = new float[from.length];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (from[i] / Math.sqrt(norm));
      }
      return Embedding.of(vector);
    }
  }
}
