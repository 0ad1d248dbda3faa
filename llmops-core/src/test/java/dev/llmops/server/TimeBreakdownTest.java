package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.CallRef;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.server.ServerSnapshot.GpuMatch;
import dev.llmops.server.ServerSnapshot.Match;
import dev.llmops.server.TimeBreakdown.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeBreakdownTest {

  private static final Instant START = Instant.parse("2026-11-22T03:00:00Z");

  @Test
  void theRestIsNetworkWhereTheServersTotalIsKnown() {
    TimeBreakdown time = of(1840, vllm(1100, 210, 480));

    // 1840 − (1100 + 210 + 480) = 50
    assertThat(time.get(Kind.NETWORK)).isEqualTo(Duration.ofMillis(50));
    assertThat(time.explain())
        .isEqualTo("1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network");
  }

  @Test
  void theRestIsUnattributedWhereItIsNot() {
    TimeBreakdown time = of(200, body("{\"timings\":{\"prompt_ms\":60,\"predicted_ms\":100}}"));

    assertThat(time.get(Kind.NETWORK)).isNull();
    assertThat(time.get(Kind.UNATTRIBUTED)).isEqualTo(Duration.ofMillis(40));
    assertThat(time.explain())
        .isEqualTo(
            "200 ms = 60 ms prefill + 100 ms decode + 40 ms unattributed (may include queue)");
  }

  @Test
  void withoutAnyServerTimingAllIsUnattributed() {
    assertThat(of(1500, null).explain())
        .isEqualTo("1.50 s = 1.50 s unattributed (may include queue)");
  }

  @Test
  void aTotalWithoutPartsIsTheServers() {
    TimeBreakdown time =
        of(900, ServerTiming.read(Map.of("openai-processing-ms", "822"), null, false));

    assertThat(time.explain()).isEqualTo("900 ms = 822 ms server + 78 ms network");
  }

  @Test
  void tgisInferenceIsNotSplit() {
    TimeBreakdown time =
        of(
            500,
            ServerTiming.read(
                Map.of(
                    "x-total-time", "482",
                    "x-validation-time", "0",
                    "x-queue-time", "1",
                    "x-inference-time", "471"),
                null,
                false));

    // 482 − (0 + 1 + 471) = 10
    assertThat(time.explain())
        .isEqualTo(
            "500 ms = 1 ms queue + 0 ms validation + 471 ms prefill and decode"
                + " + 10 ms other server time + 18 ms network");
  }

  @Test
  void aStreamsProcessingHeaderIsNeverSubtracted() {
    ServerTiming headers = ServerTiming.read(Map.of("openai-processing-ms", "310"), null, true);
    Timing timing = stream(2000).withConsumer(Duration.ZERO);

    TimeBreakdown time = TimeBreakdown.of(timing, 1, true, headers);

    assertThat(time.explain()).isEqualTo("2.00 s = 2.00 s unattributed (may include queue)");
    assertThat(call(timing, 1, headers, null).explain())
        .isEqualTo(
            "2.00 s = 2.00 s unattributed (may include queue)"
                + "; the server began to answer after 310 ms");
  }

  @Test
  void backOffIsOfTheClientAndEarlierAttemptsAreInTheRest() {
    Timing timing = Timing.of(START, Duration.ofMillis(3000)).withBackOff(Duration.ofMillis(1000));

    TimeBreakdown time = TimeBreakdown.of(timing, 2, false, vllm(100, 200, 1500));

    // 3000 − 1000 − 1800 = 200: the first attempt and the network
    assertThat(time.explain())
        .isEqualTo(
            "3.00 s = 1.00 s back-off + 0.10 s queue + 0.20 s prefill + 1.50 s decode"
                + " + 0.20 s network (may include earlier attempts)");
  }

  @Test
  void unknownAttemptsMayHideRetries() {
    TimeBreakdown time =
        TimeBreakdown.of(
            Timing.of(START, Duration.ofMillis(1840)), null, false, vllm(1100, 210, 480));

    assertThat(time.explain()).endsWith(" + 0.05 s network (may include retries)");
  }

  @Test
  void theConsumersTimeIsApartWhereTheServerTellsNothing() {
    TimeBreakdown time =
        TimeBreakdown.of(stream(2000).withConsumer(Duration.ofMillis(300)), 1, true, null);

    assertThat(time.explain())
        .isEqualTo("2.00 s = 1.70 s unattributed (may include queue) + 0.30 s consumer");
  }

  @Test
  void theConsumersTimeOverlapsTheServersAndSoIsNotAddedToIt() {
    Timing timing = stream(2000).withConsumer(Duration.ofMillis(1500));

    LlmCall call = call(timing, 1, vllm(100, 200, 1500), null);

    assertThat(call.explain())
        .isEqualTo(
            "2.00 s = 0.10 s queue + 0.20 s prefill + 1.50 s decode"
                + " + 0.20 s network (may include consumer)"
                + "; the consumer took 1500 ms, part of it while the server worked");
  }

  @Test
  void aServerThatTookLongerThanTheCallIsInconsistent() {
    TimeBreakdown time = of(1500, vllm(1100, 210, 480));

    assertThat(time.isConsistent()).isFalse();
    assertThat(time.parts()).hasSize(1);
    assertThat(time.get(Kind.UNATTRIBUTED)).isEqualTo(Duration.ofMillis(1500));
    assertThat(time.explain())
        .isEqualTo("1.50 s; the server's times add up to more than the call took");
  }

  @Test
  void aMillisecondTooMuchIsRounding() {
    TimeBreakdown time =
        of(100, ServerTiming.read(Map.of("openai-processing-ms", "101"), null, false));

    assertThat(time.isConsistent()).isTrue();
    assertThat(time.explain()).isEqualTo("100 ms = 100 ms server + 0 ms network");
  }

  @Test
  void whatAStoreAnsweredTellsNothingOfThisCall() {
    Timing timing = Timing.of(START, Duration.ofMillis(3));

    LlmCall call = call(timing, 0, vllm(1100, 210, 480), null);

    assertThat(call.serverTiming()).isNull();
    assertThat(call.explain()).isEqualTo("3.00 ms = 3.00 ms answered from a store");
  }

  @Test
  void roundingGoesToThoseThatLostMost() {
    // 1.846 s: cut to 1.10 + 0.21 + 0.48 + 0.04 = 1.83, shown 1.85, so two are given back:
    // to 0.004 s of the prefill (0.214), 0.008 s of the decode (0.488) and 0.004 of the rest
    TimeBreakdown time = of(1846, vllm(1100, 214, 488));

    assertThat(time.explain())
        .isEqualTo("1.85 s = 1.10 s queue + 0.22 s prefill + 0.49 s decode + 0.04 s network");
  }

  @Test
  void partsAlwaysAddUpToTheTotalAsTheyAreAndAsTheyAreShown() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      double scale = Math.pow(10, random.nextInt(7) - 1); // 0.1 ms to 100 s
      double queue = random.nextDouble() * scale;
      double prefill = random.nextDouble() * scale;
      double decode = random.nextDouble() * scale;
      long total =
          Math.round((queue + prefill + decode + random.nextDouble() * scale - 0.0005) * 1e6);
      TimeBreakdown time =
          TimeBreakdown.of(
              Timing.of(START, Duration.ofNanos(total)), 1, false, vllm(queue, prefill, decode));

      Duration sum = Duration.ZERO;
      for (TimeBreakdown.Part part : time.parts()) {
        sum = sum.plus(part.duration());
        assertThat(part.duration()).isGreaterThanOrEqualTo(Duration.ZERO);
      }
      assertThat(sum).isEqualTo(time.total());
      String[] sides = time.explain().split(" = ", 2);
      long shown = 0;
      for (String part : sides[1].split(" \\+ ")) {
        shown += digits(part);
      }
      assertThat(shown).as(time.explain()).isEqualTo(digits(sides[0]));
    }
  }

  @Test
  void oneLineSaysWhereTheTimeWentAndWhatTheServerWasDoing() {
    Gpu.Builder gpu = new Gpu.Builder();
    gpu.model = "NVIDIA H100 80GB HBM3";
    gpu.utilization = 0.99;
    gpu.tensorActivity = 0.88;
    ServerSnapshot start = snapshot(Match.EXACT, load(3, 14, 0.97), GpuMatch.UUID, gpu.build());

    LlmCall call = call(Timing.of(START, Duration.ofMillis(1840)), 1, vllm(1100, 210, 480), start);

    assertThat(call.explain())
        .isEqualTo(
            "1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network"
                + "; at start 14 waiting, KV cache 97 %, H100 tensor 88 %");
  }

  @Test
  void severalGpusOfTheHostAreToldFromTheServersOwn() {
    Gpu.Builder one = new Gpu.Builder();
    one.model = "nvidia-a100-sxm4-80gb";
    one.utilization = 0.4;
    Gpu.Builder other = new Gpu.Builder();
    other.model = "nvidia-a100-sxm4-80gb";
    other.utilization = 0.95;
    ServerSnapshot start =
        snapshot(Match.EXACT, load(3, 0, null), GpuMatch.HOST, one.build(), other.build());

    assertThat(call(Timing.of(START, Duration.ofMillis(10)), 1, null, start).explain())
        .isEqualTo(
            "10 ms = 10 ms unattributed (may include queue)"
                + "; at start 0 waiting, 2 A100 of the host, unmatched, utilisation 40–95 %");
  }

  @Test
  void anUnknownServerSaysWhy() {
    ServerSnapshot start = ServerSnapshot.unknown("http://gpu-1:8000", "it answers with 401");

    assertThat(call(Timing.of(START, Duration.ofMillis(10)), 1, null, start).explain())
        .endsWith("; server unknown: it answers with 401");
  }

  private static long digits(String text) {
    return Long.parseLong(text.substring(0, text.indexOf(' ')).replace(".", ""));
  }

  private static TimeBreakdown of(long millis, @Nullable ServerTiming server) {
    return TimeBreakdown.of(Timing.of(START, Duration.ofMillis(millis)), 1, false, server);
  }

  private static Timing stream(long millis) {
    return Timing.of(
        START, Duration.ofMillis(millis), Duration.ofMillis(350), Duration.ofMillis(350), 20);
  }

  private static ServerTiming vllm(double queue, double prefill, double decode) {
    return body(
        "{\"metrics\":{\"time_to_first_token_ms\":%s,\"generation_time_ms\":%s,\"queue_time_ms\":%s}}"
            .formatted(prefill, decode, queue));
  }

  private static ServerTiming body(String json) {
    return ServerTiming.read(Map.of(), json, false);
  }

  private static ServerLoad load(long running, long waiting, @Nullable Double cache) {
    return new ServerLoad(running, waiting, cache, null, null, null, null);
  }

  private static ServerSnapshot snapshot(
      Match match, ServerLoad load, GpuMatch gpuMatch, Gpu... gpus) {
    return new ServerSnapshot(
        "http://gpu-1:8000",
        match,
        null,
        START,
        ServerInfo.UNKNOWN,
        load,
        load,
        gpuMatch,
        List.of(gpus),
        List.of(),
        List.of());
  }

  private static LlmCall call(
      Timing timing, int attempts, @Nullable ServerTiming server, @Nullable ServerSnapshot start) {
    Duration age = start == null || !start.isKnown() ? null : Duration.ofSeconds(1);
    return new LlmCall(
        CallRef.of("0".repeat(32), null, null),
        null,
        LlmContext.EMPTY,
        LlmRequest.builder(LlmRequest.CHAT, "local").stream(timing.chunks() > 0).build(),
        new Outcome.Completed(LlmResponse.builder().serverTiming(server).build()),
        timing,
        null,
        attempts,
        Origin.APPLICATION,
        1,
        start == null ? null : ServerFacts.of(start, age, start, age),
        List.of());
  }
}
