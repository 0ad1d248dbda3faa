package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one {@link ChatModel} over OpenAI's HTTP API: {@code /v1/models}, {@code
 * /v1/chat/completions} (JSON and server-sent events) and {@code /v1/embeddings}. It listens on the
 * loopback address only, on a port of the system's choice, with eight daemon threads, and asks for
 * no key.
 */
final class OpenAiServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OpenAiServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final int MAX_EMBEDDING_INPUTS = 2048;
  private static final int THREADS = 8;

  static {
    // read once, by the first server of the JVM; without it each answer waits 40 ms for the
    // client's delayed acknowledgement, which would pass for the model's time
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final ChatModel model;
  private final HttpServer http;
  private final ExecutorService executor;
  private final long startedEpochSeconds = System.currentTimeMillis() / 1000;

  private OpenAiServer(ChatModel model, HttpServer http, ExecutorService executor) {
    this.model = model;
    this.http = http;
    this.executor = executor;
  }

  /**
   * Starts to listen.
   *
   * @throws UncheckedIOException when no port of the loopback address can be had
   */
  static OpenAiServer start(ChatModel model) {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      ExecutorService executor =
          Executors.newFixedThreadPool(THREADS, task -> daemon(task, "model-server"));
      OpenAiServer server = new OpenAiServer(model, http, executor);
      http.setExecutor(executor);
      http.createContext("/", server::handle);
      startFromDaemon(http);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("no port of the loopback address can be listened on", e);
    }
  }

  /** What a client takes as its base URL: {@code http://127.0.0.1:PORT/v1}. */
  URI baseUrl() {
    InetSocketAddress address = http.getAddress();
    return URI.create(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/v1");
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  /** Stops at once; calls that are under way are cut off. */
  @Override
  public void close() {
    http.stop(0);
    executor.shutdownNow();
  }

  /** The dispatcher thread inherits the daemon flag of the thread that starts it. */
  private static void startFromDaemon(HttpServer http) {
    Thread starter = daemon(http::start, "model-server-start");
    starter.start();
    boolean interrupted = false;
    while (starter.isAlive()) {
      try {
        starter.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      try {
        route(exchange);
      } catch (ApiException e) {
        send(exchange, e.status(), error(e));
      } catch (RuntimeException e) {
        // the type only: a message may quote the prompt
        log.warn("request failed: {}", e.getClass().getName());
        if (exchange.getResponseCode() == -1) {
          send(exchange, 500, error(ApiException.of(500, "the server failed; see its log")));
        }
      }
    } catch (IOException e) {
      log.debug("client went away: {}", e.getClass().getName());
    }
  }

  private void route(HttpExchange exchange) throws ApiException, IOException {
    String path = exchange.getRequestURI().getPath();
    switch (path) {
      case "/v1/models" -> {
        require(exchange, "GET");
        ObjectNode list = NODES.objectNode().put("object", "list");
        list.set("data", models());
        send(exchange, 200, list);
      }
      case "/v1/chat/completions" -> {
        require(exchange, "POST");
        chat(exchange, ChatRequest.of(body(exchange)));
      }
      case "/v1/embeddings" -> {
        require(exchange, "POST");
        embeddings(exchange, body(exchange));
      }
      case "/metrics" -> {
        require(exchange, "GET");
        String page = model.metrics();
        if (page == null) {
          throw ApiException.of(501, "this server has no metrics");
        }
        send(exchange, 200, "text/plain; version=0.0.4", page.getBytes(StandardCharsets.UTF_8));
      }
      case "/props" -> {
        require(exchange, "GET");
        ObjectNode props = model.props();
        if (props == null) {
          throw ApiException.of(501, "this server has no properties");
        }
        send(exchange, 200, props);
      }
      default -> {
        if (!path.startsWith("/v1/models/")) {
          throw ApiException.of(
              404,
              "path must be /v1/models, /v1/chat/completions or /v1/embeddings, but was another");
        }
        require(exchange, "GET");
        send(exchange, 200, model(path.substring("/v1/models/".length())));
      }
    }
  }

  private ArrayNode models() {
    ArrayNode models = NODES.arrayNode();
    models.add(modelObject(model.id(), model.description()));
    String embeddingId = model.embeddingId();
    if (embeddingId != null) {
      models.add(modelObject(embeddingId, "A sentence embedding model, run in this process."));
    }
    return models;
  }

  private JsonNode model(String id) throws ApiException {
    for (JsonNode known : models()) {
      if (known.path("id").asText().equals(id)) {
        return known;
      }
    }
    throw ApiException.modelNotFound(id, model.id());
  }

  private ObjectNode modelObject(String id, String description) {
    return NODES
        .objectNode()
        .put("id", id)
        .put("object", "model")
        .put("created", startedEpochSeconds)
        .put("owned_by", "llmops-sample-quickstart")
        .put("description", description);
  }

  private void chat(HttpExchange exchange, ChatRequest request) throws ApiException, IOException {
    if (!request.model().equals(model.id())) {
      throw ApiException.modelNotFound(request.model(), model.id());
    }
    if (request.needsTools() && !model.takesTools()) {
      throw ApiException.unsupported(
          "tools", "tools are not supported by this server; leave them and their messages out");
    }
    if (request.stream()) {
      stream(exchange, request);
      return;
    }
    StringBuilder text = new StringBuilder();
    ChatModel.Completion completion = model.complete(request, text::append);
    ObjectNode response = head("chatcmpl-" + UUID.randomUUID(), "chat.completion");
    ObjectNode choice = NODES.objectNode().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    ChatRequest.ToolCall call = completion.toolCall();
    message.put("content", call == null ? text.toString() : null).putNull("refusal");
    if (call != null) {
      message.putArray("tool_calls").add(toolCall(call, call.arguments()));
    }
    choice.putNull("logprobs").put("finish_reason", completion.finishReason());
    response.putArray("choices").add(choice);
    response.set("usage", usage(completion));
    if (completion.timings() != null) {
      response.set("timings", completion.timings());
    }
    send(exchange, 200, response);
  }

  private void stream(HttpExchange exchange, ChatRequest request) throws ApiException, IOException {
    ChunkWriter chunks = new ChunkWriter(exchange, request.includeUsage());
    ChatModel.Completion completion;
    try {
      completion = model.complete(request, chunks::text);
    } catch (RuntimeException e) {
      if (chunks.started()) {
        // the status is out, so the error goes where OpenAI's clients look for it in a stream
        log.warn("request failed in mid-stream: {}", e.getClass().getName());
        chunks.event(error(ApiException.of(500, "the server failed in mid-answer; see its log")));
        return;
      }
      throw e;
    }
    chunks.end(completion);
  }

  private void embeddings(HttpExchange exchange, JsonNode body) throws ApiException, IOException {
    String id = model.embeddingId();
    if (id == null) {
      throw ApiException.of(404, "this server has no embedding model; use the chat model only");
    }
    if (!body.path("model").asText("").equals(id)) {
      throw ApiException.modelNotFound(body.path("model").asText(""), id);
    }
    String encoding = body.path("encoding_format").asText("float");
    if (!encoding.equals("float") && !encoding.equals("base64")) {
      throw ApiException.badRequest(
          "encoding_format must be \"float\" or \"base64\"", "encoding_format");
    }
    ChatModel.Embeddings embeddings = model.embed(embeddingInputs(body.path("input")));
    int length = embeddings.vectors().get(0).length;
    if (body.path("dimensions").asInt(length) != length) {
      throw ApiException.unsupported(
          "dimensions",
          "dimensions must be " + length + ", but was " + body.path("dimensions").asInt());
    }
    ObjectNode response = NODES.objectNode().put("object", "list").put("model", id);
    ArrayNode data = response.putArray("data");
    for (int i = 0; i < embeddings.vectors().size(); i++) {
      ObjectNode item = data.addObject().put("object", "embedding").put("index", i);
      float[] vector = embeddings.vectors().get(i);
      if (encoding.equals("base64")) {
        item.put("embedding", base64(vector));
      } else {
        ArrayNode values = item.putArray("embedding");
        for (float value : vector) {
          values.add(value);
        }
      }
    }
    response
        .putObject("usage")
        .put("prompt_tokens", embeddings.tokens())
        .put("total_tokens", embeddings.tokens());
    send(exchange, 200, response);
  }

  private static List<String> embeddingInputs(JsonNode input) throws ApiException {
    List<String> inputs = new ArrayList<>();
    if (input.isTextual()) {
      inputs.add(input.textValue());
    }
    if (input.isArray()) {
      for (JsonNode item : input) {
        if (item.isTextual()) {
          inputs.add(item.textValue());
        }
      }
    }
    boolean allText = input.isTextual() || inputs.size() == input.size();
    if (!allText
        || inputs.isEmpty()
        || inputs.size() > MAX_EMBEDDING_INPUTS
        || inputs.stream().anyMatch(String::isBlank)) {
      throw ApiException.badRequest(
          "input must be a text or an array of 1 to "
              + MAX_EMBEDDING_INPUTS
              + " texts, none of them blank; tokens are not supported",
          "input");
    }
    return inputs;
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private ObjectNode head(String id, String object) {
    return NODES
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", System.currentTimeMillis() / 1000)
        .put("model", model.id())
        .put("system_fingerprint", model.fingerprint());
  }

  private static ObjectNode toolCall(ChatRequest.ToolCall call, String arguments) {
    ObjectNode node = NODES.objectNode().put("id", call.id()).put("type", "function");
    node.putObject("function").put("name", call.name()).put("arguments", arguments);
    return node;
  }

  private static ObjectNode usage(ChatModel.Completion completion) {
    return NODES
        .objectNode()
        .put("prompt_tokens", completion.promptTokens())
        .put("completion_tokens", completion.completionTokens())
        .put("total_tokens", completion.promptTokens() + completion.completionTokens());
  }

  private static void require(HttpExchange exchange, String method) throws ApiException {
    if (!exchange.getRequestMethod().equals(method)) {
      exchange.getResponseHeaders().set("Allow", method);
      throw ApiException.of(405, "method must be " + method);
    }
  }

  private static JsonNode body(HttpExchange exchange) throws ApiException, IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (bytes.length > MAX_BODY_BYTES) {
      throw ApiException.of(413, "body must be at most " + MAX_BODY_BYTES + " bytes long");
    }
    JsonNode body;
    try {
      body = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      // not the parser's own message: it quotes the body
      JsonLocation at = e.getLocation();
      throw ApiException.badRequest(
          "body must be JSON, but could not be read"
              + (at == null ? "" : " at line " + at.getLineNr() + " column " + at.getColumnNr()),
          null);
    }
    if (!body.isObject()) {
      throw ApiException.badRequest("body must be a JSON object", null);
    }
    return body;
  }

  private static ObjectNode error(ApiException e) {
    ObjectNode error = NODES.objectNode();
    error
        .putObject("error")
        .put("message", e.getMessage())
        .put("type", e.type())
        .put("param", e.param())
        .put("code", e.code());
    return error;
  }

  private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
    send(exchange, status, "application/json", JSON.writeValueAsBytes(body));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] bytes)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Writes one streamed answer; nothing is sent before its first chunk. */
  private final class ChunkWriter {
    private final HttpExchange exchange;
    private final boolean includeUsage;
    private final String id = "chatcmpl-" + UUID.randomUUID();
    private @Nullable OutputStream out;

    ChunkWriter(HttpExchange exchange, boolean includeUsage) {
      this.exchange = exchange;
      this.includeUsage = includeUsage;
    }

    boolean started() {
      return out != null;
    }

    void text(String piece) throws IOException {
      ObjectNode delta = NODES.objectNode();
      if (!started()) {
        delta.put("role", "assistant");
      }
      event(chunk(delta.put("content", piece), null));
    }

    /** The name first, then the arguments in two pieces, as OpenAI's own streams do. */
    private void toolCall(ChatRequest.ToolCall call) throws IOException {
      ObjectNode first = NODES.objectNode().put("role", "assistant").putNull("content");
      first.putArray("tool_calls").add(OpenAiServer.toolCall(call, "").put("index", 0));
      event(chunk(first, null));
      String arguments = call.arguments();
      int half =
          arguments.offsetByCodePoints(0, arguments.codePointCount(0, arguments.length()) / 2);
      for (String piece : List.of(arguments.substring(0, half), arguments.substring(half))) {
        ObjectNode more = NODES.objectNode();
        more.putArray("tool_calls")
            .addObject()
            .put("index", 0)
            .putObject("function")
            .put("arguments", piece);
        event(chunk(more, null));
      }
    }

    void end(ChatModel.Completion completion) throws IOException {
      if (completion.toolCall() != null) {
        toolCall(completion.toolCall());
      }
      ObjectNode last = chunk(NODES.objectNode(), completion.finishReason());
      if (includeUsage) {
        event(last);
        last = head(id, "chat.completion.chunk");
        last.putArray("choices");
        last.set("usage", usage(completion));
      }
      if (completion.timings() != null) {
        last.set("timings", completion.timings());
      }
      event(last);
      write("[DONE]".getBytes(StandardCharsets.US_ASCII));
    }

    void event(JsonNode event) throws IOException {
      write(JSON.writeValueAsBytes(event));
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
      ObjectNode chunk = head(id, "chat.completion.chunk");
      ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
      choice.set("delta", delta);
      choice.putNull("logprobs").put("finish_reason", finishReason);
      if (includeUsage) {
        chunk.putNull("usage");
      }
      return chunk;
    }

    private void write(byte[] data) throws IOException {
      OutputStream stream = out;
      if (stream == null) {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        stream = exchange.getResponseBody();
        out = stream;
      }
      ByteBuffer event = ByteBuffer.allocate(data.length + 8);
      event.put("data: ".getBytes(StandardCharsets.US_ASCII)).put(data).put((byte) '\n');
      stream.write(event.put((byte) '\n').array());
      stream.flush();
    }
  }
}
