package dev.llmops.otel;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An OpenTelemetry SDK with OTLP export, for an application that has none: {@code OtlpExport otlp =
 * OtlpExport.start();}, then {@link #openTelemetry()} goes to whoever emits. An application with an
 * SDK of its own, the Java agent or Spring Boot's keeps that and does not need this class.
 *
 * <p>Settings come from the SDK's autoconfigure module, that is {@code OTEL_*} environment
 * variables and {@code otel.*} system properties, exporters, sampler and resource included. What is
 * set on the builder wins over both. Without any setting, traces, metrics and logs go by
 * http/protobuf to {@code http://localhost:4318}. {@code GlobalOpenTelemetry} is left alone unless
 * {@link Builder#registerGlobal()} asks for it.
 *
 * <p>Unlike a plain SDK it says what became of the telemetry: {@link #stats()} counts exactly,
 * {@link #explain()} puts it in words, and the first failed export and the first dropped item are
 * logged once each at WARN, with the setting to change. (The SDK writes its own record of failed
 * exports to java.util.logging, at most five and then one a minute.) What waits is bounded in items
 * and in bytes; over either bound the newest is dropped and counted.
 *
 * <p>Runs with SDK 1.49 to 1.67, all its OpenTelemetry jars of one version. Before 1.62 a
 * collector's partial success cannot be told from a full one. Thread-safe.
 */
public final class OtlpExport implements AutoCloseable {
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

  /** How OTLP travels. */
  public enum Protocol {
    /** Protobuf over HTTP/1.1, usually on port 4318. Always there. */
    HTTP_PROTOBUF("http/protobuf"),
    /**
     * gRPC, usually on port 4317. Needs {@code
     * io.opentelemetry:opentelemetry-exporter-sender-okhttp} on the class path, in the version of
     * {@code opentelemetry-exporter-otlp}.
     */
    GRPC("grpc");

    final String value;

    Protocol(String value) {
      this.value = value;
    }
  }

  private final OtlpPipeline pipeline;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
  private final @Nullable Thread exitHook;

  private OtlpExport(OtlpPipeline pipeline, boolean flushOnExit) {
    this.pipeline = pipeline;
    if (flushOnExit) {
      exitHook = new Thread(this::close, "llmops-otlp-exit");
      Runtime.getRuntime().addShutdownHook(exitHook);
    } else {
      exitHook = null;
    }
  }

  /**
   * Starts with the settings of the environment alone.
   *
   * @throws IllegalStateException as {@link Builder#start()}
   */
  public static OtlpExport start() {
    return builder().start();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * What tracers, meters and loggers are taken from. After close it is still safe to use, and loses
   * all it is given.
   */
  public OpenTelemetry openTelemetry() {
    return pipeline.sdk();
  }

  /** The counts since the start; cheap, from any thread, also after close. */
  public ExportStats stats() {
    return pipeline.stats();
  }

  /**
   * Sends what waits now, in batches, instead of at the next interval.
   *
   * @param deadline how long to wait, zero or more
   * @return true if all that had ended before is accepted by the collector or was counted as failed
   *     or dropped; false if some of it was still on the way at the deadline, or the thread was
   *     interrupted
   */
  public boolean flush(Duration deadline) {
    checkDeadline(deadline);
    return pipeline.flush(deadline);
  }

  /** Closes with a deadline of five seconds. What came of it is in {@link #stats()}. */
  @Override
  public void close() {
    close(CLOSE_DEADLINE);
  }

  /**
   * Sends what waits and shuts all three signals down; returns at the deadline at the latest (plus
   * scheduling), also when the collector hangs. What is not through by then counts as failed if it
   * was on the wire and as dropped if it was not. A second close does nothing but wait for the
   * first.
   *
   * @param deadline how long to wait, zero (give up at once) or more
   * @return true if every sampled span and every log record since the start, and the last metrics,
   *     were accepted by the collector
   */
  public boolean close(Duration deadline) {
    checkDeadline(deadline);
    if (closing.compareAndSet(false, true)) {
      boolean delivered = false;
      try {
        delivered = pipeline.close(deadline);
      } finally {
        closed.complete(delivered);
        removeHook();
      }
      return delivered;
    }
    try {
      return closed.get(OtlpPipeline.nanos(deadline), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /**
   * One paragraph in plain words: what is wired, what was sent, what was lost and why, and why
   * nothing may have arrived.
   */
  public String explain() {
    OtlpPipeline.Effective wired = pipeline.effective();
    ExportStats stats = stats();
    if (wired.disabled()) {
      return "OTLP export is off: otel.sdk.disabled (OTEL_SDK_DISABLED) is true, so nothing is recorded or sent.";
    }
    if (!wired.traces() && !wired.metrics() && !wired.logs()) {
      return "Nothing is exported over OTLP: OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER and"
          + " OTEL_LOGS_EXPORTER name no otlp exporter. Spans still have their ids.";
    }
    StringBuilder text = new StringBuilder("OTLP export by ").append(wired.protocol());
    text.append(closed.isDone() ? " went to " : " goes to ").append(stats.endpoint()).append('.');
    ExportStats.Items spans = stats.spans();
    if (wired.traces()) {
      describe(text, "Spans", spans);
      if (spans.started() == 0) {
        text.append(" No sampled span was started yet; the sampler is ")
            .append(wired.sampler())
            .append(" (OTEL_TRACES_SAMPLER).");
      } else if (spans.started() > spans.ended()) {
        text.append(" A span is sent when it has ended.");
      }
    } else {
      text.append(" Spans are not exported over OTLP (OTEL_TRACES_EXPORTER).");
    }
    if (wired.metrics()) {
      text.append(
          String.format(
              Locale.ROOT,
              " Metric points: %d exported, %d failed.",
              stats.metrics().exported(),
              stats.metrics().failed()));
    } else {
      text.append(" Metrics are not exported over OTLP (OTEL_METRICS_EXPORTER).");
    }
    if (wired.logs()) {
      describe(text, "Log records", stats.logs());
    } else {
      text.append(" Logs are not exported over OTLP (OTEL_LOGS_EXPORTER).");
    }
    ExportStats.LastError error = stats.lastError();
    text.append(
        error == null
            ? " No export has failed."
            : " Last failure, at "
                + error.at()
                + ", of "
                + error.signal()
                + ": "
                + error.text()
                + ".");
    return text.toString();
  }

  private static void describe(StringBuilder text, String what, ExportStats.Items items) {
    text.append(
        String.format(
            Locale.ROOT,
            " %s: %d started, %d ended, %d exported, %d failed, %d dropped, %d pending.",
            what,
            items.started(),
            items.ended(),
            items.exported(),
            items.failed(),
            items.dropped(),
            items.pending()));
  }

  private void removeHook() {
    if (exitHook != null && Thread.currentThread() != exitHook) {
      try {
        Runtime.getRuntime().removeShutdownHook(exitHook);
      } catch (IllegalStateException shuttingDown) {
        // the hook runs already, finds the export closed and ends
      }
    }
  }

  private static void checkDeadline(Duration deadline) {
    if (deadline.isNegative()) {
      throw new IllegalArgumentException("deadline must be zero or more, but was " + deadline);
    }
  }

  /**
   * Settings in code, which win over environment variables and system properties; all are optional.
   * Not thread-safe.
   */
  public static final class Builder {
    static final long DEFAULT_MAX_QUEUE_BYTES = 32L * 1024 * 1024;

    private static final int MAX_QUEUE_SIZE = 1 << 20;
    private static final long MIN_QUEUE_BYTES = 1024;
    private static final Duration MAX_INTERVAL = Duration.ofDays(1);

    final Map<String, String> headers = new LinkedHashMap<>();
    final Map<String, String> properties = new LinkedHashMap<>();
    Attributes resource = Attributes.empty();
    long maxQueueBytes = DEFAULT_MAX_QUEUE_BYTES;
    InstantSource clock = InstantSource.system();
    @Nullable String endpoint;
    @Nullable Protocol protocol;
    @Nullable String serviceName;
    @Nullable Integer maxQueueSize;
    @Nullable Duration exportInterval;
    @Nullable Duration exportTimeout;
    private boolean global;
    private boolean flushOnExit;

    private Builder() {}

    /**
     * The collector, {@code http://localhost:4318} unless set ({@code
     * OTEL_EXPORTER_OTLP_ENDPOINT}). The base URL: with http/protobuf, {@code /v1/traces}, {@code
     * /v1/metrics} and {@code /v1/logs} are added to it.
     */
    public Builder endpoint(String url) {
      this.endpoint = checkEndpoint(url);
      return this;
    }

    /** http/protobuf unless set ({@code OTEL_EXPORTER_OTLP_PROTOCOL}). */
    public Builder protocol(Protocol protocol) {
      this.protocol = Objects.requireNonNull(protocol, "protocol");
      return this;
    }

    /**
     * A header sent with every export, such as {@code authorization} ({@code
     * OTEL_EXPORTER_OTLP_HEADERS}). Its value is shown nowhere. If any header is set in code, those
     * of the environment are not sent.
     */
    public Builder header(String name, String value) {
      if (!name.matches("[A-Za-z0-9!#$&'*.^_`|~-]+")) {
        throw new IllegalArgumentException(
            "header name must be letters, digits and - _ . only, but was of "
                + name.length()
                + " characters with others");
      }
      if (value.isBlank() || value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
        throw new IllegalArgumentException(
            "header [" + name + "] must have a value without line breaks and control characters");
      }
      headers.put(name, value);
      return this;
    }

    /** The resource attribute {@code service.name} ({@code OTEL_SERVICE_NAME}). */
    public Builder serviceName(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("serviceName must not be blank");
      }
      this.serviceName = name;
      return this;
    }

    /**
     * Resource attributes beside those of the environment ({@code OTEL_RESOURCE_ATTRIBUTES}); the
     * same key wins over it.
     */
    public Builder resource(Attributes attributes) {
      this.resource = Objects.requireNonNull(attributes, "resource");
      return this;
    }

    /**
     * How many spans, and how many log records, may wait or be on the wire; 2048 unless set ({@code
     * OTEL_BSP_MAX_QUEUE_SIZE}, {@code OTEL_BLRP_MAX_QUEUE_SIZE}). What is over it is dropped and
     * counted.
     */
    public Builder maxQueueSize(int items) {
      if (items < 1 || items > MAX_QUEUE_SIZE) {
        throw new IllegalArgumentException(
            "maxQueueSize must be between 1 and " + MAX_QUEUE_SIZE + ", but was " + items);
      }
      this.maxQueueSize = items;
      return this;
    }

    /**
     * How many bytes of heap spans, and log records, may keep busy while they wait or are on the
     * wire; 32 MiB each unless set. An estimate that errs upwards: two bytes a character and flat
     * amounts for the rest. An item that is larger by itself is dropped too.
     */
    public Builder maxQueueBytes(long bytes) {
      if (bytes < MIN_QUEUE_BYTES) {
        throw new IllegalArgumentException(
            "maxQueueBytes must be at least " + MIN_QUEUE_BYTES + ", but was " + bytes);
      }
      this.maxQueueBytes = bytes;
      return this;
    }

    /**
     * How long spans, metrics and logs wait at most before they are sent, 1 ms to 1 day; unless set
     * 5 s, 60 s and 1 s ({@code OTEL_BSP_SCHEDULE_DELAY}, {@code OTEL_METRIC_EXPORT_INTERVAL},
     * {@code OTEL_BLRP_SCHEDULE_DELAY}).
     */
    public Builder exportInterval(Duration interval) {
      this.exportInterval = checkRange("exportInterval", interval);
      return this;
    }

    /**
     * How long one export may take, its retries included, 1 ms to 1 day; 10 s unless set ({@code
     * OTEL_EXPORTER_OTLP_TIMEOUT}).
     */
    public Builder exportTimeout(Duration timeout) {
      this.exportTimeout = checkRange("exportTimeout", timeout);
      return this;
    }

    /**
     * Any {@code otel.*} property of the SDK, for what has no method here, for instance {@code
     * otel.traces.sampler}. The methods of this builder win over it.
     */
    public Builder property(String name, String value) {
      if (!name.startsWith("otel.")) {
        throw new IllegalArgumentException(
            "property name must start with \"otel.\", but was \"" + name + "\"");
      }
      properties.put(name, Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Makes it {@code GlobalOpenTelemetry}, which can be done once in a process. */
    public Builder registerGlobal() {
      this.global = true;
      return this;
    }

    /** Closes it, with a deadline of five seconds, when the JVM is shut down in order. */
    public Builder flushOnExit() {
      this.flushOnExit = true;
      return this;
    }

    Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Builds the SDK and starts its export threads, all daemons. It does not connect yet: an absent
     * collector shows at the first export.
     *
     * @throws IllegalStateException if gRPC is asked for and no gRPC sender is there, if the
     *     OpenTelemetry jars do not fit each other, or if {@code GlobalOpenTelemetry} is to be set
     *     and was set before
     * @throws RuntimeException the SDK's {@code ConfigurationException} for a setting of the
     *     environment that it cannot read
     */
    public OtlpExport start() {
      OtlpPipeline pipeline;
      try {
        pipeline = OtlpPipeline.start(this);
      } catch (LinkageError e) {
        throw new IllegalStateException(
            "OtlpExport needs the OpenTelemetry API, SDK, autoconfigure module and OTLP exporter in one version, 1.49.0 or "
                + "newer, but could not link "
                + e.getMessage()
                + "; import io.opentelemetry:opentelemetry-bom to align them",
            e);
      }
      OtlpExport export = new OtlpExport(pipeline, flushOnExit);
      if (global) {
        try {
          GlobalOpenTelemetry.set(export.openTelemetry());
        } catch (IllegalStateException e) {
          export.close();
          throw new IllegalStateException(
              "registerGlobal() found GlobalOpenTelemetry set before; leave it out, or set it nowhere else",
              e);
        }
      }
      return export;
    }

    private static Duration checkRange(String name, Duration value) {
      if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(MAX_INTERVAL) > 0) {
        throw new IllegalArgumentException(
            name + " must be between PT0.001S and PT24H, but was " + value);
      }
      return value;
    }

    private static String checkEndpoint(String url) {
      URI uri;
      try {
        uri = new URI(url);
      } catch (URISyntaxException e) {
        throw badEndpoint("it cannot be parsed", url);
      }
      String scheme = uri.getScheme();
      if (scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
        throw badEndpoint("its scheme is not http or https", url);
      }
      if (uri.getHost() == null) {
        throw badEndpoint("it has no host", url);
      }
      if (uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "endpoint must be a URL without user info, query and fragment; credentials go into header(\"authorization\", ..)");
      }
      if (url.matches(".*/v1/(traces|metrics|logs)/?")) {
        throw badEndpoint("/v1/... is added for each signal; leave it out", url);
      }
      return url;
    }

    private static IllegalArgumentException badEndpoint(String why, String url) {
      return new IllegalArgumentException(
          "endpoint must be the base URL of a collector such as http://localhost:4318, but was \""
              + (url.contains("@") ? "(hidden)" : url)
              + "\": "
              + why);
    }
  }
}
