package dev.llmops.eval.stats;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.Scale;
import dev.llmops.eval.stats.ConfusionMatrix.Average;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures of a run that classifies. A case's truth is its first reference and its prediction the
 * output, white space around both aside; for those over scores the output is a number. A case
 * without them makes the result Skipped with the number of such cases, and so does a measure that
 * is not defined for the run, or a run of more than 500 labels. Formulas: {@link ConfusionMatrix}
 * and {@link BinaryScores}. All are free and take time proportional to the run.
 */
public final class ClassificationMetrics {

  private static final int MAX_LABELS = 500;
  private static final int MAX_NAMED = 5;
  private static final int MAX_LABEL = 40;

  private ClassificationMetrics() {}

  /** {@link ConfusionMatrix#accuracy()}, with its Wilson interval among the details. */
  public static RunMetric accuracy() {
    return overLabels("accuracy", Map.of(), Scale.UNIT, ConfusionMatrix::accuracy);
  }

  /** {@link ConfusionMatrix#precision(Average)}, with each label's among the details. */
  public static RunMetric precision(Average average) {
    return overLabels("precision", setting(average), Scale.UNIT, each -> each.precision(average));
  }

  /** {@link ConfusionMatrix#recall(Average)}, with each label's among the details. */
  public static RunMetric recall(Average average) {
    return overLabels("recall", setting(average), Scale.UNIT, each -> each.recall(average));
  }

  /** {@link ConfusionMatrix#f1(Average)}, with each label's among the details. */
  public static RunMetric f1(Average average) {
    return overLabels("f1", setting(average), Scale.UNIT, each -> each.f1(average));
  }

  /** {@link ConfusionMatrix#balancedAccuracy()}. */
  public static RunMetric balancedAccuracy() {
    return overLabels("balanced_accuracy", Map.of(), Scale.UNIT, ConfusionMatrix::balancedAccuracy);
  }

  /** {@link ConfusionMatrix#mcc()}, −1 to 1. */
  public static RunMetric mcc() {
    return overLabels("mcc", Map.of(), Scale.higher(-1, 1), ConfusionMatrix::mcc);
  }

  /** {@link ConfusionMatrix#kappa()}, −1 to 1. */
  public static RunMetric kappa() {
    return overLabels("kappa", Map.of(), Scale.higher(-1, 1), ConfusionMatrix::kappa);
  }

  /**
   * {@link ConfusionMatrix#kappa(Weighting)}, −1 to 1.
   *
   * @param order all labels from one end to the other; a case with another label is not complete
   */
  public static RunMetric kappa(Weighting weighting, List<String> order) {
    List<String> labels = List.copyOf(order);
    Map<String, String> settings =
        Map.of(
            "weighting",
            weighting.name().toLowerCase(Locale.ROOT),
            "order",
            labels.stream().map(each -> each.replace("|", "\\|")).collect(Collectors.joining("|")));
    return new LabelMetric(
        new EvaluatorSpec(
            "kappa",
            "1",
            settings,
            Scale.higher(-1, 1),
            Set.of(Need.OUTPUT, Need.REFERENCES),
            EvaluatorSpec.CostClass.FREE),
        labels,
        each -> each.kappa(weighting));
  }

  /**
   * {@link BinaryScores#auroc()}.
   *
   * @param positive the label of the positive cases; all others are negative. A run with several
   *     labels of which none is this one is Skipped: the label is then most likely misspelt.
   */
  public static RunMetric auroc(String positive) {
    return overScores("auroc", positive, Map.of(), Scale.UNIT, BinaryScores::auroc);
  }

  /** {@link BinaryScores#averagePrecision()}; see {@link #auroc} for the label. */
  public static RunMetric averagePrecision(String positive) {
    return overScores("auprc", positive, Map.of(), Scale.UNIT, BinaryScores::averagePrecision);
  }

  /** {@link BinaryScores#brier()}, the lower the better; see {@link #auroc} for the label. */
  public static RunMetric brier(String positive) {
    return overScores("brier", positive, Map.of(), Scale.RISK, BinaryScores::brier);
  }

  /** {@link BinaryScores#ece(int)}, the lower the better; see {@link #auroc} for the label. */
  public static RunMetric ece(String positive, int bins) {
    BinaryScores.checkBins(bins);
    return overScores(
        "ece",
        positive,
        Map.of("bins", Integer.toString(bins)),
        Scale.RISK,
        each -> each.ece(bins));
  }

  private static Map<String, String> setting(Average average) {
    return Map.of("average", average.name().toLowerCase(Locale.ROOT));
  }

  private static RunMetric overLabels(
      String name,
      Map<String, String> settings,
      Scale scale,
      Function<ConfusionMatrix, @Nullable Double> measure) {
    return new LabelMetric(
        EvaluatorSpec.free(name, scale, Need.OUTPUT, Need.REFERENCES).withSettings(settings),
        null,
        measure);
  }

  private static RunMetric overScores(
      String name,
      String positive,
      Map<String, String> settings,
      Scale scale,
      Function<BinaryScores, @Nullable Double> measure) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("positive", positive);
    return new ScoreMetric(
        EvaluatorSpec.free(name, scale, Need.OUTPUT, Need.REFERENCES).withSettings(all),
        positive.strip(),
        measure);
  }

  private static @Nullable String truth(EvalCase evalCase) {
    return evalCase.references().isEmpty() ? null : evalCase.references().get(0).strip();
  }

  private static RunMetric.RunResult skipped(EvaluatorSpec spec, String reason) {
    return new RunMetric.RunResult(new EvalResult.Skipped(spec, reason), Map.of());
  }

  private static RunMetric.RunResult incomplete(
      EvaluatorSpec spec, int missing, int all, String what) {
    return skipped(
        spec, missing + " of " + all + " cases lack " + what + "; provide it or leave them out");
  }

  private record LabelMetric(
      EvaluatorSpec spec,
      @Nullable List<String> order,
      Function<ConfusionMatrix, @Nullable Double> measure)
      implements RunMetric {

    @Override
    public RunResult measure(List<EvalCase> cases) {
      List<String> truth = new ArrayList<>();
      List<String> predicted = new ArrayList<>();
      for (EvalCase each : cases) {
        String label = truth(each);
        String output = each.output();
        String said = output == null ? null : output.strip();
        if (label != null
            && said != null
            && (order == null || (order.contains(label) && order.contains(said)))) {
          truth.add(label);
          predicted.add(said);
        }
      }
      int missing = cases.size() - truth.size();
      if (missing > 0) {
        return incomplete(
            spec,
            missing,
            cases.size(),
            order == null ? "an output or a reference" : "an output or a reference of the order");
      }
      Set<String> labels = new HashSet<>(truth);
      labels.addAll(predicted);
      if (labels.size() > MAX_LABELS) {
        return skipped(
            spec,
            "more than "
                + MAX_LABELS
                + " different labels; outputs must be labels, not free text: evaluate them first");
      }
      ConfusionMatrix matrix =
          order == null
              ? ConfusionMatrix.of(truth, predicted)
              : ConfusionMatrix.of(truth, predicted, order);
      Double value = measure.apply(matrix);
      if (value == null) {
        return skipped(spec, spec.name() + " is not defined for these " + matrix.n() + " cases");
      }
      Proportion agreement = matrix.agreement();
      return new RunResult(
          EvalResult.Scored.of(
              spec,
              value,
              agreement.successes() + " of " + agreement.n() + " predictions are right"),
          details(matrix));
    }

    private static Map<String, Double> details(ConfusionMatrix matrix) {
      Map<String, Double> details = new LinkedHashMap<>();
      details.put("n", (double) matrix.n());
      Interval interval = matrix.agreement().wilson95();
      details.put("accuracy.low95", interval.low());
      details.put("accuracy.high95", interval.high());
      for (String label : matrix.labels()) {
        put(details, "precision." + label, matrix.precision(label).value());
        put(details, "recall." + label, matrix.recall(label).value());
        put(details, "f1." + label, matrix.f1(label));
        for (String other : matrix.labels()) {
          details.put(
              "count." + label + "." + other, (double) matrix.count(label, other)); // true, said
        }
      }
      return details;
    }

    private static void put(Map<String, Double> details, String name, @Nullable Double value) {
      if (value != null) {
        details.put(name, value);
      }
    }
  }

  private record ScoreMetric(
      EvaluatorSpec spec, String positive, Function<BinaryScores, @Nullable Double> measure)
      implements RunMetric {

    @Override
    public RunResult measure(List<EvalCase> cases) {
      List<BinaryScores.Row> rows = new ArrayList<>();
      Set<String> labels = new TreeSet<>();
      for (EvalCase each : cases) {
        String label = truth(each);
        if (label != null && labels.size() < MAX_NAMED) {
          labels.add(label.length() <= MAX_LABEL ? label : label.substring(0, MAX_LABEL) + "…");
        }
        Double score = number(each.output());
        if (label != null && score != null) {
          rows.add(new BinaryScores.Row(label.equals(positive), score));
        }
      }
      int missing = cases.size() - rows.size();
      if (rows.stream().noneMatch(BinaryScores.Row::positive) && labels.size() > 1) {
        return skipped(
            spec,
            "no case has the positive label; the labels are "
                + labels
                + "; give one of them as setting \"positive\"");
      }
      if (missing > 0) {
        return incomplete(spec, missing, cases.size(), "a finite number as output or a reference");
      }
      BinaryScores scores = BinaryScores.of(rows);
      Double value = measure.apply(scores);
      if (value == null) {
        return skipped(
            spec,
            spec.name()
                + " is not defined for "
                + scores.positives()
                + " positives of "
                + scores.n()
                + " cases"
                + (spec.scale().equals(Scale.RISK) ? " or for scores outside of 0 to 1" : ""));
      }
      return new RunResult(
          EvalResult.Scored.of(
              spec, value, scores.positives() + " of " + scores.n() + " cases are " + positive),
          Map.of("n", (double) scores.n(), "positives", (double) scores.positives()));
    }

    private static @Nullable Double number(@Nullable String text) {
      if (text == null || text.length() > 100) {
        return null;
      }
      try {
        double value = Double.parseDouble(text.strip());
        return Double.isFinite(value) ? value : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }
}
