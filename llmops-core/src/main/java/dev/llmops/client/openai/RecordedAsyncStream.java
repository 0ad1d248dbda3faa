package dev.llmops.client.openai;

import com.openai.core.http.AsyncStreamResponse;
import dev.llmops.ChunkReader;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The client's stream with handlers, recorded as the chunks are handed to the handler. */
final class RecordedAsyncStream<C> implements InvocationHandler {

  private final AsyncStreamResponse<C> client;
  private final OpenCall call;
  private final ChunkReader<? super C> reader;
  private final @Nullable CompletableFuture<Void> end;

  private RecordedAsyncStream(
      AsyncStreamResponse<C> client, OpenCall call, ChunkReader<? super C> reader) {
    this.client = client;
    this.call = call;
    this.reader = reader;
    call.cancelWhenCollected(this);
    CompletableFuture<Void> clients = client.onCompleteFuture();
    this.end = clients == null ? null : call.future(clients, ending(call));
  }

  @SuppressWarnings("unchecked") // the reader is for the chunks of the stream's endpoint
  static AsyncStreamResponse<?> of(
      AsyncStreamResponse<?> client, OpenCall call, ChunkReader<?> reader) {
    return (AsyncStreamResponse<?>)
        Proxy.newProxyInstance(
            AsyncStreamResponse.class.getClassLoader(),
            new Class<?>[] {AsyncStreamResponse.class},
            new RecordedAsyncStream<>(
                (AsyncStreamResponse<Object>) client, call, (ChunkReader<Object>) reader));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    if (Proxies.isOfObject(method)) {
      return Proxies.invokeOfObject(proxy, client, method, arguments);
    }
    switch (method.getName()) {
      case "subscribe":
        if (arguments != null && arguments[0] instanceof AsyncStreamResponse.Handler<?> handler) {
          arguments = arguments.clone();
          @SuppressWarnings("unchecked") // as the client's method declares it
          AsyncStreamResponse.Handler<? super C> user =
              (AsyncStreamResponse.Handler<? super C>) handler;
          arguments[0] = new RecordedHandler<C>(user, this);
        }
        break;
      case "onCompleteFuture":
        if (end != null) {
          return end;
        }
        break;
      case "close":
        call.cancel(Outcome.Reason.CLOSED);
        break;
      default:
        break;
    }
    Object result = Proxies.invoke(client, method, arguments);
    return result == client ? proxy : result;
  }

  /** Ends a call that no handler saw the end of: the request failed, or nobody subscribed. */
  private static OpenCall.FutureEnd<Void> ending(OpenCall call) {
    return (nothing, error, left) -> {
      if (left == null && error != null) {
        Failures.end(call, error);
      } else if (left == null) {
        call.cancel(Outcome.Reason.ABANDONED); // where a handler or close() ended it, ignored
      }
      return nothing;
    };
  }

  private static final class RecordedHandler<C> implements AsyncStreamResponse.Handler<C> {
    private final AsyncStreamResponse.Handler<? super C> user;
    private final RecordedAsyncStream<C> stream;

    RecordedHandler(AsyncStreamResponse.Handler<? super C> user, RecordedAsyncStream<C> stream) {
      this.user = user;
      this.stream = stream;
    }

    @Override
    public void onNext(C chunk) {
      stream.call.chunk(chunk, stream.reader);
      long consuming = stream.call.consuming();
      try {
        user.onNext(chunk);
        stream.call.consumed(consuming);
      } catch (Throwable t) {
        stream.call.cancel(Outcome.Reason.CONSUMER_FAILED);
        throw t;
      }
    }

    @Override
    public void onComplete(Optional<Throwable> error) {
      if (error.isPresent()) {
        Failures.end(stream.call, error.get());
      } else {
        stream.call.complete();
      }
      user.onComplete(error);
    }
  }
}
