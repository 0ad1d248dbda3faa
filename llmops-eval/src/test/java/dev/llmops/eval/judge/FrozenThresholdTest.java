package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.judge.FrozenThreshold.Goal;
import dev.llmops.eval.stats.BinaryScores.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenThresholdTest {

  /**
   * From the top: 0.9 +, 0.8 +, 0.7 −, 0.6 +, 0.5 −, 0.4 +, 0.2 −. Precision and recall from each
   * score on: 1/1 1/4; 2/2 2/4; 2/3 2/4; 3/4 3/4; 3/5 3/4; 4/6 4/4; 4/7 4/4. F1: .4, .667, .571,
   * .75, .667, .8, .727.
   */
  private static final List<Row> LABELS =
      List.of(
          new Row(true, 0.4),
          new Row(false, 0.7),
          new Row(true, 0.9),
          new Row(false, 0.2),
          new Row(true, 0.6),
          new Row(false, 0.5),
          new Row(true, 0.8));

  @Test
  void theBestF1() {
    FrozenThreshold chosen = FrozenThreshold.choose(LABELS, Goal.f1());

    assertThat(chosen.value()).isEqualTo(0.4);
    assertThat(chosen.rows()).isEqualTo(7);
    assertThat(chosen.onItsRows().precision().value()).isCloseTo(4 / 6.0, within(1e-12));
    assertThat(chosen.onItsRows().recall().value()).isEqualTo(1);
    assertThat(chosen.onItsRows().summary())
        .isEqualTo(
            "n 7, precision 0.667 [0.300, 0.903] (4 of 6), recall 1.000 [0.510, 1.000] (4 of 4)");
  }

  @Test
  void theMostRecallAtAPrecision() {
    assertThat(FrozenThreshold.choose(LABELS, Goal.precision(0.7)).value()).isEqualTo(0.6);
    assertThat(FrozenThreshold.choose(LABELS, Goal.precision(1)).value()).isEqualTo(0.8);
  }

  @Test
  void theMostPrecisionAtARecall() {
    assertThat(FrozenThreshold.choose(LABELS, Goal.recall(0.6)).value()).isEqualTo(0.6);
    assertThat(FrozenThreshold.choose(LABELS, Goal.recall(1)).value()).isEqualTo(0.4);
  }

  @Test
  void itStaysAsItIsOnOtherRows() {
    FrozenThreshold chosen = FrozenThreshold.choose(LABELS, Goal.precision(1)); // 0.8

    FrozenThreshold.Measured held =
        chosen.measure(
            List.of(
                new Row(true, 0.85), new Row(false, 0.8), new Row(true, 0.1), new Row(false, 0)));

    assertThat(held.precision().value()).isEqualTo(0.5);
    assertThat(held.recall().value()).isEqualTo(0.5);
    assertThat(chosen.value()).isEqualTo(0.8);
  }

  @Test
  void whatCannotBeReachedIsRefused() {
    List<Row> upsideDown = List.of(new Row(true, 0.1), new Row(false, 0.9));

    assertThatThrownBy(() -> FrozenThreshold.choose(upsideDown, Goal.precision(0.9)))
        .hasMessage(
            "no threshold has a precision of 0.9 on these 2 labels; ask for less, or use a judge"
                + " that separates them better");
    assertThatThrownBy(() -> FrozenThreshold.choose(List.of(new Row(true, 1)), Goal.f1()))
        .hasMessage(
            "labels must have at least one positive and one negative, but have 1 of 1 positive");
    assertThatThrownBy(() -> Goal.recall(1.1))
        .hasMessage("atLeast must be between 0.0 and 1.0, but was 1.1");
  }
}
