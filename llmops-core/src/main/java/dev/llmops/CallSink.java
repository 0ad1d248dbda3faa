package dev.llmops;

import java.time.Duration;

/**
 * Takes every finished record: to keep, write, log or judge it. Must be thread-safe. What it throws
 * is caught, counted and logged once; the user's call never sees it.
 *
 * <p>A sink gets its own copy of each record, with the content that its {@link #content()} policy
 * allows: none unless it says so.
 */
@FunctionalInterface
public interface CallSink {

  /**
   * A call or step ended, or a score was given. On the thread that ended it, unless {@link
   * #blocks()} says that the sink needs a thread of its own.
   */
  void accept(LlmRecord record);

  /** What content this sink may get; none by default. */
  default ContentPolicy content() {
    return ContentPolicy.none();
  }

  /**
   * Whether {@link #accept} may wait for I/O. {@link LlmOps} puts such a sink behind a bounded
   * queue and a thread of its own.
   */
  default boolean blocks() {
    return false;
  }

  /**
   * Whether this sink applies {@link #content()} itself, for instance on another thread. It then
   * gets records as they pass, with all their content.
   */
  default boolean appliesContentPolicy() {
    return false;
  }

  /** What this sink did so far, for {@link LlmOps#stats()} and {@link LlmOps#explain()}. */
  default ComponentStats stats() {
    return ComponentStats.of(getClass().getSimpleName());
  }

  /** Writes what is left and releases what it holds, within the deadline; idempotent. */
  default void close(Duration deadline) {}
}
