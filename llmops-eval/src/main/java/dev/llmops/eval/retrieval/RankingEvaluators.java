package dev.llmops.eval.retrieval;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.Scale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Ranking measures as trec_eval 10 computes them, over {@link EvalCase#retrievedIds()}, best first,
 * and {@link EvalCase#relevantIds()}, of which those with a gain above 0 are relevant. All are free
 * and take time proportional to the two lists.
 *
 * <p>Ties: the order of the list is the ranking; who has scores breaks ties before. Duplicates: an
 * id that comes again keeps its place in the ranking and counts as not relevant there, so it is
 * found once and wastes a place. Nothing retrieved scores 0. Nothing relevant is Skipped: no
 * ranking can then be good or bad (trec_eval leaves such queries out). A gain below 0, above 60 or
 * not a number is Errored as {@code invalid_gain}.
 */
public final class RankingEvaluators {

  /** How much a document's gain counts in NDCG. */
  public enum Gain {
    /** The gain itself (Järvelin and Kekäläinen 2002; trec_eval). */
    LINEAR,
    /** 2^gain − 1 (Burges et al. 2005), which favours the highest grades. */
    EXPONENTIAL
  }

  static final int MAX_K = 1_000_000;

  private RankingEvaluators() {}

  /**
   * Relevant ones among the first k ÷ k, also when fewer than k were found. One of the first 3 is
   * relevant → 0.333.
   *
   * @param k 1 to 1,000,000
   */
  public static Evaluator precisionAtK(int k) {
    int depth = depth(k);
    return of("precision_at_k", setting(k), ranking -> (double) ranking.found(depth) / depth);
  }

  /** Relevant ones among the first k ÷ all relevant ones. 1 of 3 found → 0.333. */
  public static Evaluator recallAtK(int k) {
    int depth = depth(k);
    return of(
        "recall_at_k", setting(k), ranking -> (double) ranking.found(depth) / ranking.relevant());
  }

  /** 1 if one of the first k is relevant, else 0 (trec_eval: success). */
  public static Evaluator hitAtK(int k) {
    int depth = depth(k);
    return of("hit_at_k", setting(k), ranking -> ranking.found(depth) > 0 ? 1 : 0);
  }

  /** 1 ÷ the rank of the first relevant one, 0 when there is none. Second → 0.5. */
  public static Evaluator reciprocalRank() {
    return of("reciprocal_rank", Map.of(), Ranking::reciprocalRank);
  }

  /**
   * Σ over relevant ones found at rank r of (found up to r ÷ r) ÷ all relevant ones. Relevant at 1
   * and 3 of 2 → (1/1 + 2/3) ÷ 2 = 0.833.
   */
  public static Evaluator averagePrecision() {
    return of("average_precision", Map.of(), ranking -> ranking.averagePrecision(MAX_K));
  }

  /** The same over the first k; still divided by all relevant ones (trec_eval: map_cut). */
  public static Evaluator averagePrecision(int k) {
    int depth = depth(k);
    return of("average_precision", setting(k), ranking -> ranking.averagePrecision(depth));
  }

  /** Over the whole ranking; see {@link #ndcg(int, Gain)}. */
  public static Evaluator ndcg() {
    return of("ndcg", Map.of(), ranking -> ranking.ndcg(MAX_K, Gain.LINEAR));
  }

  /**
   * Σ gain(rank r) ÷ log₂(r + 1) over the first k, divided by the same sum over the best possible
   * ranking of all relevant ones, cut at k as well. Gains 1 then 2 where 2 then 1 is best → (1 + 2
   * ÷ 1.585) ÷ (2 + 1 ÷ 1.585) = 0.860.
   */
  public static Evaluator ndcg(int k, Gain gain) {
    int depth = depth(k);
    return of(
        "ndcg",
        gain == Gain.LINEAR ? setting(k) : Map.of("k", Integer.toString(k), "gain", "exponential"),
        ranking -> ranking.ndcg(depth, gain));
  }

  /** {@code mrr}: the mean of {@link #reciprocalRank()} over the run; see {@link #mean}. */
  public static RunMetric meanReciprocalRank() {
    return named("mrr", reciprocalRank());
  }

  /** {@code map}: the mean of {@link #averagePrecision()} over the run; see {@link #mean}. */
  public static RunMetric meanAveragePrecision() {
    return named("map", averagePrecision());
  }

  /** {@code map} over the first k: the mean of {@link #averagePrecision(int)}. */
  public static RunMetric meanAveragePrecision(int k) {
    return named("map", averagePrecision(k));
  }

  /** {@code mean_precision_at_k}: the mean of {@link #precisionAtK(int)}; see {@link #mean}. */
  public static RunMetric meanPrecisionAtK(int k) {
    return named("mean_precision_at_k", precisionAtK(k));
  }

  /** {@code mean_recall_at_k}: the mean of {@link #recallAtK(int)}; see {@link #mean}. */
  public static RunMetric meanRecallAtK(int k) {
    return named("mean_recall_at_k", recallAtK(k));
  }

  /** {@code hit_rate_at_k}: the share of the run that has a {@link #hitAtK(int)}. */
  public static RunMetric hitRateAtK(int k) {
    return named("hit_rate_at_k", hitAtK(k));
  }

  /** {@code mean_ndcg}: the mean of {@link #ndcg()} over the run; see {@link #mean}. */
  public static RunMetric meanNdcg() {
    return named("mean_ndcg", ndcg());
  }

  /** {@code mean_ndcg}: the mean of {@link #ndcg(int, Gain)} over the run; see {@link #mean}. */
  public static RunMetric meanNdcg(int k, Gain gain) {
    return named("mean_ndcg", ndcg(k, gain));
  }

  /**
   * The mean of one of these over a run. Cases of which nothing is relevant are left out, as
   * trec_eval does, and counted in the details as {@code undefined}; a case without ids, or with
   * gains that cannot be, makes it Skipped.
   *
   * @param name the metric's name
   */
  public static RunMetric mean(String name, Evaluator ranking) {
    return mean(name, ranking, Map.of("of", ranking.spec().signature()));
  }

  /** Those that have a name of their own are made again from the settings of what they average. */
  private static RunMetric named(String name, Evaluator ranking) {
    return mean(name, ranking, ranking.spec().settings());
  }

  private static RunMetric mean(String name, Evaluator ranking, Map<String, String> settings) {
    return new MeanOverRun(
        EvaluatorSpec.free(name, Scale.UNIT, Need.RETRIEVED_IDS, Need.RELEVANT_IDS)
            .withSettings(settings),
        ranking);
  }

  private static Evaluator of(
      String name, Map<String, String> settings, ToDoubleFunction<Ranking> measure) {
    EvaluatorSpec spec =
        EvaluatorSpec.free(name, Scale.UNIT, Need.RETRIEVED_IDS, Need.RELEVANT_IDS)
            .withSettings(settings);
    return Evaluators.of(
        spec,
        evalCase -> {
          Ranking ranking = Ranking.of(evalCase);
          if (!ranking.isValid()) {
            return new EvalResult.Errored(
                spec,
                "invalid_gain",
                "gains of relevant ids must be finite, 0 or more, and at most 60",
                EvalResult.Spend.NONE);
          }
          if (ranking.relevant() == 0) {
            return new EvalResult.Skipped(
                spec, "nothing is relevant, so no ranking can be good or bad");
          }
          return EvalResult.Scored.of(
              spec, Math.min(1, measure.applyAsDouble(ranking)), ranking.reason());
        });
  }

  private static Map<String, String> setting(int k) {
    return Map.of("k", Integer.toString(k));
  }

  private static int depth(int k) {
    if (k < 1 || k > MAX_K) {
      throw new IllegalArgumentException("k must be between 1 and " + MAX_K + ", but was " + k);
    }
    return k;
  }
}
