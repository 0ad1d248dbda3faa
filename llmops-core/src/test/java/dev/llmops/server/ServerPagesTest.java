package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.server.EngineReading.Counters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/**
 * Each server and version: every field that its page holds. Numbers are those of the pages, rates
 * are over 10 s.
 */
class ServerPagesTest {

  private static final long TEN_SECONDS = 10_000_000_000L;

  @Test
  void vllm() {
    String page = Pages.vllmEngine("0", 3, 14, 0.97, 1000, 500, 800, 600, 2);
    String later = Pages.vllmEngine("0", 3, 14, 0.97, 3000, 1500, 1800, 1350, 7);

    ServerLoad load = load(page, later);

    assertThat(kind(page)).isEqualTo(ServerKind.VLLM);
    assertThat(load)
        .isEqualTo(
            // hits 750 of 1,000 queries; 5 preemptions, 2,000 and 1,000 tokens in 10 s
            new ServerLoad(3L, 14L, 0.97, 0.75, 0.5, 200.0, 100.0));
    assertThat(read(page).models()).containsExactly("org/tiny");
  }

  @Test
  void enginesOfVllmAddUpButTheirCachesDoNot() {
    String page =
        Pages.vllmEngine("0", 3, 14, 0.25, 1000, 500, 800, 600, 2)
            + Pages.vllmEngine("1", 5, 0, 0.75, 2000, 100, 200, 100, 0);

    EngineReading reading = read(page);

    assertThat(reading.running()).isEqualTo(8);
    assertThat(reading.waiting()).isEqualTo(14);
    assertThat(reading.kvCacheUse()).isEqualTo(0.75);
    assertThat(reading.counters().prompt()).isEqualTo(3000);
    assertThat(reading.engines()).isEqualTo(2);
    assertThat(InfoReader.with(ServerInfo.UNKNOWN, reading).parallelism().data()).isEqualTo(2);
  }

  @Test
  void vllmUnderItsOldNames() {
    ServerLoad load = load(Pages.oldVllm(2, 1, 0.5, 100, 50), Pages.oldVllm(2, 1, 0.5, 200, 75));

    assertThat(load).isEqualTo(new ServerLoad(2L, 1L, 0.5, 0.25, null, null, null));
  }

  @Test
  void newNamesWinOverOldOnesThatAreStillShown() {
    String both =
        """
        vllm:num_requests_running{model_name="m"} 1
        vllm:gpu_cache_usage_perc{model_name="m"} 0.1
        vllm:kv_cache_usage_perc{model_name="m"} 0.2
        """;

    assertThat(read(both).kvCacheUse()).isEqualTo(0.2);
  }

  @Test
  void rayServe() {
    String page = Pages.ray("a", 3, 2, 0.5);

    assertThat(kind(page)).isEqualTo(ServerKind.RAY_SERVE);
    assertThat(read(page).running()).isEqualTo(3);
    assertThat(read(page).waiting()).isEqualTo(2);
    assertThat(read(page).kvCacheUse()).isEqualTo(0.5);
    assertThat(read(page).models()).containsExactly("org/tiny");
  }

  @Test
  void sglangWithItsOldLabels() {
    assertThat(kind(Pages.oldSglang(1, 1))).isEqualTo(ServerKind.SGLANG);
    assertThat(load(Pages.oldSglang(1000, 500), Pages.oldSglang(2000, 1500)))
        .isEqualTo(new ServerLoad(12L, 7L, 0.25, 0.125, null, 100.0, 100.0));
    // at the first scrape the server's own gauge is all there is
    assertThat(load(read(Pages.oldSglang(1, 1)), null).generationTokensPerSecond()).isEqualTo(86.5);
  }

  @Test
  void ranksOfSglangThatWorkTogetherAreNotAddedUp() {
    ServerLoad load = load(Pages.sglang(1000, 100), Pages.sglang(2000, 600));

    // 2 data ranks of 5 and 2; the fuller cache of 0.3 and 0.4; 2 x 500 hits of 2 x 1,000 tokens
    assertThat(load).isEqualTo(new ServerLoad(10L, 4L, 0.4, 0.5, null, 200.0, null));
  }

  @Test
  void tgi() {
    assertThat(kind(Pages.tgi(0, 0))).isEqualTo(ServerKind.TGI);
    assertThat(load(Pages.tgi(1000, 100), Pages.tgi(1500, 400)))
        .isEqualTo(new ServerLoad(3L, 2L, null, null, null, 50.0, 30.0));
  }

  @Test
  void tritonWithTensorRtLlm() {
    EngineReading reading = read(Pages.TRITON_TENSORRT_LLM);

    assertThat(reading.kind()).isEqualTo(ServerKind.TRITON);
    assertThat(load(reading, null)).isEqualTo(new ServerLoad(6L, 4L, 0.25, null, null, null, null));
    assertThat(reading.maxRequests()).isEqualTo(64);
    assertThat(reading.models()).containsExactly("tensorrt_llm");
    Gpu gpu = reading.gpus().get(0);
    assertThat(gpu.uuid()).isEqualTo("GPU-aaaa");
    assertThat(gpu.utilization()).isEqualTo(0.5);
    assertThat(gpu.memoryTotalBytes()).isEqualTo(85_520_809_984L);
    assertThat(gpu.memoryUsedBytes()).isEqualTo(1_073_741_824L);
    assertThat(gpu.powerWatts()).isEqualTo(312.5);
    assertThat(gpu.powerLimitWatts()).isEqualTo(700);
  }

  @Test
  void tritonWithoutTensorRtLlm() {
    EngineReading reading = read(Pages.TRITON_PLAIN);

    assertThat(reading.kind()).isEqualTo(ServerKind.TRITON);
    assertThat(reading.waiting()).isEqualTo(3);
    assertThat(reading.running()).isNaN();
    assertThat(reading.models()).containsExactly("bert");
  }

  @Test
  void trtllmServeOfBothBuilds() {
    for (String[] names :
        new String[][] {
          {"trtllm_num_requests_running", "trtllm_num_requests_waiting"},
          {"trtllm_num_active_requests", "trtllm_server_queue_length"}
        }) {
      String page = Pages.trtllmServe(names[0], names[1], 100, 10);
      String later = Pages.trtllmServe(names[0], names[1], 300, 60);

      assertThat(kind(page)).isEqualTo(ServerKind.TRTLLM_SERVE);
      assertThat(load(page, later)).isEqualTo(new ServerLoad(2L, 1L, 0.375, 0.25, null, 20.0, 0.0));
      assertThat(load(read(page), null).prefixCacheHitRate()).isEqualTo(0.5);
      assertThat(read(page).maxRequests()).isEqualTo(512);
    }
  }

  @Test
  void nim() {
    assertThat(kind(Pages.NIM)).isEqualTo(ServerKind.NIM);
    assertThat(load(Pages.NIM, Pages.NIM))
        .isEqualTo(new ServerLoad(1L, 9L, 0.125, null, null, 0.0, 0.0));
    assertThat(read(Pages.NIM).maxRequests()).isEqualTo(256);
  }

  @Test
  void aNimThatShowsVllmsNamesIsStillANim() {
    EngineReading reading = EngineReading.of(parse(Pages.vllm(1, 2, 0.5, 1, 1)), ServerKind.NIM);

    assertThat(reading.kind()).isEqualTo(ServerKind.NIM);
    assertThat(reading.waiting()).isEqualTo(2);
  }

  @Test
  void llamaCpp() {
    assertThat(kind(Pages.OLD_LLAMA_CPP)).isEqualTo(ServerKind.LLAMA_CPP);
    // 300 computed and 100 cached tokens make 400 that were looked up
    assertThat(load(Pages.llamaCpp(100, 50, 70), Pages.llamaCpp(400, 150, 270)))
        .isEqualTo(new ServerLoad(1L, 3L, null, 0.25, null, 30.0, 20.0));
    assertThat(load(read(Pages.OLD_LLAMA_CPP), null))
        .isEqualTo(new ServerLoad(2L, 0L, 0.75, null, null, null, null));
  }

  @Test
  void lmdeploy() {
    assertThat(kind(Pages.LMDEPLOY)).isEqualTo(ServerKind.LMDEPLOY);
    assertThat(load(Pages.LMDEPLOY, Pages.LMDEPLOY))
        .isEqualTo(new ServerLoad(4L, 1L, 0.25, null, null, 0.0, 0.0));
  }

  @Test
  void aPageOfAnotherServerThanTheNamedOneIsNotRead() {
    assertThat(EngineReading.of(parse(Pages.LMDEPLOY), ServerKind.VLLM)).isNull();
  }

  @Test
  void noRateAtTheFirstScrapeNorOverALongPause() {
    EngineReading reading = read(Pages.vllm(1, 1, 0.5, 1000, 1000));

    ServerLoad first = Rates.load(reading, null, 0, scraping());
    ServerLoad afterHours =
        Rates.load(reading, reading.counters(), 3600 * 1_000_000_000L, scraping());

    assertThat(first.generationTokensPerSecond()).isNull();
    assertThat(afterHours.generationTokensPerSecond()).isNull();
  }

  @Test
  void aCounterThatWasSetBackCountsFromZero() {
    Counters before = counters(1000, 5);
    EngineReading after = read(Pages.vllm(1, 1, 0.5, 50, 20));

    ServerLoad load = Rates.load(after, before, TEN_SECONDS, scraping());

    assertThat(load.promptTokensPerSecond()).isCloseTo(5.0, within(1e-9));
  }

  @Test
  void tellsARestartFromAnotherReplica() {
    assertThat(counters(10, 7).ranBackwardsSince(counters(20, 7))).isTrue();
    assertThat(counters(10, 8).isRestartOf(counters(20, 7))).isTrue();
    assertThat(counters(30, 6).ranBackwardsSince(counters(20, 7))).isTrue();
    assertThat(counters(30, 7).ranBackwardsSince(counters(20, 7))).isFalse();
    // what a page does not hold never ran backwards
    assertThat(counters(30, Double.NaN).ranBackwardsSince(counters(20, Double.NaN))).isFalse();
    assertThat(counters(30, Double.NaN).isRestartOf(counters(20, Double.NaN))).isFalse();
  }

  @Test
  void impossibleValuesAreAbsent() {
    EngineReading reading =
        read(
            """
            vllm:num_requests_running{engine="0"} NaN
            vllm:num_requests_waiting{engine="0"} -1
            vllm:kv_cache_usage_perc{engine="0"} 42
            vllm:prompt_tokens_total{engine="0"} +Inf
            vllm:generation_tokens_total{engine="0"} 1
            """);

    assertThat(load(reading, null)).isEqualTo(ServerLoad.UNKNOWN);
    assertThat(reading.counters().prompt()).isNaN();
  }

  private static Counters counters(double prompt, double start) {
    return new Counters(prompt, Double.NaN, Double.NaN, Double.NaN, Double.NaN, start);
  }

  private static ServerKind kind(String page) {
    return read(page).kind();
  }

  private static EngineReading read(String page) {
    EngineReading reading = EngineReading.of(parse(page), ServerKind.AUTO);
    assertThat(reading).as("reading of the page").isNotNull();
    return reading;
  }

  private static ServerLoad load(String page, String tenSecondsLater) {
    return load(read(tenSecondsLater), read(page).counters());
  }

  private static ServerLoad load(EngineReading reading, Counters before) {
    return Rates.load(reading, before, TEN_SECONDS, scraping());
  }

  static Page parse(String page) {
    PageParser parser = new PageParser(EngineMetrics.NAMES, 10_000);
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    parser.feed(bytes, 0, bytes.length);
    return parser.finish();
  }

  static Scraping scraping() {
    ScheduledThreadPoolExecutor unused = new ScheduledThreadPoolExecutor(1);
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    return new Scraping(
        unused,
        new Fetcher(unused, java.time.Duration.ofSeconds(1), 1024, java.util.Map.of(), null),
        clock,
        () -> 0,
        5_000_000_000L,
        15_000_000_000L,
        60_000_000_000L);
  }
}
