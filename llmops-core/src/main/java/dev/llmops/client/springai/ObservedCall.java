package dev.llmops.client.springai;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmContext;
import dev.llmops.LlmResponse;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import dev.llmops.ResponseReader;
import io.micrometer.observation.Observation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.model.observation.ModelObservationContext;

/** A model call while it runs. */
final class ObservedCall extends Observed {

  private static final LlmContext NOTHING_INSIDE = LlmContext.builder().suppressed(true).build();
  private static final LlmResponse ASKED_FOR_TOOLS =
      LlmResponse.builder().finishReasons(List.of("tool_call")).build();

  private final OpenCall call;
  private final boolean streaming;
  private final LlmContext context;
  private final @Nullable Observed parent;
  private final @Nullable StreamTap tap;
  private final ResponseReader<Object> reader;
  private final @Nullable RuntimeException refusal;
  private volatile boolean ended;

  /**
   * @param context what was current when the call started
   * @param parent the nearest recorded observation around it
   * @param tap sees the chunks, where an advisor does
   */
  ObservedCall(
      OpenCall call,
      boolean streaming,
      LlmContext context,
      @Nullable Observed parent,
      @Nullable StreamTap tap,
      ResponseReader<Object> reader) {
    this.call = call;
    this.streaming = streaming;
    this.context = context;
    this.parent = parent;
    this.tap = tap;
    this.reader = reader;
    EncodedResponse stored = call.replay();
    this.refusal = stored == null ? refusalOf(call) : replayed(stored);
    if (tap != null) {
      call.cancelWhenCollected(this);
      tap.started(this);
    }
  }

  OpenCall open() {
    return call;
  }

  boolean streams() {
    return streaming;
  }

  @Nullable StreamTap tap() {
    return tap;
  }

  @Override
  CallRef ref() {
    return call.ref();
  }

  @Override
  ObservedCall call() {
    return this;
  }

  @Override
  @Nullable RuntimeException refusal() {
    return refusal;
  }

  /** The client below may be recorded as well: this call is recorded here. */
  @Override
  LlmContext.Scope makeCurrent() {
    if (ended) {
      return childContext();
    }
    LlmContext inside =
        saysNothing(context) ? NOTHING_INSIDE : context.toBuilder().suppressed(true).build();
    LlmContext.Scope span = call.makeCurrent();
    LlmContext.Scope scope = inside.open();
    return () -> {
      scope.close();
      span.close();
    };
  }

  /** A tool that runs inside a streamed call, and the next call of its loop, are its siblings. */
  @Override
  LlmContext.Scope childContext() {
    return parent == null ? context.open() : parent.childContext();
  }

  /** Spring AI 1.1 runs the tools of a stream, and asks again, inside of the first call's. */
  void askedForTools() {
    if (streaming && !ended) {
      ended = true;
      call.complete(ASKED_FOR_TOOLS, told -> told);
    }
  }

  void completed() {
    ended = true;
    call.complete();
  }

  void failed(Throwable error) {
    ended = true;
    call.fail(error, Failures::of);
  }

  void cancelled() {
    ended = true;
    call.cancel(Outcome.Reason.CLOSED);
  }

  @Override
  void stop(Observation.Context stopped) {
    if (ended || (tap != null && tap.isOpen())) {
      return; // with a tap the last chunks may still be on their way: it ends the call
    }
    Throwable error = stopped.getError();
    if (error != null) {
      failed(error);
      return;
    }
    Object response = ((ModelObservationContext<?, ?>) stopped).getResponse();
    ended = true;
    if (response != null) {
      call.complete(response, reader);
    } else if (streaming) {
      call.cancel(Outcome.Reason.CLOSED);
    } else {
      call.complete();
    }
  }

  /** Ends a call that is not streamed; of a stream, the chunks will pass the tap, as always. */
  private RuntimeException replayed(EncodedResponse stored) {
    call.attempts(0);
    try {
      List<ChatResponse> answers = ChatCodec.decode(stored, streaming);
      if (!streaming) {
        ended = true;
        call.complete(answers.get(0), reader);
      }
      return new Replayed(answers);
    } catch (RuntimeException e) {
      failed(e);
      return e;
    }
  }

  @SuppressWarnings("ReferenceEquality") // an equal one may have listeners
  private static boolean saysNothing(LlmContext context) {
    return context == LlmContext.EMPTY;
  }

  private static @Nullable RuntimeException refusalOf(OpenCall call) {
    try {
      Object unused = call.issue(() -> Boolean.TRUE, CallError::of);
      return null;
    } catch (RuntimeException refused) {
      return refused;
    }
  }
}
