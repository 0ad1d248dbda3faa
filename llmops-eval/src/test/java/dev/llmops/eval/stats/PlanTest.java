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

  @Test
  void fixedRunScalesThePilot() {
    Plan plan =
        Plan.fixed("exact binomial test", "a pass rate of 0.9", 0.9, 0.03, 135, 2, PILOT, 10);

    assertThat(plan.undecided()).isEqualTo(0.07, within(1e-12));
    assertThat(plan.mostSpend().runs()).isEqualTo(270);
    assertThat(plan.mostSpend().calls()).isEqualTo(540);
    assertThat(plan.mostSpend().tokens()).isEqualTo(270_000);
    assertThat(plan.mostSpend().amount()).isEqualByComparingTo("1.35");
    assertThat(plan.summary())
        .isEqualTo(
            "exact binomial test: PASS 90.0 %, FAIL 3.0 %, UNDECIDED 7.0 % at a pass rate of 0.9;"
                + " 135 cases, each 2 times; about 540 calls, 270,000 tokens, 1.35 USD");
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
        Plan.fixed("test", "nothing", 0.9, 0, 100, 1, new Spend(5, TokenUsage.NONE, null, null), 5);

    assertThat(plan.meanSpend().tokens()).isNull();
    assertThat(plan.meanSpend().amount()).isNull();
    assertThat(plan.meanSpend()).hasToString("100 calls, tokens not known, cost not known");
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", "a", 1.2, 0, 100, 1, PILOT, 1))
        .withMessage("pass must be between 0 and 1, but was 1.2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", "a", 0.9, 0, 100, 0, PILOT, 1))
        .withMessage("repetitions must be 1 or more, but was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.fixed("test", "a", 0.9, 0.05, 100, 1, PILOT, 0))
        .withMessage("pilotRuns must be 1 or more, but was 0");
  }
}
