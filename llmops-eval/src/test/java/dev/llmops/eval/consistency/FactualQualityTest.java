package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.semantic.DevData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How well factual_consistency tells supported claims from others, by source. */
class FactualQualityTest {

  @Test
  void supportedClaimsScoreHigherInEnglish() throws IOException {
    Map<String, Double> auc = measure("factual_en.jsonl");

    assertThat(auc.get("fever_symmetric")).isGreaterThan(0.68);
    assertThat(auc.get("rank19")).isGreaterThan(0.60);
    assertThat(auc.get("qags_xsum")).isGreaterThan(0.58);
    assertThat(auc.get("rgb_fact")).isGreaterThan(0.95);
  }

  @Test
  void supportedClaimsScoreHigherInChinese() throws IOException {
    Map<String, Double> auc = measure("factual_zh.jsonl");

    assertThat(auc.get("ocnli")).isGreaterThan(0.593);
    assertThat(auc.get("cmnli")).isGreaterThan(0.660);
  }

  private static Map<String, Double> measure(String file) throws IOException {
    Map<String, List<JsonNode>> bySource = new TreeMap<>();
    for (JsonNode row : DevData.rows(file)) {
      bySource.computeIfAbsent(row.get("source").asText(), key -> new ArrayList<>()).add(row);
    }
    Evaluator evaluator = ConsistencyEvaluators.factualConsistency();
    Map<String, Double> aucs = new TreeMap<>();
    for (String source : new TreeSet<>(bySource.keySet())) {
      List<Double> scores = new ArrayList<>();
      List<Double> labels = new ArrayList<>();
      int skipped = 0;
      for (JsonNode row : bySource.get(source)) {
        EvalCase evalCase =
            EvalCase.builder()
                .output(row.get("claim").asText())
                .document(null, row.get("context").asText())
                .build();
        if (evaluator.evaluate(evalCase) instanceof Scored scored) {
          scores.add(scored.score());
          labels.add(row.get("label").asDouble());
        } else {
          skipped++;
        }
      }
      double[] x = scores.stream().mapToDouble(Double::doubleValue).toArray();
      double[] y = labels.stream().mapToDouble(Double::doubleValue).toArray();
      aucs.put(source, DevData.auc(x, y));
      MeasuredRows.add(
          "consistency",
          "`factual_consistency`, AUC",
          source.equals("fever_symmetric") ? ".68" : "",
          DevData.withInterval(DevData::auc, x, y),
          file + ", " + source);
      System.out.println(
          "factual_consistency\t"
              + source
              + "\tAUC\t"
              + DevData.withInterval(DevData::auc, x, y)
              + "\tskipped="
              + skipped);
    }
    return aucs;
  }
}
