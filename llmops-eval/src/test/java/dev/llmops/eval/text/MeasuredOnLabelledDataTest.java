package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.semantic.DevData;
import dev.llmops.eval.stats.Proportion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Prints the measured tables of docs/evaluators/exact.md, and holds their floors. */
class MeasuredOnLabelledDataTest {

  @Test
  void finalNumbersOfGsm8kAreAllRead() throws IOException {
    Table table =
        measure("numeric_answer_en", TextEvaluators.numericAnswer(0, 0), "gold", "answer");

    table.add("exact and structural", "`numeric_answer`, accuracy", "1.000", "numeric_answer_en");
    assertThat(table.accuracy("all")).isEqualTo(1.0);
  }

  @Test
  void shortEnglishAnswersAreJudgedAsPeopleDo() throws IOException {
    Table table =
        measure("answer_correctness_en", TextEvaluators.answerCorrectness(), "gold", "answer");

    table.add(
        "exact and structural", "`answer_correctness`, accuracy", ".92", "answer_correctness_en");
    assertThat(table.accuracy("all")).isGreaterThan(0.93);
    // no part was made from a system's rows but the threshold: each system alone is the unseen one
    for (String system : List.of("fid", "gpt35", "chatgpt", "gpt4", "newbing")) {
      Proportion unseen = table.unseen(system);
      MeasuredRows.add(
          "exact and structural",
          "`answer_correctness`, accuracy, threshold from the other systems",
          ".90",
          unseen,
          "answer_correctness_en, " + system);
      assertThat((double) unseen.successes() / unseen.n()).as(system).isGreaterThan(0.91);
    }
  }

  @Test
  void chineseAnswersAreJudgedBetterThanByCoin() throws IOException {
    Table table =
        measure("answer_correctness_zh", TextEvaluators.answerCorrectness(), "gold", "answer");

    table.add(
        "exact and structural", "`answer_correctness`, accuracy", "", "answer_correctness_zh");
    assertThat(table.accuracy("all")).isGreaterThan(0.74);
  }

  @Test
  void refusalsAreKnownByTheirPhrases() throws IOException {
    Table table = measure("refusal_en", TextEvaluators.refusalPhrase(), "", "response");

    table.add("exact and structural", "`refusal_phrase`, accuracy", "", "refusal_en");
    assertThat(table.accuracy("all")).isGreaterThan(0.87);
  }

  private static Table measure(String name, Evaluator evaluator, String gold, String answer)
      throws IOException {
    Table table = new Table();
    for (JsonNode row : DevData.rows(name + ".jsonl")) {
      List<String> references = new ArrayList<>();
      if (row.path(gold).isArray()) {
        row.path(gold).forEach(each -> references.add(each.asText()));
      } else if (row.has(gold)) {
        references.add(row.path(gold).asText());
      }
      EvalCase evalCase =
          EvalCase.builder()
              .input(row.path("question").asText())
              .output(row.path(answer).asText())
              .references(references)
              .build();
      Scored scored = (Scored) evaluator.evaluate(evalCase);
      // where lower is better, 1 is the label of the risk
      boolean found =
          evaluator.spec().name().equals("refusal_phrase")
              ? scored.raw() == 1
              : scored.score() >= 0.5;
      boolean label =
          row.path(row.has("label") && row.path("label").isInt() ? "label" : "refusal").asInt()
              == 1;
      table.add(
          row.path("system").asText(row.path("model").asText("")), scored.raw(), found, label);
    }
    table.print(name, evaluator.spec().signature());
    return table;
  }

  private record Row(String system, double raw, boolean found, boolean label) {}

  private static final class Table {
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, int[]> counts = new TreeMap<>();

    void add(String system, double raw, boolean found, boolean label) {
      rows.add(new Row(system, raw, found, label));
      for (String key : List.of("all", system.isEmpty() ? "(none)" : system)) {
        int[] count = counts.computeIfAbsent(key, absent -> new int[2]);
        count[0]++;
        count[1] += found == label ? 1 : 0;
      }
    }

    void add(String family, String what, String atLeast, String source) {
      int[] all = counts.getOrDefault("all", new int[2]);
      MeasuredRows.add(family, what, atLeast, new Proportion(all[1], all[0]), source);
    }

    double accuracy(String key) {
      int[] count = counts.get(key);
      return (double) count[1] / count[0];
    }

    /** Accuracy on one system with the threshold that is best on the others. */
    Proportion unseen(String system) {
      double best = 0;
      double bestThreshold = 0.5;
      for (double threshold = 0.2; threshold <= 0.8; threshold += 0.01) {
        double cut = threshold;
        double accuracy =
            share(rows.stream().filter(r -> !r.system().equals(system)).toList(), cut);
        if (accuracy > best) {
          best = accuracy;
          bestThreshold = threshold;
        }
      }
      List<Row> own = rows.stream().filter(r -> r.system().equals(system)).toList();
      double cut = bestThreshold;
      long right = own.stream().filter(row -> (row.raw() >= cut) == row.label()).count();
      System.out.printf(
          Locale.ROOT,
          "  unseen %-20s %.4f at a threshold of %.2f%n",
          system,
          (double) right / own.size(),
          bestThreshold);
      return new Proportion(right, own.size());
    }

    private static double share(List<Row> rows, double threshold) {
      long right = rows.stream().filter(row -> (row.raw() >= threshold) == row.label()).count();
      return (double) right / rows.size();
    }

    void print(String name, String signature) {
      System.out.println(name + ", " + signature);
      counts.forEach(
          (key, count) -> {
            double n = count[0];
            double p = count[1] / n;
            // Wilson (1927), z = 1.96
            double z = 1.959964;
            double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
            double half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
            System.out.printf(
                Locale.ROOT,
                "  %-20s n = %5d  accuracy %.4f  [%.4f, %.4f]%n",
                key,
                count[0],
                p,
                middle - half,
                middle + half);
          });
    }
  }
}
