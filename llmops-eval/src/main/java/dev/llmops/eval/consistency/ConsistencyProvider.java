package dev.llmops.eval.consistency;

import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.semantic.Embeddings;
import dev.llmops.eval.semantic.SemanticEvaluators;
import java.nio.file.Path;
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
        "selfcheck_nli", settings -> ConsistencyEvaluators.selfCheckNli(entailment(settings)));
    registrar.add(
        "semantic_entropy",
        settings ->
            ConsistencyEvaluators.semanticEntropy(
                entailment(settings),
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
    registrar.add(
        "factual_consistency_nli",
        settings -> ConsistencyEvaluators.factualConsistency(entailment(settings)));
    registrar.add("format_sensitivity", settings -> ConsistencyEvaluators.formatSensitivity());
  }

  /** The local model in the folder {@code model}; none without it. */
  private static Entailment entailment(EvaluatorSettings settings) {
    String folder = settings.text("model");
    // stands in a spec's settings, from which an evaluator is made again
    String name = settings.text("entailment");
    int maxInputChars =
        settings.number(
            "max_input_chars", Entailment.DEFAULT_MAX_INPUT_CHARS, 1, Integer.MAX_VALUE);
    if (folder == null) {
      return Entailment.none();
    }
    Entailment opened;
    try {
      opened = Entailment.open(Path.of(folder), maxInputChars);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "a local model needs com.microsoft.onnxruntime:onnxruntime and"
              + " ai.djl.huggingface:tokenizers on the class path; add them",
          e);
    }
    if (name != null && !name.equals(opened.model())) {
      throw new IllegalArgumentException(
          "setting \"entailment\" must be \""
              + opened.model()
              + "\", the folder's name, or left out, but was \""
              + name
              + "\"");
    }
    return opened;
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
