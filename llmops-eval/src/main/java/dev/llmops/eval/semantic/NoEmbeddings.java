package dev.llmops.eval.semantic;

import java.util.List;

/** Embeddings that nobody gave. */
final class NoEmbeddings implements Embeddings {

  static final NoEmbeddings INSTANCE = new NoEmbeddings();

  private static final String WHY =
      "no embedding model was given; give one when you make the evaluator, such as "
          + "InProcessEmbeddings.auto() or OpenAiEmbeddings.builder()";

  private NoEmbeddings() {}

  @Override
  public String model() {
    return "none";
  }

  @Override
  public int maxInputChars() {
    return Integer.MAX_VALUE;
  }

  @Override
  public String whyNot(List<String> texts) {
    return WHY;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts) {
    throw new EmbeddingException("unsuitable_text", WHY);
  }
}
