package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.LlmContext;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import dev.llmops.StreamRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The application's handler, told what the model's client tells this one, after it was recorded.
 * Its code runs in the context in which the call was made, on whatever thread the client has: what
 * an AI service does there (tools, the next call) belongs where the first call belongs.
 */
final class RecordedHandler implements StreamingChatResponseHandler, ChunkReader<Object> {

  private final StreamingChatResponseHandler user;
  private final OpenCall call;
  private final LlmContext context;
  private final @Nullable ServiceStep service;
  private @Nullable Handle handle; // one a stream; the client's thread is the only one here
  private boolean partialToolCalls;
  private volatile @Nullable Exception consumerFailure; // the last one
  private volatile boolean cancelling;

  /** Made on the thread that makes the call. */
  RecordedHandler(StreamingChatResponseHandler user, OpenCall call) {
    this.user = user;
    this.call = call;
    this.context = LlmContext.current();
    this.service = ServiceStep.around(context);
  }

  @Override
  public void onPartialResponse(String text) {
    call.chunk(text, this);
    consumed(() -> user.onPartialResponse(text));
  }

  @Override
  public void onPartialResponse(PartialResponse part, PartialResponseContext from) {
    call.chunk(part, this);
    PartialResponseContext own = new PartialResponseContext(handle(from.streamingHandle()));
    consumed(() -> user.onPartialResponse(part, own));
  }

  @Override
  public void onPartialThinking(PartialThinking part) {
    call.chunk(part, this);
    consumed(() -> user.onPartialThinking(part));
  }

  @Override
  public void onPartialThinking(PartialThinking part, PartialThinkingContext from) {
    call.chunk(part, this);
    PartialThinkingContext own = new PartialThinkingContext(handle(from.streamingHandle()));
    consumed(() -> user.onPartialThinking(part, own));
  }

  @Override
  public void onPartialToolCall(PartialToolCall part) {
    call.chunk(part, this);
    consumed(() -> user.onPartialToolCall(part));
  }

  @Override
  public void onPartialToolCall(PartialToolCall part, PartialToolCallContext from) {
    call.chunk(part, this);
    PartialToolCallContext own = new PartialToolCallContext(handle(from.streamingHandle()));
    consumed(() -> user.onPartialToolCall(part, own));
  }

  @Override
  public void onCompleteToolCall(CompleteToolCall whole) {
    call.chunk(whole, this);
    consumed(() -> inService(() -> user.onCompleteToolCall(whole)));
  }

  @Override
  public void onUnmappedRawEvent(Object event) {
    consumed(() -> user.onUnmappedRawEvent(event));
  }

  @Override
  public void onCompleteResponse(ChatResponse response) {
    call.chunk(response, this); // a chunk like the others, so that a replay brings it as well
    if (consumerFailure == null) {
      call.complete();
    } else {
      stopped();
    }
    inService(() -> user.onCompleteResponse(response));
  }

  @Override
  public void onError(Throwable error) {
    Exception failure = consumerFailure;
    if (cancelling) {
      call.cancel(Outcome.Reason.CLOSED);
    } else if (failure == null) {
      call.fail(error, Failures::of);
    } else if (!Failures.comesFrom(error, failure)) {
      stopped();
    } // else LangChain4j's clients tell it and read on: the end brings the usage
    inContext(() -> user.onError(error));
  }

  /** Nothing more will come; ends the call if that is because of the consumer. */
  void stopped() {
    if (consumerFailure != null) {
      call.cancel(Outcome.Reason.CONSUMER_FAILED);
    }
  }

  @Override
  public void read(Object chunk, StreamRecorder into) {
    if (chunk instanceof PartialResponse part) {
      into.text(part.text());
    } else if (chunk instanceof String text) {
      into.text(text);
    } else if (chunk instanceof PartialThinking part) {
      into.reasoning(0, part.text());
    } else if (chunk instanceof PartialToolCall part) {
      partialToolCalls = true;
      into.toolCall(0, part.index(), part.id(), part.name(), part.partialArguments());
    } else if (chunk instanceof CompleteToolCall whole && !partialToolCalls) {
      var request = whole.toolExecutionRequest();
      into.toolCall(0, whole.index(), request.id(), request.name(), request.arguments());
    } else if (chunk instanceof ChatResponse response) {
      into.response(ChatAnswers.read(response, into.capturesContent()));
    }
  }

  @Override
  public CallError readError(Throwable error) {
    return Failures.of(error);
  }

  @Override
  public CallCodec<?> codec() {
    return ChunkCodec.INSTANCE;
  }

  /** Tells a stored stream as the client would, on this thread. */
  void replay(EncodedResponse stored) {
    call.attempts(0);
    try {
      ReplayHandle replayed = new ReplayHandle();
      for (JsonText json : stored.requireChunks()) {
        if (replayed.isCancelled()) {
          return;
        }
        ChunkCodec.INSTANCE.decode(json).tell(this, replayed);
      }
    } catch (RuntimeException e) {
      stopped();
      onError(e);
    }
  }

  private Handle handle(StreamingHandle client) {
    Handle known = handle;
    if (known == null || known.client != client) {
      known = handle = new Handle(client);
    }
    return known;
  }

  private void consumed(Runnable consumer) {
    try {
      inContext(consumer);
    } catch (Exception e) { // what the client goes on after; if not, it lets go of this handler
      consumerFailure = e;
      throw e;
    } catch (Throwable t) {
      call.cancel(Outcome.Reason.CONSUMER_FAILED);
      throw t;
    }
  }

  /** Where an AI service goes on: with its tools, and with its next call. */
  private void inService(Runnable consumer) {
    if (service == null || service.equals(ServiceStep.current())) {
      inContext(consumer);
      return;
    }
    try (LlmContext.Scope scope = service.open(context)) {
      consumer.run();
    }
  }

  @SuppressWarnings("ReferenceEquality") // equals() leaves out who listens
  private void inContext(Runnable consumer) {
    if (LlmContext.current() == context) {
      consumer.run();
      return;
    }
    try (LlmContext.Scope scope = context.open()) {
      consumer.run();
    }
  }

  /** Cancels the client's stream, and says so. */
  private final class Handle implements StreamingHandle {
    private final StreamingHandle client;

    Handle(StreamingHandle client) {
      this.client = client;
    }

    @Override
    public void cancel() {
      cancelling = true; // first: what the client then reports is no failure
      try {
        client.cancel();
      } catch (Throwable t) { // not every client can, and then it goes on
        cancelling = false;
        throw t;
      }
      call.cancel(Outcome.Reason.CLOSED);
    }

    @Override
    public boolean isCancelled() {
      return client.isCancelled();
    }
  }

  private static final class ReplayHandle implements StreamingHandle {
    private volatile boolean cancelled;

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }
}
