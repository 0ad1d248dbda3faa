package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OtlpExportTest {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @AfterEach
  void leaveNoTrace() {
    GlobalOpenTelemetry.resetForTest();
  }

  @ParameterizedTest
  @EnumSource
  void whatTheCollectorRejectsOfABatchIsNotCountedAsExported(OtlpExport.Protocol protocol) {
    try (OtlpReceiver receiver =
            protocol == OtlpExport.Protocol.GRPC ? OtlpReceiver.grpc() : OtlpReceiver.http();
        OtlpExport otlp = spansTo(receiver.endpoint()).protocol(protocol).start()) {
      receiver.answer(OtlpReceiver.Answer.partialSuccess(2));
      spans(otlp, 5);

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(receiver.spans()).hasSize(3);
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(5, 5, 3, 2, 0, 0));
      assertThat(otlp.stats().lastError())
          .isEqualTo(
              new ExportStats.LastError(
                  "spans",
                  otlp.stats().endpoint()
                      + " took the batch but rejected 2 of 5 spans; see the collector's own log for the reason",
                  NOON));

      receiver.answer(OtlpReceiver.Answer.ok());
      spans(otlp, 1);
      assertThat(otlp.flush(WAIT)).isTrue();
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(6, 6, 4, 2, 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("otel-versions")
  void anAbsentCollectorIsToldInPlainWords(OtlpExport.Protocol protocol) throws IOException {
    // bound and not listening: nobody else gets the port, and a connection is refused
    try (SocketChannel refusing = SocketChannel.open();
        CapturedLog log = new CapturedLog(OtlpExport.class)) {
      refusing.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
      String endpoint =
          "http://127.0.0.1:" + ((InetSocketAddress) refusing.getLocalAddress()).getPort();
      try (OtlpExport otlp =
          spansTo(endpoint)
              .protocol(protocol)
              .property("otel.java.exporter.otlp.retry.disabled", "true")
              .start()) {
        for (int i = 0; i < 3; i++) {
          spans(otlp, 1);
          assertThat(otlp.flush(WAIT)).isTrue();
        }

        assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(3, 3, 0, 3, 0, 0));
        String target = protocol == OtlpExport.Protocol.GRPC ? endpoint : endpoint + "/v1/traces";
        assertThat(log.warnings())
            .containsExactly(
                "OTLP export failed (spans: 1): connection refused: nothing listens on "
                    + target
                    + "; is the collector running? set OTEL_EXPORTER_OTLP_ENDPOINT."
                    + " Said once; later failures are counted in stats()");
        assertThat(otlp.close(WAIT)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("otel-versions")
  void aHangingCollectorDoesNotHoldUpClose(OtlpExport.Protocol protocol) {
    try (OtlpReceiver receiver =
            protocol == OtlpExport.Protocol.GRPC ? OtlpReceiver.grpc() : OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class)) {
      OtlpExport otlp =
          OtlpExport.builder()
              .endpoint(receiver.endpoint())
              .protocol(protocol)
              .property("otel.bsp.max.export.batch.size", "512")
              .start();
      receiver.hold();
      spans(otlp, 512);
      await().until(() -> receiver.requests().stream().anyMatch(request -> request.items() == 512));
      spans(otlp, 88);
      otlp.openTelemetry().getMeter("t").counterBuilder("c").build().add(1);
      otlp.openTelemetry().getLogsBridge().get("t").logRecordBuilder().setBody("l").emit();

      long begin = System.nanoTime();
      boolean delivered = otlp.close(Duration.ofMillis(500));
      Duration took = Duration.ofNanos(System.nanoTime() - begin);

      assertThat(delivered).isFalse();
      // an export would be given up after 10 s only
      assertThat(took).isBetween(Duration.ofMillis(500), Duration.ofSeconds(9));
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(600, 600, 0, 512, 88, 0));
      ExportStats.Items logs = otlp.stats().logs();
      assertThat(logs.ended()).isEqualTo(1);
      assertThat(logs.failed() + logs.dropped()).isEqualTo(1);
      assertThat(log.warnings()).hasSize(1);

      // late answers change nothing
      receiver.release();
      spans(otlp, 1);
      assertThat(otlp.stats().spans().exported()).isZero();
      assertThat(otlp.stats().spans().pending()).isZero();
    }
  }

  @Test
  void theQueueIsBoundedInBytes() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp = spansTo(receiver.endpoint()).maxQueueBytes(100_000).start()) {
      receiver.hold();
      for (int i = 0; i < 20; i++) {
        otlp.openTelemetry()
            .getTracer("t")
            .spanBuilder("big")
            .setAttribute("text", "x".repeat(10_000))
            .startSpan()
            .end();
      }

      assertThat(otlp.flush(Duration.ofMillis(50))).isFalse();
      // 512 + 2 * 3 ("big") + 48 + 2 * 10,000 = 20,566 bytes a span: four fit
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(20, 20, 0, 0, 16, 4));

      receiver.release();
      assertThat(otlp.flush(WAIT)).isTrue();
      spans(otlp, 100);
      assertThat(otlp.flush(WAIT)).isTrue();
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(120, 120, 104, 0, 16, 0));
      assertThat(receiver.spans()).hasSize(104);
    }
  }

  @Test
  void aRecordThatCannotBeEncodedIsCountedAndTheNextOneGoesOut() {
    Value<?> deep = Value.of("x");
    for (int i = 0; i < 100_000; i++) {
      deep = Value.of(List.of(deep));
    }
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class);
        OtlpExport otlp = spansTo(receiver.endpoint()).start()) {
      Logger logger = otlp.openTelemetry().getLogsBridge().get("t");
      logger.logRecordBuilder().setBody(deep).emit();
      assertThat(otlp.flush(WAIT)).isTrue();
      logger.logRecordBuilder().setBody("flat").emit();
      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(otlp.stats().logs()).isEqualTo(new ExportStats.Items(2, 2, 1, 1, 0, 0));
      assertThat(log.warnings()).singleElement().asString().contains("StackOverflowError");
    }
  }

  @Test
  void aLogRecordLargerThanTheBoundIsDropped() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp = spansTo(receiver.endpoint()).maxQueueBytes(100_000).start()) {
      for (int length : List.of(60_000, 40_000)) {
        otlp.openTelemetry()
            .getLogsBridge()
            .get("t")
            .logRecordBuilder()
            .setBody("x".repeat(length))
            .emit();
      }

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(otlp.stats().logs()).isEqualTo(new ExportStats.Items(2, 2, 1, 0, 1, 0));
      assertThat(receiver.logs())
          .singleElement()
          .satisfies(log -> assertThat(log.log().getBody().getStringValue()).hasSize(40_000));
    }
  }

  @Test
  void countsAddUpAtAnyMomentAndMatchWhatArrived() throws InterruptedException {
    int threads = 4;
    int spansEach = 3_000;
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp =
            spansTo(receiver.endpoint())
                .maxQueueSize(64)
                .exportInterval(Duration.ofMillis(1))
                .start()) {
      CountDownLatch done = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        Thread thread =
            new Thread(
                () -> {
                  spans(otlp, spansEach);
                  done.countDown();
                });
        thread.start();
      }
      while (done.getCount() > 0) {
        ExportStats.Items now = otlp.stats().spans();
        assertThat(now.exported() + now.failed() + now.dropped() + now.pending())
            .isEqualTo(now.ended());
        assertThat(now.started()).isGreaterThanOrEqualTo(now.ended());
        assertThat(now.pending()).isBetween(0L, 64L);
      }
      done.await();

      assertThat(otlp.flush(WAIT)).isTrue();

      ExportStats.Items end = otlp.stats().spans();
      assertThat(end.started()).isEqualTo(threads * spansEach);
      assertThat(end.ended()).isEqualTo(threads * spansEach);
      assertThat(end.exported()).isEqualTo(receiver.spans().size());
      assertThat(end.failed() + end.pending()).isZero();
      assertThat(end.exported() + end.dropped()).isEqualTo(threads * spansEach);
    }
  }

  @Test
  void codeWinsOverSystemPropertiesAndTheyOverTheDefault() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpReceiver other = OtlpReceiver.http();
        SystemProperties properties = new SystemProperties()) {
      properties.set("otel.exporter.otlp.endpoint", receiver.endpoint() + "/base");
      properties.set("otel.exporter.otlp.traces.endpoint", receiver.endpoint() + "/v1/traces");
      properties.set("otel.exporter.otlp.headers", "x-key=a%20b");
      properties.set("otel.exporter.otlp.compression", "gzip");
      properties.set("otel.service.name", "from-property");
      properties.set("otel.metrics.exporter", "none");
      properties.set("otel.resource.attributes", "region=eu");

      try (OtlpExport otlp = OtlpExport.start()) {
        spans(otlp, 1);
        assertThat(otlp.flush(WAIT)).isTrue();
        assertThat(otlp.stats().endpoint()).isEqualTo(receiver.endpoint() + "/v1/traces");
      }
      try (OtlpExport otlp =
          OtlpExport.builder()
              .endpoint(other.endpoint() + "/")
              .header("x-key", "c d,e=f")
              .serviceName("from-code")
              .start()) {
        spans(otlp, 1);
        assertThat(otlp.flush(WAIT)).isTrue();
        assertThat(otlp.stats().endpoint()).isEqualTo(other.endpoint() + "/v1/traces");
      }

      assertThat(receiver.spans()).hasSize(1);
      assertThat(OtlpReceiver.asMap(receiver.spans().get(0).resource().getAttributesList()))
          .containsEntry("service.name", "from-property")
          .containsEntry("region", "eu");
      assertThat(receiver.requests().get(0).headers())
          .containsEntry("x-key", "a b")
          .containsEntry("content-encoding", "gzip");
      assertThat(other.spans()).hasSize(1);
      assertThat(OtlpReceiver.asMap(other.spans().get(0).resource().getAttributesList()))
          .containsEntry("service.name", "from-code")
          .containsEntry("region", "eu");
      assertThat(other.requests().get(0).headers()).containsEntry("x-key", "c d,e=f");
    }
  }

  @Test
  void everyFlushSendsWhatEndedBeforeIt() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp = spansTo(receiver.endpoint()).start()) {
      for (int i = 1; i <= 300; i++) {
        spans(otlp, 1);
        assertThat(otlp.flush(WAIT)).isTrue();
        assertThat(receiver.spans()).hasSize(i);
      }
      spans(otlp, 1);
      assertThat(otlp.close(WAIT)).isTrue();
      assertThat(receiver.spans()).hasSize(301);
    }
  }

  @Test
  void resourceInCodeIsMergedIn() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp =
            spansTo(receiver.endpoint())
                .resource(Attributes.of(AttributeKey.longKey("replica"), 3L))
                .start()) {
      spans(otlp, 1);

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(OtlpReceiver.asMap(receiver.spans().get(0).resource().getAttributesList()))
          .containsEntry("replica", 3L);
    }
  }

  @Test
  void theSamplerIsRespectedAndNamedWhenNothingWasStarted() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp =
            spansTo(receiver.endpoint()).property("otel.traces.sampler", "always_off").start()) {
      spans(otlp, 3);

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(receiver.spans()).isEmpty();
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(0, 0, 0, 0, 0, 0));
      assertThat(otlp.explain())
          .isEqualTo(
              "OTLP export by http/protobuf goes to "
                  + receiver.endpoint()
                  + "/v1/traces. Spans: 0 started, 0 ended, 0 exported, 0 failed, 0 dropped, 0 pending."
                  + " No sampled span was started yet; the sampler is always_off (OTEL_TRACES_SAMPLER)."
                  + " Metrics are not exported over OTLP (OTEL_METRICS_EXPORTER)."
                  + " Log records: 0 started, 0 ended, 0 exported, 0 failed, 0 dropped, 0 pending."
                  + " No export has failed.");
      assertThat(otlp.close(WAIT)).isTrue();
    }
  }

  @Test
  void explainTellsTheLastFailure() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class);
        OtlpExport otlp = spansTo(receiver.endpoint()).start()) {
      receiver.answer(OtlpReceiver.Answer.status(401));
      spans(otlp, 1);

      assertThat(otlp.flush(WAIT)).isTrue();

      assertThat(otlp.explain())
          .endsWith(
              "Last failure, at 2026-11-21T12:00:00Z, of spans: HTTP 401 from "
                  + receiver.endpoint()
                  + "/v1/traces: it wants other credentials; set OTEL_EXPORTER_OTLP_HEADERS (authorization=...).");
      assertThat(log.warnings()).hasSize(1);
    }
  }

  @Test
  void aDisabledSdkSaysSo() {
    try (OtlpExport otlp = OtlpExport.builder().property("otel.sdk.disabled", "true").start()) {
      spans(otlp, 1);

      assertThat(otlp.explain())
          .isEqualTo(
              "OTLP export is off: otel.sdk.disabled (OTEL_SDK_DISABLED) is true, so nothing is recorded or sent.");
      assertThat(otlp.close(WAIT)).isTrue();
    }
  }

  @Test
  void failedMetricsAreCounted() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class);
        OtlpExport otlp = OtlpExport.builder().endpoint(receiver.endpoint()).start()) {
      receiver.answer(OtlpReceiver.Answer.status(404));
      otlp.openTelemetry().getMeter("t").counterBuilder("c").build().add(1);

      otlp.flush(WAIT);

      assertThat(otlp.stats().metrics().exported()).isZero();
      assertThat(otlp.stats().metrics().failed()).isPositive();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains(
              "HTTP 404 from " + receiver.endpoint() + "/v1/metrics", "OTEL_METRICS_EXPORTER");

      receiver.answer(OtlpReceiver.Answer.ok());
      assertThat(otlp.close(WAIT)).as("the next export carried the sum").isTrue();
    }
  }

  @Test
  void closeFlushesOnceAndWhatEndsLaterIsDropped() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class)) {
      OtlpExport otlp = spansTo(receiver.endpoint()).start();
      spans(otlp, 2);
      Span open = otlp.openTelemetry().getTracer("t").spanBuilder("late").startSpan();

      assertThat(otlp.close(WAIT)).isTrue();
      assertThat(otlp.close(Duration.ZERO)).isTrue();
      otlp.close();
      open.end();

      assertThat(receiver.spans()).hasSize(2);
      assertThat(otlp.stats().spans()).isEqualTo(new ExportStats.Items(3, 3, 2, 0, 1, 0));
      assertThat(log.warnings())
          .containsExactly(
              "OTLP export drops spans: ended after close(). Said once; later drops are counted in stats()");
      assertThat(otlp.explain()).startsWith("OTLP export by http/protobuf went to ");
    }
  }

  @Test
  void closeWithoutTimeGivesUpAtOnce() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class)) {
      receiver.hold();
      OtlpExport otlp = spansTo(receiver.endpoint()).start();
      spans(otlp, 2);

      assertThat(otlp.close(Duration.ZERO)).isFalse();

      ExportStats.Items end = otlp.stats().spans();
      assertThat(end.failed() + end.dropped()).isEqualTo(2);
      assertThat(end.pending()).isZero();
      assertThat(log.warnings()).hasSize(1);
    }
  }

  @Test
  void anInterruptedCloseGivesUpAndKeepsTheFlag() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        CapturedLog log = new CapturedLog(OtlpExport.class)) {
      receiver.hold();
      OtlpExport otlp = spansTo(receiver.endpoint()).start();
      spans(otlp, 1);

      Thread.currentThread().interrupt();
      assertThat(otlp.close(WAIT)).isFalse();

      assertThat(Thread.interrupted()).isTrue();
      assertThat(otlp.stats().spans().pending()).isZero();
      assertThat(log.warnings()).hasSize(1);
    }
  }

  @Test
  void theGlobalOpenTelemetryIsTouchedOnlyWhenAsked() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport quiet = spansTo(receiver.endpoint()).start()) {
      assertThat(quiet.openTelemetry()).isInstanceOf(OpenTelemetrySdk.class);
      // would throw if it were set
      GlobalOpenTelemetry.set(OpenTelemetry.noop());

      assertThatThrownBy(() -> spansTo(receiver.endpoint()).registerGlobal().start())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "registerGlobal() found GlobalOpenTelemetry set before; leave it out, or set it nowhere else");

      GlobalOpenTelemetry.resetForTest();
      try (OtlpExport loud = spansTo(receiver.endpoint()).registerGlobal().start()) {
        GlobalOpenTelemetry.getTracer("t").spanBuilder("global").startSpan().end();
        assertThat(loud.flush(WAIT)).isTrue();
        assertThat(receiver.spans()).hasSize(1);
      }
    }
  }

  @Test
  void environmentVariablesAreReadAndExitFlushes() throws Exception {
    try (OtlpReceiver receiver = OtlpReceiver.http()) {
      ProcessBuilder child =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  OneSpanAndExit.class.getName())
              .redirectErrorStream(true);
      child
          .environment()
          .putAll(
              Map.of(
                  "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(),
                  "OTEL_SERVICE_NAME", "from-env",
                  "OTEL_METRICS_EXPORTER", "none"));

      Process process = child.start();
      String output = new String(process.getInputStream().readAllBytes());

      assertThat(process.waitFor()).as(output).isZero();
      assertThat(receiver.spans())
          .as(output)
          .singleElement()
          .satisfies(
              span ->
                  assertThat(OtlpReceiver.asMap(span.resource().getAttributesList()))
                      .containsEntry("service.name", "from-env"));
    }
  }

  @Test
  void wrongSettingsAreToldWithWhatIsAllowed() {
    OtlpExport.Builder builder = OtlpExport.builder();
    assertThatThrownBy(() -> builder.endpoint("localhost:4318"))
        .hasMessage(
            "endpoint must be the base URL of a collector such as http://localhost:4318, but was"
                + " \"localhost:4318\": its scheme is not http or https");
    assertThatThrownBy(() -> builder.endpoint("http://localhost:4318/v1/traces"))
        .hasMessageEndingWith(
            "but was \"http://localhost:4318/v1/traces\": /v1/... is added for each signal; leave it out");
    assertThatThrownBy(() -> builder.endpoint("http://me:secret@host"))
        .hasMessage(
            "endpoint must be a URL without user info, query and fragment; credentials go into header(\"authorization\", ..)");
    assertThatThrownBy(() -> builder.endpoint("http://me:sec ret@host"))
        .hasMessageNotContaining("ret@")
        .hasMessageContaining("(hidden)");
    assertThatThrownBy(() -> builder.maxQueueSize(0))
        .hasMessage("maxQueueSize must be between 1 and 1048576, but was 0");
    assertThatThrownBy(() -> builder.maxQueueBytes(1023))
        .hasMessage("maxQueueBytes must be at least 1024, but was 1023");
    assertThatThrownBy(() -> builder.exportInterval(Duration.ZERO))
        .hasMessage("exportInterval must be between PT0.001S and PT24H, but was PT0S");
    assertThatThrownBy(() -> builder.exportTimeout(Duration.ofDays(2)))
        .hasMessage("exportTimeout must be between PT0.001S and PT24H, but was PT48H");
    assertThatThrownBy(() -> builder.serviceName(" ")).hasMessage("serviceName must not be blank");
    assertThatThrownBy(() -> builder.header("x-key", "secret\nx"))
        .hasMessage("header [x-key] must have a value without line breaks and control characters");
    assertThatThrownBy(() -> builder.property("timeout", "1"))
        .hasMessage("property name must start with \"otel.\", but was \"timeout\"");
  }

  private static OtlpExport.Builder spansTo(String endpoint) {
    return OtlpExport.builder()
        .endpoint(endpoint)
        .clock(InstantSource.fixed(NOON))
        .exportTimeout(WAIT)
        // the SDK measures itself, so that its own metrics would be the first to fail
        .property("otel.metrics.exporter", "none");
  }

  private static void spans(OtlpExport otlp, int count) {
    for (int i = 0; i < count; i++) {
      otlp.openTelemetry().getTracer("t").spanBuilder("s").startSpan().end();
    }
  }

  /** Leaves without closing. */
  static final class OneSpanAndExit {
    private OneSpanAndExit() {}

    public static void main(String[] args) {
      OtlpExport otlp = OtlpExport.builder().flushOnExit().start();
      spans(otlp, 1);
    }
  }

  /** Real system properties, put back at the end. */
  private static final class SystemProperties implements AutoCloseable {
    private final java.util.Properties before =
        (java.util.Properties) System.getProperties().clone();

    void set(String name, String value) {
      System.setProperty(name, value);
    }

    @Override
    public void close() {
      System.setProperties(before);
    }
  }
}
