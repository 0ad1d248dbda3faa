package dev.llmops.eval.run;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.GateResult;
import dev.llmops.eval.stats.RerunRule;
import dev.llmops.eval.stats.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Cases that must not be lost, whatever the averages say: those of a tag. One that the baseline
 * passed and the run failed is run again before it counts, as one unlucky answer must not stop a
 * release. Immutable.
 *
 * @param tag of the severe cases in the dataset
 * @param evaluator whose score decides
 * @param threshold the score from which a case passes, 0 to 1
 * @param rule how often a lost case is run again, and how many of these must fail
 */
public record SevereCases(String tag, String evaluator, double threshold, RerunRule rule) {

  /** Checks the threshold. */
  public SevereCases {
    Objects.requireNonNull(tag, "tag must not be null");
    Objects.requireNonNull(evaluator, "evaluator must not be null");
    Objects.requireNonNull(rule, "rule must not be null");
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
  }

  /**
   * Checks a report, running the lost cases again.
   *
   * @param run the run that the report is of; its journal and stop rule are not used
   * @param by the evaluator of this name
   * @return the report with one gate more: FAIL names the cases that are lost, UNDECIDED those that
   *     could not be judged
   */
  public EvalReport check(EvalReport report, Baseline baseline, EvalRun run, Evaluator by) {
    if (!by.spec().name().equals(evaluator)) {
      throw new IllegalArgumentException(
          "by must be the evaluator " + evaluator + ", but is " + by.spec().name());
    }
    Map<String, EvalCase> lost = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    int severe = 0;
    for (CaseRun each : report.runs()) {
      if (!each.evalCase().tags().contains(tag)) {
        continue;
      }
      severe++;
      Double before = baseline.score(each.caseId(), evaluator);
      if (!(each.result(evaluator) instanceof Scored scored)) {
        unknown.add(each.caseId());
      } else if (before != null && before >= threshold && scored.score() < threshold) {
        lost.putIfAbsent(each.caseId(), asked(run, each));
      }
    }
    List<String> confirmed = new ArrayList<>();
    for (Map.Entry<String, EvalCase> each : lost.entrySet()) {
      switch (again(each.getValue(), run, by)) {
        case LOST -> confirmed.add(each.getKey());
        case RERUN -> unknown.add(each.getKey());
        case NOT_LOST -> {}
      }
    }
    List<GateResult> gates = new ArrayList<>(report.gates());
    gates.add(result(severe, lost.size(), confirmed, unknown));
    return report.toBuilder().gates(gates).build();
  }

  private GateResult result(int severe, int lost, List<String> confirmed, List<String> unknown) {
    Verdict verdict =
        !confirmed.isEmpty()
            ? Verdict.FAIL
            : severe == 0 || !unknown.isEmpty() ? Verdict.UNDECIDED : Verdict.PASS;
    String counts =
        lost
            + " of "
            + severe
            + " cases tagged "
            + tag
            + " were lost against the baseline"
            + (lost == 0 ? "" : " and run again up to " + rule.reruns() + " times");
    String explanation =
        switch (verdict) {
          case PASS -> counts + (lost == 0 ? "." : "; they passed then.");
          case FAIL -> counts + "; lost for good: " + String.join(", ", confirmed) + ".";
          case UNDECIDED ->
              severe == 0
                  ? "Not measured: no case is tagged " + tag + "."
                  : counts + "; could not be judged: " + String.join(", ", unknown) + ".";
        };
    return new GateResult(
        "no case tagged " + tag + " is lost",
        evaluator,
        verdict,
        verdict != Verdict.PASS,
        explanation,
        null);
  }

  /** RERUN means that it could not be judged. */
  private RerunRule.Decision again(EvalCase evalCase, EvalRun run, Evaluator by) {
    int passed = 0;
    int failed = 0;
    // repetitions of their own, so that a cassette does not answer with what failed
    int first = run.repetitions();
    while (rule.after(passed, failed) == RerunRule.Decision.RERUN) {
      CaseRun again = run.once(evalCase, first + passed + failed, by);
      if (!(again.result(evaluator) instanceof Scored scored)) {
        return RerunRule.Decision.RERUN;
      }
      if (scored.score() >= threshold) {
        passed++;
      } else {
        failed++;
      }
    }
    return rule.after(passed, failed);
  }

  /** The case as the dataset has it, without the answer that failed. */
  private static EvalCase asked(EvalRun run, CaseRun failed) {
    Dataset dataset = run.dataset();
    return dataset.cases().stream()
        .filter(each -> failed.caseId().equals(each.id()))
        .findFirst()
        .orElse(failed.evalCase());
  }
}
