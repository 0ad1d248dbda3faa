package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Scale;
import dev.llmops.eval.judge.ScoreCalibration.Estimate;
import dev.llmops.eval.judge.ScoreCalibration.Graded;
import dev.llmops.eval.judge.ScoreCalibration.Miss;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScoreCalibrationTest {

  private static final EvaluatorSpec SPEC = EvaluatorSpec.free("judge", Scale.UNIT);
  private static final Scale ONE_TO_FIVE = Scale.higher(1, 5);

  @Test
  void measuresAreThoseOfTheColumns() {
    // people 1 2 3 5 → 0, .25, .5, 1; judge .25, 0, .5, .75
    ScoreCalibration calibration =
        ScoreCalibration.of(
            ONE_TO_FIVE, graded(new double[][] {{1, .25}, {2, 0}, {3, .5}, {5, .75}}));

    // distances .25, .25, 0, .25; differences .25, -.25, 0, -.25
    assertThat(value(calibration.meanAbsoluteError())).isCloseTo(0.1875, within(1e-12));
    assertThat(value(calibration.bias())).isCloseTo(-0.0625, within(1e-12));
    // ranks 1 2 3 4 and 2 1 3 4: 1 - 6 (1 + 1) ÷ (4 · 15) = 0.8
    assertThat(value(calibration.spearman())).isCloseTo(0.8, within(1e-12));
    // 5 of 6 pairs in order, 1 not
    assertThat(value(calibration.kendall())).isCloseTo(4 / 6.0, within(1e-12));
    // means .4375 and .375; Σxy = 0 + 0 + .25 + .75 - 4 · .4375 · .375 = .34375; Σx² = 1.3125 -
    // .765625 = .546875;
    // Σy² = .875 - .5625 = .3125
    assertThat(value(calibration.pearson()))
        .isCloseTo(0.34375 / Math.sqrt(0.546875 * 0.3125), within(1e-12));
    assertThat(calibration.spearman().low()).isNull(); // fewer than 10 cases
    assertThat(calibration.worstMisses())
        .extracting(Miss::caseId)
        .containsExactly("c0", "c1", "c3");
    assertThat(calibration.summary())
        .contains("n 4, not measured 0")
        .contains(
            "spearman 0.800, pearson 0.832, kendall 0.667, mean absolute error 0.188, bias -0.063");
  }

  @Test
  void theScaleOfPeopleMayRunTheOtherWay() {
    // 1 is best: both agree
    ScoreCalibration calibration =
        ScoreCalibration.of(Scale.lower(1, 5), graded(new double[][] {{1, 1}, {3, .5}, {5, 0}}));

    assertThat(value(calibration.meanAbsoluteError())).isZero();
    assertThat(value(calibration.spearman())).isCloseTo(1, within(1e-12));
    assertThat(calibration.worstMisses()).isEmpty();
  }

  @Test
  void whatIsConstantHasNoCorrelation() {
    ScoreCalibration calibration =
        ScoreCalibration.of(ONE_TO_FIVE, graded(new double[][] {{2, .1}, {4, .1}, {3, .1}}));

    assertThat(calibration.pearson()).isNull();
    assertThat(calibration.spearman()).isNull();
    assertThat(calibration.kendall()).isNull();
    assertThat(value(calibration.meanAbsoluteError())).isCloseTo(0.4, within(1e-12));
    assertThat(calibration.summary()).contains("spearman undefined");
  }

  @Test
  void whatCouldNotBeScoredIsCountedApart() {
    List<Graded> cases = new ArrayList<>(graded(new double[][] {{2, .1}}));
    cases.add(new Graded("e", 3, new Errored(SPEC, "refused", "x", Spend.NONE)));
    cases.add(new Graded("s", 3, new Skipped(SPEC, "x")));

    ScoreCalibration calibration = ScoreCalibration.of(ONE_TO_FIVE, cases);

    assertThat(calibration.n()).isEqualTo(1);
    assertThat(calibration.unmeasured()).isEqualTo(Map.of("refused", 1, "skipped", 1));
    assertThat(ScoreCalibration.of(ONE_TO_FIVE, List.of()).meanAbsoluteError()).isNull();
  }

  @Test
  void aGradeOffTheScaleIsRefused() {
    for (double grade : new double[] {0, 5.5, Double.NaN}) {
      assertThatThrownBy(
              () -> ScoreCalibration.of(ONE_TO_FIVE, graded(new double[][] {{grade, .1}})))
          .hasMessage("case c0: human must be between 1.0 and 5.0, but was " + grade);
    }
  }

  @Test
  void theIntervalHoldsTheValueAndOrderDoesNotChangeTheMeasure() {
    Random random = new Random(1);
    double[][] rows = new double[200][];
    for (int i = 0; i < rows.length; i++) {
      double human = random.nextDouble();
      rows[i] = new double[] {1 + 4 * human, Math.min(1, human * 0.5 + random.nextDouble() * 0.5)};
    }
    List<Graded> cases = new ArrayList<>(graded(rows));
    ScoreCalibration one = ScoreCalibration.of(ONE_TO_FIVE, cases);
    Collections.shuffle(cases, random);
    ScoreCalibration other = ScoreCalibration.of(ONE_TO_FIVE, cases);

    for (Estimate each : List.of(one.pearson(), one.spearman(), one.kendall(), one.bias())) {
      assertThat(each.value()).isBetween(each.low(), each.high());
    }
    // Fisher: r ± 1.96 (1 - r²) ÷ √n is near
    Estimate r = Objects.requireNonNull(one.pearson());
    double half = 1.96 * (1 - r.value() * r.value()) / Math.sqrt(200);
    assertThat(r.low()).isCloseTo(r.value() - half, within(0.04));
    assertThat(r.high()).isCloseTo(r.value() + half, within(0.04));
    assertThat(value(other.kendall())).isCloseTo(value(one.kendall()), within(1e-12));
    assertThat(value(other.pearson())).isCloseTo(value(one.pearson()), within(1e-12));
  }

  private static List<Graded> graded(double[][] rows) {
    List<Graded> cases = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      EvalResult judged = Scored.of(SPEC, rows[i][1], "why");
      cases.add(new Graded("c" + i, rows[i][0], judged));
    }
    return cases;
  }

  private static double value(@Nullable Estimate estimate) {
    return Objects.requireNonNull(estimate).value();
  }
}
