package dev.llmops.eval.judge;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.Scale.Direction;
import dev.llmops.eval.consistency.Entailment;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Evaluators that ask a judge. Each gives a verdict from a fixed menu with the judge's reason; an
 * answer that is no verdict is Errored (see {@link JudgeException} for the types), never a score.
 * The texts that are judged stand in fences that they cannot write themselves, in a message of
 * their own, and the instructions are the same for every case.
 *
 * <p>No judge was measured against people here: which model judges your cases well is yours to find
 * out, with {@link JudgeCalibration}. Known weaknesses of all: a judge favours long, polished and
 * its own answers (Zheng et al. 2023, section 3.3), and a text can still persuade it, fence or not.
 * Where the model under test is known from the recorded call and is the judge itself, the reason
 * says so.
 */
public final class JudgeEvaluators {

  /** What {@link #pairwise} holds the output against. */
  public enum Rival {
    /** The first reference: is the output at least as good as the answer we have? */
    REFERENCE,
    /** The first further sample: the other system's answer. */
    SAMPLE
  }

  private JudgeEvaluators() {}

  /**
   * Whether the output says what a reference says: correct 1, partially_correct 0.5, incorrect 0.
   * Needs input, output and a reference; any reference may be met. One call.
   */
  public static Evaluator correctness(Judge judge) {
    return graded("correctness", judge, Need.INPUT, Need.OUTPUT, Need.REFERENCES);
  }

  /**
   * The share of the output's claims that the context supports (Es et al. 2024, RAGAS, section 3):
   * supported ÷ all. 2 of 3 claims supported → 0.667; no claims → Skipped, not 1.0. A contradicted
   * claim and one that the context does not mention both count as unsupported; the reason names
   * them. Needs output and context, and shows the input where there is one. One call to find the
   * claims and one for each.
   */
  public static Evaluator faithfulness(Judge judge) {
    return Claims.faithfulness(judge);
  }

  /**
   * Whether the output answers what was asked, right or wrong: relevant 1, partly_relevant 0.5,
   * irrelevant 0. Needs input and output. One call.
   */
  public static Evaluator answerRelevance(Judge judge) {
    return graded("judge_answer_relevance", judge, Need.INPUT, Need.OUTPUT);
  }

  /**
   * Whether the useful documents stand first: Σ over useful documents k of (useful among the first
   * k ÷ k) ÷ useful documents, as RAGAS and DeepEval define it: the average precision over the
   * documents that were retrieved. Useful, not, useful → (1/1 + 2/3) ÷ 2 = 0.833; none useful → 0.
   * Useful is what helps to arrive at a reference. Needs input, context and a reference. One call a
   * document.
   */
  public static Evaluator contextPrecision(Judge judge) {
    return ContextPrecision.of(judge);
  }

  /**
   * The share of a reference's claims that the context supports (RAGAS): supported ÷ all. 3 of 4 →
   * 0.75; a reference without claims → Skipped. Several references are taken together. Needs
   * context and a reference. One call to find the claims and one for each.
   */
  public static Evaluator contextRecall(Judge judge) {
    return Claims.contextRecall(judge);
  }

  /**
   * Whether the output covers everything that was asked, and everything that a reference has where
   * there is one: complete 1, mostly_complete 0.5, incomplete 0. Needs input and output. One call.
   */
  public static Evaluator completeness(Judge judge) {
    return graded("completeness", judge, Need.INPUT, Need.OUTPUT);
  }

  /**
   * Whether the output hangs together: excellent 1, good 0.75, fair 0.5, poor 0.25, bad 0. Needs
   * the output. One call.
   */
  public static Evaluator coherence(Judge judge) {
    return graded("coherence", judge, Need.OUTPUT);
  }

  /** Whether the output is good language, on the menu of {@link #coherence}. Needs the output. */
  public static Evaluator fluency(Judge judge) {
    return graded("fluency", judge, Need.OUTPUT);
  }

  /**
   * Whether the output says it without padding or repetition, on the menu of {@link #coherence}.
   * Needs input and output.
   */
  public static Evaluator conciseness(Judge judge) {
    return graded("conciseness", judge, Need.INPUT, Need.OUTPUT);
  }

  /**
   * Whether the output does what the input tells it to: followed 1, mostly_followed 0.67,
   * partly_followed 0.33, ignored 0. Needs input and output. One call.
   */
  public static Evaluator instructionFollowing(Judge judge) {
    return graded("instruction_following", judge, Need.INPUT, Need.OUTPUT);
  }

  /**
   * How toxic the output is: none 0, mild 0.5, severe 1; the lower, the better. Needs the output.
   * One call. Many models refuse to judge what is worst, which is Errored.
   */
  public static Evaluator toxicity(Judge judge) {
    return graded("judge_toxicity", judge, Need.OUTPUT);
  }

  /**
   * Whether an agent reached the user's goal: reached 1, partly_reached 0.5, missed 0. The judge
   * sees the input, the tool calls and their results where the case has them ({@link
   * EvalCase#messages()}, {@link EvalCase#toolCalls()}), references as the outcome that was wanted,
   * and the output. Needs input and output. One call. Where results are not recorded the judge can
   * only believe the answer.
   */
  public static Evaluator goalReached(Judge judge) {
    return GoalReached.of(judge);
  }

  /**
   * SelfCheck by a judge (Manakul, Liusie, Gales, EMNLP 2023, section 5.5): for each sentence of
   * the output and each further sample, does the sample support the sentence? supported 0,
   * unsupported 1, neither 0.5; the mean over samples, then over sentences, 0 to 1, the smaller the
   * better. One of two samples supports the first of two sentences and both the second → (0.5 + 0)
   * ÷ 2 = 0.25. Skipped where the samples could not differ. Needs the output and samples, and shows
   * the input where there is one. One call for each pair, up to 1,000, and up to max_claims
   * sentences.
   */
  public static Evaluator selfCheck(Judge judge) {
    return SelfCheckJudge.of(judge);
  }

  /**
   * A judge as a model of inference, for {@code semantic_entropy}, {@code selfcheck_nli}, {@code
   * factual_consistency_nli} and paraphrases; see {@link
   * dev.llmops.eval.consistency.ConsistencyEvaluators}. One call a pair; the label that it chooses
   * has probability 1. A text may have half of the judge's max_chars. A failure makes the evaluator
   * Errored with the type of the {@link JudgeException}, and what was spent is kept.
   */
  public static Entailment entailment(Judge judge) {
    return new JudgeEntailment(judge);
  }

  /**
   * Judges by criteria of your own, as G-Eval does (Liu et al. 2023, section 2); with {@link
   * Judge.Builder#weightedByLogprobs} the score is the mean of the choices weighted by their
   * probabilities. Raw is on the scale of the choices: 4 of 1 to 5 → score 0.75. One call.
   */
  public static Evaluator gEval(Judge judge, Criteria criteria) {
    Rubric frame = Rubric.load("g_eval", judge.language());
    StringBuilder steps = new StringBuilder();
    for (int i = 0; i < criteria.steps().size(); i++) {
      steps.append('\n').append(i + 1).append(". ").append(criteria.steps().get(i));
    }
    Rubric rubric =
        new Rubric(
            criteria.name(),
            criteria.version(),
            judge.language(),
            criteria.choices(),
            frame.task() + "\n\n" + criteria.criteria().strip() + "\n" + steps);
    Map<String, String> settings = settings(judge, frame);
    settings.putAll(criteria.settings());
    EvaluatorSpec spec =
        spec(
            criteria.name(),
            settings,
            scale(criteria.choices(), criteria.direction()),
            criteria.needs());
    Set<Need> shown = criteria.needs();
    return JudgeEvaluator.classifying(spec, judge, rubric, evalCase -> texts(evalCase, shown));
  }

  /**
   * Which of two answers is better, asked in both orders (Zheng et al. 2023, section 3.4): win 1,
   * tie 0.5, loss 0 for the output. When the verdict changes with the order it is a tie, and the
   * reason says so. Needs input, output and the rival. Two calls.
   */
  public static Evaluator pairwise(Judge judge, Rival rival) {
    return Pairwise.of(judge, rival);
  }

  /**
   * One of these evaluators by its name, over this judge's model: for applications that have a
   * judge and keep the rest in properties.
   *
   * @param settings as in {@code docs/evaluators/judge.md}, or those of another's spec, which make
   *     it again; {@code base_url} is the model's own business
   * @throws IllegalArgumentException if the name or a setting is unknown, or a value out of range
   */
  public static Evaluator byName(String name, Map<String, String> settings, JudgeModel model) {
    EvaluatorSettings given = new EvaluatorSettings(name, settings);
    Evaluator evaluator = JudgeProvider.make(name, given, model);
    given.checkAllKnown();
    return evaluator;
  }

  private static Evaluator graded(String name, Judge judge, Need... needs) {
    Rubric rubric = Rubric.load(name.replace("judge_", ""), judge.language());
    boolean risk = name.equals("judge_toxicity");
    EvaluatorSpec spec =
        spec(
            name,
            settings(judge, rubric),
            scale(rubric.choices(), risk ? Direction.LOWER_IS_BETTER : Direction.HIGHER_IS_BETTER),
            Set.of(needs));
    EnumSet<Need> shown = EnumSet.copyOf(List.of(needs));
    if (name.equals("completeness")) {
      shown.add(Need.REFERENCES); // shown where there are any
    }
    return JudgeEvaluator.classifying(spec, judge, rubric, evalCase -> texts(evalCase, shown));
  }

  static FencedTexts texts(EvalCase evalCase, Set<Need> shown) {
    FencedTexts texts = new FencedTexts();
    if (shown.contains(Need.INPUT) && evalCase.input() != null) {
      texts.add("question", evalCase.input());
    }
    if (shown.contains(Need.CONTEXT)) {
      addContext(texts, evalCase);
    }
    if (shown.contains(Need.REFERENCES)) {
      for (int i = 0; i < evalCase.references().size(); i++) {
        texts.add("reference_" + (i + 1), evalCase.references().get(i));
      }
    }
    if (shown.contains(Need.OUTPUT) && evalCase.output() != null) {
      texts.add("answer", evalCase.output());
    }
    return texts;
  }

  static void addContext(FencedTexts texts, EvalCase evalCase) {
    for (int i = 0; i < evalCase.context().size(); i++) {
      texts.add("document_" + (i + 1), evalCase.context().get(i).text());
    }
  }

  static EvaluatorSpec spec(
      String name, Map<String, String> settings, Scale scale, Set<Need> needs) {
    EnumSet<Need> all = EnumSet.of(Need.JUDGE);
    all.addAll(needs);
    return new EvaluatorSpec(name, "1", settings, scale, all, CostClass.PAID);
  }

  static Map<String, String> settings(Judge judge, Rubric... rubrics) {
    Map<String, String> settings = new TreeMap<>(judge.settings());
    StringBuilder signatures = new StringBuilder();
    for (Rubric each : rubrics) {
      signatures.append(signatures.isEmpty() ? "" : " ").append(each.signature());
    }
    settings.put("rubric", signatures.toString());
    return settings;
  }

  private static Scale scale(List<JudgeChoice> choices, Direction direction) {
    double min = choices.stream().mapToDouble(JudgeChoice::value).min().orElseThrow();
    double max = choices.stream().mapToDouble(JudgeChoice::value).max().orElseThrow();
    return new Scale(min, max, direction, null);
  }

  /** All names with how each is made from a judge; {@code g_eval} and {@code pairwise} apart. */
  static Map<String, java.util.function.Function<Judge, Evaluator>> ready() {
    Map<String, java.util.function.Function<Judge, Evaluator>> ready = new LinkedHashMap<>();
    ready.put("correctness", JudgeEvaluators::correctness);
    ready.put("faithfulness", JudgeEvaluators::faithfulness);
    ready.put("judge_answer_relevance", JudgeEvaluators::answerRelevance);
    ready.put("context_precision", JudgeEvaluators::contextPrecision);
    ready.put("context_recall", JudgeEvaluators::contextRecall);
    ready.put("completeness", JudgeEvaluators::completeness);
    ready.put("coherence", JudgeEvaluators::coherence);
    ready.put("fluency", JudgeEvaluators::fluency);
    ready.put("conciseness", JudgeEvaluators::conciseness);
    ready.put("instruction_following", JudgeEvaluators::instructionFollowing);
    ready.put("judge_toxicity", JudgeEvaluators::toxicity);
    ready.put("goal_reached", JudgeEvaluators::goalReached);
    ready.put("selfcheck_judge", JudgeEvaluators::selfCheck);
    return ready;
  }
}
