package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.judge.JudgeCalibration.Labelled;
import dev.llmops.eval.judge.JudgeEvaluators.Rival;
import dev.llmops.eval.semantic.DevData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Holds a judge against people's preferences ({@code judge_pairwise_en}), by source, as some of
 * them are made to mislead. With a real model only where {@code LLMOPS_JUDGE_MODEL} names one (at
 * the server of {@code OPENAI_BASE_URL}, with {@code OPENAI_API_KEY}); that costs two calls a row.
 */
class PairwiseDataTest {

  private static final List<JudgeChoice> MENU =
      List.of(
          new JudgeChoice("win", 1, ""),
          new JudgeChoice("tie", 0.5, ""),
          new JudgeChoice("loss", 0, ""));

  @Test
  void aRealJudgeAgainstPeople() throws Exception {
    String model = System.getenv("LLMOPS_JUDGE_MODEL");
    if (model == null) {
      System.out.println("SKIPPED: PairwiseDataTest, as LLMOPS_JUDGE_MODEL is not set");
    }
    Assumptions.assumeTrue(model != null);
    List<JsonNode> rows = DevData.rows("judge_pairwise_en.jsonl");

    Map<String, JudgeCalibration> bySource =
        calibrate(OpenAiJudgeModel.create(OpenAIOkHttpClient.fromEnv(), model), rows);

    bySource.forEach(
        (source, found) -> System.out.println(model + " on " + source + ": " + found.summary()));
    assertThat(bySource).isNotEmpty();
  }

  @Test
  void aJudgeThatAlwaysPrefersTheFirstAgreesWithNobody() {
    List<JsonNode> rows =
        List.of(row("x", 1, "good", "bad"), row("x", 2, "bad", "good"), row("y", 1, "good", "bad"));

    Map<String, JudgeCalibration> biased =
        calibrate(ScriptedJudge.answering(request -> ScriptedJudge.verdict("first")), rows);
    Map<String, JudgeCalibration> right =
        calibrate(
            ScriptedJudge.answering(
                request ->
                    ScriptedJudge.verdict(
                        request.user().indexOf("\ngood\n") < request.user().indexOf("\nbad\n")
                            ? "first"
                            : "second")),
            rows);

    assertThat(biased.get("x").confusion().count("win", "tie")).isEqualTo(1);
    assertThat(biased.get("x").agreement().value()).isZero();
    assertThat(right.keySet()).containsExactly("x", "y");
    assertThat(right.get("x").agreement().value()).isEqualTo(1);
    assertThat(right.get("x").kappa()).isEqualTo(1);
  }

  private static Map<String, JudgeCalibration> calibrate(JudgeModel model, List<JsonNode> rows) {
    List<EvalCase> cases = new ArrayList<>();
    for (JsonNode each : rows) {
      cases.add(
          EvalCase.builder()
              .id(each.path("id").asText())
              .input(each.path("input").asText())
              .output(each.path("output_1").asText())
              .sample(each.path("output_2").asText())
              .build());
    }
    List<EvalResult> results =
        JudgeEvaluators.pairwise(Judge.of(model), Rival.SAMPLE).evaluateAll(cases);
    Map<String, List<Labelled>> bySource = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      bySource
          .computeIfAbsent(rows.get(i).path("source").asText(), source -> new ArrayList<>())
          .add(
              new Labelled(
                  rows.get(i).path("id").asText(),
                  rows.get(i).path("label").asInt() == 1 ? "win" : "loss",
                  results.get(i)));
    }
    Map<String, JudgeCalibration> found = new TreeMap<>();
    bySource.forEach((source, each) -> found.put(source, JudgeCalibration.of(MENU, each)));
    return found;
  }

  private static JsonNode row(String source, int label, String one, String two) {
    return new ObjectMapper()
        .createObjectNode()
        .put("id", source + label)
        .put("source", source)
        .put("label", label)
        .put("input", "which?")
        .put("output_1", one)
        .put("output_2", two);
  }
}
