package dev.llmops.client.openai;

import com.openai.core.http.StreamResponse;
import dev.llmops.ChunkReader;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The client's stream, recorded as its chunks are consumed; as lazy as the client's. */
final class RecordedStream<C> implements InvocationHandler {

  private final StreamResponse<C> client;
  private final OpenCall call;
  private final ChunkReader<? super C> reader;
  private final Lifetime lifetime;

  private RecordedStream(StreamResponse<C> client, OpenCall call, ChunkReader<? super C> reader) {
    this.client = client;
    this.call = call;
    this.reader = reader;
    this.lifetime = Lifetime.of(call);
  }

  @SuppressWarnings("unchecked") // the reader is for the chunks of the stream's endpoint
  static StreamResponse<?> of(StreamResponse<?> client, OpenCall call, ChunkReader<?> reader) {
    return (StreamResponse<?>)
        Proxy.newProxyInstance(
            StreamResponse.class.getClassLoader(),
            new Class<?>[] {StreamResponse.class},
            new RecordedStream<>(
                (StreamResponse<Object>) client, call, (ChunkReader<Object>) reader));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    if (method.getParameterCount() == 0) {
      switch (method.getName()) {
        case "stream":
          return stream();
        case "close":
          call.cancel(Outcome.Reason.CLOSED);
          lifetime.over();
          break;
        default:
          break;
      }
    }
    return Proxies.isOfObject(method)
        ? Proxies.invokeOfObject(proxy, client, method, arguments)
        : Proxies.invoke(client, method, arguments);
  }

  private Stream<C> stream() {
    Stream<C> chunks = client.stream();
    return StreamSupport.stream(
            () -> new Chunks<>(chunks.spliterator(), this),
            Spliterator.ORDERED,
            chunks.isParallel())
        .onClose(
            () -> {
              call.cancel(Outcome.Reason.CLOSED);
              lifetime.over();
              chunks.close();
            });
  }

  private static final class Chunks<C> implements Spliterator<C> {
    private final Spliterator<C> client;
    private final RecordedStream<C> stream;
    private final Consumer<C> pass = this::pass; // once: a chunk must cost no bytes
    private @Nullable Consumer<? super C> consumer;
    private boolean consuming;

    Chunks(Spliterator<C> client, RecordedStream<C> stream) {
      this.client = client;
      this.stream = stream;
    }

    @Override
    public boolean tryAdvance(Consumer<? super C> action) {
      consumer = action;
      consuming = false;
      try {
        if (client.tryAdvance(pass)) {
          return true;
        }
        stream.call.complete();
        stream.lifetime.over();
        return false;
      } catch (Throwable t) {
        failed(t);
        throw t;
      } finally {
        Reference.reachabilityFence(stream.lifetime);
      }
    }

    @Override
    public void forEachRemaining(Consumer<? super C> action) {
      consumer = action;
      consuming = false;
      try {
        client.forEachRemaining(pass);
        stream.call.complete();
        stream.lifetime.over();
      } catch (Throwable t) {
        failed(t);
        throw t;
      } finally {
        Reference.reachabilityFence(stream.lifetime);
      }
    }

    private void pass(C chunk) {
      stream.call.chunk(chunk, stream.reader); // before the consumer: its time is not the model's
      consuming = true;
      Consumer<? super C> action = consumer;
      if (action != null) {
        action.accept(chunk);
      }
      consuming = false;
    }

    private void failed(Throwable t) {
      if (consuming) {
        stream.call.cancel(Outcome.Reason.CONSUMER_FAILED);
      } else {
        stream.call.fail(t, Failures::of);
      }
      stream.lifetime.over();
    }

    @Override
    public @Nullable Spliterator<C> trySplit() {
      return null; // one call is one sequence of chunks
    }

    @Override
    public long estimateSize() {
      return client.estimateSize();
    }

    @Override
    public int characteristics() {
      return ORDERED;
    }
  }
}
