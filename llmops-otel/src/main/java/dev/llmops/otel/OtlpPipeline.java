package dev.llmops.otel;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SDK behind an {@link OtlpExport}, made by autoconfigure and watched on its way. Apart from
 * {@code OtlpExport} itself, which must load beside any SDK, so that a mismatch ends in a clear
 * message.
 */
final class OtlpPipeline {
  private static final String HTTP = "http/protobuf";
  private static final String OTLP_EXPORTERS = "io.opentelemetry.exporter.otlp.";
  private static final long REFLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final List<String> GRPC_SENDERS =
      List.of(
          "io.opentelemetry.sdk.common.export.GrpcSenderProvider",
          // its name before SDK 1.62
          "io.opentelemetry.exporter.internal.grpc.GrpcSenderProvider");

  /** What the settings of all sources came to. */
  record Effective(
      boolean disabled,
      String endpoint,
      String protocol,
      String sampler,
      boolean traces,
      boolean metrics,
      boolean logs) {}

  private final OtlpExport.Builder settings;
  private final ExportFailures failures;
  private final SignalWatch spans;
  private final SignalWatch metrics;
  private final SignalWatch logs;
  // the OTLP exporters that are in use, for cutting them off when a deadline is over
  private final List<Runnable> cutOffs = new ArrayList<>();
  private Consumer<SignalWatch> tap = watch -> {};
  private boolean otlpSpans;
  private boolean otlpMetrics;
  private boolean otlpLogs;
  private @Nullable IllegalStateException problem;
  private @Nullable Effective effective;
  private @Nullable OpenTelemetrySdk sdk;

  private OtlpPipeline(OtlpExport.Builder settings) {
    this.settings = settings;
    failures = new ExportFailures(settings.clock);
    spans = new SignalWatch("spans", "otel.bsp.max.queue.size", failures);
    metrics = new SignalWatch("metric points", "", failures);
    logs = new SignalWatch("log records", "otel.blrp.max.queue.size", failures);
  }

  static OtlpPipeline start(OtlpExport.Builder settings) {
    OtlpPipeline pipeline = new OtlpPipeline(settings);
    pipeline.build();
    return pipeline;
  }

  OpenTelemetrySdk sdk() {
    if (sdk == null) {
      throw new IllegalStateException("not built");
    }
    return sdk;
  }

  Effective effective() {
    if (effective == null) {
      throw new IllegalStateException("not built");
    }
    return effective;
  }

  ExportStats stats() {
    return new ExportStats(
        effective().endpoint(),
        spans.backlog().items(),
        logs.backlog().items(),
        metrics.backlog().points(),
        failures.last());
  }

  /** Sends what waits; true if all three signals came to an end in time. */
  boolean flush(Duration deadline) {
    OpenTelemetrySdk open = sdk();
    long end = System.nanoTime() + nanos(deadline);
    return runAll(
        List.of(
            () -> drain(spans, () -> open.getSdkTracerProvider().forceFlush(), end),
            () -> ended(open.getSdkMeterProvider().forceFlush(), end),
            () -> drain(logs, () -> open.getSdkLoggerProvider().forceFlush(), end)),
        end);
  }

  /**
   * Sends what waits and shuts down; what is not through at the deadline is given up and counted.
   */
  boolean close(Duration deadline) {
    OpenTelemetrySdk open = sdk();
    long end = System.nanoTime() + nanos(deadline);
    long failedPoints = metrics.backlog().points().failed();
    spans.backlog().refuse();
    logs.backlog().refuse();
    boolean inTime =
        runAll(
            List.of(
                () ->
                    drain(spans, () -> open.getSdkTracerProvider().forceFlush(), end)
                        && ended(open.getSdkTracerProvider().shutdown(), end),
                () -> ended(open.getSdkMeterProvider().shutdown(), end),
                () ->
                    drain(logs, () -> open.getSdkLoggerProvider().forceFlush(), end)
                        && ended(open.getSdkLoggerProvider().shutdown(), end)),
            end);
    spans.abandon();
    metrics.abandon();
    logs.abandon();
    if (!inTime) {
      // Threads that wait on the collector end with this. It may itself wait for them, so nobody
      // waits for it.
      daemon(
              "llmops-otlp-cut-off",
              () -> {
                cutOffs.forEach(Runnable::run);
                open.shutdown();
              })
          .start();
    }
    ExportStats stats = stats();
    return inTime
        && stats.spans().lost() == 0
        && stats.logs().lost() == 0
        && stats.metrics().failed() == failedPoints;
  }

  private void build() {
    AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() -> Map.of("otel.exporter.otlp.protocol", HTTP))
            .addPropertiesCustomizer(this::overrides)
            .addResourceCustomizer(
                (resource, config) -> resource.merge(Resource.create(settings.resource)))
            .addSpanExporterCustomizer(this::countSpans)
            .addSpanProcessorCustomizer(this::gateSpans)
            .addMetricExporterCustomizer(this::countMetrics)
            .addLogRecordExporterCustomizer(this::countLogs)
            .addLogRecordProcessorCustomizer(this::gateLogs);
    try {
      tap = SenderTap.install(builder);
    } catch (LinkageError olderSdk) {
      // before 1.62 its senders are internal: counted all the same, but a partial success looks
      // like a full one
    }
    try {
      sdk = builder.build().getOpenTelemetrySdk();
    } catch (RuntimeException e) {
      // autoconfigure wraps what a customizer throws
      throw problem != null ? problem : e;
    }
    Effective seen = effective();
    effective =
        new Effective(
            seen.disabled,
            seen.endpoint,
            seen.protocol,
            seen.sampler,
            otlpSpans,
            otlpMetrics,
            otlpLogs);
  }

  /** Settings in code win over everything that autoconfigure read. */
  private Map<String, String> overrides(ConfigProperties config) {
    Map<String, String> code = new HashMap<>(settings.properties);
    Map<String, SignalWatch> signals = Map.of("traces", spans, "metrics", metrics, "logs", logs);
    for (Map.Entry<String, SignalWatch> signal : signals.entrySet()) {
      String own = "otel.exporter.otlp." + signal.getKey() + ".";
      String protocol =
          settings.protocol != null
              ? settings.protocol.value
              : read(code, config, own + "protocol", "otel.exporter.otlp.protocol", HTTP);
      String path = protocol.equals("grpc") ? "" : "/v1/" + signal.getKey();
      String endpoint;
      if (settings.endpoint != null) {
        endpoint = join(settings.endpoint, path);
        code.put(own + "endpoint", endpoint);
      } else {
        String ownEndpoint = read(code, config, own + "endpoint", own + "endpoint", "");
        endpoint =
            ownEndpoint.isEmpty()
                ? join(
                    read(
                        code,
                        config,
                        "otel.exporter.otlp.endpoint",
                        "otel.exporter.otlp.endpoint",
                        protocol.equals("grpc")
                            ? "http://localhost:4317"
                            : "http://localhost:4318"),
                    path)
                : ownEndpoint;
      }
      signal.getValue().endpoint(printable(endpoint));
      if (settings.protocol != null) {
        code.put(own + "protocol", protocol);
      }
      if (!settings.headers.isEmpty()) {
        code.put(own + "headers", encode(settings.headers));
      }
      if (settings.exportTimeout != null) {
        code.put(own + "timeout", millis(settings.exportTimeout));
      }
      if (protocol.equals("grpc")
          && read(code, config, "otel." + signal.getKey() + ".exporter", "", "otlp")
              .contains("otlp")
          && !hasGrpcSender()) {
        problem =
            new IllegalStateException(
                "OTLP over gRPC needs a gRPC sender, and none is on the class path; add "
                    + "io.opentelemetry:opentelemetry-exporter-sender-okhttp in the version of "
                    + "opentelemetry-exporter-otlp, or use protocol http/protobuf (usual port 4318)");
        throw problem;
      }
    }
    if (settings.serviceName != null) {
      code.put("otel.service.name", settings.serviceName);
    }
    if (settings.exportInterval != null) {
      String interval = millis(settings.exportInterval);
      code.put("otel.bsp.schedule.delay", interval);
      code.put("otel.blrp.schedule.delay", interval);
      code.put("otel.metric.export.interval", interval);
    }
    if (settings.maxQueueSize != null) {
      for (String processor : List.of("otel.bsp.", "otel.blrp.")) {
        int batch = config.getInt(processor + "max.export.batch.size", 512);
        code.put(processor + "max.queue.size", settings.maxQueueSize.toString());
        code.put(
            processor + "max.export.batch.size",
            Integer.toString(Math.min(batch, settings.maxQueueSize)));
      }
    }
    effective =
        new Effective(
            Boolean.parseBoolean(read(code, config, "otel.sdk.disabled", "", "false")),
            spans.endpoint(),
            settings.protocol != null
                ? settings.protocol.value
                : read(
                    code,
                    config,
                    "otel.exporter.otlp.traces.protocol",
                    "otel.exporter.otlp.protocol",
                    HTTP),
            read(code, config, "otel.traces.sampler", "", "parentbased_always_on"),
            false,
            false,
            false);
    return code;
  }

  private SpanExporter countSpans(SpanExporter exporter, ConfigProperties config) {
    tap.accept(spans);
    if (!exporter.getClass().getName().startsWith(OTLP_EXPORTERS)) {
      return exporter;
    }
    otlpSpans = true;
    SpanExporter counted = CountedSpans.exporter(exporter, spans);
    cutOffs.add(counted::shutdown);
    return counted;
  }

  private SpanProcessor gateSpans(SpanProcessor processor, ConfigProperties config) {
    // exporters are made before the processors; a batch without ours would never empty our backlog
    if (!otlpSpans || !(processor instanceof BatchSpanProcessor)) {
      return processor;
    }
    spans.limit(config.getInt("otel.bsp.max.queue.size", 2048), settings.maxQueueBytes);
    return CountedSpans.gate(processor, spans);
  }

  private MetricExporter countMetrics(MetricExporter exporter, ConfigProperties config) {
    tap.accept(metrics);
    if (!exporter.getClass().getName().startsWith(OTLP_EXPORTERS)) {
      return exporter;
    }
    otlpMetrics = true;
    MetricExporter counted = new CountedMetrics(exporter, metrics);
    cutOffs.add(counted::shutdown);
    return counted;
  }

  private LogRecordExporter countLogs(LogRecordExporter exporter, ConfigProperties config) {
    tap.accept(logs);
    if (!exporter.getClass().getName().startsWith(OTLP_EXPORTERS)) {
      return exporter;
    }
    otlpLogs = true;
    LogRecordExporter counted = CountedLogs.exporter(exporter, logs);
    cutOffs.add(counted::shutdown);
    return counted;
  }

  private LogRecordProcessor gateLogs(LogRecordProcessor processor, ConfigProperties config) {
    if (!otlpLogs || !(processor instanceof BatchLogRecordProcessor)) {
      return processor;
    }
    logs.limit(config.getInt("otel.blrp.max.queue.size", 2048), settings.maxQueueBytes);
    return CountedLogs.gate(processor, logs);
  }

  /**
   * Flushes until all that was admitted before has an end. Once is not enough: the batch processor
   * hands a second flush the result of the first for a moment after that is done, and then nothing
   * was flushed.
   */
  private static boolean drain(
      SignalWatch watch, Supplier<CompletableResultCode> forceFlush, long end)
      throws InterruptedException {
    long target = watch.backlog().admitted();
    long left;
    do {
      ended(forceFlush.get(), end);
      left = end - System.nanoTime();
      if (watch.backlog().awaitSettled(target, Math.min(left, REFLUSH_NANOS))) {
        return true;
      }
    } while (left > 0);
    return false;
  }

  private static boolean ended(CompletableResultCode result, long end) {
    return result.join(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS).isDone();
  }

  /**
   * Each on a thread of its own: the meter provider's forceFlush and shutdown wait by themselves,
   * up to ten seconds, and would hold up the others.
   */
  private static boolean runAll(List<Callable<Boolean>> tasks, long end) {
    CountDownLatch done = new CountDownLatch(tasks.size());
    AtomicBoolean all = new AtomicBoolean(true);
    for (Callable<Boolean> task : tasks) {
      daemon(
              "llmops-otlp-flush",
              () -> {
                boolean fine = false;
                try {
                  fine = task.call();
                } catch (Exception e) {
                  // a processor or reader of the user's own: the SDK lets its exceptions through
                } finally {
                  if (!fine) {
                    all.set(false);
                  }
                  done.countDown();
                }
              })
          .start();
    }
    try {
      return done.await(end - System.nanoTime(), TimeUnit.NANOSECONDS) && all.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  static long nanos(Duration deadline) {
    // Duration.toNanos throws beyond 292 years; 146 are as good
    return deadline.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) > 0
        ? Long.MAX_VALUE / 2
        : deadline.toNanos();
  }

  private static String read(
      Map<String, String> code,
      ConfigProperties config,
      String name,
      String fallbackName,
      String fallback) {
    for (String candidate : List.of(name, fallbackName)) {
      String value = code.get(candidate);
      if (value == null && !candidate.isEmpty()) {
        value = config.getString(candidate);
      }
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return fallback;
  }

  private static String join(String base, String path) {
    return base.endsWith("/") && !path.isEmpty()
        ? base.substring(0, base.length() - 1) + path
        : base + path;
  }

  /** Without user info and query, which may hold credentials. */
  private static String printable(String endpoint) {
    try {
      URI uri = URI.create(endpoint);
      return uri.getHost() == null
          ? "an endpoint that is no URL"
          : uri.getScheme()
              + "://"
              + uri.getHost()
              + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
              + (uri.getRawPath() == null ? "" : uri.getRawPath());
    } catch (IllegalArgumentException e) {
      return "an endpoint that is no URL";
    }
  }

  private static String encode(Map<String, String> headers) {
    return headers.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining(","));
  }

  private static String millis(Duration duration) {
    return duration.toMillis() + "ms";
  }

  private static boolean hasGrpcSender() {
    ClassLoader loader = AutoConfiguredOpenTelemetrySdk.class.getClassLoader();
    return GRPC_SENDERS.stream()
        .anyMatch(name -> loader.getResource("META-INF/services/" + name) != null);
  }
}
