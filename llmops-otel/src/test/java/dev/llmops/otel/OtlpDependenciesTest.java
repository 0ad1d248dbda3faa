package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Class paths that users meet; the build gives each of these tests its own. */
class OtlpDependenciesTest {
  @Test
  @Tag("without-grpc-sender")
  void httpNeedsNoOkhttp() {
    try (OtlpReceiver receiver = OtlpReceiver.http();
        OtlpExport otlp = OtlpExport.builder().endpoint(receiver.endpoint()).start()) {
      otlp.openTelemetry().getTracer("t").spanBuilder("s").startSpan().end();

      assertThat(otlp.close(Duration.ofSeconds(10))).isTrue();

      assertThat(receiver.spans()).hasSize(1);
    }
  }

  @Test
  @Tag("without-grpc-sender")
  void grpcWithoutItsSenderSaysWhatToAdd() {
    assertThatThrownBy(() -> OtlpExport.builder().protocol(OtlpExport.Protocol.GRPC).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "OTLP over gRPC needs a gRPC sender, and none is on the class path; add"
                + " io.opentelemetry:opentelemetry-exporter-sender-okhttp in the version of"
                + " opentelemetry-exporter-otlp, or use protocol http/protobuf (usual port 4318)");
  }

  @Test
  @Tag("mixed-opentelemetry")
  void anApiOlderThanTheSdkSaysWhatToAlign() {
    assertThatThrownBy(OtlpExport::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "OtlpExport needs the OpenTelemetry API, SDK, autoconfigure module and OTLP exporter in one version")
        .hasMessageEndingWith("import io.opentelemetry:opentelemetry-bom to align them")
        .hasCauseInstanceOf(LinkageError.class);
  }
}
