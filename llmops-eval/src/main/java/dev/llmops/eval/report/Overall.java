package dev.llmops.eval.report;

import dev.llmops.eval.stats.Verdict;

/** What all gates together say. */
enum Overall {
  /** No gate was asked. */
  NONE,
  PASS,
  FAIL,
  UNDECIDED;

  static Overall of(EvalReport report) {
    Overall overall = report.gates().isEmpty() ? NONE : PASS;
    for (GateResult gate : report.gates()) {
      if (gate.verdict() == Verdict.FAIL) {
        return FAIL;
      }
      if (gate.verdict() == Verdict.UNDECIDED) {
        overall = UNDECIDED;
      }
    }
    return overall;
  }

  static boolean blocks(EvalReport report) {
    return report.gates().stream().anyMatch(GateResult::blocks);
  }
}
