package dev.llmops.otel;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * A real OTLP receiver on a loopback port: http/protobuf (plain or gzip) or gRPC, decoded by
 * opentelemetry-proto, kept typed. For users outside this module: it comes with the test-jar, and
 * needs opentelemetry-proto, and grpc-okhttp for {@link #grpc()}, on their test class path.
 * Thread-safe.
 */
public final class OtlpReceiver implements AutoCloseable {
  /** A span with the resource and scope that it came under. */
  public record ReceivedSpan(
      Resource resource, InstrumentationScope scope, io.opentelemetry.proto.trace.v1.Span span) {
    public Map<String, Object> attributes() {
      return asMap(span.getAttributesList());
    }

    public String traceId() {
      return hex(span.getTraceId());
    }

    public String spanId() {
      return hex(span.getSpanId());
    }

    public String parentSpanId() {
      return hex(span.getParentSpanId());
    }
  }

  /** A metric with the resource and scope that it came under. */
  public record ReceivedMetric(
      Resource resource,
      InstrumentationScope scope,
      io.opentelemetry.proto.metrics.v1.Metric metric) {}

  /** A log record or event with the resource and scope that it came under. */
  public record ReceivedLog(
      Resource resource, InstrumentationScope scope, io.opentelemetry.proto.logs.v1.LogRecord log) {
    public Map<String, Object> attributes() {
      return asMap(log.getAttributesList());
    }
  }

  /** One export call, before it is decoded. Header names are in lower case. */
  public record Request(String path, Map<String, String> headers, int items) {}

  /**
   * What the receiver answers; what it refuses it does not keep.
   *
   * @param status the HTTP status; over gRPC 200 is OK, 401 UNAUTHENTICATED, other 4xx
   *     INVALID_ARGUMENT, 5xx UNAVAILABLE
   * @param rejected how many items of each call a 200 rejects as a partial success, the first of
   *     each call
   */
  public record Answer(int status, int rejected) {
    public static Answer ok() {
      return new Answer(200, 0);
    }

    public static Answer status(int status) {
      return new Answer(status, 0);
    }

    public static Answer partialSuccess(int rejected) {
      return new Answer(200, rejected);
    }
  }

  /** What an answer carries on the wire. */
  record Reply(int status, byte[] body) {}

  private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
  private final List<ReceivedMetric> metrics = new CopyOnWriteArrayList<>();
  private final List<ReceivedLog> logs = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "otlp-receiver");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Answer answer = Answer.ok();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private String endpoint = "";
  private Runnable stop = () -> {};

  private OtlpReceiver() {}

  /** Listens for http/protobuf. */
  public static OtlpReceiver http() {
    OtlpReceiver receiver = new OtlpReceiver();
    try {
      HttpServer server = HttpServer.create(loopback(), 0);
      server.setExecutor(receiver.threads);
      server.createContext("/", receiver::handle);
      server.start();
      receiver.endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
      receiver.stop = () -> server.stop(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return receiver;
  }

  /** Listens for gRPC. */
  public static OtlpReceiver grpc() {
    OtlpReceiver receiver = new OtlpReceiver();
    OtlpGrpcServer server = new OtlpGrpcServer(loopback(), receiver::receive, receiver.threads);
    receiver.endpoint = "http://127.0.0.1:" + server.port();
    receiver.stop = server::stop;
    return receiver;
  }

  /** The base URL for {@code OTEL_EXPORTER_OTLP_ENDPOINT}. */
  public String endpoint() {
    return endpoint;
  }

  /** Answers every call from now on like this. */
  public void answer(Answer answer) {
    this.answer = answer;
  }

  /** Takes calls but answers none of them until {@link #release()}. */
  public void hold() {
    gate = new CountDownLatch(1);
  }

  public void release() {
    gate.countDown();
  }

  public List<ReceivedSpan> spans() {
    return List.copyOf(spans);
  }

  public List<ReceivedMetric> metrics() {
    return List.copyOf(metrics);
  }

  public List<ReceivedLog> logs() {
    return List.copyOf(logs);
  }

  /** All calls that came in, refused and held ones too. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Attributes as plain values: String, Boolean, Long, Double, List, Map or ByteString. */
  public static Map<String, Object> asMap(List<KeyValue> attributes) {
    Map<String, Object> map = new LinkedHashMap<>();
    attributes.forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }

  @Override
  public void close() {
    release();
    stop.run();
    threads.shutdownNow();
  }

  private static Object plain(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case BYTES_VALUE -> value.getBytesValue();
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(OtlpReceiver::plain).toList();
      case KVLIST_VALUE -> asMap(value.getKvlistValue().getValuesList());
      default -> throw new IllegalArgumentException("unexpected value " + value.getValueCase());
    };
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new LinkedHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
      InputStream in = exchange.getRequestBody();
      if ("gzip".equals(headers.get("content-encoding"))) {
        in = new GZIPInputStream(in);
      }
      Reply reply = receive(exchange.getRequestURI().getPath(), headers, in.readAllBytes());
      exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(
          reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
      exchange.getResponseBody().write(reply.body());
    }
  }

  private Reply receive(String path, Map<String, String> headers, byte[] body) {
    Answer now = answer;
    try {
      return switch (path) {
        case "/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export" ->
            spans(path, headers, body, now);
        case "/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" ->
            metrics(path, headers, body, now);
        case "/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export" ->
            logs(path, headers, body, now);
        default -> {
          requests.add(new Request(path, headers, 0));
          yield new Reply(404, new byte[0]);
        }
      };
    } catch (InvalidProtocolBufferException e) {
      return new Reply(400, new byte[0]);
    }
  }

  private Reply spans(String path, Map<String, String> headers, byte[] body, Answer now)
      throws InvalidProtocolBufferException {
    List<ReceivedSpan> read = new ArrayList<>();
    for (var resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
      for (var scope : resource.getScopeSpansList()) {
        for (var span : scope.getSpansList()) {
          read.add(new ReceivedSpan(resource.getResource(), scope.getScope(), span));
        }
      }
    }
    requests.add(new Request(path, headers, read.size()));
    return keep(
        read,
        spans,
        now,
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportTracePartialSuccess.newBuilder()
                    .setErrorMessage("as told")
                    .setRejectedSpans(now.rejected()))
            .build()
            .toByteArray());
  }

  private Reply metrics(String path, Map<String, String> headers, byte[] body, Answer now)
      throws InvalidProtocolBufferException {
    List<ReceivedMetric> read = new ArrayList<>();
    for (var resource : ExportMetricsServiceRequest.parseFrom(body).getResourceMetricsList()) {
      for (var scope : resource.getScopeMetricsList()) {
        for (var metric : scope.getMetricsList()) {
          read.add(new ReceivedMetric(resource.getResource(), scope.getScope(), metric));
        }
      }
    }
    requests.add(new Request(path, headers, read.size()));
    return keep(
        read,
        metrics,
        now,
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setErrorMessage("as told")
                    .setRejectedDataPoints(now.rejected()))
            .build()
            .toByteArray());
  }

  private Reply logs(String path, Map<String, String> headers, byte[] body, Answer now)
      throws InvalidProtocolBufferException {
    List<ReceivedLog> read = new ArrayList<>();
    for (var resource : ExportLogsServiceRequest.parseFrom(body).getResourceLogsList()) {
      for (var scope : resource.getScopeLogsList()) {
        for (var log : scope.getLogRecordsList()) {
          read.add(new ReceivedLog(resource.getResource(), scope.getScope(), log));
        }
      }
    }
    requests.add(new Request(path, headers, read.size()));
    return keep(
        read,
        logs,
        now,
        ExportLogsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportLogsPartialSuccess.newBuilder()
                    .setErrorMessage("as told")
                    .setRejectedLogRecords(now.rejected()))
            .build()
            .toByteArray());
  }

  private <T> Reply keep(List<T> read, List<T> kept, Answer now, byte[] partialSuccess) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Reply(503, new byte[0]);
    }
    if (now.status() != 200) {
      return new Reply(now.status(), new byte[0]);
    }
    kept.addAll(read.subList(Math.min(now.rejected(), read.size()), read.size()));
    return new Reply(200, now.rejected() == 0 ? new byte[0] : partialSuccess);
  }
}
