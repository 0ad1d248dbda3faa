package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.stats.BinaryScores.Row;
import dev.llmops.eval.stats.ConfusionMatrix.Average;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Against scikit-learn and statsmodels, to the six digits given. */
class StatsGoldTest {

  private final Map<String, Integer> checked = new TreeMap<>();

  @Test
  void equalsTheReferenceImplementations() throws Exception {
    String data = System.getenv("LLMOPS_EVAL_DATA");
    if (data == null) {
      System.out.println("SKIPPED: StatsGoldTest, as LLMOPS_EVAL_DATA is not set");
    }
    Assumptions.assumeTrue(data != null);

    ObjectMapper mapper = new ObjectMapper();
    for (String line : Files.readAllLines(Path.of(data, "stats_gold.jsonl"))) {
      JsonNode row = mapper.readTree(line);
      JsonNode expected = row.path("expected");
      switch (row.path("kind").asText()) {
        case "two_raters" -> twoRaters(row, expected);
        case "binary" -> binary(row, expected);
        case "proportion" -> {
          Proportion.Interval interval =
              new Proportion(row.path("successes").asLong(), row.path("n").asLong()).wilson95();
          check(row, expected.path("wilson95").path(0), interval.low(), "wilson95");
          check(row, expected.path("wilson95").path(1), interval.high(), "wilson95");
        }
        default -> {} // of other families
      }
    }

    long values = checked.values().stream().mapToLong(each -> each).sum();
    MeasuredRows.addEqual(
        "classification",
        checked.size() + " measures as scikit-learn and statsmodels have them",
        values,
        values,
        "stats_gold");
    System.out.println("stats gold values equal to 6 digits: " + checked);
    assertThat(checked).containsKeys("kappa", "auroc", "wilson95");
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
