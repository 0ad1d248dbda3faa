package dev.llmops.client.openai;

import com.openai.core.http.StreamResponse;
import dev.llmops.ChunkReader;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The client's stream, recorded as its chunks are consumed; as lazy as the client's. */
final class RecordedStream<C> implements InvocationHandler {

  private final StreamResponse<C> client;
  private final OpenCall call;
  private final ChunkReader<? super C> reader;
  private final Object lifetime;

  private RecordedStream(
      StreamResponse<C> client, OpenCall call, ChunkReader<? super C> reader, Object lifetime) {
    this.client = client;
    this.call = call;
    this.reader = reader;
    this.lifetime = lifetime;
  }

  /**
   * @param lifetime what the call watches; the stream keeps it alive
   */
  @SuppressWarnings("unchecked") // the reader is for the chunks of the stream's endpoint
  static StreamResponse<?> of(
      StreamResponse<?> client, OpenCall call, ChunkReader<?> reader, Object lifetime) {
    return (StreamResponse<?>)
        Proxy.newProxyInstance(
            StreamResponse.class.getClassLoader(),
            new Class<?>[] {StreamResponse.class},
            new RecordedStream<>(
                (StreamResponse<Object>) client, call, (ChunkReader<Object>) reader, lifetime));
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
    return call.stream(client.stream(), reader, lifetime);
  }
}
