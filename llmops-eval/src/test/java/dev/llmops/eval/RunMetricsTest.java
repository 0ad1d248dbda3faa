package dev.llmops.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunMetricsTest {

  /** Labels that are numbers too, so that every metric of the catalogue is defined for it. */
  private static final List<EvalCase> RUN =
      List.of(
          row("1", "0.9", List.of("x", "a"), List.of("a")),
          row("1", "0.5", List.of("a", "b"), List.of("a", "b")),
          row("0", "0.5", List.of("x", "y", "c"), List.of("c", "d")),
          row("0", "0.1", List.of("x"), List.of("e")));

  static List<String> names() {
    return List.copyOf(RunMetrics.names());
  }

  @Test
  void listsTheWholeCatalogue() {
    assertThat(RunMetrics.names())
        .containsExactly(
            "accuracy",
            "auprc",
            "auroc",
            "balanced_accuracy",
            "brier",
            "corpus_bleu",
            "corpus_chrf",
            "corpus_ter",
            "ece",
            "f1",
            "hit_rate_at_k",
            "kappa",
            "map",
            "mcc",
            "mean_ndcg",
            "mean_precision_at_k",
            "mean_recall_at_k",
            "mrr",
            "precision",
            "recall");
  }

  @ParameterizedTest
  @MethodSource("names")
  void isMadeAgainFromItsNameAndSettings(String name) {
    RunMetric made = RunMetrics.byName(name);

    RunMetric again = RunMetrics.byName(made.spec().name(), made.spec().settings());

    assertThat(made.spec().name()).isEqualTo(name);
    assertThat(again.spec()).isEqualTo(made.spec());
    assertThat(again.measure(RUN)).isEqualTo(made.measure(RUN));
  }

  @ParameterizedTest
  @MethodSource("names")
  void theOrderOfTheCasesDoesNotMatter(String name) {
    RunMetric metric = RunMetrics.byName(name);
    RunMetric.RunResult inOrder = metric.measure(RUN);
    List<EvalCase> shuffled = new ArrayList<>(RUN);

    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(shuffled, new Random(seed));

      assertSame(metric.measure(shuffled), inOrder);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void anIncompleteRunIsSkipped(String name) {
    List<EvalCase> run = new ArrayList<>(RUN);
    run.add(EvalCase.builder().id("nothing").build());

    assertThat(RunMetrics.byName(name).measure(run).result()).isInstanceOf(Skipped.class);
    assertThat(RunMetrics.byName(name).measure(List.of()).result()).isInstanceOf(Skipped.class);
  }

  @Test
  void measuresByNameWhatTheFactoriesMeasure() {
    assertThat(raw("auroc", Map.of())).isEqualTo(0.875); // (1 + 1 + 0.5 + 1) ÷ 4
    assertThat(raw("brier", Map.of())).isCloseTo(0.13, within(1e-12)); // (.01 + .25 + .25 + .01)/4
    assertThat(raw("brier", Map.of("positive", "0"))) // (.81 + .25 + .25 + .81) ÷ 4
        .isCloseTo(0.53, within(1e-12));
    assertThat(raw("accuracy", Map.of())).isZero();
    assertThat(raw("mrr", Map.of())).isCloseTo((0.5 + 1 + 1.0 / 3 + 0) / 4, within(1e-12));
    assertThat(raw("hit_rate_at_k", Map.of("k", "1"))).isEqualTo(0.25);
    assertThat(raw("mean_precision_at_k", Map.of("k", "2"))).isEqualTo((0.5 + 1 + 0 + 0) / 4);
    assertThat(raw("mean_recall_at_k", Map.of())).isEqualTo((1 + 1 + 0.5 + 0) / 4);
    assertThat(raw("map", Map.of("k", "2"))).isEqualTo((0.5 + 1 + 0 + 0) / 4);
    assertThat(raw("mean_ndcg", Map.of("k", "1", "gain", "exponential"))).isEqualTo(0.25);
  }

  @Test
  void aWeightedKappaNeedsTheOrder() {
    List<EvalCase> run =
        List.of(EvalCase.of("low", "low"), EvalCase.of("mid", "high"), EvalCase.of("high", "high"));
    Map<String, String> settings = Map.of("weighting", "linear", "order", "low|mid|high");

    // observed 1 step of 3 rows; by chance over true (1, 0, 2) and said (1, 1, 1):
    // (0 + 1 + 2 + 2·(2 + 1 + 0)) ÷ 3 = 3 → κ = 1 − 1 ÷ 3
    assertThat(((Scored) RunMetrics.byName("kappa", settings).measure(run).result()).raw())
        .isCloseTo(1 - 1.0 / 3, within(1e-12));
    assertThatThrownBy(() -> RunMetrics.byName("kappa", Map.of("weighting", "linear")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("setting \"order\" of kappa is missing; a weighted kappa needs");
  }

  @Test
  void aPositiveLabelThatNobodyHasIsSkipped() {
    EvalResult result =
        RunMetrics.byName("brier")
            .measure(List.of(EvalCase.of("0.9", "spam"), EvalCase.of("0.2", "ham")))
            .result();

    assertThat(result)
        .isInstanceOf(Skipped.class)
        .extracting(EvalResult::reason)
        .isEqualTo(
            "no case has the positive label; the labels are [ham, spam]; give one of them as"
                + " setting \"positive\"");
  }

  @Test
  void freeTextIsNotALabel() {
    List<EvalCase> run = new ArrayList<>();
    for (int i = 0; i <= 500; i++) {
      run.add(EvalCase.of("answer " + i, "answer " + i));
    }

    assertThat(RunMetrics.byName("accuracy").measure(run).result().reason())
        .startsWith("more than 500 different labels; outputs must be labels");
  }

  @Test
  void anUnknownNameOrSettingSaysWhatIsKnown() {
    assertThatThrownBy(() -> RunMetrics.byName("bleu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("run metric \"bleu\" is not known; near are [corpus_bleu]");
    assertThatThrownBy(() -> RunMetrics.byName("ece", Map.of("bin", "5")))
        .hasMessage("setting \"bin\" of ece is not known; known are bins, positive");
  }

  @Test
  void noNameIsAnEvaluatorsToo() {
    assertThat(RunMetrics.names()).doesNotContainAnyElementsOf(Evaluators.names());
  }

  private static double raw(String name, Map<String, String> settings) {
    return ((Scored) RunMetrics.byName(name, settings).measure(RUN).result()).raw();
  }

  private static void assertSame(RunMetric.RunResult one, RunMetric.RunResult other) {
    assertThat(one.details().keySet()).isEqualTo(other.details().keySet());
    one.details()
        .forEach(
            (key, value) ->
                assertThat(value).as(key).isCloseTo(other.details().get(key), within(1e-12)));
    assertThat(one.result()).hasSameClassAs(other.result());
    if (one.result() instanceof Scored scored) {
      assertThat(scored.raw()).isCloseTo(((Scored) other.result()).raw(), within(1e-12));
    }
  }

  private static EvalCase row(
      String label, String score, List<String> retrieved, List<String> relevant) {
    return EvalCase.builder()
        .output(score)
        .references(List.of(label))
        .retrievedIds(retrieved)
        .relevantIds(relevant)
        .build();
  }
}
