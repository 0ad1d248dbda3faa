package dev.llmops.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Ready replies in the shapes of real servers. Each is a file beside this class, named like the
 * constant ({@code CHAT_BASIC} is {@code chat-basic.json}) and meant to be read; texts, ids and
 * numbers are made up. The OpenAI shapes are those of its API as recorded in 2025 and 2026, the
 * {@code LLAMA_CPP} ones those of llama.cpp's server, build b10573.
 *
 * <p>Token counts are consistent within a file: the total is the sum, and details are part of their
 * total. The pieces of a stream add up to the whole text, where a later event repeats it.
 */
public enum Fixture {
  /** Input 17, output 11, total 28; one choice that stopped. */
  CHAT_BASIC(Endpoint.CHAT, Kind.JSON),
  /** Input 2310 with 1920 cached and 140 audio; output 412 with 256 reasoning and 96 audio. */
  CHAT_TOKEN_DETAILS(Endpoint.CHAT, Kind.JSON),
  /** Service tier {@code priority}, system fingerprint {@code fp_priority01}. */
  CHAT_SERVICE_TIER(Endpoint.CHAT, Kind.JSON),
  /** The answer to {@code n=2}; usage counts both choices. */
  CHAT_TWO_CHOICES(Endpoint.CHAT, Kind.JSON),
  /** One call of {@code get_tide}; no content. */
  CHAT_TOOL_CALL(Endpoint.CHAT, Kind.JSON),
  /** {@code get_tide} and {@code get_wind} in one message. */
  CHAT_PARALLEL_TOOL_CALLS(Endpoint.CHAT, Kind.JSON),
  /** {@code refusal} is set, content is null, and the finish reason is {@code stop}. */
  CHAT_REFUSAL(Endpoint.CHAT, Kind.JSON),
  /** The content is a JSON object. */
  CHAT_STRUCTURED_OUTPUT(Endpoint.CHAT, Kind.JSON),
  /** Finish reason {@code length}. */
  CHAT_LENGTH(Endpoint.CHAT, Kind.JSON),
  /** Finish reason {@code content_filter}, empty content, no output tokens. */
  CHAT_CONTENT_FILTER(Endpoint.CHAT, Kind.JSON),
  /** The choice has no {@code finish_reason} at all. */
  CHAT_NO_FINISH_REASON(Endpoint.CHAT, Kind.JSON),
  /** No {@code usage} at all. */
  CHAT_NO_USAGE(Endpoint.CHAT, Kind.JSON),
  /** Fields that no specification has, on every level, {@code reasoning_content} among them. */
  CHAT_UNKNOWN_FIELDS(Endpoint.CHAT, Kind.JSON),
  /** llama.cpp's own {@code timings}: 16 of 24 input tokens cached, 8 output tokens. */
  CHAT_LLAMA_CPP(Endpoint.CHAT, Kind.JSON, Reply.HeaderStyle.LLAMA_CPP),

  /** Six pieces of text, then usage (19 and 6) in a chunk without choices. */
  CHAT_STREAM_USAGE(Endpoint.CHAT, Kind.SSE),
  /** The same text, without usage. */
  CHAT_STREAM_NO_USAGE(Endpoint.CHAT, Kind.SSE),
  /** The calls of {@link #CHAT_PARALLEL_TOOL_CALLS}, their arguments in three pieces each. */
  CHAT_STREAM_TOOL_CALLS(Endpoint.CHAT, Kind.SSE),
  /** Two choices that take turns: one stops, the other runs out of length. */
  CHAT_STREAM_TWO_CHOICES(Endpoint.CHAT, Kind.SSE),
  /** A refusal in five pieces. */
  CHAT_STREAM_REFUSAL(Endpoint.CHAT, Kind.SSE),
  /** llama.cpp without {@code include_usage}: {@code timings} on the chunk that finishes. */
  CHAT_STREAM_LLAMA_CPP(Endpoint.CHAT, Kind.SSE, Reply.HeaderStyle.LLAMA_CPP),
  /** llama.cpp with {@code include_usage}: usage and {@code timings} on the last chunk. */
  CHAT_STREAM_LLAMA_CPP_USAGE(Endpoint.CHAT, Kind.SSE, Reply.HeaderStyle.LLAMA_CPP),
  /** Two pieces of text, then an {@code error} object, and no {@code [DONE]}. */
  CHAT_STREAM_ERROR(Endpoint.CHAT, Kind.SSE),

  /** Input 21, output 7. */
  RESPONSES_BASIC(Endpoint.RESPONSES, Kind.JSON),
  /** A reasoning item with a summary, then a message; 128 of 152 output tokens are reasoning. */
  RESPONSES_REASONING(Endpoint.RESPONSES, Kind.JSON),
  /** One call of {@code get_tide}. */
  RESPONSES_TOOL_CALL(Endpoint.RESPONSES, Kind.JSON),
  /** 1792 of 2100 input tokens read from the cache, 256 written to it. */
  RESPONSES_CACHED_TOKENS(Endpoint.RESPONSES, Kind.JSON),
  /** Status {@code incomplete} because of {@code max_output_tokens}. */
  RESPONSES_INCOMPLETE(Endpoint.RESPONSES, Kind.JSON),
  /** HTTP 200 with status {@code failed} and an error {@code server_error}; no usage. */
  RESPONSES_FAILED(Endpoint.RESPONSES, Kind.JSON),
  /** A message whose only content is a refusal. */
  RESPONSES_REFUSAL(Endpoint.RESPONSES, Kind.JSON),

  /** {@link #RESPONSES_BASIC} in seven pieces; usage in {@code response.completed}. */
  RESPONSES_STREAM_BASIC(Endpoint.RESPONSES, Kind.SSE),
  /** {@link #RESPONSES_TOOL_CALL}, its arguments in three pieces. */
  RESPONSES_STREAM_TOOL_CALL(Endpoint.RESPONSES, Kind.SSE),
  /** {@link #RESPONSES_REASONING}: the summary in three pieces, the text in six. */
  RESPONSES_STREAM_REASONING(Endpoint.RESPONSES, Kind.SSE),
  /** Two pieces of text, then {@code response.failed}. */
  RESPONSES_STREAM_FAILED(Endpoint.RESPONSES, Kind.SSE),
  /** Five pieces of text, then {@code response.incomplete}. */
  RESPONSES_STREAM_INCOMPLETE(Endpoint.RESPONSES, Kind.SSE),

  /** Input 5, output 6. */
  COMPLETION_BASIC(Endpoint.COMPLETIONS, Kind.JSON),
  /** The same in six pieces, with usage in a chunk without choices. */
  COMPLETION_STREAM(Endpoint.COMPLETIONS, Kind.SSE),
  /** Two vectors of four numbers; input 13. */
  EMBEDDINGS_FLOAT(Endpoint.EMBEDDINGS, Kind.JSON),
  /** The same vectors as little-endian floats in base64. */
  EMBEDDINGS_BASE64(Endpoint.EMBEDDINGS, Kind.JSON),
  /** Flagged for violence (0.875) and harassment (0.625). */
  MODERATION(Endpoint.MODERATIONS, Kind.JSON),
  /** Two models. */
  MODELS(Endpoint.MODELS, Kind.JSON),

  /** 400 with {@code code} {@code unsupported_value} and {@code param} {@code temperature}. */
  ERROR_400(Endpoint.ANY, Kind.JSON, 400),
  /** 400 as llama.cpp says that the context is full: {@code code} is a number. */
  ERROR_400_INT_CODE(Endpoint.ANY, Kind.JSON, 400, Reply.HeaderStyle.LLAMA_CPP, Map.of()),
  /** 401, {@code invalid_api_key}. */
  ERROR_401(Endpoint.ANY, Kind.JSON, 401),
  /** 404, {@code model_not_found}. */
  ERROR_404_MODEL(Endpoint.ANY, Kind.JSON, 404),
  /** 429 with {@code retry-after-ms: 20} and a rate limit that is used up. */
  ERROR_429_RATE_LIMIT(
      Endpoint.ANY,
      Kind.JSON,
      429,
      Reply.HeaderStyle.OPENAI,
      Map.of(
          "retry-after-ms", "20",
          "retry-after", "1",
          "x-ratelimit-limit-requests", "500",
          "x-ratelimit-remaining-requests", "0",
          "x-ratelimit-reset-requests", "20ms")),
  /** 429, {@code insufficient_quota}: waiting does not help. */
  ERROR_429_QUOTA(Endpoint.ANY, Kind.JSON, 429),
  /** 500, type {@code server_error}. */
  ERROR_500(Endpoint.ANY, Kind.JSON, 500),
  /** 503 of llama.cpp while the model is loading. */
  ERROR_503_LOADING(Endpoint.ANY, Kind.JSON, 503, Reply.HeaderStyle.LLAMA_CPP, Map.of()),
  /** 502 of a proxy in between: a page of HTML. */
  ERROR_HTML(Endpoint.ANY, Kind.HTML, 502, Reply.HeaderStyle.BARE, Map.of("Server", "proxy")),
  /** 503 with an empty body. */
  ERROR_EMPTY_BODY(Endpoint.ANY, Kind.EMPTY, 503, Reply.HeaderStyle.BARE, Map.of());

  /** The endpoint that a fixture is an answer of. */
  public enum Endpoint {
    CHAT,
    RESPONSES,
    COMPLETIONS,
    EMBEDDINGS,
    MODERATIONS,
    MODELS,
    /** An error, which any endpoint may give. */
    ANY
  }

  private enum Kind {
    JSON(".json", Payload.JSON),
    SSE(".sse", Payload.EVENT_STREAM),
    HTML(".html", "text/html"),
    EMPTY("", "text/plain");

    private final String suffix;
    private final String contentType;

    Kind(String suffix, String contentType) {
      this.suffix = suffix;
      this.contentType = contentType;
    }
  }

  private final Endpoint endpoint;
  private final Kind kind;
  private final int status;
  private final Reply.HeaderStyle headerStyle;
  private final Map<String, String> headers;

  Fixture(Endpoint endpoint, Kind kind) {
    this(endpoint, kind, 200);
  }

  Fixture(Endpoint endpoint, Kind kind, Reply.HeaderStyle headerStyle) {
    this(endpoint, kind, 200, headerStyle, Map.of());
  }

  Fixture(Endpoint endpoint, Kind kind, int status) {
    this(endpoint, kind, status, Reply.HeaderStyle.OPENAI, Map.of());
  }

  Fixture(
      Endpoint endpoint,
      Kind kind,
      int status,
      Reply.HeaderStyle headerStyle,
      Map<String, String> headers) {
    this.endpoint = endpoint;
    this.kind = kind;
    this.status = status;
    this.headerStyle = headerStyle;
    this.headers = headers;
  }

  /** The reply, to be enqueued or given faults. Reads the file at each call. */
  public Reply reply() {
    Reply reply =
        isStream()
            ? Reply.sse(Payload.eventsOf(text()))
            : Reply.text(kind.contentType, text()).status(status);
    reply = reply.style(headerStyle);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      reply = reply.header(header.getKey(), header.getValue());
    }
    return reply;
  }

  /** The file's text; empty for the empty body. */
  public String text() {
    if (kind == Kind.EMPTY) {
      return "";
    }
    String file = name().toLowerCase(Locale.ROOT).replace('_', '-') + kind.suffix;
    try (InputStream in = Fixture.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("fixture file " + file + " is missing beside Fixture");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("fixture file " + file + " could not be read", e);
    }
  }

  /** The endpoint that it is an answer of. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Whether it is an event stream. */
  public boolean isStream() {
    return kind == Kind.SSE;
  }

  /** Whether its HTTP status is that of an error. */
  public boolean isError() {
    return status >= 400;
  }
}
