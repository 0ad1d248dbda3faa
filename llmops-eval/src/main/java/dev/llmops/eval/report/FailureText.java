package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a person reads when a gate blocks: the verdict, the numbers, and where to look. */
final class FailureText {

  private static final int MAX_CASES = 5;
  private static final int MAX_REASON = 200;

  private FailureText() {}

  static String of(EvalReport report, List<GateResult> blocking) {
    StringBuilder text = new StringBuilder();
    text.append(report.name())
        .append(": ")
        .append(blocking.size())
        .append(" of ")
        .append(report.gates().size())
        .append(" gates block");
    for (GateResult result : blocking) {
      text.append("\n\n").append(result.verdict()).append("  ").append(result.gate());
      GateDecision decision = result.decision();
      if (decision != null && decision.estimate() != null) {
        text.append(String.format(Locale.ROOT, "%n  measured  %.4g", decision.estimate()));
        if (decision.interval() != null) {
          text.append(
              String.format(
                  Locale.ROOT,
                  " [%.4g, %.4g]",
                  decision.interval().low(),
                  decision.interval().high()));
        }
        text.append(" over ").append(decision.n()).append(" cases");
      }
      text.append("\n  why       ").append(result.explanation());
      Integer missing = decision == null ? null : decision.casesMissing();
      if (result.verdict() == Verdict.UNDECIDED && missing != null && missing > 0) {
        text.append("\n  needed    about ").append(missing).append(" more cases");
      }
      worst(report, result.metric(), text);
    }
    return text.toString();
  }

  private static void worst(EvalReport report, String metric, StringBuilder text) {
    List<CaseRun> worst =
        report.runs().stream()
            .filter(run -> run.result(metric) != null && badness(run, metric) > 0)
            .sorted(Comparator.comparingDouble((CaseRun run) -> -badness(run, metric)))
            .limit(MAX_CASES)
            .toList();
    for (int i = 0; i < worst.size(); i++) {
      CaseRun run = worst.get(i);
      EvalResult result = run.result(metric);
      if (result == null) {
        continue;
      }
      text.append(i == 0 ? "\n  look at   " : "\n            ");
      text.append(run.caseId());
      if (run.iteration() > 0) {
        text.append(" (repetition ").append(run.iteration()).append(')');
      }
      text.append(
          result instanceof Scored scored
              ? String.format(Locale.ROOT, "  %.3f  ", scored.score())
              : "  no score  ");
      String reason = result.reason().replace('\n', ' ');
      text.append(reason, 0, Math.min(reason.length(), MAX_REASON));
    }
  }

  /** 0 for a perfect score, 1 for the worst, 2 for none. */
  private static double badness(CaseRun run, String metric) {
    EvalResult result = run.result(metric);
    return result instanceof Scored scored ? 1 - scored.score() : 2;
  }
}
