package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import dev.llmops.LlmOps;
import java.util.Objects;

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
    return RecordedService.of(type, client, ops, Server.of(type, client, provider));
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
