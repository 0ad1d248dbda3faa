package dev.llmops.eval.retrieval;

import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.retrieval.RankingEvaluators.Gain;

/** Makes ranking measures by name; public for the service loader. {@code k} is 10 unless told. */
public final class RankingProvider implements EvaluatorProvider {

  /** For the service loader. */
  public RankingProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add("precision_at_k", settings -> RankingEvaluators.precisionAtK(k(settings)));
    registrar.add("recall_at_k", settings -> RankingEvaluators.recallAtK(k(settings)));
    registrar.add("hit_at_k", settings -> RankingEvaluators.hitAtK(k(settings)));
    registrar.add("reciprocal_rank", settings -> RankingEvaluators.reciprocalRank());
    registrar.add(
        "average_precision",
        settings ->
            isWhole(settings)
                ? RankingEvaluators.averagePrecision()
                : RankingEvaluators.averagePrecision(k(settings)));
    registrar.add(
        "ndcg",
        settings -> {
          Gain gain = settings.choice("gain", Gain.LINEAR);
          return isWhole(settings) && gain == Gain.LINEAR
              ? RankingEvaluators.ndcg()
              : RankingEvaluators.ndcg(depth(settings), gain);
        });
    registerRunMetrics(registrar);
  }

  private static void registerRunMetrics(Registrar registrar) {
    registrar.addRunMetric(
        "mean_precision_at_k", settings -> RankingEvaluators.meanPrecisionAtK(k(settings)));
    registrar.addRunMetric(
        "mean_recall_at_k", settings -> RankingEvaluators.meanRecallAtK(k(settings)));
    registrar.addRunMetric("hit_rate_at_k", settings -> RankingEvaluators.hitRateAtK(k(settings)));
    registrar.addRunMetric("mrr", settings -> RankingEvaluators.meanReciprocalRank());
    registrar.addRunMetric(
        "map",
        settings ->
            isWhole(settings)
                ? RankingEvaluators.meanAveragePrecision()
                : RankingEvaluators.meanAveragePrecision(k(settings)));
    registrar.addRunMetric(
        "mean_ndcg",
        settings -> {
          Gain gain = settings.choice("gain", Gain.LINEAR);
          return isWhole(settings) && gain == Gain.LINEAR
              ? RankingEvaluators.meanNdcg()
              : RankingEvaluators.meanNdcg(depth(settings), gain);
        });
  }

  private static boolean isWhole(EvaluatorSettings settings) {
    return settings.text("k") == null;
  }

  private static int depth(EvaluatorSettings settings) {
    return settings.number("k", RankingEvaluators.MAX_K, 1, RankingEvaluators.MAX_K);
  }

  private static int k(EvaluatorSettings settings) {
    return settings.number("k", 10, 1, RankingEvaluators.MAX_K);
  }
}
