package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult.Spend;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class PlanTest {

  /** Ten runs: 20 calls, 10,000 tokens, 0.05 USD; so a run is 2 calls, 1,000 tokens, 0.005 USD. */
  private static final Spend PILOT =
      new Spend(
          20,
          TokenUsage.of(8_000, 2_000),
          new Cost(new BigDecimal("0.05"), "USD", "list", false),
          null);

  /** c = 92 passes of 100 prove 0.85: P(X ≥ 92) at 0.95 is 0.9369, see {@link Power#atLeast}. */
  @Test
  void fixedRunScalesThePilot() {
    Power power = Power.atLeast(100, 0.85, 0.95, 0.95);

    Plan plan = Plan.fixed("pass rate at least 0.85", power, Verdict.PASS, 2, PILOT, 10);

    assertThat(plan.pass()).isEqualTo(0.9369, within(5e-5));
    assertThat(plan.undecided()).isEqualTo(power.undecided());
    assertThat(plan.mostSpend().runs()).isEqualTo(200);
    assertThat(plan.mostSpend().calls()).isEqualTo(400);
    assertThat(plan.mostSpend().tokens()).isEqualTo(200_000);
    assertThat(plan.mostSpend().amount()).isEqualByComparingTo("1");
    assertThat(plan.summary())
        .isEqualTo(
            "pass rate at least 0.85: PASS 93.7 %, FAIL 0.0 %, UNDECIDED 6.3 % at true pass rate"
                + " 0.95; 100 cases, each 2 times; about 400 calls, 200,000 tokens, 1.00 USD");
  }

  /**
   * 100 cases of which 20 % change, drop 0.1: the alarm has 0.6754, see {@link Power#regression}.
   */
  @Test
  void powerOfARegressionGateIsThatOfItsAlarm() {
    Power power = Power.regression(100, 0.2, 0.1, 0.05);

    Plan plan = Plan.fixed("no regression", power, Verdict.FAIL, 1, PILOT, 10);

    assertThat(plan.fail()).isEqualTo(0.6754, within(5e-5));
    assertThat(plan.undecided()).isEqualTo(1 - plan.fail(), within(1e-12));
    assertThat(plan.pass()).isZero();
  }

  @Test
  void sequentialRunHasAMeanAndAMost() {
    SequentialTest test = SequentialTest.between(0.80, 0.90).build();

    Plan plan = Plan.sequential(test, 0.90, 1, PILOT, 10);

    assertThat(plan.pass()).isEqualTo(test.at(0.90).pass());
    assertThat(plan.meanCases()).isEqualTo(test.at(0.90).meanCases());
    assertThat(plan.mostCases()).isEqualTo(270);
    assertThat(plan.mostSpend().tokens()).isEqualTo(270_000);
    assertThat(plan.meanSpend().calls()).isEqualTo(2 * plan.meanCases(), within(1e-9));
    assertThat(plan.summary())
        .startsWith("SPRT between 0.8 and 0.9, α 0.05, β 0.05, limit 270: PASS 94.5 %")
        .contains("; 72.1 cases on average, 270 at most; about 144 calls, 72,1")
        .endsWith(" tokens, 0.36 USD, at most 540 calls, 270,000 tokens, 1.35 USD");
  }

  @Test
  void whatThePilotDoesNotKnowStaysUnknown() {
    Plan plan =
        Plan.fixed(
            "test",
            Power.atLeast(100, 0.85, 0.95, 0.95),
            Verdict.PASS,
            1,
            new Spend(5, TokenUsage.NONE, null, null),
            5);

    assertThat(plan.meanSpend().tokens()).isNull();
    assertThat(plan.meanSpend().amount()).isNull();
    assertThat(plan.meanSpend()).hasToString("100 calls, tokens not known, cost not known");
  }

  @Test
  void refusesWhatMakesNoSense() {
    Power power = Power.atLeast(100, 0.85, 0.95, 0.95);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", power, Verdict.UNDECIDED, 1, PILOT, 1))
        .withMessage("proof must be PASS or FAIL, but was UNDECIDED");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", power, Verdict.PASS, 0, PILOT, 1))
        .withMessage("repetitions must be 1 or more, but was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", power, Verdict.PASS, 1, PILOT, 0))
        .withMessage("pilotRuns must be 1 or more, but was 0");
  }
}
