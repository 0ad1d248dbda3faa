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

  private final LlmContext outside = LlmContext.current();
  private final LlmContext context;
  private final Guarded guarded;
  private final ChatChunks reader = new ChatChunks();

  private volatile @Nullable ObservedCall current;
  private volatile boolean open = true;
  private volatile boolean off;
  // of the thread that subscribes
  private @Nullable Subscribing subscribing;
  private boolean taken;

  /**
   * @param context what the application said where the stream is subscribed to: on this thread, now
   */
  StreamTap(LlmContext context, Guarded guarded) {
    this.context = context;
    this.guarded = guarded;
  }

  /** What is current on this thread, apart from what a tap opened to subscribe. */
  @SuppressWarnings("ReferenceEquality") // the very one that was opened
  static LlmContext outside() {
    LlmContext current = LlmContext.current();
    StreamTap tap = SUBSCRIBING.get();
    Subscribing subscribing = tap == null ? null : tap.subscribing;
    return subscribing != null && subscribing.inside == current ? subscribing.outside : current;
  }

  /** The tap whose stream is being subscribed to on this thread; it is for one call only. */
  static @Nullable StreamTap take() {
    StreamTap tap = SUBSCRIBING.get();
    if (tap == null || tap.taken) {
      return null;
    }
    tap.taken = true;
    return tap;
  }

  /**
   * What a call of this stream starts in: what the application said where the stream was subscribed
   * to, or what is current, with the conversation of the chat memory. Reactor's automatic
   * propagation puts in place what the request came with, after the advisor has told it.
   *
   * @return null where that is current
   */
  @SuppressWarnings("ReferenceEquality") // the very one that was current
  @Nullable LlmContext contextFor(LlmContext current) {
    if (current == outside) {
      return context;
    }
    String conversation = context.conversationId();
    return conversation == null || current.conversationId() != null
        ? null
        : current.toBuilder().conversation(conversation).build();
  }

  boolean isOpen() {
    return open;
  }

  /** Whether the stream has ended without the call that it must have had. */
  boolean missesCall() {
    return current == null && !off;
  }

  /** Whether a stream that is being subscribed to on this thread passes a tap already. */
  static boolean isThere() {
    StreamTap tap = SUBSCRIBING.get();
    return tap != null && !tap.taken;
  }

  /** Nothing is recorded of what is being subscribed to on this thread: recording is off. */
  static void recordingIsOff() {
    StreamTap tap = SUBSCRIBING.get();
    if (tap != null) {
      tap.off = true;
    }
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
      LlmContext inside = context.toBuilder().suppressed(true).build();
      subscribing =
          new Subscribing(
              Thread.currentThread(), outside, inside, inside.open(), SUBSCRIBING.get());
      SUBSCRIBING.set(this);
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
        if (ended.before == null) {
          SUBSCRIBING.remove();
        } else {
          SUBSCRIBING.set(ended.before);
        }
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

  private record Subscribing(
      Thread thread,
      LlmContext outside,
      LlmContext inside,
      LlmContext.Scope scope,
      @Nullable StreamTap before) {}
}
