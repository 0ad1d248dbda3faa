package dev.llmops.client.openai;

import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.CallInterceptor;
import dev.llmops.ChunkReader;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.ResponseReader;
import dev.llmops.client.openai.Service.Kind;
import dev.llmops.client.openai.Service.Route;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of the application's: makes its request, issues it, and reads its answer. One object for
 * all three, as a call should cost little.
 */
final class Call implements Supplier<LlmRequest>, ResponseReader<Object>, CallInterceptor.HasBody {

  private final Route route;
  private final Format<?, ?, ?> format;
  private final Object client;
  private final @Nullable Object raw;
  private final @Nullable Object @Nullable [] arguments;
  private final LlmOps ops;
  private final Server server;
  private final @Nullable Class<?> outputType;
  private @Nullable ChunkReader<?> chunks;
  private volatile @Nullable HttpResponseFor<?> http;

  Call(
      Route route,
      Object client,
      @Nullable Object raw,
      @Nullable Object @Nullable [] arguments,
      LlmOps ops,
      Server server) {
    this.route = route;
    this.format = Objects.requireNonNull(route.format());
    this.client = client;
    this.raw = route.raw() == null || hasNull(arguments) ? null : raw;
    this.arguments = arguments;
    this.ops = ops;
    this.server = server;
    this.outputType =
        arguments == null || arguments.length == 0 ? null : format.outputType(arguments[0]);
  }

  Route route() {
    return route;
  }

  boolean isStreamed() {
    Kind kind = route.kind();
    return kind != Kind.CALL && kind != Kind.ASYNC && kind != Kind.RAW && kind != Kind.ASYNC_RAW;
  }

  /** The reader of this call's chunks; asked for when the call has been issued. */
  ChunkReader<?> chunks() {
    if (chunks == null) {
      HttpResponseFor<?> from = http;
      chunks =
          from == null
              ? format.chunks()
              : new ChunksAfterHeaders<>(format.chunks(), from.headers());
    }
    return chunks;
  }

  @Override
  public LlmRequest get() {
    return format.readRequest(arguments, server, isStreamed(), ops.capturesContent());
  }

  @Override
  public @Nullable JsonText body() {
    return format.readBody(arguments);
  }

  /** Whether the request is sent, and sent again, on the calling thread. */
  boolean isBlocking() {
    Kind kind = route.kind();
    return kind == Kind.CALL || kind == Kind.STREAM || kind == Kind.RAW || kind == Kind.RAW_STREAM;
  }

  /** Makes a blocking call. */
  Object call() {
    return raw == null ? issue() : nullable(parsed(http(raw)));
  }

  /** Calls the method that the application called. */
  Object issue() {
    return nullable(Proxies.invoke(client, route.method(), arguments));
  }

  @SuppressWarnings("unchecked") // as the client's method declares it
  CompletableFuture<Object> issueAsync() {
    if (raw == null) {
      return (CompletableFuture<Object>) issue();
    }
    return ((CompletableFuture<Object>) nullable(rawIssued(raw)))
        .thenApply(response -> nullable(parsed((HttpResponseFor<?>) response)));
  }

  @Override
  public LlmResponse read(Object result) {
    LlmResponse.Builder response = format.readResponse(result, ops.capturesContent());
    if (response == null) {
      return LlmResponse.EMPTY;
    }
    if (outputType != null) {
      response.structuredOutputError(StructuredOutput.problem(format.rawResult(result)));
    }
    HttpResponseFor<?> from = http;
    if (from != null) {
      ServerFacts.copy(from.headers(), response);
    }
    return response
        .serverTiming(format.readTiming(result, from == null ? null : from.headers(), isStreamed()))
        .build();
  }

  /**
   * A stored answer as the client would give it.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  Object decoded(EncodedResponse stored) {
    return codec().decode(stored.requireBody());
  }

  /** What an answer says that the application parsed from a raw response. */
  LlmResponse read(HttpResponseFor<?> response, @Nullable Object parsed) {
    LlmResponse.Builder read = format.readResponse(parsed, ops.capturesContent());
    LlmResponse.Builder into = read == null ? LlmResponse.builder() : read;
    ServerFacts.copy(response.headers(), into);
    return into.serverTiming(format.readTiming(parsed, response.headers(), isStreamed())).build();
  }

  @Override
  public @Nullable CallError readFailure(Object result) {
    return format.readFailure(result);
  }

  @Override
  public CallError readError(Throwable error) {
    return Failures.of(error);
  }

  @Override
  public CallCodec<?> codec() {
    return outputType == null ? format.codec() : new StructuredCodec<>(format, outputType);
  }

  private HttpResponseFor<?> http(Object view) {
    return (HttpResponseFor<?>) nullable(rawIssued(view));
  }

  /**
   * Takes the way that the client's own implementation takes, by the raw view, because that shows
   * the headers.
   */
  private @Nullable Object rawIssued(Object view) {
    @Nullable Object[] plain = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < plain.length; i++) {
      plain[i] = format.raw(plain[i]);
    }
    return Proxies.invoke(view, Objects.requireNonNull(route.raw()), plain);
  }

  private @Nullable Object parsed(HttpResponseFor<?> response) {
    http = response;
    Object result = response.parse();
    return outputType == null || result == null || result instanceof StreamResponse<?>
        ? result
        : format.structured(outputType, result);
  }

  private static boolean hasNull(@Nullable Object @Nullable [] arguments) {
    if (arguments != null) {
      for (Object argument : arguments) {
        if (argument == null) {
          return true; // the client's own check should answer it
        }
      }
    }
    return false;
  }

  /** A mock may return null where the client never does; it is passed on. */
  @SuppressWarnings("NullAway")
  private static Object nullable(@Nullable Object value) {
    return value;
  }
}
