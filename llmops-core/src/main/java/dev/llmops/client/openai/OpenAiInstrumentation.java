package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import dev.llmops.LlmOps;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wraps an OpenAI client so that its model calls are recorded: chat completions, Responses (create,
 * and retrieve as {@code fetch_response}), legacy completions, embeddings, and moderations (as
 * {@code moderation}, which the OpenTelemetry conventions have no name for); sync, async, streamed,
 * with raw responses and with structured outputs. Everything else passes through untouched, also
 * what a newer client adds.
 *
 * <p>What the client returns and throws is what the caller gets, the same objects, on the same
 * threads. Exceptions: streams, raw responses and futures are recorded as they are used, so they
 * are wrapped in the same types; and an undeclared <em>checked</em> exception of the client (an
 * {@link InterruptedException} while it waits before a retry is the only one known) comes out as
 * the cause of an {@link java.lang.reflect.UndeclaredThrowableException}, as from every proxy.
 *
 * <p>Usage is recorded only where the server sends it. A chat stream has none unless the request
 * asks for it with {@code stream_options.include_usage}.
 *
 * <p>The wrapped client is as thread-safe as the client.
 */
public final class OpenAiInstrumentation {

  private static final Logger log = LoggerFactory.getLogger(OpenAiInstrumentation.class);
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private OpenAiInstrumentation() {}

  /**
   * The client, recorded. The provider is named after the host of the client's base URL: {@code
   * openai} for OpenAI itself and for servers that are not known (where only the wire format is),
   * {@code azure.ai.openai}, {@code groq}, {@code deepseek}, {@code mistral_ai}, {@code x_ai} and
   * others for theirs.
   *
   * @return a client of the same type; the argument itself if it is wrapped for this {@code ops}
   *     already, or if {@code ops} is {@link LlmOps#noop()}
   */
  public static OpenAIClient wrap(OpenAIClient client, LlmOps ops) {
    return wrap(OpenAIClient.class, client, ops, null);
  }

  /**
   * Like {@link #wrap(OpenAIClient, LlmOps)} under a provider name of the caller's choice, for
   * servers of your own.
   *
   * @param provider such as {@code vllm}, {@code ollama} or your own name; a metric label, so of
   *     low cardinality
   * @throws IllegalArgumentException if the provider is blank
   */
  public static OpenAIClient wrap(OpenAIClient client, LlmOps ops, String provider) {
    return wrap(OpenAIClient.class, client, ops, notBlank(provider));
  }

  /** The client, recorded; see {@link #wrap(OpenAIClient, LlmOps)}. */
  public static OpenAIClientAsync wrap(OpenAIClientAsync client, LlmOps ops) {
    return wrap(OpenAIClientAsync.class, client, ops, null);
  }

  /**
   * The client, recorded under a provider name of the caller's choice; see {@link
   * #wrap(OpenAIClient, LlmOps, String)}.
   *
   * @throws IllegalArgumentException if the provider is blank
   */
  public static OpenAIClientAsync wrap(OpenAIClientAsync client, LlmOps ops, String provider) {
    return wrap(OpenAIClientAsync.class, client, ops, notBlank(provider));
  }

  private static <T> T wrap(
      Class<T> type, T client, LlmOps ops, @org.jspecify.annotations.Nullable String provider) {
    Objects.requireNonNull(client, "client must not be null");
    Objects.requireNonNull(ops, "ops must not be null");
    if (ops.isNoop() || RecordedService.isRecordedBy(ops, client)) {
      return client;
    }
    if (isTracedByOpenTelemetry(client) && TOLD.compareAndSet(false, true)) {
      log.warn(
          "an OpenAI client is traced by OpenTelemetry's own instrumentation as well, so that each"
              + " call has two spans and its attempts, server and timing are not seen: set"
              + " otel.instrumentation.openai.enabled=false for the Java agent, or leave out"
              + " OpenAITelemetry.wrap");
    }
    return RecordedService.of(type, client, ops, Server.unknown(provider));
  }

  /**
   * Whether OpenTelemetry's own instrumentation of openai-java traces this client, the Java agent's
   * or {@code OpenAITelemetry.wrap}: wrapped as well, each of its calls has two spans. The agent's
   * is off by {@code otel.instrumentation.openai.enabled=false} ({@code
   * OTEL_INSTRUMENTATION_OPENAI_ENABLED}).
   *
   * @param client an {@code OpenAIClient} or {@code OpenAIClientAsync} before it is wrapped
   */
  public static boolean isTracedByOpenTelemetry(Object client) {
    return Proxy.isProxyClass(client.getClass())
        && Proxy.getInvocationHandler(client).getClass().getName().startsWith("io.opentelemetry.");
  }

  private static String notBlank(String provider) {
    if (provider == null || provider.isBlank()) {
      throw new IllegalArgumentException(
          "provider must not be blank, but was "
              + (provider == null ? "null" : "\"" + provider + "\"")
              + "; leave it out to have it named after the base URL");
    }
    return provider;
  }
}
