package dev.llmops.eval.run;

import dev.llmops.eval.report.CaseRun;

/**
 * Is told how a run goes on. Called by one thread at a time; what it throws is logged once and the
 * run goes on. Must not block: the next case waits for it.
 */
public interface RunListener {

  /** Tells nobody. */
  RunListener NONE = new RunListener() {};

  /**
   * The run begins.
   *
   * @param name of the run
   * @param total repetitions of cases to run, those that a journal already holds included
   * @param resumed how many a journal already holds
   */
  default void onStart(String name, int total, int resumed) {}

  /** One repetition of one case is finished and journalled. */
  default void onCase(CaseRun run) {}

  /**
   * The run ended.
   *
   * @param sentence how, for a person
   */
  default void onEnd(String sentence) {}
}
