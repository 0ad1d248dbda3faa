package dev.llmops.eval.stats;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A gate's verdict and all that it rests on.
 *
 * @param gate the question, as "atLeast(0.85, confidence 0.95)"
 * @param verdict the answer
 * @param limit where the claim's edge lies on the scale of the estimate: the threshold, the budget
 *     or the share; for a comparison −margin or −drop
 * @param estimate the rate, the mean, or the mean of candidate − baseline; absent without cases
 * @param interval for what is estimated: each end alone holds with the gate's confidence, so that
 *     0.95 makes an interval of the level 0.90; absent without cases
 * @param pValue of the claim that a proof would refute: "not above the threshold", "worse by the
 *     margin", or, for a regression gate, "not worse"; absent without cases
 * @param method the test that decided
 * @param n the cases; repetitions of a case are one
 * @param power what this many cases can prove, and how many would be needed; absent without cases
 * @param explanation one paragraph for a person
 */
public record GateDecision(
    String gate,
    Verdict verdict,
    double limit,
    @Nullable Double estimate,
    @Nullable Interval interval,
    @Nullable Double pValue,
    String method,
    int n,
    @Nullable Power power,
    String explanation) {

  /** Checks that all is there. */
  public GateDecision {
    Objects.requireNonNull(gate, "gate");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(explanation, "explanation");
  }

  /** Whether the verdict is {@link Verdict#PASS}. */
  public boolean passed() {
    return verdict == Verdict.PASS;
  }

  /**
   * How many cases more would prove it with the target power, 0 if there are enough; absent where
   * no number would do, or nothing is known.
   */
  public @Nullable Integer casesMissing() {
    Integer cases = power == null ? null : power.cases();
    return cases == null ? null : Integer.valueOf(Math.max(0, cases - n));
  }
}
