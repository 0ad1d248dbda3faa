package dev.llmops.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One scripted answer of {@link FakeModelServer}: what is sent, and where it stops or breaks.
 *
 * <p>Immutable: every method returns a new reply, so a reply can be enqueued many times. Take a
 * ready one from {@link Fixture}, or make one here, then add faults:
 *
 * <pre>{@code
 * Gate gate = Gate.closed();
 * server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().holdAfterChunks(3, gate));
 * server.enqueue(Reply.answer("yes").cutAfterChunks(1));
 * }</pre>
 *
 * <p><b>Chunks.</b> In a stream each event is a chunk, {@code [DONE]} included. A plain body counts
 * as two chunks, its halves, so that it too can be held or cut in the middle. An empty body has
 * none. A hold or a cut beyond the last chunk happens at the end, before the body is ended.
 */
public final class Reply {
  /** Makes the payload once the request is known. */
  interface Content {
    Payload of(ReceivedRequest request, DefaultAnswers answers);
  }

  /** Whose response headers are added to those of the reply. */
  enum HeaderStyle {
    OPENAI,
    LLAMA_CPP,
    BARE
  }

  private final @Nullable Content content;
  private @Nullable Integer status;
  private Map<String, String> headers = Map.of();
  private HeaderStyle headerStyle = HeaderStyle.OPENAI;
  private Map<Integer, Gate> holds = Map.of();
  private @Nullable Gate headerGate;
  private @Nullable Integer cutAfter;
  private @Nullable Integer malformed;
  private @Nullable Integer repeated;

  private Reply(@Nullable Content content) {
    this.content = content;
  }

  /**
   * Answers with this text in the shape that the request asks for: chat, Responses or legacy
   * completion, streamed in words if the request says {@code stream}. Token counts are the number
   * of words, in and out. On other endpoints it is the server's default reply.
   */
  public static Reply answer(String text) {
    return new Reply((request, answers) -> answers.answer(request, text));
  }

  /** Answers as the server does when nothing is scripted. */
  static Reply byDefault() {
    return new Reply((request, answers) -> answers.answer(request, null));
  }

  /** Answers with a text of this many characters, all {@code x}; see {@link #answer}. */
  public static Reply largeAnswer(int chars) {
    return answer("x".repeat(chars));
  }

  /** A 200 with this JSON text as it is; an empty text gives an empty body. */
  public static Reply json(String body) {
    return text(Payload.JSON, body);
  }

  /** A 200 with this body and content type. */
  public static Reply text(String contentType, String body) {
    Payload payload = Payload.text(200, contentType, body);
    return new Reply((request, answers) -> payload);
  }

  /**
   * A 200 event stream. Each event is a block of lines such as {@code data: {"id":1}}, without the
   * blank line that ends it; nothing is added, no {@code [DONE]} either.
   */
  public static Reply sse(String... events) {
    return sse(List.of(events));
  }

  static Reply sse(List<String> events) {
    Payload payload = Payload.events(events);
    return new Reply((request, answers) -> payload);
  }

  /** Reads the request, then closes the connection without a byte. */
  public static Reply closeWithoutAnswer() {
    return new Reply(null);
  }

  /** Sends this status, 200 to 599. */
  public Reply status(int status) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status must be between 200 and 599, but was " + status);
    }
    Reply reply = copy();
    reply.status = status;
    return reply;
  }

  /** Sends this header, in place of one of the same name that would be sent otherwise. */
  public Reply header(String name, String value) {
    Reply reply = copy();
    reply.headers = with(headers, name, value);
    return reply;
  }

  /** Sends this content type whatever the body is. */
  public Reply contentType(String contentType) {
    return header("Content-Type", contentType);
  }

  /** Leaves out the headers that OpenAI adds: request id, processing time, rate limits. */
  public Reply withoutOpenAiHeaders() {
    return style(HeaderStyle.BARE);
  }

  /** Stops before the status line until {@code gate} opens. */
  public Reply holdBeforeHeaders(Gate gate) {
    Reply reply = copy();
    reply.headerGate = gate;
    return reply;
  }

  /**
   * Stops after {@code chunks} chunks were sent until {@code gate} opens; after 0 the headers are
   * out. Can be given for several places.
   */
  public Reply holdAfterChunks(int chunks, Gate gate) {
    Reply reply = copy();
    reply.holds = with(holds, notNegative("chunks", chunks), gate);
    return reply;
  }

  /** Closes the connection after {@code chunks} chunks were sent; after 0 the headers are out. */
  public Reply cutAfterChunks(int chunks) {
    Reply reply = copy();
    reply.cutAfter = notNegative("chunks", chunks);
    return reply;
  }

  /** Breaks the JSON of a plain body off in the middle; length and end of the body are right. */
  public Reply malformedBody() {
    return malformedChunk(1);
  }

  /** Breaks the JSON of one event of a stream off in the middle; the first event is 1. */
  public Reply malformedChunk(int ordinal) {
    Reply reply = copy();
    reply.malformed = positive("ordinal", ordinal);
    return reply;
  }

  /**
   * Sends one event of a stream again and again, the first event being 1, until the client closes
   * the connection: {@link FakeModelServer#awaitClientGone} tells when it did.
   */
  public Reply repeatChunkUntilClientGone(int ordinal) {
    Reply reply = copy();
    reply.repeated = positive("ordinal", ordinal);
    return reply;
  }

  Reply style(HeaderStyle style) {
    Reply reply = copy();
    reply.headerStyle = style;
    return reply;
  }

  /** What to send; null to close the connection instead. */
  @Nullable Payload payload(ReceivedRequest request, DefaultAnswers answers) {
    if (content == null) {
      return null;
    }
    Payload payload = content.of(request, answers);
    if (status != null) {
      payload = new Payload(status, payload.contentType(), payload.stream(), payload.chunks());
    }
    return malformed == null ? payload : payload.brokenAt(malformed);
  }

  Map<String, String> headers() {
    return headers;
  }

  HeaderStyle headerStyle() {
    return headerStyle;
  }

  @Nullable Gate headerGate() {
    return headerGate;
  }

  /** The gates to stop at when {@code sent} of {@code total} chunks are out. */
  List<Gate> gatesAfter(int sent, int total) {
    return holds.entrySet().stream()
        .filter(hold -> Math.min(hold.getKey(), total) == sent)
        .map(Map.Entry::getValue)
        .toList();
  }

  boolean cutsAfter(int sent, int total) {
    return cutAfter != null && Math.min(cutAfter, total) == sent;
  }

  boolean repeats(int ordinal) {
    return repeated != null && repeated == ordinal;
  }

  private Reply copy() {
    Reply reply = new Reply(content);
    reply.status = status;
    reply.headers = headers;
    reply.headerStyle = headerStyle;
    reply.holds = holds;
    reply.headerGate = headerGate;
    reply.cutAfter = cutAfter;
    reply.malformed = malformed;
    reply.repeated = repeated;
    return reply;
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    Map<String, String> copy = new LinkedHashMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private static Map<Integer, Gate> with(Map<Integer, Gate> map, Integer key, Gate value) {
    Map<Integer, Gate> copy = new TreeMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private static int notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be 0 or more, but was " + value);
    }
    return value;
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be 1 or more, but was " + value);
    }
    return value;
  }
}
