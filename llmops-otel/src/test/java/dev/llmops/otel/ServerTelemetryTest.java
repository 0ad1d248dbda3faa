package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.CallRef;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.server.Gpu;
import dev.llmops.server.Parallelism;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerInfo;
import dev.llmops.server.ServerKind;
import dev.llmops.server.ServerLoad;
import dev.llmops.server.ServerMonitor;
import dev.llmops.server.ServerPhase;
import dev.llmops.server.ServerSnapshot;
import dev.llmops.server.ServerTiming;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What spans and metrics tell of the server behind a call. */
@Tag("otel-versions")
class ServerTelemetryTest {

  static final ServerSnapshot SNAPSHOT = snapshot("http://gpu-1:8000", gpu("GPU-1", null));

  @Test
  void aSpanTellsWhereTheTimeWentAndWhatTheServerWasDoing() {
    TestSdk sdk = TestSdk.sampled();
    LlmRequest request = LlmRequest.chat("local", "tiny");

    sdk.observer(builder -> builder)
        .onStart(request, LlmContext.EMPTY, TestSdk.START)
        .onEnd(
            call(
                request,
                LlmContext.EMPTY,
                Timing.of(TestSdk.START, Duration.ofMillis(1840)),
                ServerTiming.read(
                    Map.of(),
                    "{\"metrics\":{\"time_to_first_token_ms\":210,\"generation_time_ms\":480,"
                        + "\"queue_time_ms\":1100}}",
                    false)));

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsEntry("llmops.server.kind", "vllm")
        .containsEntry("llmops.server.version", "0.32.0")
        .containsEntry("llmops.server.match", "exact")
        .containsEntry("llmops.server.start.age", 2.0)
        .containsEntry("llmops.server.start.requests.running", 3L)
        .containsEntry("llmops.server.start.requests.waiting", 14L)
        .containsEntry("llmops.server.start.kv_cache.utilization", 0.97)
        .containsEntry("llmops.server.start.gpu.tensor_activity", 0.88)
        .containsEntry("llmops.server.timing.source", "vLLM")
        .containsEntry("llmops.server.timing.consistent", true)
        .containsEntry("llmops.server.timing.queue", 1.1)
        .containsEntry("llmops.server.timing.prefill", 0.21)
        .containsEntry("llmops.server.timing.decode", 0.48)
        .containsEntry("llmops.server.timing.total", 1.79)
        .containsEntry("llmops.server.timing.network", 0.05)
        .containsEntry(
            "llmops.server.explanation",
            "1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network"
                + "; at start 14 waiting, KV cache 97 %, H100 tensor 88 %");
  }

  @Test
  void theServersPhasesAreHistograms() {
    TestSdk sdk = TestSdk.sampled();
    LlmRequest request = LlmRequest.chat("local", "tiny");

    sdk.observer(builder -> builder)
        .onStart(request, LlmContext.EMPTY, TestSdk.START)
        .onEnd(call(request, LlmContext.EMPTY));

    assertThat(sdk.histogram("llmops.server.queue.duration").getSum()).isEqualTo(0.1);
    assertThat(sdk.histogram("llmops.server.prefill.duration").getSum()).isEqualTo(0.2);
    assertThat(sdk.histogram("llmops.server.decode.duration").getSum()).isEqualTo(0.3);
  }

  @Test
  void timesThatCannotBeAreNotMeasured() {
    TestSdk sdk = TestSdk.sampled();
    LlmRequest request = LlmRequest.chat("local", "tiny");
    ServerTiming wrong =
        new ServerTiming(
            "vLLM", Map.of(ServerPhase.QUEUE, Duration.ofSeconds(9)), null, null, "impossible");

    sdk.observer(builder -> builder)
        .onStart(request, LlmContext.EMPTY, TestSdk.START)
        .onEnd(
            call(
                request, LlmContext.EMPTY, Timing.of(TestSdk.START, Duration.ofSeconds(1)), wrong));

    assertThat(sdk.collected()).doesNotContainKey("llmops.server.queue.duration");
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .containsEntry("llmops.server.timing.consistent", false);
  }

  @Test
  void serversAndTheirGpusAreGauges() {
    TestSdk sdk = TestSdk.sampled();
    ServerSnapshot other = snapshot("http://gpu-1:8001", gpu("GPU-1", null), gpu("GPU-2", "7"));
    ServerSnapshot pool = pool("http://lb", other, SNAPSHOT);
    OtelCallObserver observer =
        sdk.observer(
            builder ->
                builder.snapshots(
                    () ->
                        List.of(
                            SNAPSHOT, pool, ServerSnapshot.unknown("http://gpu-9:8000", "down"))));

    MetricData waiting = sdk.metric("llmops.server.requests.waiting");
    assertThat(waiting.getLongGaugeData().getPoints())
        .extracting(point -> TestSdk.labels(point) + " " + point.getValue())
        .containsExactlyInAnyOrder(
            "{llmops.server.kind=vllm, server.address=gpu-1, server.port=8000} 14",
            "{llmops.server.kind=vllm, server.address=gpu-1, server.port=8001} 14");
    assertThat(sdk.metric("hw.gpu.utilization").getDoubleGaugeData().getPoints())
        .extracting(point -> TestSdk.labels(point) + " " + point.getValue())
        .containsExactlyInAnyOrder(
            "{hw.id=GPU-1, hw.model=NVIDIA H100 80GB HBM3} 0.99",
            "{hw.id=GPU-2/7, hw.model=NVIDIA H100 80GB HBM3} 0.99");
    assertThat(sdk.metric("hw.power").getDoubleGaugeData().getPoints())
        .extracting(point -> TestSdk.labels(point).get("hw.type"))
        .containsOnly("gpu");

    observer.close(Duration.ZERO);
    assertThat(sdk.collected()).doesNotContainKey("llmops.server.requests.waiting");
  }

  @Test
  void aMonitorOfServersThatNobodyCalledHasNoPoints() {
    TestSdk sdk = TestSdk.sampled();
    try (ServerMonitor monitor = ServerMonitor.builder().server("http://127.0.0.1:9").build();
        LlmOps ops = sdk.ops(builder -> builder.servers(monitor))) {
      assertThat(ops.isEnabled()).isTrue();
      assertThat(sdk.collected()).doesNotContainKey("llmops.server.requests.waiting");
    }
  }

  /** A call with everything that can be known of a server. */
  static LlmCall call(LlmRequest request, LlmContext context) {
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    for (ServerPhase phase : ServerPhase.values()) {
      phases.put(phase, Duration.ofMillis(10));
    }
    phases.put(ServerPhase.QUEUE, Duration.ofMillis(100));
    phases.put(ServerPhase.PREFILL, Duration.ofMillis(200));
    phases.put(ServerPhase.DECODE, Duration.ofMillis(300));
    return call(
        request,
        context,
        Timing.of(TestSdk.START, Duration.ofSeconds(2))
            .withBackOff(Duration.ofMillis(500))
            .withConsumer(Duration.ofMillis(5)),
        new ServerTiming(
            "LiteLLM + vLLM", phases, Duration.ofMillis(700), Duration.ofMillis(3), null));
  }

  private static LlmCall call(
      LlmRequest request, LlmContext context, Timing timing, ServerTiming told) {
    Duration age = Duration.ofSeconds(2);
    return new LlmCall(
        CallRef.of("0".repeat(32)),
        null,
        context,
        request,
        new Outcome.Completed(LlmResponse.builder().serverTiming(told).build()),
        timing,
        null,
        1,
        Origin.APPLICATION,
        1,
        ServerFacts.of(SNAPSHOT, age, SNAPSHOT, age),
        List.of());
  }

  private static ServerSnapshot snapshot(String server, Gpu... gpus) {
    ServerLoad load = new ServerLoad(3L, 14L, 0.97, 0.5, 0.1, 1200.0, 800.0);
    return new ServerSnapshot(
        server,
        ServerSnapshot.Match.EXACT,
        null,
        TestSdk.START,
        new ServerInfo(ServerKind.VLLM, "0.32.0", List.of(), Parallelism.UNKNOWN, 256),
        load,
        load,
        ServerSnapshot.GpuMatch.UUID,
        List.of(gpus),
        List.of(),
        List.of());
  }

  private static ServerSnapshot pool(String server, ServerSnapshot... replicas) {
    return new ServerSnapshot(
        server,
        ServerSnapshot.Match.POOL,
        null,
        TestSdk.START,
        ServerInfo.UNKNOWN,
        SNAPSHOT.load(),
        SNAPSHOT.load(),
        ServerSnapshot.GpuMatch.NONE,
        List.of(),
        List.of(replicas),
        List.of());
  }

  private static Gpu gpu(String uuid, String mig) {
    return new Gpu(
        uuid,
        0,
        "NVIDIA H100 80GB HBM3",
        "gpu-1",
        null,
        0.99,
        0.9,
        0.88,
        0.4,
        70L << 30,
        80L << 30,
        650.0,
        700.0,
        61.0,
        1_980_000_000L,
        2_619_000_000L,
        Set.of(),
        0,
        mig == null ? null : "1g.10gb",
        mig);
  }
}
