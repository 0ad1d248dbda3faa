package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.ComponentStats;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The one line for those who have no SDK, as the README shows it. */
class OtelOverExportTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  @Test
  void closingTheOpsFlushesAndTheStatsSayWhatArrived() throws Exception {
    try (OtlpReceiver receiver = OtlpReceiver.http()) {
      LlmOps ops = opsTo(receiver.endpoint());

      ops.call(REQUEST, () -> "hi", LlmResponse::ofText);
      ops.call(REQUEST, () -> "hi", LlmResponse::ofText);
      ops.score(ops.lastCall(), "user_feedback", 1.0);
      ops.close(WAIT);

      assertThat(receiver.spans()).hasSize(2);
      ComponentStats stats = ops.stats().observers().get(0);
      assertThat(stats.accepted()).as("two spans and the event of a score").isEqualTo(3);
      assertThat(stats.delivered()).isEqualTo(3);
      assertThat(stats.dropped() + stats.failed()).isZero();
      assertThat(ops.explain()).contains("OtelCallObserver over OTLP: 3 accepted, 3 delivered");
    }
  }

  @Test
  void anAbsentCollectorIsToldInPlainWords() throws Exception {
    // bound and not listening: nobody else gets the port, and a connection is refused
    try (SocketChannel refusing = SocketChannel.open()) {
      refusing.bind(new InetSocketAddress("127.0.0.1", 0));
      String nobody =
          "http://127.0.0.1:" + ((InetSocketAddress) refusing.getLocalAddress()).getPort();
      LlmOps ops = opsTo(nobody);

      ops.call(REQUEST, () -> "hi", LlmResponse::ofText);
      ops.close(WAIT);

      ComponentStats stats = ops.stats().observers().get(0);
      assertThat(stats.accepted()).isEqualTo(1);
      assertThat(stats.delivered()).isZero();
      assertThat(stats.dropped() + stats.failed()).isEqualTo(1);
      assertThat(ops.explain()).contains(nobody).contains("OTEL_EXPORTER_OTLP_ENDPOINT");
    }
  }

  private static LlmOps opsTo(String endpoint) {
    return LlmOps.builder()
        .pricing(Pricing.NONE)
        .observer(
            OtelCallObserver.create(
                OtlpExport.builder()
                    .endpoint(endpoint)
                    .exportTimeout(WAIT)
                    // it waits longer and longer, and at random, before it says that nobody is
                    // there
                    .property("otel.java.exporter.otlp.retry.disabled", "true")
                    .start()))
        .build();
  }
}
