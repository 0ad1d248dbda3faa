package dev.llmops;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Watches calls live: is told when one starts, and may open a span around it. Must be thread-safe
 * and quick: it runs on the calling thread. What it throws is caught, counted and logged once; the
 * user's call never sees it.
 *
 * <p>A call may carry full content while it passes. An observer that stores or sends any of it must
 * apply its own {@link ContentPolicy} and declare it in {@link #content()}.
 */
public interface CallObserver {

  /**
   * A call is about to be issued.
   *
   * @return the observation of this one call, or null to ignore it
   */
  @Nullable CallObservation onStart(LlmRequest request, LlmContext context, Instant start);

  /**
   * A step is about to run.
   *
   * @return the observation of this one step, or null to ignore it
   */
  default @Nullable StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    return null;
  }

  /** A call or step was judged. */
  default void onScore(CallScore score) {}

  /** What content this observer wants to see; none by default. */
  default ContentPolicy content() {
    return ContentPolicy.none();
  }

  /** What this observer did so far, for {@link LlmOps#stats()} and {@link LlmOps#explain()}. */
  default ComponentStats stats() {
    return ComponentStats.of(getClass().getSimpleName());
  }

  /** Sends what is left and releases what it holds, within the deadline. */
  default void close(Duration deadline) {}

  /** What the observations of calls and of steps share. */
  interface Observation {

    /** The trace that this observer opened, 32 hexadecimal digits; absent when it opens none. */
    default @Nullable String traceId() {
      return null;
    }

    /** The span that this observer opened, 16 hexadecimal digits; absent when it opens none. */
    default @Nullable String spanId() {
      return null;
    }

    /**
     * Makes the observation current while the request is issued or the body of the step runs, on
     * the calling thread only; null when there is nothing to make current.
     */
    default LlmContext.@Nullable Scope makeCurrent() {
      return null;
    }
  }

  /** The observation of one call: made when it starts, dropped when it ends. */
  interface CallObservation extends Observation {

    /** The first chunk arrived; on the thread that reads it. */
    default void onFirstChunk() {}

    /**
     * Whether {@link #onChunk} is wanted: it costs a clock reading a chunk. Asked once, when the
     * call starts.
     */
    default boolean wantsChunks() {
      return false;
    }

    /** A chunk after the first arrived; {@code sincePreviousNanos} is 0 or more. */
    default void onChunk(long sincePreviousNanos) {}

    /** The call ended; on the thread that ended it, exactly once. */
    void onEnd(LlmCall call);
  }

  /** The observation of one step. */
  interface StepObservation extends Observation {

    /** The step ended; exactly once. */
    void onEnd(LlmStep step);
  }
}
