package dev.llmops.server;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the response to a call says about the server's time for this very call. Only durations by
 * the server's own clock, never moments: clocks of two hosts differ. Immutable.
 *
 * <p>A hand-written reader gives it to {@link dev.llmops.LlmResponse.Builder#serverTiming}, or to
 * {@link dev.llmops.StreamRecorder#serverTiming} chunk by chunk. What that makes of the call's time
 * is {@link TimeBreakdown}.
 *
 * @param source who told, for a person: {@code vLLM}, {@code LiteLLM + OpenAI}
 * @param phases how long each took that was told; they do not overlap
 * @param total from the arrival of the request to the end of the answer, by the outermost server
 *     that tells it (a proxy before the engine behind it); absent when not told
 * @param untilAnswer until the server began to answer a stream, which is all that its headers can
 *     tell; never part of {@code total}, absent when not told
 * @param inconsistency why these values cannot all be right, in plain words; absent when they can
 */
public record ServerTiming(
    String source,
    Map<ServerPhase, Duration> phases,
    @Nullable Duration total,
    @Nullable Duration untilAnswer,
    @Nullable String inconsistency) {

  /** Looks a header up by its name in lower case; null when it did not come. */
  @FunctionalInterface
  public interface Headers {

    /** No headers came, or they are not shown. */
    Headers NONE = name -> null;

    /** The header's first value. */
    @Nullable String value(String name);

    /** Headers by name; upper and lower case are the same. */
    static Headers of(Map<String, String> headers) {
      Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      byName.putAll(headers);
      return byName::get;
    }
  }

  /** Looks numbers up in a response's JSON body. */
  @FunctionalInterface
  public interface Body {

    /** There is no body, or it is not shown. */
    Body NONE = (object, field) -> null;

    /**
     * The number in this field of an object; null where there is none.
     *
     * @param object the path to the object, with dots: {@code timings}, {@code x_groq.usage}; empty
     *     for the body itself
     */
    @Nullable Number number(String object, String field);
  }

  /** Copies the phases. */
  public ServerTiming {
    Objects.requireNonNull(source, "source must not be null");
    EnumMap<ServerPhase, Duration> copy = new EnumMap<>(ServerPhase.class);
    phases.forEach((phase, took) -> copy.put(phase, notNegative(took, phase.label())));
    phases = Collections.unmodifiableMap(copy);
    if (total != null) {
      notNegative(total, "total");
    }
    if (untilAnswer != null) {
      notNegative(untilAnswer, "untilAnswer");
    }
  }

  /**
   * Reads what a response says, from TGI's, OpenAI's, Bedrock's and LiteLLM's headers, and from
   * vLLM's, llama.cpp's, Ollama's, Groq's and Bedrock's bodies. Whatever is not a number of 0 or
   * more and below a week is absent.
   *
   * @param headers names in upper or lower case
   * @param body the response, or one chunk of a stream, as JSON; null or other text says nothing
   * @param streamed whether the answer was asked for as a stream: then headers were sent before it
   *     was written, and tell no total
   * @return null when the response says nothing of the kind
   */
  public static @Nullable ServerTiming read(
      Map<String, String> headers, @Nullable String body, boolean streamed) {
    return read(Headers.of(headers), TimingReader.json(body), streamed);
  }

  /** Like {@link #read(Map, String, boolean)}, for clients that have parsed the body. */
  public static @Nullable ServerTiming read(Headers headers, Body body, boolean streamed) {
    return TimingReader.read(headers, body, streamed);
  }

  /** How long the call waited in the server's queue; absent when not told. */
  public @Nullable Duration queue() {
    return phases.get(ServerPhase.QUEUE);
  }

  /** How long the server read the prompt; absent when not told. */
  public @Nullable Duration prefill() {
    return phases.get(ServerPhase.PREFILL);
  }

  /** How long the server wrote the answer, after its first token; absent when not told. */
  public @Nullable Duration decode() {
    return phases.get(ServerPhase.DECODE);
  }

  /** How long the server loaded the model for this call; absent when not told. */
  public @Nullable Duration modelLoad() {
    return phases.get(ServerPhase.MODEL_LOAD);
  }

  /** Whether these values can all be right. */
  public boolean isConsistent() {
    return inconsistency == null;
  }

  /**
   * This and what a later part of the same response says. Finer phases stand for coarser ones, and
   * the longer total is the outermost server's.
   */
  public ServerTiming and(@Nullable ServerTiming later) {
    if (later == null || later.equals(this)) {
      return this;
    }
    EnumMap<ServerPhase, Duration> both = new EnumMap<>(ServerPhase.class);
    both.putAll(phases);
    both.putAll(later.phases);
    if (both.containsKey(ServerPhase.PREFILL) || both.containsKey(ServerPhase.DECODE)) {
      both.remove(ServerPhase.INFERENCE);
    }
    if (both.containsKey(ServerPhase.PREFILL)
        || both.containsKey(ServerPhase.DECODE)
        || both.containsKey(ServerPhase.INFERENCE)) {
      both.remove(ServerPhase.UPSTREAM);
    }
    String sources =
        source.contains(later.source)
            ? source
            : later.source.contains(source) ? later.source : source + " + " + later.source;
    Duration longest =
        total == null || (later.total != null && later.total.compareTo(total) > 0)
            ? later.total
            : total;
    return new ServerTiming(
        sources,
        both,
        longest,
        later.untilAnswer == null ? untilAnswer : later.untilAnswer,
        inconsistency != null
            ? inconsistency
            : later.inconsistency != null
                ? later.inconsistency
                : TimingReader.misfit(both, longest));
  }

  private static Duration notNegative(Duration value, String field) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(
          field.toLowerCase(Locale.ROOT) + " must not be negative, but was " + value);
    }
    return value;
  }
}
