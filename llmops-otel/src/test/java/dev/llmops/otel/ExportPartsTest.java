package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportPartsTest {
  private static final String AT = "http://collector:4318/v1/traces";

  @ParameterizedTest
  @CsvSource({"1", "127", "128", "300", "9223372036854775807"})
  void rejectedCountsAreReadFromTheRealMessage(long rejected) {
    byte[] traces =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportTracePartialSuccess.newBuilder()
                    .setErrorMessage("too old")
                    .setRejectedSpans(rejected))
            .build()
            .toByteArray();

    assertThat(PartialSuccess.rejected(traces)).isEqualTo(rejected);
  }

  @Test
  void aWarningWithoutRejectionIsAFullSuccess() {
    byte[] warning =
        ExportLogsServiceResponse.newBuilder()
            .setPartialSuccess(ExportLogsPartialSuccess.newBuilder().setErrorMessage("deprecated"))
            .build()
            .toByteArray();

    assertThat(PartialSuccess.rejected(warning)).isZero();
    assertThat(PartialSuccess.rejected(new byte[0])).isZero();
    assertThat(PartialSuccess.rejected(null)).isZero();
  }

  @Test
  void anyBytesAreRead() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertThat(PartialSuccess.rejected(bytes)).isNotNegative();
    }
    // field 1, length 2^63 - 1 and nothing after it
    byte[] endless = {0x0A, -1, -1, -1, -1, -1, -1, -1, -1, 0x7F};
    assertThat(PartialSuccess.rejected(endless)).isZero();
  }

  @Test
  void causesAreToldInWordsAndNeverInTheirOwn() {
    String secret = "Bearer sk-123";
    assertThat(
            List.of(
                FailureCause.of(new IOException(secret, new ConnectException(secret)), AT),
                FailureCause.of(new UnknownHostException(secret), AT),
                FailureCause.of(new HttpTimeoutException(secret), AT),
                FailureCause.of(new SSLHandshakeException(secret), AT),
                FailureCause.of(new IOException(secret), AT),
                FailureCause.of(new IllegalStateException(secret), AT)))
        .noneMatch(text -> text.contains(secret))
        .allMatch(text -> text.contains(AT))
        .satisfiesExactly(
            text -> assertThat(text).startsWith("connection refused: nothing listens on "),
            text -> assertThat(text).startsWith("host not found"),
            text -> assertThat(text).startsWith("no answer in time"),
            text -> assertThat(text).startsWith("TLS handshake failed"),
            text -> assertThat(text).startsWith("connection broke (IOException)"),
            text -> assertThat(text).startsWith("IllegalStateException while exporting"));
  }

  @Test
  void aCycleOfCausesEnds() {
    Exception a = new Exception("a");
    Exception b = new Exception("b", a);
    a.initCause(b);

    assertThat(FailureCause.of(a, AT)).startsWith("Exception while exporting");
  }

  @Test
  void sizesOfSpansFollowTheirText() {
    TestSpanData.Builder span =
        TestSpanData.builder()
            .setName("chat")
            .setKind(io.opentelemetry.api.trace.SpanKind.CLIENT)
            .setStatus(StatusData.unset())
            .setStartEpochNanos(0)
            .setEndEpochNanos(1)
            .setHasEnded(true);

    // 512 + 2 * 4
    assertThat(ItemSize.of(span.build())).isEqualTo(520);

    span.setAttributes(
        Attributes.of(
            AttributeKey.stringKey("k"),
            "12345", // 48 + 10
            AttributeKey.longKey("n"),
            1L, // 48 + 16
            AttributeKey.stringArrayKey("l"),
            List.of("a", "bc"))); // 48 + 48 + 16 + 2 + 16 + 4
    span.setEvents(List.of(EventData.create(0, "ev", Attributes.empty()))); // 128 + 4
    assertThat(ItemSize.of(span.build())).isEqualTo(520 + 58 + 64 + 134 + 132);
  }

  @Test
  void sizesOfLogsFollowTheirBody() {
    // 512, the map 16 + 48, its element 16, the entry 48, its key 2 * 4, its value 16 + 2 * 5
    assertThat(ItemSize.of(log(Value.of(Map.of("role", Value.of("hello"))))))
        .isEqualTo(512 + 64 + 16 + 82);
    // 512 + 16 + 48 + 1000
    assertThat(ItemSize.of(log(Value.of(new byte[1000])))).isEqualTo(1576);
  }

  @Test
  void aDeepBodyDoesNotOverflowTheStack() {
    Value<?> body = Value.of("x");
    for (int i = 0; i < 100_000; i++) {
      body = Value.of(List.of(body));
    }

    assertThat(ItemSize.of(log(body))).isPositive();
  }

  @Test
  void anAbandonedBacklogIgnoresLateAnswers() {
    Backlog backlog = new Backlog();
    backlog.limit(3, 1_000);
    for (int i = 0; i < 4; i++) {
      backlog.start();
      backlog.offer(1, 100);
    }
    Backlog.Batch batch = Objects.requireNonNull(backlog.send(2, 200));

    assertThat(backlog.items()).isEqualTo(new ExportStats.Items(4, 4, 0, 0, 1, 3));
    assertThat(backlog.abandon()).isEqualTo(3);
    assertThat(backlog.settle(batch, 0)).isFalse();
    assertThat(backlog.send(1, 100)).isNull();
    assertThat(backlog.offer(1, 1)).isFalse();
    assertThat(backlog.items()).isEqualTo(new ExportStats.Items(4, 5, 0, 2, 3, 0));
    assertThat(backlog.pendingBytes()).isZero();
  }

  @Test
  void settlingFreesTheRoomThatWasTaken() {
    Backlog backlog = new Backlog();
    backlog.limit(10, 1_000);
    assertThat(backlog.offer(1, 1_000)).isTrue();
    assertThat(backlog.offer(1, 1)).isFalse();
    Backlog.Batch batch = Objects.requireNonNull(backlog.send(1, 1_000));
    assertThat(backlog.offer(1, 1)).isFalse();

    assertThat(backlog.settle(batch, 0)).isTrue();

    assertThat(backlog.offer(1, 1_000)).isTrue();
    assertThat(backlog.items()).isEqualTo(new ExportStats.Items(0, 4, 1, 0, 2, 1));
  }

  private static io.opentelemetry.sdk.logs.data.LogRecordData log(Value<?> body) {
    return TestLogRecordData.builder().setBodyValue(body).build();
  }
}
