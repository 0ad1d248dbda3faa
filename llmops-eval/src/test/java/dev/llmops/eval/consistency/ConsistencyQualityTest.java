package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.consistency.ConsistencyEvaluators.NgramMeasure;
import dev.llmops.eval.semantic.DevData;
import dev.llmops.eval.semantic.InProcessEmbeddings;
import dev.llmops.eval.semantic.SemanticEvaluators;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * No labelled samples of a model are at hand. The checks are measured with the evidence in the
 * place of the samples: does what they find in the evidence tell supported claims from unsupported
 * ones?
 */
class ConsistencyQualityTest {

  private static final int MOST_PER_SOURCE = 300;

  @Test
  void whatSamplesDoNotSupportIsDoubted() throws IOException {
    Map<String, List<JsonNode>> bySource = new TreeMap<>();
    for (JsonNode row : DevData.rows("factual_en.jsonl")) {
      bySource.computeIfAbsent(row.get("source").asText(), key -> new ArrayList<>()).add(row);
    }
    Map<String, Evaluator> evaluators = new LinkedHashMap<>();
    for (NgramMeasure measure : NgramMeasure.values()) {
      for (int n = 1; n <= 2; n++) {
        evaluators.put(
            "selfcheck_ngram " + measure + " n=" + n,
            ConsistencyEvaluators.selfCheckNgram(n, measure));
      }
    }
    evaluators.put(
        "selfcheck_embedding",
        ConsistencyEvaluators.selfCheckEmbedding(InProcessEmbeddings.miniLm()));
    for (Map.Entry<String, Evaluator> evaluator : evaluators.entrySet()) {
      double sum = 0;
      int rows = 0;
      for (Map.Entry<String, List<JsonNode>> source : bySource.entrySet()) {
        List<double[]> pairs = new ArrayList<>();
        for (JsonNode row :
            source.getValue().subList(0, Math.min(MOST_PER_SOURCE, source.getValue().size()))) {
          EvalCase evalCase =
              EvalCase.builder()
                  .output(row.get("claim").asText())
                  .sample(row.get("context").asText())
                  .build();
          if (evaluator.getValue().evaluate(evalCase) instanceof Scored scored) {
            pairs.add(new double[] {scored.score(), row.get("label").asDouble()});
          }
        }
        double[] x = pairs.stream().mapToDouble(pair -> pair[0]).toArray();
        double[] y = pairs.stream().mapToDouble(pair -> pair[1]).toArray();
        sum += DevData.auc(x, y);
        rows += x.length;
        System.out.println(
            evaluator.getKey()
                + "\t"
                + source.getKey()
                + "\tAUC\t"
                + DevData.withInterval(DevData::auc, x, y));
      }
      double mean = sum / bySource.size();
      System.out.printf(
          "%s\tmean AUC of %d sources %.3f%n", evaluator.getKey(), bySource.size(), mean);
      MeasuredRows.add(
          "consistency",
          "`" + evaluator.getKey().replaceFirst(" |$", "` ").strip() + ", mean AUC by source",
          "",
          String.format(Locale.ROOT, "%.3f n=%d", mean, rows),
          "factual_en, evidence as sample");
      assertThat(mean).isGreaterThan(0.5);
    }
  }

  @Test
  void anAnswerIsNearerToItsOwnQuestion() throws IOException {
    List<JsonNode> rows = DevData.rows("hallucination_general_en.jsonl");
    Evaluator relevance = SemanticEvaluators.answerRelevance(InProcessEmbeddings.miniLm());
    Random random = new Random(7);
    List<double[]> pairs = new ArrayList<>();
    for (JsonNode row : rows.subList(0, 500)) {
      JsonNode other = rows.get(random.nextInt(rows.size()));
      if (other.get("prompt").equals(row.get("prompt"))) {
        continue;
      }
      for (JsonNode answer : List.of(row, other)) {
        EvalCase evalCase =
            EvalCase.builder()
                .input(row.get("prompt").asText())
                .output(answer.get("response").asText())
                .build();
        if (relevance.evaluate(evalCase) instanceof Scored scored) {
          pairs.add(new double[] {scored.raw(), answer.equals(row) ? 1 : 0});
        }
      }
    }

    double[] x = pairs.stream().mapToDouble(pair -> pair[0]).toArray();
    double[] y = pairs.stream().mapToDouble(pair -> pair[1]).toArray();
    System.out.println(
        "answer_relevance, own against another's answer\tAUC\t"
            + DevData.withInterval(DevData::auc, x, y));
    MeasuredRows.add(
        "meaning",
        "`answer_relevance`, AUC of own against another's answer",
        "",
        DevData.withInterval(DevData::auc, x, y),
        "hallucination_general_en");
    assertThat(DevData.auc(x, y)).isGreaterThan(0.95);
  }
}
