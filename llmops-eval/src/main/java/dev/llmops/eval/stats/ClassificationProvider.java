package dev.llmops.eval.stats;

import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.stats.ConfusionMatrix.Average;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import java.util.List;

/**
 * Registers {@link ClassificationMetrics} by name; public for the service loader alone. Means over
 * labels are {@code macro} unless told; {@code positive} is {@code 1}, as in scikit-learn.
 */
public final class ClassificationProvider implements EvaluatorProvider {

  /** For the service loader. */
  public ClassificationProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.addRunMetric("accuracy", given -> ClassificationMetrics.accuracy());
    registrar.addRunMetric("precision", given -> ClassificationMetrics.precision(average(given)));
    registrar.addRunMetric("recall", given -> ClassificationMetrics.recall(average(given)));
    registrar.addRunMetric("f1", given -> ClassificationMetrics.f1(average(given)));
    registrar.addRunMetric("balanced_accuracy", given -> ClassificationMetrics.balancedAccuracy());
    registrar.addRunMetric("mcc", given -> ClassificationMetrics.mcc());
    registrar.addRunMetric("kappa", ClassificationProvider::kappa);
    registrar.addRunMetric("auroc", given -> ClassificationMetrics.auroc(positive(given)));
    registrar.addRunMetric(
        "auprc", given -> ClassificationMetrics.averagePrecision(positive(given)));
    registrar.addRunMetric("brier", given -> ClassificationMetrics.brier(positive(given)));
    registrar.addRunMetric(
        "ece",
        given -> ClassificationMetrics.ece(positive(given), given.number("bins", 10, 1, 1000)));
  }

  private static RunMetric kappa(EvaluatorSettings given) {
    Weighting weighting = given.choice("weighting", Weighting.NONE);
    List<String> order = given.list("order");
    if (!order.isEmpty()) {
      return ClassificationMetrics.kappa(weighting, order);
    }
    if (weighting != Weighting.NONE) {
      throw new IllegalArgumentException(
          "setting \"order\" of kappa is missing; a weighted kappa needs all labels from one end to"
              + " the other, separated by |");
    }
    return ClassificationMetrics.kappa();
  }

  private static Average average(EvaluatorSettings given) {
    return given.choice("average", Average.MACRO);
  }

  private static String positive(EvaluatorSettings given) {
    return given.text("positive", "1");
  }
}
