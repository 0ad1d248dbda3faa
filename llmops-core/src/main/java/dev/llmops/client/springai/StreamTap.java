package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;

/**
 * Where the chunks of one subscription pass. Observations tell of no chunk, and a stream hands its
 * last chunks over to another thread after its observation has stopped: so the tap ends the call.
 */
final class StreamTap {

  private static final ThreadLocal<@Nullable StreamTap> SUBSCRIBING = new ThreadLocal<>();

  private final LlmContext context;
  private final Guarded guarded;
  private final ChatChunks reader = new ChatChunks();

  private volatile @Nullable ObservedCall current;
  private volatile boolean open = true;
  private @Nullable Subscribing subscribing;

  StreamTap(LlmContext context, Guarded guarded) {
    this.context = context;
    this.guarded = guarded;
  }

  /** The tap whose stream is being subscribed to on this thread; it is for one call only. */
  static @Nullable StreamTap take() {
    StreamTap tap = SUBSCRIBING.get();
    if (tap != null) {
      SUBSCRIBING.remove();
    }
    return tap;
  }

  /** What the application said where the stream was subscribed to. */
  LlmContext context() {
    return context;
  }

  boolean isOpen() {
    return open;
  }

  /** Whether a call was seen to start. */
  boolean sawCall() {
    return current != null;
  }

  /** A call of this stream starts; the one before it asked for tools. */
  void started(ObservedCall call) {
    ObservedCall before = current;
    current = call;
    if (before != null) {
      before.askedForTools();
    }
  }

  /**
   * Subscribing begins: the model's call starts during it, through a client that may be recorded as
   * well.
   */
  void beginSubscribing() {
    try {
      SUBSCRIBING.set(this);
      subscribing =
          new Subscribing(
              Thread.currentThread(), context.toBuilder().suppressed(true).build().open());
    } catch (Throwable t) {
      guarded.swallow("subscription", t);
    }
  }

  /** Subscribing has ended, or a chunk came before it did: what follows is the consumer's. */
  void endSubscribing() {
    Subscribing ended = subscribing;
    if (ended != null && ended.thread == Thread.currentThread()) {
      subscribing = null;
      try {
        SUBSCRIBING.remove();
        ended.scope.close();
      } catch (Throwable t) {
        guarded.swallow("subscription", t);
      }
    }
  }

  void next(@Nullable ChatResponse chunk) {
    endSubscribing();
    try {
      ObservedCall call = current;
      if (call != null && chunk != null) {
        call.open().chunk(chunk, reader);
      }
    } catch (Throwable t) {
      guarded.swallow("chunk", t);
    }
  }

  void completed() {
    endSubscribing();
    open = false;
    try {
      ObservedCall call = current;
      if (call != null) {
        call.completed();
      }
    } catch (Throwable t) {
      guarded.swallow("end", t);
    }
  }

  void failed(Throwable error) {
    endSubscribing();
    open = false;
    try {
      ObservedCall call = current;
      if (call != null) {
        call.failed(error);
      }
    } catch (Throwable t) {
      guarded.swallow("end", t);
    }
  }

  void cancelled() {
    open = false;
    try {
      ObservedCall call = current;
      if (call != null) {
        call.cancelled();
      }
    } catch (Throwable t) {
      guarded.swallow("end", t);
    }
  }

  private record Subscribing(Thread thread, LlmContext.Scope scope) {}
}
