package dev.llmops.eval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.MeasuredRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How well the in-process models' cosines follow human judgement of similarity. */
class StsQualityTest {

  @Test
  void englishSimilarityFollowsHumanJudgement() throws IOException {
    double mean =
        measure(
            "sts_en.jsonl", SemanticEvaluators.semanticSimilarity(InProcessEmbeddings.miniLm()));

    assertThat(mean).isGreaterThanOrEqualTo(0.75);
  }

  @Test
  void chineseSimilarityFollowsHumanJudgement() throws IOException {
    double mean =
        measure(
            "sts_zh.jsonl",
            SemanticEvaluators.semanticSimilarity(InProcessEmbeddings.bgeSmallZh()));

    assertThat(mean).isGreaterThanOrEqualTo(0.75);
  }

  /** Prints the table; returns the mean Spearman of the graded sources. */
  private static double measure(String file, Evaluator evaluator) throws IOException {
    List<JsonNode> rows = DevData.rows(file);
    List<EvalCase> cases =
        rows.stream()
            .map(row -> EvalCase.of(row.get("text1").asText(), row.get("text2").asText()))
            .toList();
    long start = System.nanoTime();
    List<EvalResult> results = evaluator.evaluateAll(cases);
    double seconds = (System.nanoTime() - start) / 1e9;
    Map<String, List<double[]>> graded = new TreeMap<>();
    Map<String, List<double[]>> binary = new TreeMap<>();
    List<double[]> all = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      boolean isGraded = row.get("kind").asText().equals("graded");
      double[] pair = {((Scored) results.get(i)).raw(), row.get("score").asDouble()};
      (isGraded ? graded : binary)
          .computeIfAbsent(row.get("source").asText(), key -> new ArrayList<>())
          .add(pair);
      if (isGraded) {
        all.add(pair);
      }
    }
    double sum = 0;
    for (Map.Entry<String, List<double[]>> source : graded.entrySet()) {
      double[] x = column(source.getValue(), 0);
      double[] y = column(source.getValue(), 1);
      sum += DevData.spearman(x, y);
      System.out.println(
          source.getKey() + "\tSpearman\t" + DevData.withInterval(DevData::spearman, x, y));
      MeasuredRows.add(
          "meaning",
          "`semantic_similarity`, Spearman",
          "",
          DevData.withInterval(DevData::spearman, x, y),
          file.replace(".jsonl", ", ") + source.getKey());
    }
    binary.forEach(
        (source, pairs) -> {
          double[] x = column(pairs, 0);
          double[] y = column(pairs, 1);
          System.out.println(source + "\tAUC\t" + DevData.withInterval(DevData::auc, x, y));
          System.out.println(source + "\t" + bestThreshold(x, y));
          MeasuredRows.add(
              "meaning",
              "`semantic_similarity`, AUC",
              "",
              DevData.withInterval(DevData::auc, x, y),
              file.replace(".jsonl", ", ") + source);
        });
    double[] same = column(all, 1);
    for (int i = 0; i < same.length; i++) {
      same[i] = same[i] >= 0.8 ? 1 : 0;
    }
    System.out.println("graded, same from 0.8\t" + bestThreshold(column(all, 0), same));
    double mean = sum / graded.size();
    System.out.printf(
        Locale.ROOT,
        "%s: mean Spearman %.3f of %d graded sources, pooled %s, %.1f ms a pair%n",
        file,
        mean,
        graded.size(),
        DevData.withInterval(DevData::spearman, column(all, 0), column(all, 1)),
        1000 * seconds / rows.size());
    MeasuredRows.add(
        "meaning",
        "`semantic_similarity`, mean Spearman of " + graded.size() + " sources",
        ".75",
        String.format(Locale.ROOT, "%.3f n=%d", mean, all.size()),
        file.replace(".jsonl", ""));
    return mean;
  }

  /** Where Youden's J (sensitivity + specificity - 1) is greatest, in steps of 0.01. */
  private static String bestThreshold(double[] x, double[] y) {
    double best = -1;
    String found = "";
    for (int t = 0; t <= 100; t++) {
      double[] hits = new double[2];
      double[] of = new double[2];
      for (int i = 0; i < x.length; i++) {
        int label = y[i] >= 0.5 ? 1 : 0;
        of[label]++;
        hits[label] += x[i] >= t / 100.0 == (label == 1) ? 1 : 0;
      }
      double j = hits[0] / of[0] + hits[1] / of[1] - 1;
      if (j > best) {
        best = j;
        found =
            String.format(
                Locale.ROOT,
                "threshold %.2f: sensitivity %.3f, specificity %.3f",
                t / 100.0,
                hits[1] / of[1],
                hits[0] / of[0]);
      }
    }
    return found;
  }

  private static double[] column(List<double[]> pairs, int column) {
    return pairs.stream().mapToDouble(pair -> pair[column]).toArray();
  }
}
