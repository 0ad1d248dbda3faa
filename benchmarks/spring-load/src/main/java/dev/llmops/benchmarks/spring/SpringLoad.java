package dev.llmops.benchmarks.spring;

import dev.llmops.benchmarks.spring.OpenLoop.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sample with everything of llmops on and the sample without llmops, in two JVMs of the same
 * flags, asked at a constant rate in turn, so that both see the same machine: how much later is the
 * answer? And how much later is the application ready?
 *
 * <p>System properties: {@code load.rate} in requests a second; {@code load.rounds}, how many pairs
 * of JVMs; {@code load.pairs} of slices each; {@code load.seconds} of a slice; {@code load.warmup}
 * in seconds for each JVM; {@code load.starts} of each variant; {@code load.control=true} takes two
 * JVMs without llmops, to see what the measurement itself says where nothing differs; {@code
 * load.table}, a file for the tables.
 */
public final class SpringLoad {

  /** On two cores CompletableFuture starts a thread for each task of the JDK's HTTP client. */
  private static final String POOL = "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2";

  /** With a small heap p99 would tell how often it is collected; all of it is there at once. */
  private static final List<String> UNDER_LOAD =
      List.of("-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch", POOL);

  private static final List<String> TO_START = List.of("-Xmx1g", POOL);
  private static final double MOST_MILLIS_AT_P99 = 1;
  private static final int MODEL_MILLIS = 20;

  /** Three chats, one in which the model uses the tool, and a stream; all with retrieval. */
  private static final List<String> PATHS =
      List.of(
          "/chat?question=What+is+recorded+for+each+call",
          "/chat?question=" + Backends.NEEDS_TOOL.replace(' ', '+') + "+prices",
          "/chat?question=How+is+content+redacted",
          "/chat/stream?question=How+do+I+see+the+traces+in+a+backend",
          "/chat?question=What+does+the+endpoint+show");

  private static final Duration LEAD = Duration.ofMillis(500);
  private static final int DRAWS = 5_000;

  private final double rate = number("load.rate", 200);
  private final int rounds = (int) number("load.rounds", 1);
  private final int pairs = (int) number("load.pairs", 10);
  private final Duration slice = Duration.ofMillis((long) (1000 * number("load.seconds", 4)));
  private final Duration warmUp = Duration.ofMillis((long) (1000 * number("load.warmup", 150)));
  private final int starts = (int) number("load.starts", 6);
  private final boolean control = Boolean.getBoolean("load.control");
  private final Backends backends;
  private final Path directory;

  private SpringLoad(Backends backends, Path directory) {
    this.backends = backends;
    this.directory = directory;
  }

  /**
   * Runs what the system properties ask for; ends with 1 unless the promise was seen to be kept.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("spring-load");
    boolean kept;
    try (Backends backends = Backends.start()) {
      kept = new SpringLoad(backends, directory).run();
    } finally {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
    System.exit(kept ? 0 : 1);
  }

  private boolean run() throws IOException, InterruptedException {
    StringBuilder report = new StringBuilder();
    report.append("Before: ").append(Machine.description()).append(".\n\n");
    boolean kept = true;
    if (rounds > 0) {
      kept = load(report);
    }
    if (starts > 0) {
      double busy = Machine.busySeconds();
      long begin = System.nanoTime();
      backends.latency(0);
      report.append(StartUps.measure(starts, this::startSmall).table());
      report.append(
          String.format(
              Locale.ROOT,
              "%nMedians of %d starts each, in turn; the machine was %.0f %% busy.%n",
              starts,
              100 * (Machine.busySeconds() - busy) / seconds(begin) / cores()));
    }
    report.append("\nAfter: ").append(Machine.description()).append(".\n");
    System.out.print(report);
    String file = System.getProperty("load.table", "");
    if (!file.isEmpty()) {
      Files.writeString(Path.of(file), report.toString());
    }
    return kept;
  }

  /** One of the two that are compared. */
  private static final class Side {

    private final Variant variant;
    private final List<Slice> slices = new ArrayList<>();
    private double cpuSeconds;

    Side(Variant variant) {
      this.variant = variant;
    }

    int failed() {
      return slices.stream().mapToInt(Slice::failed).sum();
    }

    int answered() {
      return slices.stream().mapToInt(each -> each.nanos().length).sum();
    }

    String row(Quantiles times) {
      return String.format(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %,d | %,d |%n",
          variant,
          times.millis(0.5),
          times.millis(0.9),
          times.millis(0.99),
          times.millis(0.999),
          1000 * cpuSeconds / Math.max(1, answered()),
          answered(),
          failed());
    }
  }

  private boolean load(StringBuilder report) throws IOException, InterruptedException {
    Side without = new Side(Variant.WITHOUT);
    Side with = new Side(control ? Variant.WITHOUT : Variant.EVERYTHING);
    double others = 0;
    double wall = 0;
    for (int round = 0; round < rounds; round++) {
      backends.latency(0); // the sample has its documents embedded, one by one
      try (App bare = start(without.variant);
          App full = start(with.variant)) {
        backends.latency(MODEL_MILLIS);
        warmUp(bare, full);
        double busy = Machine.busySeconds();
        double own = ownCpu(bare, full);
        long begin = System.nanoTime();
        for (int pair = 0; pair < pairs; pair++) { // ABBA, so that a drift falls on both
          boolean bareFirst = (pair + round) % 2 == 0;
          measure(bareFirst ? bare : full, bareFirst ? without : with);
          measure(bareFirst ? full : bare, bareFirst ? with : without);
        }
        wall += seconds(begin);
        others += Machine.busySeconds() - busy - (ownCpu(bare, full) - own);
      }
    }
    Quantiles bare = Quantiles.of(without.slices);
    Quantiles full = Quantiles.of(with.slices);
    report.append("| ms of a request | p50 | p90 | p99 | p99.9 | CPU ms | answered | failed |\n");
    report.append("|---|---:|---:|---:|---:|---:|---:|---:|\n");
    report.append(without.row(bare)).append(with.row(full));
    report.append("| **lost** ");
    for (double q : new double[] {0.5, 0.9, 0.99, 0.999}) {
      double[] interval = Quantiles.difference(bare, full, q, DRAWS);
      report.append(
          String.format(
              Locale.ROOT,
              "| %.2f (%.2f to %.2f) ",
              full.millis(q) - bare.millis(q),
              interval[0],
              interval[1]));
    }
    report.append("| | | |\n\n");
    report.append(
        String.format(
            Locale.ROOT,
            "%,.0f requests a second: of five, three chats, one with a tool round, one stream;"
                + " a model call takes %d ms; %d pairs of JVMs,"
                + " %d slices of %.1f s on each side; in brackets the 95 %% interval."
                + " Other work took %.0f %% of the machine.%n",
            rate,
            MODEL_MILLIS,
            rounds,
            rounds * pairs,
            slice.toMillis() / 1e3,
            100 * others / wall / cores()));
    double[] interval = Quantiles.difference(bare, full, 0.99, DRAWS);
    boolean failed = without.failed() + with.failed() > 0;
    String verdict =
        failed
            ? "NOT KEPT: requests failed"
            : interval[1] < MOST_MILLIS_AT_P99
                ? "KEPT"
                : interval[0] >= MOST_MILLIS_AT_P99
                    ? "NOT KEPT"
                    : "OPEN: the interval holds the limit; run it longer, or on a quieter machine";
    report.append(
        String.format(
            Locale.ROOT, "Less than %.0f ms lost at p99: %s.%n%n", MOST_MILLIS_AT_P99, verdict));
    return verdict.equals("KEPT");
  }

  private void warmUp(App bare, App full) throws InterruptedException {
    int parts = 4;
    for (int part = 0; part < parts; part++) {
      for (App app : List.of(bare, full)) {
        ask(app, Duration.ZERO, warmUp.dividedBy(parts));
      }
    }
  }

  private void measure(App app, Side side) throws InterruptedException {
    double before = app.cpu().toNanos() / 1e9;
    Slice measured = ask(app, LEAD, slice);
    // of the lead as well, so it is counted for as many requests as there were
    double share = slice.toNanos() / (double) (slice.toNanos() + LEAD.toNanos());
    side.cpuSeconds += (app.cpu().toNanos() / 1e9 - before) * share;
    side.slices.add(measured);
    if (!app.isAlive()) {
      throw new IllegalStateException("the application (" + side.variant + ") has ended");
    }
  }

  private Slice ask(App app, Duration lead, Duration duration) throws InterruptedException {
    return OpenLoop.run(app.port(), PATHS, rate, lead, duration);
  }

  private App start(Variant variant) throws IOException, InterruptedException {
    return start(variant, UNDER_LOAD, Map.of());
  }

  /** With one document rather than a hundred requests to embed them all. */
  private App startSmall(Variant variant) throws IOException, InterruptedException {
    return start(
        variant, TO_START, Map.of("chat.documents", "classpath:llmops-docs/docs/spring-ai.md"));
  }

  private App start(Variant variant, List<String> flags, Map<String, String> more)
      throws IOException, InterruptedException {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("server.port", "0");
    // a connection that the server ends after 100 requests would be seen at p99
    properties.put("server.tomcat.max-keep-alive-requests", "-1");
    // Boot's choice, the JDK's client, starts a thread for each body; 200 a second would not fit
    properties.put("spring.http.client.factory", "simple");
    properties.put("spring.ai.openai.base-url", backends.url() + "/v1");
    properties.put("spring.ai.openai.api-key", "none");
    properties.put("management.otlp.tracing.endpoint", backends.url() + "/v1/traces");
    properties.put("management.tracing.sampling.probability", "1.0");
    properties.put("management.endpoints.web.exposure.include", "health,llmops");
    properties.putAll(variant.properties(directory));
    properties.putAll(more);
    return App.start(variant.toString(), variant.classPath(), flags, properties);
  }

  private static double ownCpu(App... apps) {
    double own =
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    return own + Arrays.stream(apps).mapToDouble(app -> app.cpu().toNanos() / 1e9).sum();
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static double number(String property, double otherwise) {
    String value = System.getProperty(property, "");
    return value.isEmpty() ? otherwise : Double.parseDouble(value);
  }
}
