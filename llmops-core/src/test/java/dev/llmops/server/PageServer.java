package dev.llmops.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that plays pages, which may change while it runs. */
final class PageServer implements AutoCloseable {

  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  PageServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::answer);
    http.start();
  }

  int port() {
    return http.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  PageServer page(String path, String body) {
    return on(path, exchange -> send(exchange, 200, body.getBytes(StandardCharsets.UTF_8)));
  }

  PageServer status(String path, int status) {
    return on(path, exchange -> send(exchange, status, "{}".getBytes(StandardCharsets.UTF_8)));
  }

  PageServer on(String path, Handler handler) {
    handlers.put(path, handler);
    return this;
  }

  PageServer without(String path) {
    handlers.remove(path);
    return this;
  }

  List<String> requests() {
    return requests;
  }

  long count(String path) {
    return requests.stream().filter(path::equals).count();
  }

  List<String> authorizations() {
    return authorizations;
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      requests.add(exchange.getRequestURI().toString());
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization != null) {
        authorizations.add(authorization);
      }
      Handler handler = handlers.get(exchange.getRequestURI().getPath());
      if (handler == null) {
        send(exchange, 404, "not found".getBytes(StandardCharsets.UTF_8));
      } else {
        handler.answer(exchange);
      }
    } catch (IOException e) {
      // the client hung up, as it may
    } finally {
      exchange.close();
    }
  }

  /** Answers one request. */
  @FunctionalInterface
  interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }
}
