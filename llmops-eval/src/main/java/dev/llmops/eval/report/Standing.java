package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who passed and who failed, as far as that is defined: by a threshold where one is given, else by
 * the evaluator's own label, else by scores that are all 0 or 1. A graded score without a threshold
 * is neither.
 */
final class Standing {

  /** What came of a result, a run or a case; the worst first. */
  enum Status {
    ERRORED,
    FAILED,
    SKIPPED,
    SCORED,
    PASSED
  }

  private final Map<String, Double> thresholds;
  private final Set<String> binary = new HashSet<>();
  private final Set<String> deciding = new HashSet<>();
  private final Map<String, List<CaseRun>> cases = new LinkedHashMap<>();

  Standing(EvalReport report, Map<String, Double> thresholds) {
    this.thresholds = Map.copyOf(thresholds);
    Set<String> graded = new HashSet<>();
    Set<String> scored = new HashSet<>();
    for (CaseRun run : report.runs()) {
      cases.computeIfAbsent(run.caseId(), unused -> new ArrayList<>(1)).add(run);
      for (EvalResult result : run.results()) {
        if (result instanceof Scored found) {
          scored.add(result.by().name());
          if (found.score() != 0 && found.score() != 1) {
            graded.add(result.by().name());
          }
          if ("pass".equals(found.label()) || "fail".equals(found.label())) {
            deciding.add(result.by().name());
          }
        }
      }
    }
    for (String name : scored) {
      if (!graded.contains(name)) {
        binary.add(name);
      }
    }
    deciding.addAll(binary);
    deciding.addAll(thresholds.keySet());
  }

  /** The repetitions of each case, in the order of the report. */
  Map<String, List<CaseRun>> cases() {
    return cases;
  }

  /** Whether this evaluator tells pass from fail. */
  boolean decides(String evaluator) {
    return deciding.contains(evaluator);
  }

  Status of(EvalResult result) {
    if (!(result instanceof Scored scored)) {
      return result instanceof Errored ? Status.ERRORED : Status.SKIPPED;
    }
    String name = result.by().name();
    Double threshold = thresholds.get(name);
    if (threshold != null) {
      return scored.score() >= threshold ? Status.PASSED : Status.FAILED;
    }
    if ("pass".equals(scored.label()) || "fail".equals(scored.label())) {
      return "pass".equals(scored.label()) ? Status.PASSED : Status.FAILED;
    }
    if (!binary.contains(name)) {
      return Status.SCORED;
    }
    return scored.score() == 1 ? Status.PASSED : Status.FAILED;
  }

  Status of(CaseRun run) {
    return run.error() != null ? Status.ERRORED : worst(run.results().stream().map(this::of));
  }

  Status of(List<CaseRun> runs) {
    return worst(runs.stream().map(this::of));
  }

  /** Whether repetitions of the case disagree about passing. */
  boolean flaky(List<CaseRun> runs) {
    for (int i = 0; runs.size() > 1 && i < runs.get(0).results().size(); i++) {
      if (flaky(runs, runs.get(0).results().get(i).by().name())) {
        return true;
      }
    }
    return false;
  }

  boolean flaky(List<CaseRun> runs, String evaluator) {
    boolean passed = false;
    boolean failed = false;
    for (CaseRun run : runs) {
      EvalResult result = run.result(evaluator);
      Status status = result == null ? Status.SKIPPED : of(result);
      passed |= status == Status.PASSED;
      failed |= status == Status.FAILED;
    }
    return passed && failed;
  }

  private static Status worst(java.util.stream.Stream<Status> all) {
    Set<Status> seen = java.util.EnumSet.noneOf(Status.class);
    all.forEach(seen::add);
    if (seen.contains(Status.ERRORED)) {
      return Status.ERRORED;
    }
    if (seen.contains(Status.FAILED)) {
      return Status.FAILED;
    }
    // what one evaluator cannot measure does not hide what the others found
    if (seen.contains(Status.PASSED)) {
      return Status.PASSED;
    }
    return seen.contains(Status.SCORED) || seen.isEmpty() ? Status.SCORED : Status.SKIPPED;
  }
}
