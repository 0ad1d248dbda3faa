package dev.llmops.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llmops.server.ServerTiming.Body;
import dev.llmops.server.ServerTiming.Headers;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The headers and body fields in which servers tell their time for a call, each in its own unit.
 * What a server tells is hostile: a value that is no duration is absent.
 */
final class TimingReader {

  static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final double MAX_NANOS = 7.0 * 24 * 3600 * SECOND; // a week is no model call
  private static final int MAX_CHARS = 40;

  private static final String VLLM = "metrics";
  private static final String LLAMA_CPP = "timings";
  private static final String FORWARDED = "llm_provider-"; // LiteLLM's prefix for upstream headers

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();

  private TimingReader() {}

  static @Nullable ServerTiming read(Headers headers, Body body, boolean streamed) {
    ServerTiming told = null;
    if (headers != Headers.NONE) {
      told = ofHeaders(headers, streamed);
    }
    if (body == Body.NONE) {
      return plus(told, bedrock(headers, body, streamed));
    }
    told = plus(told, bedrock(headers, body, streamed));
    told = plus(told, vllm(body));
    told = plus(told, llamaCpp(body));
    told = plus(told, ollama(body));
    told = plus(told, groq(body, "usage"));
    return plus(told, groq(body, "x_groq.usage"));
  }

  private static @Nullable ServerTiming ofHeaders(Headers headers, boolean streamed) {
    ServerTiming told = liteLlm(headers, streamed);
    told = plus(told, tgi(headers, streamed));
    return plus(told, openAi(headers, streamed));
  }

  static Body json(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Body.NONE;
    }
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return Body.NONE; // not its message: that may quote the text
    }
    return (object, field) -> {
      JsonNode node = root;
      if (!object.isEmpty()) {
        for (String name : object.split("\\.", -1)) {
          node = node.path(name);
        }
      }
      JsonNode value = node.path(field);
      return value.isNumber() ? value.numberValue() : null;
    };
  }

  /** Why these cannot all be right: together they are longer than the whole. */
  static @Nullable String misfit(Map<ServerPhase, Duration> phases, @Nullable Duration total) {
    if (total == null) {
      return null;
    }
    long sum = 0;
    for (Duration each : phases.values()) {
      sum += each.toNanos();
    }
    // each was rounded to a millisecond at worst, and so was the whole
    return sum > total.toNanos() + (phases.size() + 1) * MILLI
        ? "the server's times for parts of the call add up to more than its time for all of it"
        : null;
  }

  /**
   * Seconds as text, milliseconds as text: TGI's {@code router/src/server.rs}, 3.3.x. Its inference
   * time is prefill and decode in one.
   */
  private static @Nullable ServerTiming tgi(Headers headers, boolean streamed) {
    Duration total = header(headers, "x-total-time", MILLI);
    if (total == null) {
      total = header(headers, "x-compute-time", SECOND);
    }
    Map<ServerPhase, Duration> phases =
        phases(
            ServerPhase.VALIDATION,
            header(headers, "x-validation-time", MILLI),
            ServerPhase.QUEUE,
            header(headers, "x-queue-time", MILLI),
            ServerPhase.INFERENCE,
            header(headers, "x-inference-time", MILLI));
    return ofHeaders("TGI", phases, total, streamed);
  }

  private static @Nullable ServerTiming openAi(Headers headers, boolean streamed) {
    return ofHeaders("OpenAI", Map.of(), header(headers, "openai-processing-ms", MILLI), streamed);
  }

  /** A header of InvokeModel, a field of Converse, whose last event has it also in a stream. */
  private static @Nullable ServerTiming bedrock(Headers headers, Body body, boolean streamed) {
    Duration whole = field(body, "metrics", "latencyMs", MILLI);
    return whole != null
        ? timing("Bedrock", Map.of(), whole)
        : ofHeaders(
            "Bedrock",
            Map.of(),
            header(headers, "x-amzn-bedrock-invocation-latency", MILLI),
            streamed);
  }

  /** What the proxy says of itself, and what it passes on from the provider behind it. */
  private static @Nullable ServerTiming liteLlm(Headers headers, boolean streamed) {
    Duration total = header(headers, "x-litellm-response-duration-ms", MILLI);
    Duration overhead = header(headers, "x-litellm-overhead-duration-ms", MILLI);
    Map<ServerPhase, Duration> phases =
        overhead == null ? Map.of() : Map.of(ServerPhase.PROXY, overhead);
    ServerTiming proxy = ofHeaders("LiteLLM", phases, total, streamed);
    if (proxy == null) {
      return null;
    }
    Headers passedOn = name -> headers.value(FORWARDED + name);
    ServerTiming provider =
        plus(
            plus(tgi(passedOn, streamed), openAi(passedOn, streamed)),
            bedrock(passedOn, Body.NONE, streamed));
    if (provider == null || streamed) {
      return proxy;
    }
    Map<ServerPhase, Duration> behind = new EnumMap<>(ServerPhase.class);
    behind.putAll(provider.phases());
    if (behind.isEmpty()) {
      put(behind, ServerPhase.UPSTREAM, provider.total());
    }
    return proxy.and(new ServerTiming(provider.source(), behind, null, null, null));
  }

  /**
   * vLLM's {@code metrics}, in milliseconds. By its source ({@code
   * build_per_request_timing_metrics}, since v0.25) the time to the first token starts when the
   * request was scheduled, so that it is the prefill. Its histogram of that name, and engines that
   * fill the field from it, start at the arrival: there prefill = first token − queue. The
   * throughput tells which: it is over prefill and decode without the queue.
   */
  private static @Nullable ServerTiming vllm(Body body) {
    Duration first = field(body, VLLM, "time_to_first_token_ms", MILLI);
    Duration queue = field(body, VLLM, "queue_time_ms", MILLI);
    Duration decode = field(body, VLLM, "generation_time_ms", MILLI);
    if (first == null && queue == null && decode == null) {
      return null;
    }
    Duration prefill = first;
    if (first != null
        && queue != null
        && decode != null
        && containsQueue(body, first.toNanos(), queue.toNanos(), decode.toNanos())) {
      prefill = first.minus(queue);
    }
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    put(phases, ServerPhase.QUEUE, queue);
    put(phases, ServerPhase.PREFILL, prefill);
    put(phases, ServerPhase.DECODE, decode);
    Duration total =
        queue == null || prefill == null || decode == null
            ? null
            : queue.plus(prefill).plus(decode);
    return timing("vLLM", phases, total);
  }

  private static boolean containsQueue(Body body, long first, long queue, long decode) {
    Number tokens = body.number("usage", "completion_tokens");
    if (tokens == null) {
      tokens = body.number("usage", "output_tokens");
    }
    Number perSecond = body.number(VLLM, "tokens_per_second");
    if (queue > first || tokens == null || perSecond == null || !(perSecond.doubleValue() > 0)) {
      return false;
    }
    double computed = tokens.doubleValue() / perSecond.doubleValue() * SECOND;
    double with = Math.abs(computed - (first - queue + decode));
    double without = Math.abs(computed - (first + decode));
    return with < without && with <= 0.02 * computed;
  }

  /** llama.cpp's {@code timings}, in milliseconds; it tells neither queue nor total. */
  private static @Nullable ServerTiming llamaCpp(Body body) {
    Map<ServerPhase, Duration> phases =
        phases(
            ServerPhase.PREFILL,
            field(body, LLAMA_CPP, "prompt_ms", MILLI),
            ServerPhase.DECODE,
            field(body, LLAMA_CPP, "predicted_ms", MILLI),
            ServerPhase.QUEUE,
            null);
    return timing("llama.cpp", phases, null);
  }

  /** Ollama's durations, in nanoseconds, on the answer or its last piece. */
  private static @Nullable ServerTiming ollama(Body body) {
    Duration total = field(body, "", "total_duration", 1);
    if (total == null) {
      return null;
    }
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    put(phases, ServerPhase.MODEL_LOAD, field(body, "", "load_duration", 1));
    put(phases, ServerPhase.PREFILL, field(body, "", "prompt_eval_duration", 1));
    put(phases, ServerPhase.DECODE, field(body, "", "eval_duration", 1));
    return timing("Ollama", phases, total);
  }

  /**
   * Groq's usage, in seconds. Its {@code total_time} is prompt and completion time without the
   * queue, so that the total is known only with the queue.
   */
  private static @Nullable ServerTiming groq(Body body, String usage) {
    Duration queue = field(body, usage, "queue_time", SECOND);
    Duration prefill = field(body, usage, "prompt_time", SECOND);
    Duration decode = field(body, usage, "completion_time", SECOND);
    Duration total = field(body, usage, "total_time", SECOND);
    Map<ServerPhase, Duration> phases =
        phases(ServerPhase.QUEUE, queue, ServerPhase.PREFILL, prefill, ServerPhase.DECODE, decode);
    if (total == null || queue == null || prefill == null || decode == null) {
      return timing("Groq", phases, null);
    }
    Duration computed = prefill.plus(decode);
    String misfit =
        computed.toNanos() > total.toNanos() + MILLI ? misfit(phases, Duration.ZERO) : null;
    boolean holdsQueue = total.toNanos() + MILLI >= computed.plus(queue).toNanos();
    return new ServerTiming("Groq", phases, holdsQueue ? total : total.plus(queue), null, misfit);
  }

  private static @Nullable ServerTiming ofHeaders(
      String source,
      Map<ServerPhase, Duration> phases,
      @Nullable Duration total,
      boolean streamed) {
    if (!streamed) {
      return timing(source, phases, total);
    }
    // sent before the answer was written: they cannot tell how long that took
    return total == null ? null : new ServerTiming(source, Map.of(), null, total, null);
  }

  private static @Nullable ServerTiming timing(
      String source, Map<ServerPhase, Duration> phases, @Nullable Duration total) {
    return phases.isEmpty() && total == null
        ? null
        : new ServerTiming(source, phases, total, null, misfit(phases, total));
  }

  private static @Nullable ServerTiming plus(
      @Nullable ServerTiming told, @Nullable ServerTiming more) {
    return told == null ? more : told.and(more);
  }

  /** Those that are told; nothing is made where none is, as in most answers. */
  private static Map<ServerPhase, Duration> phases(
      ServerPhase first,
      @Nullable Duration one,
      ServerPhase second,
      @Nullable Duration two,
      ServerPhase third,
      @Nullable Duration three) {
    if (one == null && two == null && three == null) {
      return Map.of();
    }
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    put(phases, first, one);
    put(phases, second, two);
    put(phases, third, three);
    return phases;
  }

  private static void put(
      Map<ServerPhase, Duration> phases, ServerPhase phase, @Nullable Duration took) {
    if (took != null) {
      phases.put(phase, took);
    }
  }

  private static @Nullable Duration field(Body body, String object, String field, long unit) {
    Number value = body.number(object, field);
    return value == null ? null : duration(value.doubleValue(), unit);
  }

  private static @Nullable Duration header(Headers headers, String name, long unit) {
    String text = headers.value(name);
    if (text == null || text.length() > MAX_CHARS) {
      return null;
    }
    String number = text.strip();
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      // Java also reads "NaN", "0x1p3" and "1d", which no server means
      if (!(c >= '0' && c <= '9') && ".eE+-".indexOf(c) < 0) {
        return null;
      }
    }
    try {
      return duration(Double.parseDouble(number), unit);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Duration duration(double value, long unit) {
    double nanos = value * unit;
    return nanos >= 0 && nanos <= MAX_NANOS ? Duration.ofNanos(Math.round(nanos)) : null;
  }
}
