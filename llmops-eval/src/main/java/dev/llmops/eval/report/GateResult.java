package dev.llmops.eval.report;

import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Verdict;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Gate} said about a report.
 *
 * @param gate the gate in words: {@code pass rate of exact_match at least 0.85}
 * @param metric what it is about: an evaluator's name, {@code latency} or {@code cost}; {@code run}
 *     for the run as a whole
 * @param verdict PASS (proved), FAIL (harm proved) or UNDECIDED
 * @param blocks whether a release must not go on: a FAIL, and an UNDECIDED unless the gate only
 *     warns of it; what could not be measured always blocks
 * @param explanation one paragraph for a person
 * @param decision the numbers, absent when nothing could be measured
 */
public record GateResult(
    String gate,
    String metric,
    Verdict verdict,
    boolean blocks,
    String explanation,
    @Nullable GateDecision decision) {

  /** Checks that a PASS never blocks and a FAIL always does. */
  public GateResult {
    Objects.requireNonNull(gate, "gate must not be null");
    Objects.requireNonNull(metric, "metric must not be null");
    Objects.requireNonNull(verdict, "verdict must not be null");
    Objects.requireNonNull(explanation, "explanation must not be null");
    if ((verdict == Verdict.PASS && blocks) || (verdict == Verdict.FAIL && !blocks)) {
      throw new IllegalArgumentException(
          "blocks must be " + !blocks + " for the verdict " + verdict + ", but was " + blocks);
    }
  }

  /** The verdict and the gate in a line. */
  @Override
  public String toString() {
    return verdict + " " + gate;
  }
}
