package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.stats.BinaryScores.Row;
import dev.llmops.eval.stats.ConfusionMatrix.Average;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatsTest {

  /** 20, 5 / 10, 15: agreement 35/50 = 0.7, by chance (25·30 + 25·20)/2500 = 0.5. */
  private static final ConfusionMatrix TABLE = matrix(20, 5, 10, 15);

  @Test
  void measuresOfATableByHand() {
    assertThat(TABLE.n()).isEqualTo(50);
    assertThat(TABLE.accuracy()).isEqualTo(0.7);
    assertThat(TABLE.kappa()).isCloseTo(0.4, within(1e-12));
    assertThat(TABLE.precision("a").value()).isCloseTo(20 / 30.0, within(1e-12));
    assertThat(TABLE.recall("a").value()).isEqualTo(0.8);
    assertThat(TABLE.f1("a")).isCloseTo(40 / 55.0, within(1e-12));
    assertThat(TABLE.f1("b")).isCloseTo(30 / 45.0, within(1e-12));
    assertThat(TABLE.f1(Average.MACRO)).isCloseTo((40 / 55.0 + 30 / 45.0) / 2, within(1e-12));
    assertThat(TABLE.f1(Average.MICRO)).isEqualTo(0.7);
    assertThat(TABLE.balancedAccuracy()).isCloseTo((0.8 + 0.6) / 2, within(1e-12));
    // (20·15 − 5·10) / √(30·20·25·25) = 250 / 612.372
    assertThat(TABLE.mcc()).isCloseTo(250 / Math.sqrt(30.0 * 20 * 25 * 25), within(1e-12));
    assertThat(TABLE.toString()).isEqualTo("true\\predicted\ta\tb\na\t20\t5\nb\t10\t15");
  }

  @Test
  void stepsBetweenOrderedLabelsWeigh() {
    List<String> truth = List.of("x", "x", "x", "y", "y", "z", "z", "z");
    List<String> said = List.of("x", "x", "y", "y", "y", "x", "z", "z");
    ConfusionMatrix matrix = ConfusionMatrix.of(truth, said, List.of("x", "y", "z"));

    // expected by chance /8: unweighted 43, linear 58, quadratic 88
    assertThat(matrix.kappa(Weighting.NONE)).isCloseTo(1 - 2 / (43 / 8.0), within(1e-12));
    assertThat(matrix.kappa(Weighting.LINEAR)).isCloseTo(1 - 3 / (58 / 8.0), within(1e-12));
    assertThat(matrix.kappa(Weighting.QUADRATIC)).isCloseTo(1 - 5 / (88 / 8.0), within(1e-12));
  }

  @Test
  void whatDividesByZeroIsAbsent() {
    ConfusionMatrix none = ConfusionMatrix.of(List.of(), List.of());
    ConfusionMatrix one = ConfusionMatrix.of(List.of("a", "a"), List.of("a", "a"));
    ConfusionMatrix never = ConfusionMatrix.of(List.of("a"), List.of("a"), List.of("a", "b"));

    assertThat(none.accuracy()).isNull();
    assertThat(none.f1(Average.MACRO)).isNull();
    assertThat(none.kappa()).isNull();
    assertThat(none.mcc()).isNull();
    assertThat(one.kappa()).isNull();
    assertThat(one.mcc()).isNull();
    assertThat(never.f1("b")).isNull();
    assertThat(never.precision("b").value()).isNull();
    assertThat(never.f1(Average.MACRO)).isEqualTo(0.5); // counts as 0, as scikit-learn has it
    assertThatThrownBy(() -> never.f1("c"))
        .hasMessage("label \"c\" is not among the labels [a, b]");
    assertThatThrownBy(() -> ConfusionMatrix.of(List.of("a"), List.of()))
        .hasMessage("truth and predicted must have the same length, but have 1 and 0");
  }

  @Test
  void scoresByHand() {
    // positives 0.9, 0.5; negatives 0.5, 0.1: (1 + 1 + 0.5 + 1) / 4
    BinaryScores scores =
        BinaryScores.of(
            List.of(
                new Row(true, 0.9), new Row(true, 0.5), new Row(false, 0.5), new Row(false, 0.1)));

    assertThat(scores.auroc()).isEqualTo(0.875);
    // 0.9: recall +1/2 at 1/1; 0.5: recall +1/2 at 2/3
    assertThat(scores.averagePrecision()).isCloseTo(0.5 + 0.5 * 2 / 3, within(1e-12));
    assertThat(scores.brier()).isCloseTo((0.01 + 0.25 + 0.25 + 0.01) / 4, within(1e-12));
    // bins of width 1/2: [0.1] → |0.1 − 0|; [0.5, 0.5, 0.9] → |1.9 − 2|; (0.1 + 0.1) / 4
    assertThat(scores.ece(2)).isCloseTo(0.05, within(1e-12));
    assertThat(scores.at(0.5).recall("positive").value()).isEqualTo(1);
  }

  @Test
  void undefinedScoresAreAbsent() {
    BinaryScores positives = BinaryScores.of(List.of(new Row(true, 1)));
    BinaryScores outside = BinaryScores.of(List.of(new Row(true, 1.5), new Row(false, -3)));

    assertThat(positives.auroc()).isNull();
    assertThat(BinaryScores.of(List.of()).brier()).isNull();
    assertThat(outside.auroc()).isEqualTo(1);
    assertThat(outside.brier()).isNull();
    assertThat(outside.ece(10)).isNull();
    assertThat(outside.logLoss()).isNull();
    assertThatThrownBy(() -> positives.ece(0))
        .hasMessage("bins must be between 1 and 1000, but was 0");
    assertThatThrownBy(() -> new Row(true, Double.NaN))
        .hasMessage("score must be a finite number, but was NaN");
  }

  @Test
  void theOrderOfRowsDoesNotMatter() {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        rows.add(new Row(random.nextBoolean(), random.nextInt(10) / 9.0));
      }
      BinaryScores one = BinaryScores.of(rows);
      Collections.shuffle(rows, random);
      BinaryScores other = BinaryScores.of(rows);
      assertThat(other.auroc()).isEqualTo(one.auroc()).isBetween(0.0, 1.0);
      assertThat(other.ece(10)).isEqualTo(one.ece(10)).isBetween(0.0, 1.0);
      assertThat(other.brier()).isEqualTo(one.brier());
      // the opposite score ranks the other way round
      List<Row> turned = rows.stream().map(r -> new Row(r.positive(), -r.score())).toList();
      assertThat(BinaryScores.of(turned).auroc()).isCloseTo(1 - one.auroc(), within(1e-12));
    }
  }

  @Test
  void wilsonsInterval() {
    Interval interval = new Proportion(65, 88).wilson95();

    // statsmodels: 0.638242, 0.819068
    assertThat(interval.low()).isCloseTo(0.638242, within(5e-7));
    assertThat(interval.high()).isCloseTo(0.819068, within(5e-7));
    assertThat(new Proportion(0, 0).value()).isNull();
    assertThat(new Proportion(0, 10).wilson95().low()).isZero();
    assertThat(new Proportion(10, 10).wilson95().high()).isEqualTo(1);
    assertThatThrownBy(() -> new Proportion(2, 1))
        .hasMessage("successes must be between 0 and n, but were 2 of 1");
  }

  @Test
  void aRunIsMeasured() {
    List<EvalCase> run = new ArrayList<>();
    run.add(EvalCase.of(" a ", "a"));
    run.add(EvalCase.of("b", "a"));
    run.add(EvalCase.of("b", "b"));

    RunResult result = ClassificationMetrics.f1(Average.MACRO).measure(run);

    // a: 2·1/(2+1) = 2/3; b: 2·1/(1+2) = 2/3
    Scored scored = (Scored) result.result();
    assertThat(scored.raw()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(scored.by().signature()).isEqualTo("f1@1{average=macro}");
    assertThat(scored.reason()).isEqualTo("2 of 3 predictions are right");
    assertThat(result.details()).containsEntry("recall.a", 0.5).containsEntry("count.a.b", 1.0);
  }

  @Test
  void correlationsAreScaled() {
    List<EvalCase> wrong = List.of(EvalCase.of("a", "b"), EvalCase.of("b", "a"));

    Scored mcc = (Scored) ClassificationMetrics.mcc().measure(wrong).result();

    assertThat(mcc.raw()).isEqualTo(-1);
    assertThat(mcc.score()).isZero();
    assertThat(
            ((Scored)
                    ClassificationMetrics.kappa(Weighting.LINEAR, List.of("a", "b"))
                        .measure(wrong)
                        .result())
                .raw())
        .isEqualTo(-1);
  }

  @Test
  void scoresOfARunAreMeasured() {
    List<EvalCase> run =
        List.of(EvalCase.of("0.9", "yes"), EvalCase.of("1e-1", "no"), EvalCase.of("0.2", "no"));

    assertThat(raw(ClassificationMetrics.auroc("yes"), run)).isEqualTo(1);
    assertThat(raw(ClassificationMetrics.averagePrecision("yes"), run)).isEqualTo(1);
    assertThat(raw(ClassificationMetrics.brier("yes"), run))
        .isCloseTo((0.01 + 0.01 + 0.04) / 3, within(1e-12));
    // bins of 1/10: 0.1 each in [0.1, 0.2) and [0.9, 1], 0.2 in [0.2, 0.3)
    assertThat(raw(ClassificationMetrics.ece("yes", 10), run))
        .isCloseTo((0.1 + 0.1 + 0.2) / 3, within(1e-12));
  }

  @Test
  void anIncompleteRunIsSkipped() {
    List<EvalCase> run =
        List.of(
            EvalCase.of("0.9", "yes"),
            EvalCase.builder().output("1").build(),
            EvalCase.of("NaN", "no"));

    assertThat(ClassificationMetrics.auroc("yes").measure(run).result())
        .isInstanceOf(Skipped.class)
        .extracting("reason")
        .isEqualTo(
            "2 of 3 cases lack a finite number as output or a reference; provide it or leave them"
                + " out");
    assertThat(ClassificationMetrics.accuracy().measure(List.of()).result().reason())
        .isEqualTo("accuracy is not defined for these 0 cases");
    assertThat(
            ClassificationMetrics.auroc("yes")
                .measure(List.of(EvalCase.of("1", "yes")))
                .result()
                .reason())
        .isEqualTo("auroc is not defined for 1 positives of 1 cases");
    assertThat(
            ClassificationMetrics.kappa(Weighting.LINEAR, List.of("1", "2"))
                .measure(List.of(EvalCase.of("3", "1")))
                .result()
                .reason())
        .startsWith("1 of 1 cases lack an output or a reference of the order");
  }

  private static double raw(RunMetric metric, List<EvalCase> run) {
    return ((Scored) metric.measure(run).result()).raw();
  }

  private static ConfusionMatrix matrix(int aa, int ab, int ba, int bb) {
    List<String> truth = new ArrayList<>();
    List<String> said = new ArrayList<>();
    int[] counts = {aa, ab, ba, bb};
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < counts[i]; j++) {
        truth.add(i < 2 ? "a" : "b");
        said.add(i % 2 == 0 ? "a" : "b");
      }
    }
    return ConfusionMatrix.of(truth, said);
  }
}
