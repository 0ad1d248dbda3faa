package dev.llmops.eval.report;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Is told what is evaluated on a thread, whoever evaluates: how the results of a test reach its
 * report even when an assertion throws first. Assertions and runs tell the {@link #current()} one;
 * a test framework's extension opens one for the time of a test.
 */
public interface EvalCollector {

  /** Tells nobody. */
  EvalCollector NONE = new EvalCollector() {};

  /** The one of this thread; {@link #NONE} when none is open. */
  static EvalCollector current() {
    EvalCollector open = OpenCollector.CURRENT.get();
    return open == null ? NONE : open;
  }

  /** Makes this the current one of this thread until the scope is closed, on this thread. */
  default Scope open() {
    return new OpenCollector(this);
  }

  /** One case was judged. Must not throw. */
  default void judged(Judgement judgement) {}

  /** A run has its report, or its report has further gates: the run id is then the same. */
  default void reported(EvalReport report) {}

  /**
   * The shortest command that runs again what runs now, absent when not known.
   *
   * @param caseId the case alone, null for all
   */
  default @Nullable String reproduce(@Nullable String caseId) {
    return null;
  }

  /**
   * What an assertion held against a case.
   *
   * @param evalCase what was judged; it may lack an id
   * @param result what the evaluator found
   * @param held whether the assertion held
   */
  record Judgement(EvalCase evalCase, EvalResult result, boolean held) {
    /** Checks for null only. */
    public Judgement {
      Objects.requireNonNull(evalCase, "evalCase must not be null");
      Objects.requireNonNull(result, "result must not be null");
    }
  }

  /** An open collector; close it on the thread that opened it, in reverse order. */
  interface Scope extends AutoCloseable {
    /** Restores what was current before. Never throws. */
    @Override
    void close();
  }
}
