package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.stats.RerunRule.Decision;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedCaseTest {

  /** C(3,2) = 3 of C(5,2) = 10 pairs have no pass; C(4,2) = 6 of 10 have two passes. */
  @Test
  void passAtKAndPassAllKCountPairs() {
    assertThat(new RepeatedCase(5, 2).passAtK(2)).isEqualTo(0.7, within(1e-15));
    assertThat(new RepeatedCase(5, 4).passAllK(2)).isEqualTo(0.6, within(1e-15));
    assertThat(new RepeatedCase(5, 2).passAtK(1)).isEqualTo(0.4, within(1e-15));
    assertThat(new RepeatedCase(5, 2).passAllK(1)).isEqualTo(0.4, within(1e-15));
    assertThat(new RepeatedCase(5, 2).passAtK(4)).isEqualTo(1);
    assertThat(new RepeatedCase(5, 2).passAllK(3)).isZero();
    assertThat(new RepeatedCase(5, 0).passAtK(5)).isZero();
    assertThat(new RepeatedCase(5, 5).passAllK(5)).isEqualTo(1);
  }

  /** 1 − C(190, 100) ÷ C(200, 100), all in logarithms: 0.99931 . */
  @Test
  void largeNumbersDoNotOverflow() {
    double log = 0;
    for (int i = 0; i < 100; i++) {
      log += Math.log((190.0 - i) / (200.0 - i));
    }
    assertThat(new RepeatedCase(200, 10).passAtK(100)).isEqualTo(1 - Math.exp(log), within(1e-12));
  }

  @Test
  void fewerRunsThanKSayNothing() {
    assertThat(new RepeatedCase(2, 2).passAtK(3)).isNull();
    assertThat(new RepeatedCase(2, 2).passAllK(3)).isNull();
    assertThat(new RepeatedCase(1, 1).flakiness()).isNull();
    assertThat(new RepeatedCase(0, 0).passRate()).isNull();
  }

  /** 4 of the 10 pairs of (1, 1, 1, 1, 0) disagree. */
  @Test
  void flakinessIsTheShareOfPairsThatDisagree() {
    assertThat(new RepeatedCase(5, 4).flakiness()).isEqualTo(0.4, within(1e-15));
    assertThat(new RepeatedCase(2, 1).flakiness()).isEqualTo(1);
    assertThat(new RepeatedCase(5, 5).flakiness()).isZero();
    assertThat(new RepeatedCase(5, 4).isFlaky()).isTrue();
    assertThat(new RepeatedCase(5, 0).isFlaky()).isFalse();
  }

  /** (0.4 + 0 + 0 + 0.6) ÷ 4 = 0.25; √(0.25 ÷ 4) = 0.25. */
  @Test
  void suiteWeighsEachCaseAlike() {
    RepeatedSuite suite =
        new RepeatedSuite(
            List.of(
                new RepeatedCase(5, 4),
                new RepeatedCase(10, 10),
                new RepeatedCase(5, 0),
                new RepeatedCase(5, 2)));

    assertThat(suite.flakiness()).isEqualTo(0.25, within(1e-15));
    assertThat(suite.noise()).isEqualTo(0.25, within(1e-15));
    assertThat(suite.flakyCases()).isEqualTo(2);
    assertThat(suite.passRate()).isEqualTo((0.8 + 1 + 0 + 0.4) / 4, within(1e-15));
    assertThat(suite.passAtK(2)).isEqualTo((1 + 1 + 0 + 0.7) / 4, within(1e-15));
    assertThat(suite.passAllK(2)).isEqualTo((0.6 + 1 + 0 + 0.1) / 4, within(1e-15));
    assertThat(suite.passAtK(6)).isNull();
    // Wilson for 1 of 4 at 95 %
    assertThat(suite.flakinessInterval(0.95).low()).isEqualTo(0.0456, within(5e-5));
    assertThat(suite.flakinessInterval(0.95).high()).isEqualTo(0.6994, within(5e-5));
    assertThat(new RepeatedSuite(List.of()).flakiness()).isNull();
  }

  /** 0.1 × (3 × 0.1² × 0.9 + 0.1³) = 0.1 × 0.028; 0.9 × (3 × 0.9² × 0.1 + 0.9³) = 0.9 × 0.972. */
  @Test
  void severeCaseCountsAfterAMajorityOfReruns() {
    RerunRule rule = RerunRule.majorityOf(3);

    assertThat(rule.failuresToCount()).isEqualTo(2);
    assertThat(rule.lostWith(0.1)).isEqualTo(0.0028, within(1e-12));
    assertThat(rule.lostWith(0.9)).isEqualTo(0.8748, within(1e-12));
    assertThat(rule.after(0, 0)).isEqualTo(Decision.RERUN);
    assertThat(rule.after(1, 1)).isEqualTo(Decision.RERUN);
    assertThat(rule.after(0, 2)).isEqualTo(Decision.LOST);
    assertThat(rule.after(2, 0)).isEqualTo(Decision.NOT_LOST);
    assertThat(rule.after(2, 1)).isEqualTo(Decision.NOT_LOST);
    assertThat(RerunRule.majorityOf(1).after(0, 1)).isEqualTo(Decision.LOST);
  }

  @Test
  void everyRerunEndsInADecision() {
    for (int k = 1; k <= 6; k++) {
      for (int r = 1; r <= k; r++) {
        RerunRule rule = new RerunRule(k, r);
        for (int failed = 0; failed <= k; failed++) {
          assertThat(rule.after(k - failed, failed))
              .isEqualTo(failed >= r ? Decision.LOST : Decision.NOT_LOST);
        }
      }
    }
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepeatedCase(3, 4))
        .withMessage("passed must be between 0 and runs, but were 4 of 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepeatedCase(3, 1).passAtK(0))
        .withMessage("k must be 1 or more, but was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RerunRule.majorityOf(3).after(3, 1))
        .withMessage(
            "passed and failed must be 0 or more and together at most 3, but were 3 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RerunRule(3, 4))
        .withMessage(
            "reruns must be 1 or more and failuresToCount between 1 and reruns, but were 3 and 4");
  }
}
