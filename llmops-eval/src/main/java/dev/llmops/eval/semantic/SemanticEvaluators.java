package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.semantic.VectorPlan.Finding;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Evaluators that compare meanings through vectors. Without embeddings each is Skipped with how to
 * get some. A cosine below 0 counts as 0: opposite vectors are not opposite statements.
 *
 * <p>None of them knows what is true: "it is safe" and "it is not safe" have near vectors. Cosines
 * of different models do not compare, so keep one model for a run and choose a threshold for it.
 */
public final class SemanticEvaluators {

  /** Sentences beyond this many make a comparison that nobody reads. */
  private static final int MAX_SENTENCES = 256;

  private SemanticEvaluators() {}

  /**
   * The cosine of the output's vector with that of the nearest reference, 0 to 1. With in-process
   * MiniLM, "A man is playing a guitar." and "A man plays the guitar." → 0.975, "It is safe." and
   * "It is not safe." → 0.887.
   *
   * <p>Labelled {@code same} or {@code different} where the model has a {@linkplain
   * Embeddings#sameMeaningFrom() measured threshold}.
   */
  public static Evaluator semanticSimilarity(Embeddings embeddings) {
    return of(
        "semantic_similarity",
        embeddings,
        Set.of(Need.OUTPUT, Need.REFERENCES),
        evalCase -> {
          List<String> texts = new ArrayList<>();
          texts.add(Objects.requireNonNull(evalCase.output()));
          texts.addAll(evalCase.references());
          return VectorPlan.embed(texts, SemanticEvaluators::nearestReference);
        });
  }

  /**
   * How near the answer's meaning is to the question's: the greater of the cosines of the question
   * with the whole answer and with its nearest sentence, 0 to 1. Long answers pull the vector of
   * the whole away from the question; the sentence that takes it up does not.
   *
   * <p>Tells an answer to another question, not a wrong answer to this one. An answer in a word
   * ("Paris") shares little with its question and scores low: use it on answers in sentences.
   */
  public static Evaluator answerRelevance(Embeddings embeddings) {
    return of(
        "answer_relevance",
        embeddings,
        Set.of(Need.INPUT, Need.OUTPUT),
        evalCase -> {
          String output = Objects.requireNonNull(evalCase.output());
          String input = Objects.requireNonNull(evalCase.input());
          String why = embeddings.whyNot(List.of(input, output));
          if (why != null) {
            return VectorPlan.skip("answer_relevance: " + why);
          }
          List<String> sentences = Sentences.split(output);
          if (sentences.size() > MAX_SENTENCES) {
            return tooManySentences(sentences.size());
          }
          List<String> texts = new ArrayList<>();
          texts.add(input);
          texts.add(output);
          if (sentences.size() > 1) {
            texts.addAll(sentences);
          }
          return VectorPlan.embed(
              texts, (vectors, model) -> relevance(texts, vectors, model.model()));
        });
  }

  /**
   * Greedy matching of sentences in the manner of BERTScore (Zhang et al., ICLR 2020, section 3),
   * over vectors of sentences instead of tokens: precision is the mean over the output's sentences
   * of the cosine with the nearest sentence of the reference, recall the same the other way round,
   * the measure their harmonic mean, 0 to 1. With several references, the best. Not BERTScore: the
   * in-process models give one vector a text, none a token.
   *
   * <p>Cosines 0.9 and 0.5 of two output sentences, 0.9 of the one reference sentence → precision
   * 0.7, recall 0.9, F1 0.7875. The reason names the output's sentence with the least support.
   */
  public static Evaluator sentenceMatch(Embeddings embeddings) {
    return of(
        "sentence_match",
        embeddings,
        Set.of(Need.OUTPUT, Need.REFERENCES),
        evalCase -> sentencePlan(evalCase, embeddings));
  }

  /**
   * An evaluator of your own over vectors, with the same guarantees: needs checked, never throws,
   * asynchronous and in batches where the embeddings are.
   *
   * @param spec what it says about itself; name {@link Need#EMBEDDINGS} in it
   * @param planner pure: which texts to embed together, and what to make of their vectors
   */
  public static Evaluator of(
      EvaluatorSpec spec, Embeddings embeddings, Function<EvalCase, VectorPlan> planner) {
    return new EmbeddingEvaluator(spec, embeddings, planner);
  }

  /**
   * The embeddings that settings name. {@code embeddings}: {@code auto} (the default: in-process,
   * by the script of the texts), {@code all-minilm-l6-v2-q}, {@code bge-small-zh-v1.5-q}, {@code
   * none}, or {@code endpoint} with {@code base_url}, {@code embedding_model} and {@code
   * api_key_env} (the environment variable that holds the key; none is sent when it is not given).
   *
   * @throws IllegalArgumentException for other values
   */
  public static Embeddings embeddings(EvaluatorSettings settings) {
    String name = settings.text("embeddings", "auto");
    @Nullable String baseUrl = settings.text("base_url");
    @Nullable String model = settings.text("embedding_model");
    @Nullable String keyVariable = settings.text("api_key_env");
    switch (name) {
      case "auto":
        return InProcessEmbeddings.auto();
      case "all-minilm-l6-v2-q":
        return InProcessEmbeddings.miniLm();
      case "bge-small-zh-v1.5-q":
        return InProcessEmbeddings.bgeSmallZh();
      case "none":
        return Embeddings.none();
      case "endpoint":
        return OpenAiEmbeddings.builder()
            .baseUrl(URI.create(baseUrl == null ? settings.required("base_url") : baseUrl))
            .model(model == null ? settings.required("embedding_model") : model)
            .apiKeyVariable(keyVariable)
            .build();
      default:
        throw new IllegalArgumentException(
            "setting \"embeddings\" must be one of auto, all-minilm-l6-v2-q, bge-small-zh-v1.5-q,"
                + " endpoint, none, but was \""
                + name
                + "\"");
    }
  }

  private static Evaluator of(
      String name, Embeddings embeddings, Set<Need> needs, Function<EvalCase, VectorPlan> planner) {
    EnumSet<Need> all = EnumSet.of(Need.EMBEDDINGS);
    all.addAll(needs);
    return of(
        new EvaluatorSpec(
            name, "1", embeddings.settings(), Scale.UNIT, all, embeddings.costClass()),
        embeddings,
        planner);
  }

  private static Finding nearestReference(List<Embedding> vectors, Embeddings model) {
    int best = 1;
    double cosine = -1;
    for (int i = 1; i < vectors.size(); i++) {
      double each = vectors.get(0).cosine(vectors.get(i));
      if (each > cosine) {
        cosine = each;
        best = i;
      }
    }
    Double same = model.sameMeaningFrom();
    String reason =
        String.format(Locale.ROOT, "cosine %.3f by %s", cosine, model.model())
            + (vectors.size() > 2 ? " with reference " + best : "")
            + (same == null ? "" : String.format(Locale.ROOT, " (same meaning from %.2f)", same));
    return new Finding(
        atLeast0(cosine), reason, same == null ? null : cosine >= same ? "same" : "different");
  }

  private static Finding relevance(List<String> texts, List<Embedding> vectors, String model) {
    double whole = vectors.get(0).cosine(vectors.get(1));
    int nearest = 1;
    double best = whole;
    for (int i = 2; i < vectors.size(); i++) {
      double each = vectors.get(0).cosine(vectors.get(i));
      if (each > best) {
        best = each;
        nearest = i;
      }
    }
    String reason =
        nearest == 1
            ? String.format(Locale.ROOT, "question and answer: cosine %.3f by %s", whole, model)
            : String.format(
                Locale.ROOT,
                "question and nearest sentence: cosine %.3f, whole answer %.3f by %s; nearest: %s",
                best,
                whole,
                model,
                Quotes.of(texts.get(nearest)));
    return new Finding(atLeast0(best), reason, null);
  }

  private static VectorPlan sentencePlan(EvalCase evalCase, Embeddings embeddings) {
    String output = Objects.requireNonNull(evalCase.output());
    List<String> wholes = new ArrayList<>(evalCase.references());
    wholes.add(output);
    String why = embeddings.whyNot(wholes);
    if (why != null) {
      return VectorPlan.skip("sentence_match: " + why);
    }
    List<String> mine = Sentences.split(output);
    List<List<String>> references = new ArrayList<>();
    List<String> texts = new ArrayList<>(mine);
    for (String reference : evalCase.references()) {
      List<String> theirs = Sentences.split(reference);
      references.add(theirs);
      texts.addAll(theirs);
    }
    if (texts.size() > MAX_SENTENCES) {
      return tooManySentences(texts.size());
    }
    return VectorPlan.embed(
        texts, (vectors, model) -> bestMatch(mine, references, vectors, model.model()));
  }

  private static Finding bestMatch(
      List<String> mine, List<List<String>> references, List<Embedding> vectors, String model) {
    List<Embedding> output = vectors.subList(0, mine.size());
    int from = mine.size();
    GreedyMatch best = null;
    List<String> bestReference = List.of();
    for (List<String> reference : references) {
      GreedyMatch match = GreedyMatch.of(output, vectors.subList(from, from + reference.size()));
      from += reference.size();
      if (best == null || match.f1() > best.f1()) {
        best = match;
        bestReference = reference;
      }
    }
    GreedyMatch found = Objects.requireNonNull(best);
    return new Finding(
        found.f1(),
        String.format(
            Locale.ROOT,
            "precision %.3f, recall %.3f over %d × %d sentences by %s;"
                + " least supported: %s (%.3f); least covered: %s (%.3f)",
            found.precision(),
            found.recall(),
            mine.size(),
            bestReference.size(),
            model,
            Quotes.of(mine.get(found.worstLeft())),
            found.left()[found.worstLeft()],
            Quotes.of(bestReference.get(found.worstRight())),
            found.right()[found.worstRight()]),
        null);
  }

  private static VectorPlan tooManySentences(int sentences) {
    return VectorPlan.skip(
        "the texts have "
            + sentences
            + " sentences, and at most "
            + MAX_SENTENCES
            + " are compared; give the part to judge");
  }

  private static double atLeast0(double cosine) {
    return Math.max(0, cosine);
  }
}
