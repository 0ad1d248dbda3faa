package dev.llmops.samples.quickstart;

import dev.langchain4j.model.embedding.onnx.HuggingFaceTokenCountEstimator;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;

/**
 * The quantized all-MiniLM-L6-v2 sentence model, in this process: English, 384 dimensions, a few
 * milliseconds a sentence. Safe for use by several threads.
 */
final class MiniLm {
  static final String ID = "all-minilm-l6-v2-q";
  static final int DIMENSIONS = 384;

  // on the calling thread: the model's own pool would keep the program alive after main
  private final AllMiniLmL6V2QuantizedEmbeddingModel model =
      new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run);
  private final HuggingFaceTokenCountEstimator tokenizer = new HuggingFaceTokenCountEstimator();

  /**
   * Returns the unit vector of {@code text}; all zeros, which is near nothing, for a text without a
   * token.
   */
  float[] embed(String text) {
    return countTokens(text) == 0 ? new float[DIMENSIONS] : model.embed(text).content().vector();
  }

  /**
   * Counts the WordPiece tokens of {@code text}, without the [CLS] and [SEP] that the model puts
   * around it.
   */
  int countTokens(String text) {
    return text.isBlank() ? 0 : tokenizer.estimateTokenCountInText(text);
  }

  /** The cosine of two unit vectors, -1..1. */
  static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
