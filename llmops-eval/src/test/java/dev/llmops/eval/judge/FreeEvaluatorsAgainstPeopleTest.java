package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import dev.llmops.eval.judge.ScoreCalibration.Graded;
import dev.llmops.eval.semantic.DevData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How far evaluators without a judge follow people's grades: what a judge has to beat. */
class FreeEvaluatorsAgainstPeopleTest {

  @Test
  void summariesThatKeepToTheDocumentAreGradedHigher() throws IOException {
    Map<String, JsonNode> documents = new HashMap<>();
    for (JsonNode row : DevData.rows("judge_docs_en.jsonl")) {
      documents.put(row.get("doc_id").asText(), row);
    }
    Map<String, List<Graded>> cases = new HashMap<>();
    for (JsonNode row : DevData.rows("judge_scores_en.jsonl")) {
      if (!row.get("source").asText().equals("summeval")) {
        continue;
      }
      JsonNode document = documents.get(row.get("doc_id").asText());
      List<String> references = new ArrayList<>();
      document.get("references").forEach(each -> references.add(each.asText()));
      EvalCase evalCase =
          EvalCase.builder()
              .output(row.get("output").asText())
              .document(null, document.get("source_text").asText())
              .references(references)
              .build();
      for (String name : List.of("factual_consistency", "rouge_l", "chrf")) {
        Evaluator evaluator = Evaluators.byName(name);
        for (String grade : List.of("consistency", "relevance", "coherence", "fluency")) {
          cases
              .computeIfAbsent(name + " with " + grade, key -> new ArrayList<>())
              .add(
                  new Graded(
                      row.get("id").asText(),
                      row.get("scores").get(grade).asDouble(),
                      evaluator.evaluate(evalCase)));
        }
      }
    }

    cases.keySet().stream()
        .sorted()
        .forEach(
            each ->
                System.out.println(
                    "summeval\t"
                        + each
                        + "\t"
                        + ScoreCalibration.of(Scale.higher(1, 5), cases.get(each)).summary()));
    ScoreCalibration consistency =
        ScoreCalibration.of(Scale.higher(1, 5), cases.get("factual_consistency with consistency"));
    assertThat(consistency.spearman().low()).isGreaterThan(0.1);
  }
}
