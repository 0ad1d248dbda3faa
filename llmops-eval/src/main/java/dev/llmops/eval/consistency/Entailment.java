package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.safety.OnnxTextClassifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether one text follows from another (natural language inference). Thread-safe. A local
 * model stands behind it ({@link #open}), or a judge that is asked ({@link
 * dev.llmops.eval.judge.JudgeEvaluators#entailment}), or a function.
 */
public interface Entailment {

  /** Characters of a text that suit a model of 512 tokens in English. */
  int DEFAULT_MAX_INPUT_CHARS = 1_000;

  /** The model's name, fit for a report. */
  String model();

  /** The longest premise or hypothesis that is taken, in UTF-16 characters. */
  int maxInputChars();

  /**
   * The judgements of these pairs, in their order. May throw: the evaluator is then Errored; an
   * {@link EntailmentException} says with what type, and what was spent.
   */
  Judgements judge(List<Pair> pairs);

  /** Why nothing can be judged at all, with what to do; null when it can. */
  default @Nullable String whyNot() {
    return null;
  }

  /** What a call costs. */
  default CostClass costClass() {
    return CostClass.LOCAL_MODEL;
  }

  /** By a function that costs nothing but time. */
  static Entailment of(
      String model, int maxInputChars, Function<List<Pair>, List<Judgement>> function) {
    return new FunctionEntailment(model, maxInputChars, function);
  }

  /**
   * By a local model of three-way inference. Its labels, in the order of its {@code config.json},
   * must name entailment, neutral and contradiction; case does not matter. The caller closes the
   * classifier. Thread-safe.
   *
   * @param model its name, fit for a report
   * @param maxInputChars the longest premise or hypothesis, in UTF-16 characters. A model commonly
   *     reads 512 tokens of both together, about 2,000 characters of English and 500 of Chinese,
   *     and the tokenizer cuts the rest without a word: {@value #DEFAULT_MAX_INPUT_CHARS} suits
   *     English
   * @throws IllegalArgumentException if the labels are others
   */
  static Entailment of(String model, int maxInputChars, OnnxTextClassifier classifier) {
    return new OnnxEntailment(model, maxInputChars, classifier);
  }

  /**
   * By the model in this folder; see {@link OnnxTextClassifier#open}. Its native memory is freed
   * some time after nobody holds the entailment any more.
   *
   * @throws IllegalArgumentException if a file is missing or the labels are others
   */
  static Entailment open(Path folder, int maxInputChars) {
    return OnnxEntailment.open(folder, maxInputChars);
  }

  /** None: every evaluator over it is Skipped and says what to provide. */
  static Entailment none() {
    return FunctionEntailment.NONE;
  }

  /**
   * Does the hypothesis follow from the premise?
   *
   * @param premise what is given
   * @param hypothesis what may follow
   */
  record Pair(String premise, String hypothesis) {
    /** Checks for null only. */
    public Pair {
      Objects.requireNonNull(premise, "premise must not be null");
      Objects.requireNonNull(hypothesis, "hypothesis must not be null");
    }
  }

  /**
   * The three probabilities, 0 to 1, that sum to about 1.
   *
   * @param entailment the hypothesis follows
   * @param neutral neither
   * @param contradiction the hypothesis cannot be true
   */
  record Judgement(double entailment, double neutral, double contradiction) {
    /** Checks the ranges. */
    public Judgement {
      double sum = entailment + neutral + contradiction;
      if (!(entailment >= 0 && neutral >= 0 && contradiction >= 0 && Math.abs(sum - 1) < 0.01)) {
        throw new IllegalArgumentException(
            "entailment, neutral and contradiction must be probabilities that sum to 1, but were "
                + entailment
                + ", "
                + neutral
                + " and "
                + contradiction);
      }
    }

    /** Whether entailment is the most probable of the three, ties not counted. */
    public boolean entails() {
      return entailment > neutral && entailment > contradiction;
    }
  }

  /**
   * The judgements of a batch.
   *
   * @param judgements one a pair, in the order of the pairs
   * @param spend what they cost
   */
  record Judgements(List<Judgement> judgements, Spend spend) {
    /** Copies the list. */
    public Judgements {
      judgements = List.copyOf(judgements);
      Objects.requireNonNull(spend, "spend must not be null");
    }
  }
}
