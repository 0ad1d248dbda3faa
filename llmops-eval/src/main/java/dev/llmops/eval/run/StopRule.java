package dev.llmops.eval.run;

import dev.llmops.eval.report.CaseRun;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends a run as soon as its verdict is certain. Told of each case once all its repetitions are
 * finished, in the order in which cases were begun and not in that in which they ended: else the
 * quick ones would decide. Called by one thread at a time. Belongs to one run.
 */
@FunctionalInterface
public interface StopRule {

  /**
   * Takes one more case.
   *
   * @param repetitions all of the case's, by iteration
   * @return why the run can end, in a sentence; null to go on
   */
  @Nullable String after(List<CaseRun> repetitions);
}
