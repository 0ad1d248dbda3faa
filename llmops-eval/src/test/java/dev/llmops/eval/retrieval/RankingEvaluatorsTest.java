package dev.llmops.eval.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.retrieval.RankingEvaluators.Gain;
import dev.llmops.eval.semantic.DevData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RankingEvaluatorsTest {

  /** Relevant a, b, c; found x, a, y, b: at 2 and 4. */
  private static final EvalCase CASE = ranked(List.of("x", "a", "y", "b"), "a", "b", "c");

  @Test
  void measuresByHand() {
    assertThat(raw(RankingEvaluators.precisionAtK(3), CASE)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(raw(RankingEvaluators.precisionAtK(10), CASE)).isEqualTo(0.2); // 2 of ten places
    assertThat(raw(RankingEvaluators.recallAtK(4), CASE)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(raw(RankingEvaluators.hitAtK(1), CASE)).isZero();
    assertThat(raw(RankingEvaluators.hitAtK(2), CASE)).isEqualTo(1);
    assertThat(raw(RankingEvaluators.reciprocalRank(), CASE)).isEqualTo(0.5);
    // (1/2 + 2/4) / 3
    assertThat(raw(RankingEvaluators.averagePrecision(), CASE)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(raw(RankingEvaluators.averagePrecision(2), CASE)).isCloseTo(0.5 / 3, within(1e-12));
    // 1/log2(3) + 1/log2(5) over 1 + 1/log2(3) + 1/log2(4)
    double log3 = Math.log(3) / Math.log(2);
    double log5 = Math.log(5) / Math.log(2);
    assertThat(raw(RankingEvaluators.ndcg(), CASE))
        .isCloseTo((1 / log3 + 1 / log5) / (1 + 1 / log3 + 0.5), within(1e-12));
    assertThat(RankingEvaluators.ndcg().evaluate(CASE).reason())
        .isEqualTo("2 of 3 relevant found in 4; missed: c");
  }

  @Test
  void gradesCountLinearlyOrExponentially() {
    EvalCase graded =
        EvalCase.builder()
            .retrievedIds(List.of("low", "high"))
            .relevantIds(Map.of("high", 2.0, "low", 1.0, "none", 0.0))
            .build();
    double log3 = Math.log(3) / Math.log(2);

    assertThat(raw(RankingEvaluators.ndcg(2, Gain.LINEAR), graded))
        .isCloseTo((1 + 2 / log3) / (2 + 1 / log3), within(1e-12)); // 0.8597
    assertThat(raw(RankingEvaluators.ndcg(2, Gain.EXPONENTIAL), graded))
        .isCloseTo((1 + 3 / log3) / (3 + 1 / log3), within(1e-12));
    assertThat(raw(RankingEvaluators.recallAtK(2), graded)).isEqualTo(1); // "none" is not relevant
  }

  @Test
  void aDuplicateIsFoundOnceAndWastesItsPlace() {
    EvalCase twice = ranked(List.of("a", "a", "b"), "a", "b");

    assertThat(raw(RankingEvaluators.precisionAtK(2), twice)).isEqualTo(0.5);
    assertThat(raw(RankingEvaluators.recallAtK(3), twice)).isEqualTo(1);
    // (1/1 + 2/3) / 2
    assertThat(raw(RankingEvaluators.averagePrecision(), twice)).isCloseTo(5 / 6.0, within(1e-12));
  }

  @Test
  void undefinedIsSkippedAndNothingFoundIsZero() {
    for (Evaluator each : all()) {
      assertThat(each.evaluate(ranked(List.of("a"))))
          .isInstanceOf(Skipped.class)
          .extracting(EvalResult::reason)
          .isEqualTo("nothing is relevant, so no ranking can be good or bad");
      assertThat(each.evaluate(EvalCase.of("x"))).isInstanceOf(Skipped.class);
      assertThat(raw(each, ranked(List.of(), "a"))).isZero();
      assertThat(raw(each, ranked(List.of("a"), "a")))
          .isEqualTo(each.spec().name().equals("precision_at_k") ? 0.1 : 1);
    }
  }

  @Test
  void impossibleGainsAreErrored() {
    for (double gain : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 61}) {
      EvalCase wrong =
          EvalCase.builder().retrievedIds(List.of("a")).relevantIds(Map.of("a", gain)).build();

      assertThat(RankingEvaluators.ndcg().evaluate(wrong))
          .isInstanceOfSatisfying(
              Errored.class, error -> assertThat(error.type()).isEqualTo("invalid_gain"));
    }
  }

  @Test
  void meansLeaveOutWhatIsUndefined() {
    List<EvalCase> run =
        List.of(ranked(List.of("a"), "a"), ranked(List.of("x", "a"), "a"), ranked(List.of("x")));

    RunResult mrr = RankingEvaluators.meanReciprocalRank().measure(run);

    assertThat(((Scored) mrr.result()).raw()).isEqualTo(0.75); // (1 + 1/2) / 2
    assertThat(mrr.result().reason())
        .isEqualTo("the mean of 2 cases; 1 without anything relevant left out");
    assertThat(mrr.details()).containsEntry("n", 2.0).containsEntry("undefined", 1.0);
    assertThat(
            RankingEvaluators.meanAveragePrecision()
                .measure(List.of(EvalCase.of("x"), CASE))
                .result()
                .reason())
        .startsWith("1 of 2 cases lack ids");
    assertThat(RankingEvaluators.meanAveragePrecision().measure(List.of()).result())
        .isInstanceOf(Skipped.class);
  }

  @Test
  void byName() {
    assertThat(raw(Evaluators.byName("precision_at_k", Map.of("k", "2")), CASE)).isEqualTo(0.5);
    assertThat(
            Evaluators.byName("ndcg", Map.of("k", "3", "gain", "exponential")).spec().signature())
        .isEqualTo("ndcg@1{gain=exponential, k=3}");
    assertThatThrownBy(() -> Evaluators.byName("recall_at_k", Map.of("k", "0")))
        .hasMessage(
            "setting \"k\" of recall_at_k must be a whole number between 1 and 1000000, but was"
                + " \"0\"");
    assertThatThrownBy(() -> RankingEvaluators.hitAtK(0))
        .hasMessage("k must be between 1 and 1000000, but was 0");
  }

  @Test
  void equalsTrecEval() throws Exception {
    Map<String, Integer> checked = new TreeMap<>();

    for (JsonNode row : DevData.rows("ir_gold.jsonl")) {
      Map<String, Double> relevant = new LinkedHashMap<>();
      row.path("qrels")
          .properties()
          .forEach(e -> relevant.put(e.getKey(), e.getValue().asDouble()));
      List<String> ranking = new ArrayList<>();
      row.path("ranking").forEach(each -> ranking.add(each.asText()));
      EvalCase evalCase = EvalCase.builder().retrievedIds(ranking).relevantIds(relevant).build();
      for (Map.Entry<String, JsonNode> gold : row.path("expected").properties()) {
        Evaluator ours = trecName(gold.getKey());
        if (ours != null) {
          assertThat(raw(ours, evalCase))
              .as(row.path("id").asText() + " " + gold.getKey())
              // the gold was printed with 8 decimals and then rounded to 6: half of the last of
              // both
              .isCloseTo(gold.getValue().asDouble(), within(5.06e-7));
          checked.merge(gold.getKey(), 1, Integer::sum);
        }
      }
    }

    long values = checked.values().stream().mapToLong(each -> each).sum();
    MeasuredRows.addEqual(
        "ranking", checked.size() + " measures as trec_eval has them", values, values, "ir_gold");
    System.out.println("ranking gold values equal to 6 digits: " + checked);
    assertThat(checked).hasSizeGreaterThan(15);
  }

  private static @org.jspecify.annotations.Nullable Evaluator trecName(String name) {
    int k =
        name.matches(".*_\\d+") ? Integer.parseInt(name.substring(name.lastIndexOf('_') + 1)) : 0;
    return switch (name.replaceAll("_\\d+$", "")) {
      case "P" -> RankingEvaluators.precisionAtK(k);
      case "recall" -> RankingEvaluators.recallAtK(k);
      case "success" -> RankingEvaluators.hitAtK(k);
      case "map" -> RankingEvaluators.averagePrecision();
      case "map_cut" -> RankingEvaluators.averagePrecision(k);
      case "recip_rank" -> RankingEvaluators.reciprocalRank();
      case "ndcg" -> RankingEvaluators.ndcg();
      case "ndcg_cut" -> RankingEvaluators.ndcg(k, Gain.LINEAR);
      default -> null;
    };
  }

  private static List<Evaluator> all() {
    return List.of(
        RankingEvaluators.precisionAtK(10),
        RankingEvaluators.recallAtK(10),
        RankingEvaluators.hitAtK(10),
        RankingEvaluators.reciprocalRank(),
        RankingEvaluators.averagePrecision(),
        RankingEvaluators.ndcg());
  }

  private static EvalCase ranked(List<String> retrieved, String... relevant) {
    return EvalCase.builder().retrievedIds(retrieved).relevantIds(List.of(relevant)).build();
  }

  private static double raw(Evaluator evaluator, EvalCase evalCase) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }
}
