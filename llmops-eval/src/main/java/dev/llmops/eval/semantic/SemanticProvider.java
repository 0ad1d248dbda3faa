package dev.llmops.eval.semantic;

import dev.llmops.eval.EvaluatorProvider;

/** Names the evaluators of this package. Public for {@link java.util.ServiceLoader} only. */
public final class SemanticProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public SemanticProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add(
        "semantic_similarity",
        settings -> SemanticEvaluators.semanticSimilarity(SemanticEvaluators.embeddings(settings)));
    registrar.add(
        "answer_relevance",
        settings -> SemanticEvaluators.answerRelevance(SemanticEvaluators.embeddings(settings)));
    registrar.add(
        "sentence_match",
        settings -> SemanticEvaluators.sentenceMatch(SemanticEvaluators.embeddings(settings)));
  }
}
