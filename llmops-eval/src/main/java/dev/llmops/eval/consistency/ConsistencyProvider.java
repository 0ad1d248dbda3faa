package dev.llmops.eval.consistency;

import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.semantic.Embeddings;
import dev.llmops.eval.semantic.SemanticEvaluators;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Names the evaluators of this package. Public for {@link java.util.ServiceLoader} only. */
public final class ConsistencyProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public ConsistencyProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add(
        "sample_agreement", settings -> ConsistencyEvaluators.sampleAgreement(form(settings)));
    registrar.add(
        "majority_share", settings -> ConsistencyEvaluators.majorityShare(form(settings)));
    registrar.add("sample_similarity", overEmbeddings(ConsistencyEvaluators::sampleSimilarity));
    registrar.add(
        "selfcheck_ngram",
        settings ->
            ConsistencyEvaluators.selfCheckNgram(
                settings.number("n", 1, 1, 5),
                settings.choice("measure", ConsistencyEvaluators.NgramMeasure.PRESENCE)));
    registrar.add("selfcheck_embedding", overEmbeddings(ConsistencyEvaluators::selfCheckEmbedding));
    registrar.add(
        "selfcheck_nli", settings -> ConsistencyEvaluators.selfCheckNli(Entailment.none()));
    registrar.add(
        "semantic_entropy",
        settings ->
            ConsistencyEvaluators.semanticEntropy(
                Entailment.none(),
                settings.choice("weights", ConsistencyEvaluators.EntropyWeights.DISCRETE)));
    registrar.add(
        "paraphrase_consistency",
        compared(
            ConsistencyEvaluators::paraphraseConsistency,
            ConsistencyEvaluators::paraphraseConsistency));
    registrar.add(
        "version_consistency",
        compared(
            ConsistencyEvaluators::versionConsistency, ConsistencyEvaluators::versionConsistency));
    registrar.add("order_sensitivity", settings -> ConsistencyEvaluators.orderSensitivity());
    registrar.add("factual_consistency", settings -> ConsistencyEvaluators.factualConsistency());
    registrar.add("format_sensitivity", settings -> ConsistencyEvaluators.formatSensitivity());
  }

  private static AnswerForm form(EvaluatorSettings settings) {
    return settings.choice("form", AnswerForm.NORMALISED);
  }

  private static Function<EvaluatorSettings, Evaluator> overEmbeddings(
      Function<Embeddings, Evaluator> maker) {
    return settings -> maker.apply(SemanticEvaluators.embeddings(settings));
  }

  /** {@code form} compares texts; without it the embeddings do. */
  private static Function<EvaluatorSettings, Evaluator> compared(
      Function<Embeddings, Evaluator> byMeaning, Function<AnswerForm, Evaluator> byText) {
    BiFunction<EvaluatorSettings, Embeddings, Evaluator> choose =
        (settings, embeddings) ->
            settings.text("form") == null
                ? byMeaning.apply(embeddings)
                : byText.apply(form(settings));
    return settings -> choose.apply(settings, SemanticEvaluators.embeddings(settings));
  }
}
