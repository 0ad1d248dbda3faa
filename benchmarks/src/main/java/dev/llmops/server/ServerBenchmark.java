package dev.llmops.server;

import com.sun.net.httpserver.HttpServer;
import dev.llmops.LlmRequest;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.walkers.CollectorPrometheusMetricsWalker;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the server monitor costs: on the calling thread to read a snapshot, on its own thread to
 * parse a page of 200 KB, beside the one other parser of Prometheus text on Maven Central
 * (prometheus-scraper). In this package to reach the parser, which is not public.
 */
@NullMarked
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ServerBenchmark {

  private static final int PAGE_BYTES = 200 * 1024;

  /** Runs all of it and prints times and bytes. */
  public static void main(String[] args) throws RunnerException {
    var unused =
        new Runner(
                new OptionsBuilder()
                    .include(ServerBenchmark.class.getName() + "\\.")
                    .addProfiler(GCProfiler.class)
                    .build())
            .run();
  }

  /** The clock alone, which each of the readings below looks at. */
  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }

  /** The latest snapshot of a server in use: its handle found, one volatile read, its age. */
  @Benchmark
  public ServerSnapshot snapshot(Watched watched) {
    return watched.monitor.latest("127.0.0.1", watched.port);
  }

  /** What a recorded call pays: the snapshots at its start and at its end. */
  @Benchmark
  public ServerFacts startAndEnd(Watched watched) {
    return watched.monitor.watch(watched.request).end(null);
  }

  /** A call to a server that is not monitored. */
  @Benchmark
  public ServerFacts notMonitored(Watched watched) {
    return watched.monitor.watch(watched.other).end(null);
  }

  /** A page of 200 KB to a reading. */
  @Benchmark
  public Object parse(Text text) {
    PageParser parser = new PageParser(EngineMetrics.NAMES, 20_000);
    for (int from = 0; from < text.page.length; from += 8_192) {
      parser.feed(text.page, from, Math.min(text.page.length, from + 8_192));
    }
    EngineReading reading = EngineReading.of(parser.finish(), ServerKind.AUTO);
    if (reading == null || reading.waiting() != 14) {
      throw new IllegalStateException("the page was not read");
    }
    return reading;
  }

  /** The same page to that library's values. */
  @Benchmark
  public Object parseByPrometheusScraper(Text text) {
    CollectorPrometheusMetricsWalker walker = new CollectorPrometheusMetricsWalker();
    new TextPrometheusMetricsProcessor(new ByteArrayInputStream(text.page), walker).walk();
    return walker.getAllMetricFamilies();
  }

  /** A monitor whose server answers. */
  @State(Scope.Benchmark)
  @NullUnmarked
  public static class Watched {
    ServerMonitor monitor;
    Integer port;
    LlmRequest request;
    LlmRequest other;
    private HttpServer server;

    /** Starts both and waits for the first snapshot. */
    @Setup
    public void start() throws Exception {
      byte[] page = page();
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/metrics",
          exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
          });
      server.start();
      port = server.getAddress().getPort();
      monitor =
          ServerMonitor.builder()
              .server("http://127.0.0.1:" + port)
              .interval(Duration.ofSeconds(5))
              .build();
      request = LlmRequest.builder(LlmRequest.CHAT, "local").server("127.0.0.1", port).build();
      other = LlmRequest.builder(LlmRequest.CHAT, "openai").server("api.example", 443).build();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!monitor.latest("127.0.0.1", port).isKnown()) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException("the server was not read within 10 s");
        }
        Thread.onSpinWait();
      }
    }

    /** Stops both. */
    @TearDown
    public void stop() {
      monitor.close();
      server.stop(0);
    }
  }

  /** The page. */
  @State(Scope.Benchmark)
  public static class Text {
    final byte[] page = page();
  }

  /** Gauges, counters and as many histograms as it takes, with the labels of vLLM. */
  static byte[] page() {
    StringBuilder page = new StringBuilder(PAGE_BYTES + 8_192);
    String labels = "engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B-Instruct\"";
    String[][] values = {
      {"num_requests_running", "gauge", "3.0"},
      {"num_requests_waiting", "gauge", "14.0"},
      {"kv_cache_usage_perc", "gauge", "0.9712345678901234"},
      {"prompt_tokens_total", "counter", "6.5536e+06"},
      {"generation_tokens_total", "counter", "18233.0"},
      {"prefix_cache_queries_total", "counter", "64929.0"},
      {"prefix_cache_hits_total", "counter", "44041.0"},
      {"num_preemptions_total", "counter", "1.0"}
    };
    for (String[] each : values) {
      page.append("# HELP vllm:").append(each[0]).append(" What it says.\n");
      page.append("# TYPE vllm:").append(each[0]).append(' ').append(each[1]).append('\n');
      page.append("vllm:").append(each[0]).append('{').append(labels).append("} ");
      page.append(each[2]).append('\n');
    }
    for (int i = 0; page.length() < PAGE_BYTES; i++) {
      String name = "vllm:request_time_" + i + "_seconds";
      page.append("# HELP ").append(name).append(" Histogram of a time in seconds.\n");
      page.append("# TYPE ").append(name).append(" histogram\n");
      for (int bucket = 0; bucket < 20; bucket++) {
        page.append(name).append("_bucket{").append(labels).append(",le=\"");
        page.append(0.3 * (1 << bucket)).append("\"} ").append(bucket * 7.0).append('\n');
      }
      page.append(name).append("_bucket{").append(labels).append(",le=\"+Inf\"} 140.0\n");
      page.append(name).append("_count{").append(labels).append("} 140.0\n");
      page.append(name).append("_sum{").append(labels).append("} 812.25\n");
    }
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }
}
