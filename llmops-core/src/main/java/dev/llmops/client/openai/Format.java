package dev.llmops.client.openai;

import com.openai.core.http.Headers;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.server.ServerTiming;
import org.jspecify.annotations.Nullable;

/**
 * How one endpoint's requests, answers and chunks are read.
 *
 * @param <P> the parameters of a request
 * @param <R> a whole answer
 * @param <C> a chunk of a stream
 */
abstract class Format<P, R, C> {

  static final String TEXT = "text";
  static final String JSON = "json";

  static final CallCodec<Object> BODY = new ClientCodec<>(Object.class);

  private final Class<P> parameters;
  private final Class<R> answer;
  private final CallCodec<R> codec;

  Format(Class<P> parameters, Class<R> answer) {
    this.parameters = parameters;
    this.answer = answer;
    this.codec = new ClientCodec<>(answer);
  }

  /** What the arguments of a call ask for. */
  final LlmRequest readRequest(
      @Nullable Object @Nullable [] arguments, Server server, boolean stream, boolean content) {
    P found = parameters(arguments);
    LlmRequest.Builder builder =
        LlmRequest.builder(operation(), server.provider())
            .server(server.address(), server.port())
            .stream(stream);
    if (found != null) {
      request(found, builder, content);
    }
    return builder.build();
  }

  /** All that the arguments of a call ask for, absent if they are not known. */
  @Nullable JsonText readBody(@Nullable Object @Nullable [] arguments) {
    P found = parameters(arguments);
    return found == null ? null : BODY.encode(body(found));
  }

  private @Nullable P parameters(@Nullable Object @Nullable [] arguments) {
    P found = null;
    if (arguments != null) {
      for (Object argument : arguments) {
        Object raw = raw(argument);
        if (parameters.isInstance(raw)) {
          found = parameters.cast(raw);
        }
      }
    }
    return found;
  }

  /** What a result of the client's says, absent if it is of a type that is not known. */
  final LlmResponse.@Nullable Builder readResponse(@Nullable Object result, boolean content) {
    Object raw = rawResult(result);
    return answer.isInstance(raw) ? response(answer.cast(raw), content) : null;
  }

  /**
   * What an answer and its headers say about the server's time.
   *
   * @param streamed whether the headers came before the answer was written
   */
  final @Nullable ServerTiming readTiming(
      @Nullable Object result, @Nullable Headers headers, boolean streamed) {
    Object raw = rawResult(result);
    ServerTiming.Body body = answer.isInstance(raw) ? timings(answer.cast(raw)) : null;
    return ServerTiming.read(
        headers == null ? ServerTiming.Headers.NONE : Timings.headers(headers),
        body == null ? ServerTiming.Body.NONE : body,
        streamed);
  }

  /** The failure that an answer reports, absent if it reports none. */
  final @Nullable CallError readFailure(@Nullable Object result) {
    Object raw = rawResult(result);
    return answer.isInstance(raw) ? failure(answer.cast(raw)) : null;
  }

  /** The operation's name. */
  abstract String operation();

  abstract void request(P parameters, LlmRequest.Builder into, boolean content);

  /** The body of a request, as the client writes it. */
  abstract Object body(P parameters);

  abstract LlmResponse.Builder response(R result, boolean content);

  /** Where an answer may tell the server's time; absent where none is known to. */
  ServerTiming.@Nullable Body timings(R result) {
    return null;
  }

  /** The failure that an answer reports; most endpoints answer with an error status instead. */
  @Nullable CallError failure(R result) {
    return null;
  }

  /** A reader for the chunks of one stream. */
  abstract ChunkReader<C> chunks();

  /** Stores whole answers. */
  CallCodec<R> codec() {
    return codec;
  }

  /** The parameters inside those of a structured output; others as they are. */
  @Nullable Object raw(@Nullable Object parameters) {
    return parameters;
  }

  /** The plain parameters' type for that of structured ones; others as they are. */
  Class<?> plain(Class<?> type) {
    return type;
  }

  /** The type that a structured output is parsed into, absent if none was asked for. */
  @Nullable Class<?> outputType(@Nullable Object parameters) {
    return null;
  }

  /** The plain answer inside a structured one; others as they are. */
  @Nullable Object rawResult(@Nullable Object result) {
    return result;
  }

  /** The plain answer as a structured one. */
  Object structured(Class<?> type, Object result) {
    return result;
  }

  /** The provider's reasons in the conventions' words, where those have one. */
  static String finishReason(String wire) {
    return wire.equals("tool_calls") || wire.equals("function_call") ? "tool_call" : wire;
  }
}
