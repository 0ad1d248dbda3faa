package dev.llmops.client.openai;

import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A raw response: the call ends when the application parses it, or closes it unparsed. The body is
 * the application's; it is never read here.
 */
final class RecordedResponse implements InvocationHandler {

  private final HttpResponseFor<?> client;
  private final OpenCall open;
  private final Call call;
  private final Object lifetime = new Object(); // the response's, and that of a stream in it
  private volatile boolean parsed;
  private volatile boolean bodyTaken;
  private @Nullable Object clientsStream; // guarded by this
  private @Nullable Object recordedStream; // guarded by this

  private RecordedResponse(HttpResponseFor<?> client, OpenCall open, Call call) {
    this.client = client;
    this.open = open;
    this.call = call;
    open.cancelWhenCollected(lifetime);
  }

  static HttpResponseFor<?> of(HttpResponseFor<?> client, OpenCall open, Call call) {
    return (HttpResponseFor<?>)
        Proxy.newProxyInstance(
            HttpResponseFor.class.getClassLoader(),
            new Class<?>[] {HttpResponseFor.class},
            new RecordedResponse(client, open, call));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    if (Proxies.isOfObject(method)) {
      return Proxies.invokeOfObject(proxy, client, method, arguments);
    }
    if (method.getParameterCount() == 0) {
      switch (method.getName()) {
        case "parse":
          return parse(method);
        case "body":
          bodyTaken = true;
          break;
        case "close":
          closed();
          break;
        default:
          break;
      }
    }
    return Proxies.invoke(client, method, arguments);
  }

  private @Nullable Object parse(Method method) {
    Object result;
    try {
      result = Proxies.invoke(client, method, null);
    } catch (Throwable t) {
      open.fail(t, Failures::of);
      throw t;
    }
    if (result instanceof StreamResponse<?> stream) {
      parsed = true;
      return recorded(stream);
    }
    if (!parsed) {
      parsed = true;
      open.complete(client, response -> call.read(response, result));
    }
    return result;
  }

  /** The client gives the same stream each time, and so does this. */
  private synchronized @Nullable Object recorded(StreamResponse<?> stream) {
    if (clientsStream != stream) {
      clientsStream = stream;
      recordedStream = RecordedStream.of(stream, open, call.chunks(), lifetime);
    }
    return recordedStream;
  }

  private void closed() {
    if (parsed || (call.isStreamed() && !bodyTaken)) {
      open.cancel(Outcome.Reason.CLOSED); // ignored unless a parsed stream is still open
    } else {
      open.complete(client, response -> call.read(response, null));
    }
  }
}
