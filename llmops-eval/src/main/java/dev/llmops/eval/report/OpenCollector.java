package dev.llmops.eval.report;

import org.jspecify.annotations.Nullable;

/** The collector of a thread, and what was there before. */
final class OpenCollector implements EvalCollector.Scope {

  static final ThreadLocal<@Nullable EvalCollector> CURRENT = new ThreadLocal<>();

  private final @Nullable EvalCollector before;

  OpenCollector(EvalCollector collector) {
    before = CURRENT.get();
    CURRENT.set(collector);
  }

  @Override
  public void close() {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }
}
