package dev.llmops.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that speaks OpenAI's HTTP API, for tests with a real client and without a
 * model: chat completions, Responses, legacy completions, embeddings, moderations, models.
 *
 * <pre>{@code
 * try (FakeModelServer server = FakeModelServer.start()) {
 *   server.enqueue(Fixture.ERROR_429_RATE_LIMIT, Fixture.CHAT_BASIC);
 *   // ... a client with server.baseUrl() retries once and gets the answer
 *   assertThat(server.requests()).hasSize(2);
 * }
 * }</pre>
 *
 * <p>Each request takes the next enqueued {@link Reply}, whatever its path. When there is none, the
 * server answers by itself in the shape asked for: a text that names the model, streamed in words
 * if the body says {@code stream}, with usage (a word is a token) where the real API gives it: in a
 * chat stream only for {@code stream_options.include_usage}. A response of {@code /v1/responses}
 * can be fetched by its id. Every reply carries OpenAI's usual headers, each with its own {@code
 * x-request-id}.
 *
 * <p>All methods may be called from any thread. Up to {@value #THREADS} requests are answered at
 * once, {@value #WAITING} more wait. Starting the first server sets the system property {@code
 * sun.net.httpserver.nodelay} unless it is set: without it the JDK's server holds back small
 * writes, and each event of a stream may come 40 ms late.
 */
public final class FakeModelServer implements AutoCloseable {
  private static final int THREADS = 32;
  private static final int WAITING = 256;
  private static final int KEPT_REQUESTS = 1000;
  private static final long KEPT_CHARS = 64L * 1024 * 1024;
  private static final int LARGEST_BODY_BYTES = 32 * 1024 * 1024;

  private final HttpServer http;
  private final ThreadPoolExecutor executor;
  private final DefaultAnswers answers = new DefaultAnswers();
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final Deque<ReceivedRequest> kept = new ArrayDeque<>();
  private final LinkedBlockingQueue<ReceivedRequest> untaken = new LinkedBlockingQueue<>();
  private final Semaphore clientsGone = new Semaphore(0);
  private final AtomicInteger requestNumber = new AtomicInteger();
  private long keptChars;
  private volatile boolean closed;

  private FakeModelServer(HttpServer http, ThreadPoolExecutor executor) {
    this.http = http;
    this.executor = executor;
    http.setExecutor(executor);
    http.createContext("/", this::handle);
  }

  /** Starts a server on a free port of the loopback address. */
  public static FakeModelServer start() {
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
    HttpServer http;
    try {
      http =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 128);
    } catch (IOException e) {
      throw new UncheckedIOException("fake model server could not listen on 127.0.0.1", e);
    }
    AtomicInteger threadNumber = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> daemon(task, "fake-model-server-" + threadNumber.incrementAndGet()));
    executor.allowCoreThreadTimeOut(true);
    FakeModelServer server = new FakeModelServer(http, executor);
    startFromDaemon(http);
    return server;
  }

  /** The base URL for a client, {@code http://127.0.0.1:PORT/v1}. */
  public String baseUrl() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1";
  }

  /** Adds replies to the end of the script. */
  public void enqueue(Reply... replies) {
    script.addAll(List.of(replies));
  }

  /** Adds ready replies to the end of the script. */
  public void enqueue(Fixture... fixtures) {
    for (Fixture fixture : fixtures) {
      script.add(fixture.reply());
    }
  }

  /** How many enqueued replies no request has taken yet. */
  public int unusedReplies() {
    return script.size();
  }

  /**
   * The requests received so far, the oldest first; at most the last {@value #KEPT_REQUESTS}, fewer
   * if their bodies are large. A request is here before its reply begins.
   */
  public List<ReceivedRequest> requests() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  /**
   * Takes the oldest request that was not taken yet, waiting for one if need be. {@link #requests}
   * keeps it.
   *
   * @throws AssertionError if none came within {@code timeout}
   */
  public ReceivedRequest takeRequest(Duration timeout) throws InterruptedException {
    ReceivedRequest request = untaken.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (request == null) {
      throw new AssertionError(
          "no further request within "
              + timeout
              + "; "
              + requests().size()
              + " were received before: "
              + requests());
    }
    return request;
  }

  /**
   * Waits until the server found, while writing a reply, that the client had closed the connection;
   * each such finding ends one wait. The server can only find out by writing: use {@link
   * Reply#repeatChunkUntilClientGone}.
   *
   * @throws AssertionError if no client went within {@code timeout}
   */
  public void awaitClientGone(Duration timeout) throws InterruptedException {
    if (!clientsGone.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("no client closed its connection within " + timeout);
    }
  }

  /** Closes all connections, those that stand at a {@link Gate} too. */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    http.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY_BYTES + 1);
    ReceivedRequest request =
        new ReceivedRequest(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            exchange.getRequestURI().getQuery(),
            exchange.getRequestHeaders(),
            new String(body, StandardCharsets.UTF_8));
    if (body.length > LARGEST_BODY_BYTES) {
      throw new IOException("request body is larger than " + LARGEST_BODY_BYTES + " bytes");
    }
    keep(request);
    Reply scripted = script.poll();
    Reply reply = scripted == null ? Reply.byDefault() : scripted;
    try {
      send(exchange, request, reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cut("server closed");
    }
  }

  private void send(HttpExchange exchange, ReceivedRequest request, Reply reply)
      throws IOException, InterruptedException {
    Gate headerGate = reply.headerGate();
    if (headerGate != null) {
      pass(headerGate);
    }
    Payload payload = payload(request, reply);
    if (payload == null) {
      throw cut("no answer");
    }
    List<byte[]> writes =
        payload.writes().stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    setHeaders(exchange.getResponseHeaders(), payload, reply);
    int length = writes.stream().mapToInt(write -> write.length).sum();
    if (length == 0 && !payload.stream()) {
      exchange.sendResponseHeaders(payload.status(), -1);
      exchange.close();
      return;
    }
    // to the JDK's server a length of 0 means chunked
    exchange.sendResponseHeaders(payload.status(), payload.stream() ? 0 : length);
    OutputStream out = exchange.getResponseBody();
    out.flush();
    for (int sent = 0; sent <= writes.size(); sent++) {
      for (Gate gate : reply.gatesAfter(sent, writes.size())) {
        pass(gate);
      }
      if (reply.cutsAfter(sent, writes.size())) {
        throw cut("after " + sent + " chunks");
      }
      if (sent < writes.size()) {
        do {
          write(out, writes.get(sent));
        } while (payload.stream() && reply.repeats(sent + 1));
      }
    }
    exchange.close();
  }

  private @Nullable Payload payload(ReceivedRequest request, Reply reply) {
    try {
      return reply.payload(request, answers);
    } catch (RuntimeException e) {
      // a fault in the script: an answer that says so is better than a connection that ends
      return Payload.text(500, "text/plain", "fake model server: " + e.getMessage());
    }
  }

  private void setHeaders(Headers headers, Payload payload, Reply reply) {
    headers.set("Content-Type", payload.contentType());
    switch (reply.headerStyle()) {
      case OPENAI -> {
        headers.set("x-request-id", "req_%032x".formatted(requestNumber.incrementAndGet()));
        headers.set("openai-processing-ms", "0");
        headers.set("openai-version", "2020-10-01");
        headers.set("openai-organization", "org-fake");
        headers.set("x-ratelimit-limit-requests", "500");
        headers.set("x-ratelimit-limit-tokens", "200000");
        headers.set("x-ratelimit-remaining-requests", "499");
        headers.set("x-ratelimit-remaining-tokens", "199900");
        headers.set("x-ratelimit-reset-requests", "120ms");
        headers.set("x-ratelimit-reset-tokens", "30ms");
      }
      case LLAMA_CPP -> headers.set("Server", "llama.cpp");
      case BARE -> {}
    }
    reply.headers().forEach(headers::set);
  }

  private void write(OutputStream out, byte[] bytes) throws IOException {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      if (!closed) {
        clientsGone.release();
      }
      throw e;
    }
  }

  private void keep(ReceivedRequest request) {
    synchronized (kept) {
      kept.addLast(request);
      untaken.add(request);
      keptChars += request.body().length();
      while (kept.size() > KEPT_REQUESTS || (keptChars > KEPT_CHARS && kept.size() > 1)) {
        ReceivedRequest dropped = kept.removeFirst();
        keptChars -= dropped.body().length();
        untaken.remove(dropped);
      }
    }
  }

  private static void pass(Gate gate) throws IOException, InterruptedException {
    if (!gate.pass()) {
      throw cut("gate was not opened within " + Gate.LONGEST_WAIT);
    }
  }

  /** Thrown out of the handler, it makes the JDK's server close the socket as it is. */
  private static IOException cut(String why) {
    return new IOException("connection cut by the script: " + why);
  }

  /** The JDK's dispatcher thread inherits "daemon" from the thread that starts it. */
  private static void startFromDaemon(HttpServer http) {
    Thread starter = daemon(http::start, "fake-model-server-start");
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
}
