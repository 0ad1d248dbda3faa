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
import dev.llmops.eval.judge.JudgeCalibration.Labelled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeCalibrationTest {

  private static final EvaluatorSpec SPEC = EvaluatorSpec.free("judge", Scale.UNIT);
  private static final List<JudgeChoice> MENU =
      List.of(
          new JudgeChoice("good", 1, ""),
          new JudgeChoice("fair", 0.5, ""),
          new JudgeChoice("bad", 0, ""));

  @Test
  void agreementAndKappaAreThoseOfTheTable() {
    // people down, judge across:      good fair bad
    //                            good   2    1   0
    //                            fair   0    2   0
    //                            bad    1    0   2
    // agreement 6/8 = 0.75; by chance (3·3 + 2·3 + 3·2)/64 = 21/64
    // κ = (0.75 − 0.328125) / (1 − 0.328125) = 0.627907
    // quadratic: observed 1·1 + 1·4 = 5; expected (9 + 24 + 6 + 4 + 36 + 9)/8 = 11; 1 − 5/11
    List<Labelled> cases = new ArrayList<>();
    add(cases, 2, "good", "good");
    add(cases, 1, "good", "fair");
    add(cases, 2, "fair", "fair");
    add(cases, 1, "bad", "good");
    add(cases, 2, "bad", "bad");

    JudgeCalibration calibration = JudgeCalibration.of(MENU, cases);

    assertThat(calibration.n()).isEqualTo(8);
    assertThat(calibration.unmeasured()).isEmpty();
    assertThat(calibration.agreement().value()).isEqualTo(0.75);
    assertThat(calibration.kappa()).isCloseTo(0.6279070, within(1e-6));
    assertThat(calibration.quadraticKappa()).isCloseTo(1 - 5 / 11.0, within(1e-12));
    assertThat(calibration.confusion().count("bad", "good")).isEqualTo(1);
    assertThat(calibration.worstMisses())
        .extracting(JudgeCalibration.Miss::caseId, JudgeCalibration.Miss::distance)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("bad-good-0", 1.0),
            org.assertj.core.groups.Tuple.tuple("good-fair-0", 0.5));
    assertThat(calibration.summary())
        .startsWith("n 8, not measured 0")
        .contains("agreement 0.750 [0.409, 0.929], kappa 0.628, quadratic kappa 0.545");
  }

  @Test
  void whatTheJudgeCouldNotSayIsCountedApart() {
    List<Labelled> cases = new ArrayList<>();
    add(cases, 1, "good", "good");
    cases.add(new Labelled("e", "bad", new Errored(SPEC, "off_menu", "x", Spend.NONE)));
    cases.add(new Labelled("s", "bad", new Skipped(SPEC, "x")));
    cases.add(new Labelled("s2", "bad", new Skipped(SPEC, "x")));

    JudgeCalibration calibration = JudgeCalibration.of(MENU, cases);

    assertThat(calibration.n()).isEqualTo(1);
    assertThat(calibration.unmeasured()).isEqualTo(Map.of("off_menu", 1, "skipped", 2));
    assertThat(calibration.agreement().value()).isEqualTo(1);
    assertThat(calibration.kappa()).isNull(); // one label only: chance alone agrees
    assertThat(calibration.summary()).contains("not measured {off_menu=1, skipped=2}");
  }

  @Test
  void withoutCasesNothingIsClaimed() {
    JudgeCalibration calibration = JudgeCalibration.of(MENU, List.of());

    assertThat(calibration.n()).isZero();
    assertThat(calibration.agreement().value()).isNull();
    assertThat(calibration.kappa()).isNull();
  }

  @Test
  void aLabelOffTheMenuIsRefused() {
    List<Labelled> cases = new ArrayList<>();
    add(cases, 1, "great", "good");

    assertThatThrownBy(() -> JudgeCalibration.of(MENU, cases))
        .hasMessage(
            "case great-good-0: label \"great\" is not on the menu; allowed are [bad, fair, good]");
  }

  private static void add(List<Labelled> cases, int times, String human, String judge) {
    double value = judge.equals("good") ? 1 : judge.equals("fair") ? 0.5 : 0;
    for (int i = 0; i < times; i++) {
      EvalResult judged = new Scored(SPEC, value, value, "why", judge, Spend.NONE);
      cases.add(new Labelled(human + "-" + judge + "-" + i, human, judged));
    }
  }
}
