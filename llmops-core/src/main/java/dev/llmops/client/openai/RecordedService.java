package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.ClientOptions;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import dev.llmops.client.openai.Service.Route;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client, or one of its services, whose calls are recorded. A proxy, not a delegating class: the
 * client's interfaces grow with every release, and what is added must pass through.
 */
final class RecordedService implements InvocationHandler {

  private final Class<?> type;
  private final Object client;
  private final Object counted; // the client, or its copy that lets retries be counted
  private final LlmOps ops;
  private final Server server;
  private final Service service;
  private final @Nullable Object raw;
  private final AtomicReferenceArray<@Nullable Child> children;

  private RecordedService(Class<?> type, Object client, Object counted, LlmOps ops, Server server) {
    this.type = type;
    this.client = client;
    this.counted = counted;
    this.ops = ops;
    this.server = server;
    this.service = Service.of(type);
    this.raw = rawView();
    this.children = new AtomicReferenceArray<>(service.children());
  }

  /**
   * Wraps a client. One of openai-java itself is asked for its options, for the server's address;
   * others (decorators, mocks) are not: they may count or forbid the call that this takes.
   */
  static <T> T of(Class<T> type, T client, LlmOps ops, Server server) {
    Object counted = client;
    @Nullable Server[] seen = new Server[1];
    if (isClientsOwn(type, client)) {
      Consumer<ClientOptions.Builder> look = options -> seen[0] = server.with(options);
      try {
        counted =
            client instanceof OpenAIClient sync
                ? sync.withOptions(look)
                : ((OpenAIClientAsync) client).withOptions(look);
      } catch (RuntimeException e) {
        seen[0] = null; // a client that cannot copy its options still works, at an unknown address
      }
    }
    Server at = seen[0];
    return type.cast(
        at == null
            ? proxy(type, client, client, ops, server)
            : proxy(type, client, counted, ops, at));
  }

  /** Whether this is a client that is recorded by this instance already. */
  static boolean isRecordedBy(LlmOps ops, Object client) {
    RecordedService recorded = of(client);
    return recorded != null && recorded.ops == ops;
  }

  /** Whether the object is of the class that openai-java itself has for the interface. */
  static boolean isClientsOwn(Class<?> type, Object client) {
    // only its code is known to do what is relied on; a decorator or a mock may do otherwise
    return client.getClass().getName().equals(type.getName() + "Impl");
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    Route route = service.route(method);
    if (route == null) {
      return ofObject(method, arguments);
    }
    switch (route.kind()) {
      case PASS:
        return Proxies.invoke(client, route.method(), arguments);
      case CHILD:
        return child(route);
      case OPTIONS:
        return withOptions(route, Objects.requireNonNull(arguments));
      default:
        if (!ops.isEnabled()) {
          return Proxies.invoke(client, route.method(), arguments);
        }
        return recorded(new Call(route, client, raw, arguments, ops, server));
    }
  }

  private @Nullable Object recorded(Call call) {
    switch (call.route().kind()) {
      case CALL:
        return call(call);
      case ASYNC:
        return ops.callAsync(call, call::issueAsync, call);
      case STREAM:
        return stream(call);
      case ASYNC_STREAM:
        return asyncStream(call);
      case RAW:
      case RAW_STREAM:
        return raw(call);
      default:
        return asyncRaw(call);
    }
  }

  /** As {@link LlmOps#call}, with the attempts. */
  private @Nullable Object call(Call call) {
    OpenCall open = ops.open(call, false, true);
    EncodedResponse stored = open.replay();
    Object result =
        stored == null ? issue(open, call, call::call) : replayed(open, () -> call.decoded(stored));
    open.complete(result, call);
    return result;
  }

  private @Nullable Object stream(Call call) {
    OpenCall open = ops.open(call, true, true);
    EncodedResponse stored = open.replay();
    Object response =
        stored == null
            ? issue(open, call, call::call)
            : replayed(open, () -> ReplayedStream.of(call.chunks(), stored));
    return response instanceof StreamResponse<?> stream
        ? recorded(stream, open, call)
        : unrecorded(open, response);
  }

  private static Object recorded(StreamResponse<?> stream, OpenCall open, Call call) {
    Object lifetime = new Object();
    open.cancelWhenCollected(lifetime);
    return RecordedStream.of(stream, open, call.chunks(), lifetime);
  }

  private @Nullable Object asyncStream(Call call) {
    OpenCall open = ops.open(call, true, true);
    EncodedResponse stored = open.replay();
    Object response =
        stored == null
            ? issue(open, call)
            : replayed(
                open, () -> ReplayedAsyncStream.of(call.chunks(), stored, server.streamHandlers()));
    return response instanceof AsyncStreamResponse<?> stream
        ? RecordedAsyncStream.of(stream, open, call.chunks())
        : unrecorded(open, response);
  }

  private @Nullable Object raw(Call call) {
    OpenCall open = ops.open(call, call.isStreamed(), false);
    Object response = issue(open, call);
    return response instanceof HttpResponseFor<?> http
        ? RecordedResponse.of(http, open, call)
        : unrecorded(open, response);
  }

  /** A refusal fails the future; what the client itself throws is thrown. */
  private @Nullable Object asyncRaw(Call call) {
    OpenCall open = ops.open(call, call.isStreamed(), false);
    boolean[] issued = new boolean[1];
    Object response;
    try {
      response =
          issue(
              open,
              call,
              () -> {
                issued[0] = true;
                return call.issue();
              });
    } catch (RuntimeException e) {
      if (issued[0]) {
        throw e;
      }
      return CompletableFuture.failedFuture(e);
    }
    if (!(response instanceof CompletableFuture<?> future)) {
      return unrecorded(open, response);
    }
    @SuppressWarnings("unchecked") // it is handed on as what it is
    CompletableFuture<Object> client = (CompletableFuture<Object>) future;
    return open.future(
        client,
        (result, error, left) -> {
          if (left != null) {
            open.cancel(left);
          } else if (error != null) {
            Failures.end(open, error);
          } else if (result instanceof HttpResponseFor<?> http) {
            return RecordedResponse.of(http, open, call);
          } else {
            open.complete();
          }
          return result;
        });
  }

  private Object issue(OpenCall open, Call call) {
    return issue(open, call, call::issue);
  }

  private Object issue(OpenCall open, Call call, Supplier<Object> issue) {
    boolean counts = server.sleeper() != null && call.isBlocking();
    return open.issue(
        () -> {
          int before = counts ? CountingSleeper.waits() : 0;
          long waited = counts ? CountingSleeper.waitedNanos() : 0;
          Object result;
          try {
            result = issue.get();
          } catch (Throwable t) {
            if (counts) {
              attempts(open, before, waited);
            }
            throw t;
          }
          if (counts) {
            attempts(open, before, waited);
          }
          return result;
        },
        Failures::of);
  }

  private static void attempts(OpenCall open, int waitsBefore, long waitedBefore) {
    open.attempts(
        CountingSleeper.waits() - waitsBefore + 1,
        Duration.ofNanos(CountingSleeper.waitedNanos() - waitedBefore));
  }

  private static <T> T replayed(OpenCall open, Supplier<T> replay) {
    open.attempts(0);
    try {
      return replay.get();
    } catch (RuntimeException e) {
      open.fail(e);
      throw e;
    }
  }

  /** A mock that returns null, say. */
  private static @Nullable Object unrecorded(OpenCall open, @Nullable Object response) {
    open.complete();
    return response;
  }

  private @Nullable Object child(Route route) {
    Object found = Proxies.invoke(counted, route.method(), null);
    if (found == null) {
      return null;
    }
    Child known = children.get(route.slot());
    if (known == null || known.client != found) {
      known = new Child(found, proxy(route.method().getReturnType(), found, found, ops, server));
      children.set(route.slot(), known);
    }
    return known.proxy;
  }

  private @Nullable Object withOptions(Route route, @Nullable Object[] arguments) {
    @SuppressWarnings("unchecked") // the only type that the client's method takes
    Consumer<ClientOptions.Builder> modifier = (Consumer<ClientOptions.Builder>) arguments[0];
    if (modifier == null || !isClientsOwn()) {
      return wrapped(route, Proxies.invoke(client, route.method(), arguments), server);
    }
    @Nullable Server[] seen = new Server[1];
    Consumer<ClientOptions.Builder> looking =
        options -> {
          modifier.accept(options);
          try {
            seen[0] = server.with(options);
          } catch (RuntimeException e) {
            seen[0] = null; // the client's own build is next, and throws it where it should
          }
        };
    Object changed = Proxies.invoke(counted, route.method(), new Object[] {looking});
    Server at = seen[0];
    return wrapped(route, changed, at == null ? server : at);
  }

  private @Nullable Object wrapped(Route route, @Nullable Object found, Server at) {
    return found == null ? null : proxy(route.method().getReturnType(), found, found, ops, at);
  }

  private @Nullable Object rawView() {
    Method view = service.withRawResponse();
    return view == null || !isClientsOwn() ? null : Proxies.invoke(client, view, null);
  }

  private boolean isClientsOwn() {
    return isClientsOwn(type, client) || isRawViewOfClientsOwn();
  }

  private boolean isRawViewOfClientsOwn() {
    // ChatCompletionService$WithRawResponse is implemented by ChatCompletionServiceImpl$With…Impl
    Class<?> outer = type.getEnclosingClass();
    return outer != null
        && client
            .getClass()
            .getName()
            .equals(outer.getName() + "Impl$" + type.getSimpleName() + "Impl");
  }

  private @Nullable Object ofObject(Method method, @Nullable Object @Nullable [] arguments) {
    switch (method.getName()) {
      case "equals":
        RecordedService other = arguments == null ? null : of(arguments[0]);
        return other != null && other.ops == ops && other.client.equals(client);
      case "hashCode":
        return client.hashCode();
      case "toString":
        return "recorded " + client;
      default:
        return Proxies.invoke(client, method, arguments);
    }
  }

  private static @Nullable RecordedService of(@Nullable Object proxy) {
    return proxy != null
            && Proxy.isProxyClass(proxy.getClass())
            && Proxy.getInvocationHandler(proxy) instanceof RecordedService recorded
        ? recorded
        : null;
  }

  private static Object proxy(
      Class<?> type, Object client, Object counted, LlmOps ops, Server server) {
    return isRecordedBy(ops, client)
        ? client
        : Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            new RecordedService(type, client, counted, ops, server));
  }

  private static final class Child {
    final Object client;
    final Object proxy;

    Child(Object client, Object proxy) {
      this.client = client;
      this.proxy = proxy;
    }
  }
}
