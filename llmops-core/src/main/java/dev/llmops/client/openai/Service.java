package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.services.async.ChatServiceAsync;
import com.openai.services.async.CompletionServiceAsync;
import com.openai.services.async.EmbeddingServiceAsync;
import com.openai.services.async.ModerationServiceAsync;
import com.openai.services.async.ResponseServiceAsync;
import com.openai.services.async.chat.ChatCompletionServiceAsync;
import com.openai.services.blocking.ChatService;
import com.openai.services.blocking.CompletionService;
import com.openai.services.blocking.EmbeddingService;
import com.openai.services.blocking.ModerationService;
import com.openai.services.blocking.ResponseService;
import com.openai.services.blocking.chat.ChatCompletionService;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the methods of one interface of the client. Made once an interface, from the
 * methods that the client at hand really has; whatever is not recognised passes through.
 */
final class Service {

  /** The interfaces whose objects are wrapped, and the format of their own calls. */
  private static final Map<Class<?>, Map<String, Format<?, ?, ?>>> CALLS = calls();

  private static final ClassValue<Service> SERVICES =
      new ClassValue<>() {
        @Override
        protected Service computeValue(Class<?> type) {
          return new Service(type);
        }
      };

  private final Map<Method, Route> routes = new HashMap<>();
  private final int children;
  private final @Nullable Method withRawResponse;

  private Service(Class<?> type) {
    Map<String, Format<?, ?, ?>> calls = CALLS.getOrDefault(type, Map.of());
    Class<?> rawType = null;
    Method raw = null;
    for (Method method : type.getMethods()) {
      if (method.getName().equals("withRawResponse") && method.getParameterCount() == 0) {
        raw = method;
        rawType = method.getReturnType();
      }
    }
    int slots = 0;
    for (Method method : type.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      method.trySetAccessible(); // public already; saves a check a call
      Route route = route(method, calls.get(method.getName()), rawType, slots);
      if (route.kind == Kind.CHILD) {
        slots++;
      }
      routes.put(method, route);
    }
    children = slots;
    // only where calls go that way: asking a service for its view makes it
    withRawResponse = calls.isEmpty() ? null : raw;
  }

  static Service of(Class<?> type) {
    return SERVICES.get(type);
  }

  @Nullable Route route(Method method) {
    return routes.get(method);
  }

  /** How many services hang on this one. */
  int children() {
    return children;
  }

  /** Gives the raw view of a service that has calls, absent otherwise. */
  @Nullable Method withRawResponse() {
    return withRawResponse;
  }

  private static Route route(
      Method method, @Nullable Format<?, ?, ?> format, @Nullable Class<?> rawType, int nextSlot) {
    Class<?> type = method.getReturnType();
    if (CALLS.containsKey(type)) {
      if (method.getParameterCount() == 0) {
        return new Route(Kind.CHILD, method, null, nextSlot, null);
      }
      return method.getName().equals("withOptions")
              && method.getParameterCount() == 1
              && method.getParameterTypes()[0] == Consumer.class
          ? new Route(Kind.OPTIONS, method, null, 0, null)
          : new Route(Kind.PASS, method, null, 0, null);
    }
    if (format == null) {
      return new Route(Kind.PASS, method, null, 0, null);
    }
    boolean streams = method.getName().endsWith("Streaming");
    Kind kind;
    if (type == StreamResponse.class) {
      kind = Kind.STREAM;
    } else if (type == AsyncStreamResponse.class) {
      kind = Kind.ASYNC_STREAM;
    } else if (type == HttpResponseFor.class) {
      kind = streams ? Kind.RAW_STREAM : Kind.RAW;
    } else if (type == CompletableFuture.class) {
      boolean raw = isRawFuture(method.getGenericReturnType());
      kind = !raw ? Kind.ASYNC : streams ? Kind.ASYNC_RAW_STREAM : Kind.ASYNC_RAW;
    } else if (type == void.class || type.isPrimitive()) {
      kind = Kind.PASS;
    } else {
      kind = Kind.CALL;
    }
    boolean viaRaw = kind == Kind.CALL || kind == Kind.ASYNC || kind == Kind.STREAM;
    return new Route(
        kind, method, format, 0, viaRaw && rawType != null ? raw(method, format, rawType) : null);
  }

  /** The method of the raw view that the client's own implementation calls itself. */
  private static @Nullable Method raw(Method method, Format<?, ?, ?> format, Class<?> rawType) {
    Class<?>[] types = method.getParameterTypes().clone();
    for (int i = 0; i < types.length; i++) {
      types[i] = format.plain(types[i]);
    }
    try {
      Method raw = rawType.getMethod(method.getName(), types);
      raw.trySetAccessible();
      return raw.getReturnType() == HttpResponseFor.class || isRawFuture(raw.getGenericReturnType())
          ? raw
          : null;
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private static boolean isRawFuture(Type type) {
    if (type instanceof ParameterizedType future
        && future.getRawType() == CompletableFuture.class
        && future.getActualTypeArguments()[0] instanceof ParameterizedType inner) {
      return inner.getRawType() == HttpResponseFor.class;
    }
    return false;
  }

  private static Map<Class<?>, Map<String, Format<?, ?, ?>>> calls() {
    Map<Class<?>, Map<String, Format<?, ?, ?>>> calls = new LinkedHashMap<>();
    for (Class<?> type :
        new Class<?>[] {
          OpenAIClient.class,
          OpenAIClient.WithRawResponse.class,
          OpenAIClientAsync.class,
          OpenAIClientAsync.WithRawResponse.class,
          ChatService.class,
          ChatService.WithRawResponse.class,
          ChatServiceAsync.class,
          ChatServiceAsync.WithRawResponse.class
        }) {
      calls.put(type, Map.of());
    }
    Map<String, Format<?, ?, ?>> chat = creating(ChatFormat.INSTANCE);
    calls.put(ChatCompletionService.class, chat);
    calls.put(ChatCompletionService.WithRawResponse.class, chat);
    calls.put(ChatCompletionServiceAsync.class, chat);
    calls.put(ChatCompletionServiceAsync.WithRawResponse.class, chat);
    Map<String, Format<?, ?, ?>> responses = new HashMap<>(creating(ResponsesFormat.INSTANCE));
    responses.put("retrieve", FetchFormat.INSTANCE);
    responses.put("retrieveStreaming", FetchFormat.INSTANCE);
    calls.put(ResponseService.class, responses);
    calls.put(ResponseService.WithRawResponse.class, responses);
    calls.put(ResponseServiceAsync.class, responses);
    calls.put(ResponseServiceAsync.WithRawResponse.class, responses);
    Map<String, Format<?, ?, ?>> completions = creating(CompletionsFormat.INSTANCE);
    calls.put(CompletionService.class, completions);
    calls.put(CompletionService.WithRawResponse.class, completions);
    calls.put(CompletionServiceAsync.class, completions);
    calls.put(CompletionServiceAsync.WithRawResponse.class, completions);
    Map<String, Format<?, ?, ?>> embeddings = creating(EmbeddingsFormat.INSTANCE);
    calls.put(EmbeddingService.class, embeddings);
    calls.put(EmbeddingService.WithRawResponse.class, embeddings);
    calls.put(EmbeddingServiceAsync.class, embeddings);
    calls.put(EmbeddingServiceAsync.WithRawResponse.class, embeddings);
    Map<String, Format<?, ?, ?>> moderations = creating(ModerationsFormat.INSTANCE);
    calls.put(ModerationService.class, moderations);
    calls.put(ModerationService.WithRawResponse.class, moderations);
    calls.put(ModerationServiceAsync.class, moderations);
    calls.put(ModerationServiceAsync.WithRawResponse.class, moderations);
    return calls;
  }

  private static Map<String, Format<?, ?, ?>> creating(Format<?, ?, ?> format) {
    return Map.of("create", format, "createStreaming", format);
  }

  /** What is done with a method. */
  enum Kind {
    /** Nothing. */
    PASS,
    /** Its result is another service, which is wrapped once. */
    CHILD,
    /** Its result is the same service with other options. */
    OPTIONS,
    /** A call that returns its answer. */
    CALL,
    /** A call that returns a future of its answer. */
    ASYNC,
    /** A call that returns a stream. */
    STREAM,
    /** A call that returns a stream with handlers. */
    ASYNC_STREAM,
    /** A call that returns a response to be parsed. */
    RAW,
    /** A call that returns a response to be parsed into a stream. */
    RAW_STREAM,
    /** A call that returns a future of a response to be parsed. */
    ASYNC_RAW,
    /** A call that returns a future of a response to be parsed into a stream. */
    ASYNC_RAW_STREAM;
  }

  /**
   * A method and what is done with it.
   *
   * @param method the client's method
   * @param format how its call is read, present for calls
   * @param slot the place of a child among its siblings
   * @param raw the same method of the raw view, where the client's own implementation goes through
   *     it
   */
  record Route(
      Kind kind, Method method, @Nullable Format<?, ?, ?> format, int slot, @Nullable Method raw) {}
}
