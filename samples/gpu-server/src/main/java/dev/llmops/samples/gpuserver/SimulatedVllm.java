package dev.llmops.samples.gpuserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What vLLM shows of itself, without a model: it answers always the same, after the time that a
 * model would take, and computes only a few requests at once, so that others wait. Its answers have
 * vLLM's {@code metrics}; its {@code /metrics} and those of a GPU exporter change with the load.
 */
final class SimulatedVllm implements AutoCloseable {

  static final String GPU = "GPU-00000000-0000-0000-0000-000000000000";
  static final String MODEL = "simulated/tiny";
  private static final int TOKENS = 10;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int slots;
  private final Semaphore free;
  private final Duration prefill;
  private final Duration decode;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong answered = new AtomicLong();

  private SimulatedVllm(HttpServer server, int slots, Duration prefill, Duration decode) {
    this.server = server;
    this.slots = slots;
    this.free = new Semaphore(slots, true); // first come, first served
    this.prefill = prefill;
    this.decode = decode;
  }

  /**
   * A server on a free port of loopback.
   *
   * @param slots how many requests it computes at once
   * @param prefill how long it reads a prompt
   * @param decode how long it writes an answer
   */
  static SimulatedVllm start(int slots, Duration prefill, Duration decode) {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      SimulatedVllm vllm = new SimulatedVllm(http, slots, prefill, decode);
      http.createContext("/v1/chat/completions", vllm::answer);
      http.createContext(
          "/v1/models",
          exchange ->
              json(
                  exchange,
                  "{\"object\":\"list\",\"data\":[{\"id\":\"%s\",\"object\":\"model\",\"owned_by\":"
                          .formatted(MODEL)
                      + "\"vllm\",\"max_model_len\":4096}]}"));
      http.createContext("/version", exchange -> json(exchange, "{\"version\":\"simulated\"}"));
      http.createContext("/metrics", exchange -> send(exchange, "text/plain", vllm.metrics()));
      http.createContext("/gpu/metrics", exchange -> send(exchange, "text/plain", vllm.gpu()));
      http.setExecutor(vllm.threads);
      http.start();
      return vllm;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is, without a path. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    long queued = System.nanoTime();
    waiting.incrementAndGet();
    try {
      free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.close();
      return;
    } finally {
      waiting.decrementAndGet();
    }
    long scheduled = System.nanoTime();
    long first;
    long last;
    try {
      compute(prefill);
      first = System.nanoTime();
      compute(decode);
      last = System.nanoTime();
    } finally {
      free.release();
    }
    answered.incrementAndGet();
    json(
        exchange,
        String.format(
            Locale.ROOT,
            "{\"id\":\"chatcmpl-%d\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"%s\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                + "\"Always the same.\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":32,\"completion_tokens\":%d,\"total_tokens\":%d},"
                + "\"metrics\":{\"time_to_first_token_ms\":%.3f,\"generation_time_ms\":%.3f,"
                + "\"queue_time_ms\":%.3f,\"mean_itl_ms\":%.3f,\"tokens_per_second\":%.3f}}",
            answered.get(),
            MODEL,
            TOKENS,
            32 + TOKENS,
            millis(first - scheduled),
            millis(last - first),
            millis(scheduled - queued),
            millis(last - first) / (TOKENS - 1),
            TOKENS * 1e9 / (last - scheduled)));
  }

  private String metrics() {
    int running = slots - free.availablePermits();
    int queue = waiting.get();
    String labels = "{engine=\"0\",model_name=\"" + MODEL + "\"} ";
    return "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running"
        + labels
        + running
        + "\n# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting"
        + labels
        + queue
        + "\n# TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc"
        + labels
        + Math.min(0.97, 0.2 * running + 0.04 * queue)
        + "\n# TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total"
        + labels
        + TOKENS * answered.get()
        + "\n";
  }

  private String gpu() {
    double busy = (slots - free.availablePermits()) / (double) slots;
    String labels =
        "{gpu=\"0\",UUID=\"" + GPU + "\",modelName=\"Simulated H100\",Hostname=\"loopback\"} ";
    return "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\nDCGM_FI_DEV_GPU_UTIL"
        + labels
        + Math.round(99 * busy)
        + "\n# TYPE DCGM_FI_PROF_PIPE_TENSOR_ACTIVE gauge\nDCGM_FI_PROF_PIPE_TENSOR_ACTIVE"
        + labels
        + 0.88 * busy
        + "\n";
  }

  private static void compute(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private static void json(HttpExchange exchange, String body) throws IOException {
    send(exchange, "application/json", body);
  }

  private static void send(HttpExchange exchange, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
