package dev.llmops.samples.gpuserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmCall;
import dev.llmops.server.ServerTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GpuServerSampleTest {

  @Test
  void theQueueBuildsUpWhilePrefillAndDecodeStayAsTheyWere() throws Exception {
    List<LlmCall> calls = new ArrayList<>();

    // two at once of 100 ms each are 20 a second, and 40 a second come
    GpuServerSample.run(
        40, Duration.ofMillis(25), Duration.ofMillis(20), Duration.ofMillis(80), calls::add);

    assertThat(calls).hasSize(40);
    for (LlmCall call : calls) {
      assertThat(call.problems()).isEmpty();
      assertThat(call.timeBreakdown().isConsistent()).isTrue();
      assertThat(told(call).prefill()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
      assertThat(told(call).decode()).isGreaterThanOrEqualTo(Duration.ofMillis(80));
      assertThat(call.explain())
          .contains(" queue + ")
          .contains(" prefill + ")
          .contains(" network; ");
    }
    Duration longest =
        calls.stream().map(call -> told(call).queue()).max(Duration::compareTo).orElseThrow();
    // 40 calls in 1 s find room for 20, so that the last wait for about a second; for less where
    // this machine is too busy to send them in time
    assertThat(longest).isGreaterThan(Duration.ofMillis(200));
    assertThat(calls)
        .anyMatch(
            call ->
                call.explain()
                    .matches(".*; at start [1-9]\\d* waiting, KV cache \\d+ %, H100 tensor 88 %"));
  }

  private static ServerTiming told(LlmCall call) {
    return Objects.requireNonNull(call.serverTiming());
  }
}
