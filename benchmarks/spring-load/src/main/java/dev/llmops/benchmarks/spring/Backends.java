package dev.llmops.benchmarks.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the application talks to, on loopback: a model server with OpenAI's API that answers after a
 * fixed time with canned bytes, and an OTLP collector that throws away what it gets. A model that
 * is offered tools, needs one and has no result of it yet asks for the first; an answer has an
 * e-mail address in it, so that redaction has work.
 */
final class Backends implements AutoCloseable {

  /** A question with these words makes the model ask for the tool. */
  static final String NEEDS_TOOL = "Which documents are on";

  static final String ANSWER =
      "The calls are in the file that llmops.jsonl.path names, one line of JSON for each; the latest"
          + " are at /actuator/llmops/calls. A call has its model, its tokens, its cost and its"
          + " timing, and the prompt and the answer only where content capture is asked for. Write"
          + " to jane.doe@example.com if a line is missing, with the id of the call and the name of"
          + " the model, and say which version of the library and of Java it was.";

  private static final int DIMENSIONS = 384;
  private static final int CHUNKS = 8;
  private static final long BETWEEN_CHUNKS_NANOS = 2_000_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] EMPTY = response("application/x-protobuf", new byte[0]);
  private static final byte[] STREAM_HEAD =
      ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
              + "transfer-encoding: chunked\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STREAM_END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHAT =
      response(
          "application/json",
          completion(
              "stop", "{\"role\":\"assistant\",\"content\":\"" + ANSWER + "\"}", ANSWER.length()));

  private volatile long latencyNanos;
  private final ServerSocket server;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final byte[][] chunks = chunks();
  private final AtomicLong chats = new AtomicLong();
  private final AtomicLong exports = new AtomicLong();
  private final byte[] embedding = embeddings(1);
  private volatile byte @Nullable [] toolRound; // made once, of the first request that has a tool

  private Backends() throws IOException {
    this.server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
  }

  /** Starts them, with a model that answers at once. */
  static Backends start() throws IOException {
    Backends backends = new Backends();
    thread("backends", backends::accept);
    return backends;
  }

  /** From now on a model call takes this long until its answer begins. */
  void latency(int millis) {
    latencyNanos = millis * 1_000_000L;
  }

  /** Such as {@code http://127.0.0.1:12345}; the API of the model is under {@code /v1}. */
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** How many chats were asked for. */
  long chats() {
    return chats.get();
  }

  /** How many requests the collector got. */
  long exports() {
    return exports.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket connection = server.accept();
        connections.add(connection);
        thread("backend", () -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      BufferedInputStream in = new BufferedInputStream(connection.getInputStream(), 16 * 1024);
      OutputStream out = connection.getOutputStream();
      for (HttpMessage request = HttpMessage.read(in);
          request != null;
          request = HttpMessage.read(in)) {
        long start = System.nanoTime();
        if (request.startLine().contains("/chat/completions")) {
          chats.incrementAndGet();
          chat(new String(request.body(), StandardCharsets.UTF_8), start, out);
        } else if (request.startLine().contains("/embeddings")) {
          int texts = texts(request.body());
          byte[] answer = texts == 1 ? embedding : embeddings(texts);
          sleepUntil(start + latencyNanos);
          out.write(answer);
        } else {
          exports.incrementAndGet();
          out.write(EMPTY);
        }
      }
    } catch (IOException e) {
      // the application has gone
    } finally {
      connections.remove(connection);
    }
  }

  private void chat(String request, long start, OutputStream out) throws IOException {
    boolean streams = has(request, "\"stream\":true");
    boolean asks =
        request.contains(NEEDS_TOOL)
            && has(request, "\"tools\":[{")
            && !has(request, "\"role\":\"tool\"");
    byte[] round = asks && !streams ? toolRound(request) : CHAT;
    sleepUntil(start + latencyNanos);
    if (!streams) {
      out.write(round);
      return;
    }
    out.write(STREAM_HEAD);
    long next = System.nanoTime();
    for (byte[] chunk : chunks) {
      out.write(chunk);
      next += BETWEEN_CHUNKS_NANOS;
      sleepUntil(next);
    }
    out.write(STREAM_END);
  }

  /** With or without the blank after a colon, as JSON writers differ. */
  private static boolean has(String request, String compact) {
    return request.contains(compact) || request.contains(compact.replace(":", ": "));
  }

  /** A call of the first tool, all its parameters a few words. */
  private byte[] toolRound(String request) throws IOException {
    byte[] known = toolRound;
    if (known != null) {
      return known;
    }
    JsonNode function = JSON.readTree(request).at("/tools/0/function");
    var arguments = JSON.createObjectNode();
    function
        .at("/parameters/properties")
        .fieldNames()
        .forEachRemaining(name -> arguments.put(name, "prices of models"));
    String message =
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\","
            + "\"type\":\"function\",\"function\":{\"name\":"
            + JSON.writeValueAsString(function.at("/name").asText())
            + ",\"arguments\":"
            + JSON.writeValueAsString(arguments.toString())
            + "}}]}";
    byte[] made = response("application/json", completion("tool_calls", message, 24));
    toolRound = made;
    return made;
  }

  private static int texts(byte[] request) throws IOException {
    JsonNode input = JSON.readTree(request).path("input");
    return input.isArray() ? input.size() : 1;
  }

  private static byte[] embeddings(int texts) {
    StringBuilder body = new StringBuilder("{\"object\":\"list\",\"data\":[");
    for (int text = 0; text < texts; text++) {
      body.append(text == 0 ? "" : ",")
          .append("{\"object\":\"embedding\",\"index\":")
          .append(text)
          .append(",\"embedding\":[");
      for (int i = 0; i < DIMENSIONS; i++) {
        body.append(i == 0 ? "" : ",").append(i == text % DIMENSIONS ? "0.9" : "0.02");
      }
      body.append("]}");
    }
    body.append(
        "],\"model\":\"text-embedding-3-small\","
            + "\"usage\":{\"prompt_tokens\":9,\"total_tokens\":9}}");
    return response("application/json", body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] completion(String finishReason, String message, int length) {
    int tokens = length / 4;
    return String.format(
            Locale.ROOT,
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1795003200,"
                + "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"finish_reason\":\"%s\","
                + "\"message\":%s}],\"usage\":{\"prompt_tokens\":420,\"completion_tokens\":%d,"
                + "\"total_tokens\":%d}}",
            finishReason,
            message,
            tokens,
            420 + tokens)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[][] chunks() {
    byte[][] chunks = new byte[CHUNKS + 3][];
    chunks[0] =
        chunk("[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]", "null");
    for (int i = 0; i < CHUNKS; i++) {
      String piece =
          ANSWER.substring(i * ANSWER.length() / CHUNKS, (i + 1) * ANSWER.length() / CHUNKS);
      chunks[i + 1] = chunk("[{\"index\":0,\"delta\":{\"content\":\"" + piece + "\"}}]", "null");
    }
    chunks[CHUNKS + 1] = chunk("[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]", "null");
    byte[] usage =
        data(event("[]", "{\"prompt_tokens\":420,\"completion_tokens\":100,\"total_tokens\":520}"));
    byte[] done = data("data: [DONE]\n\n");
    chunks[CHUNKS + 2] = java.util.Arrays.copyOf(usage, usage.length + done.length);
    System.arraycopy(done, 0, chunks[CHUNKS + 2], usage.length, done.length);
    return chunks;
  }

  private static byte[] chunk(String choices, String usage) {
    return data(event(choices, usage));
  }

  private static String event(String choices, String usage) {
    return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1795003200,"
        + "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":"
        + choices
        + ",\"usage\":"
        + usage
        + "}\n\n";
  }

  private static byte[] data(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes(
        (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    chunk.writeBytes(bytes);
    chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return chunk.toByteArray();
  }

  private static byte[] response(String type, byte[] body) {
    byte[] head =
        ("HTTP/1.1 200 OK\r\ncontent-type: "
                + type
                + "\r\ncontent-length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private static void sleepUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
