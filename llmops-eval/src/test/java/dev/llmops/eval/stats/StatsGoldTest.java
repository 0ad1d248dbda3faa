package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.semantic.DevData;
import dev.llmops.eval.stats.BinaryScores.Row;
import dev.llmops.eval.stats.ConfusionMatrix.Average;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Against scikit-learn and statsmodels, to the six digits given. */
class StatsGoldTest {

  private final Map<String, Integer> checked = new TreeMap<>();

  @Test
  void equalsTheReferenceImplementations() throws Exception {
    int rows = 0;
    for (JsonNode row : DevData.rows("stats_gold.jsonl")) {
      JsonNode expected = row.path("expected");
      switch (row.path("kind").asText()) {
        case "two_raters" -> twoRaters(row, expected);
        case "binary" -> binary(row, expected);
        case "many_raters" -> manyRaters(row, expected);
        case "correlation" -> correlation(row, expected);
        case "paired" -> paired(row, expected);
        case "proportion" -> proportion(row, expected);
        case "bootstrap_exact", "bootstrap_mc" -> bootstrap(row, expected);
        default -> throw new AssertionError("unknown kind " + row.path("kind"));
      }
      rows++;
    }

    System.out.println("stats gold: " + rows + " rows");
    long values = checked.values().stream().mapToLong(each -> each).sum();
    MeasuredRows.addEqual(
        "classification",
        checked.size() + " measures as scikit-learn and statsmodels have them",
        values,
        values,
        "stats_gold");
    System.out.println("stats gold values equal to 6 digits: " + checked);
    assertThat(checked)
        .containsKeys(
            "kappa",
            "auroc",
            "fleiss_kappa",
            "kendall_tau_b",
            "wilcoxon_p_approx",
            "wilson95",
            "bootstrap_exact",
            "bootstrap_mc");
  }

  private void twoRaters(JsonNode row, JsonNode expected) {
    ConfusionMatrix matrix = ConfusionMatrix.of(texts(row.path("a")), texts(row.path("b")));
    check(row, expected, "kappa", matrix.kappa());
    check(row, expected, "kappa_linear", matrix.kappa(Weighting.LINEAR));
    check(row, expected, "kappa_quadratic", matrix.kappa(Weighting.QUADRATIC));
    check(row, expected, "accuracy", matrix.accuracy());
    check(row, expected, "mcc", matrix.mcc());
    check(row, expected, "f1_macro", matrix.f1(Average.MACRO));
    check(row, expected, "f1_micro", matrix.f1(Average.MICRO));
    check(row, expected, "f1_weighted", matrix.f1(Average.WEIGHTED));
    check(row, expected, "precision_macro", matrix.precision(Average.MACRO));
    check(row, expected, "recall_macro", matrix.recall(Average.MACRO));
    check(row, expected, "balanced_accuracy", matrix.balancedAccuracy());
    agreement(row, expected, new double[][] {numbers(row.path("a")), numbers(row.path("b"))});
  }

  private void agreement(JsonNode row, JsonNode expected, double[][] ratings) {
    check(
        row,
        expected,
        "kripp_nominal",
        Agreement.krippendorffAlpha(ratings, Agreement.Scale.NOMINAL));
    check(
        row,
        expected,
        "kripp_interval",
        Agreement.krippendorffAlpha(ratings, Agreement.Scale.INTERVAL));
  }

  private void manyRaters(JsonNode row, JsonNode expected) {
    double[][] ratings = new double[row.path("ratings").size()][];
    int[][] labels = new int[ratings.length][];
    for (int i = 0; i < ratings.length; i++) {
      ratings[i] = numbers(row.path("ratings").path(i));
      labels[i] = Arrays.stream(ratings[i]).mapToInt(each -> (int) each).toArray();
    }
    check(row, expected, "fleiss_kappa", Agreement.fleissKappa(labels));
    agreement(row, expected, ratings);
  }

  private void correlation(JsonNode row, JsonNode expected) {
    double[] x = numbers(row.path("x"));
    double[] y = numbers(row.path("y"));
    check(row, expected, "pearson", Correlation.pearson(x, y));
    check(row, expected, "pearson_p", Correlation.pearsonPValue(x, y));
    check(row, expected, "spearman", Correlation.spearman(x, y));
    check(row, expected, "kendall_tau_b", Correlation.kendallTauB(x, y));
    check(row, expected, "mae", Correlation.meanAbsoluteError(x, y));
    check(row, expected, "rmse", Correlation.rootMeanSquaredError(x, y));
  }

  private void paired(JsonNode row, JsonNode expected) {
    double[] a = numbers(row.path("a"));
    double[] b = numbers(row.path("b"));
    check(row, expected, "mean_a", Means.mean(a));
    check(row, expected, "sd_a", Means.standardDeviation(a));
    check(row, expected, "median_a", Means.quantile(a, 0.5));
    Interval t = Means.tInterval(a, 0.95);
    check(row, expected.path("t_ci95_a").path(0), t.low(), "t_ci95_a");
    check(row, expected.path("t_ci95_a").path(1), t.high(), "t_ci95_a");
    // theirs is a − b: a is our candidate
    TestResult paired = PairedTests.t(b, a, Alternative.DIFFERENT);
    check(row, expected, "paired_t", paired.statistic());
    check(row, expected, "paired_t_p", paired.pValue());
    check(row, expected, "welch_t", UnpairedTests.welch(a, b).statistic());
    check(row, expected, "welch_p", UnpairedTests.welch(a, b).pValue());
    TestResult wilcoxon = PairedTests.wilcoxon(b, a, Alternative.DIFFERENT, false);
    check(row, expected, "wilcoxon_w", wilcoxon.statistic());
    check(row, expected, "wilcoxon_p_approx", wilcoxon.pValue());
    TestResult u = UnpairedTests.mannWhitney(a, b);
    check(row, expected, "mannwhitney_u", u.statistic());
    check(row, expected, "mannwhitney_p_asymptotic", u.pValue());
    check(row, expected, "cohens_d_paired", PairedTests.cohensD(b, a));
    expected
        .path("quantiles")
        .properties()
        .forEach(
            each ->
                check(
                    row,
                    each.getValue(),
                    Means.quantile(a, Double.parseDouble(each.getKey())),
                    "quantiles"));
    check(row, expected, "ks", UnpairedTests.kolmogorovSmirnov(a, b));
  }

  private void proportion(JsonNode row, JsonNode expected) {
    Proportion share = new Proportion(row.path("successes").asLong(), row.path("n").asLong());
    check(row, expected.path("wilson95").path(0), share.wilson95().low(), "wilson95");
    check(row, expected.path("wilson95").path(1), share.wilson95().high(), "wilson95");
    Interval exact = share.clopperPearson(0.95);
    check(row, expected.path("clopper_pearson95").path(0), exact.low(), "clopper_pearson95");
    check(row, expected.path("clopper_pearson95").path(1), exact.high(), "clopper_pearson95");
    int b = row.path("b").asInt();
    int c = row.path("c").asInt();
    check(
        row,
        expected,
        "mcnemar_exact_p",
        PairedTests.mcNemarExact(b, c, Alternative.DIFFERENT).pValue());
    TestResult chi = PairedTests.mcNemarChiSquared(b, c);
    check(row, expected, "mcnemar_chi2_cc", chi.statistic());
    check(row, expected, "mcnemar_chi2_cc_p", chi.pValue());
  }

  /** Enumerated as ours up to six values; else with the tolerance that the rows note, 0.01. */
  private void bootstrap(JsonNode row, JsonNode expected) {
    double[] values = numbers(row.path("a"));
    Interval interval = Means.percentileBootstrap(values, 0.95, 10_000, 20_261);
    if (expected.has("boot_mean")) {
      check(row, expected.path("p025"), interval.low(), "bootstrap_exact");
      check(row, expected.path("p975"), interval.high(), "bootstrap_exact");
      double[] means = Resampler.allMeans(values);
      double mean = Means.mean(means);
      check(row, expected.path("boot_mean"), mean, "bootstrap_exact");
      double squares = Arrays.stream(means).map(each -> (each - mean) * (each - mean)).sum();
      check(row, expected.path("boot_se"), Math.sqrt(squares / means.length), "bootstrap_exact");
    } else {
      double[] means = new Resampler(20_261).means(values, 10_000);
      near(row, expected.path("p025"), interval.low());
      near(row, expected.path("p975"), interval.high());
      near(row, expected.path("se"), Means.standardDeviation(means));
    }
  }

  private void near(JsonNode row, JsonNode gold, double ours) {
    assertThat(ours)
        .as(row.path("id").asText())
        .isCloseTo(gold.asDouble(), org.assertj.core.api.Assertions.within(0.01));
    checked.merge("bootstrap_mc", 1, Integer::sum);
  }

  private static double[] numbers(JsonNode list) {
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.path(i).isNull() ? Double.NaN : list.path(i).asDouble();
    }
    return numbers;
  }

  private void binary(JsonNode row, JsonNode expected) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < row.path("y").size(); i++) {
      rows.add(new Row(row.path("y").path(i).asInt() == 1, row.path("score").path(i).asDouble()));
    }
    BinaryScores scores = BinaryScores.of(rows);
    check(row, expected, "auroc", scores.auroc());
    check(row, expected, "average_precision", scores.averagePrecision());
    check(row, expected, "brier", scores.brier());
    check(row, expected, "log_loss", scores.logLoss());
    check(row, expected, "ece10", scores.ece(10));
    ConfusionMatrix at = scores.at(0.5);
    check(row, expected, "mcc05", at.mcc());
    check(row, expected, "f1_05", at.f1("positive"));
    check(row, expected, "precision05", at.precision("positive").value());
    check(row, expected, "recall05", at.recall("positive").value());
    check(row, expected, "tp", (double) at.count("positive", "positive"));
    check(row, expected, "fp", (double) at.count("negative", "positive"));
    check(row, expected, "fn", (double) at.count("positive", "negative"));
    check(row, expected, "tn", (double) at.count("negative", "negative"));
  }

  private void check(JsonNode row, JsonNode expected, String name, @Nullable Double ours) {
    assertThat(expected.has(name)).as(name).isTrue();
    check(row, expected.path(name), ours, name);
  }

  private void check(JsonNode row, JsonNode gold, @Nullable Double ours, String name) {
    String as = row.path("id").asText() + " " + name;
    if (gold.isNull()) {
      assertThat(ours).as(as).isNull();
    } else {
      // six digits: off by half of the last at most, and by what rounding adds to that
      assertThat(ours)
          .as(as)
          .isCloseTo(gold.asDouble(), org.assertj.core.api.Assertions.within(5.01e-7));
    }
    checked.merge(name, 1, Integer::sum);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
