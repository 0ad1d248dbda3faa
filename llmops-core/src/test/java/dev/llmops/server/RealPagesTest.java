package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Sample pages of real servers, which are not ours to publish: set {@code LLMOPS_SERVER_PAGES} to a
 * folder that has them, one folder a server. Expected values were read off the pages by eye.
 */
class RealPagesTest {

  private Path folder;

  @BeforeEach
  void find() {
    String named = System.getenv("LLMOPS_SERVER_PAGES");
    if (named == null) {
      System.err.println(
          "SKIPPED: RealPagesTest wants sample pages; set LLMOPS_SERVER_PAGES to their folder");
    }
    org.junit.jupiter.api.Assumptions.assumeTrue(
        named != null, "LLMOPS_SERVER_PAGES is not set, so no real page was read");
    folder = Path.of(named);
  }

  @Test
  void vllm() throws Exception {
    EngineReading reading = read("vllm/metrics-v1-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.VLLM);
    assertThat(reading.running()).isEqualTo(3);
    assertThat(reading.waiting()).isEqualTo(2);
    assertThat(reading.kvCacheUse()).isEqualTo(0.42);
    assertThat(reading.counters().queries()).isEqualTo(64_929);
    assertThat(reading.counters().hits()).isEqualTo(44_041);
    assertThat(reading.counters().preemptions()).isEqualTo(1);
    assertThat(reading.counters().prompt()).isEqualTo(65_536);
    assertThat(reading.counters().generation()).isEqualTo(18_233);
    assertThat(reading.models()).containsExactly("Qwen/Qwen2.5-7B-Instruct");
    ServerInfo info =
        info(
            ServerKind.VLLM,
            "/v1/models",
            "vllm/models-real.json",
            "/version",
            "vllm/version-built.json");
    assertThat(info.version()).isEqualTo("0.32.0");
    assertThat(info.models())
        .containsExactly(new ServedModel("phi-3.5-mini-instruct", 16_384L, null, null));
    assertThat(
            info(ServerKind.VLLM, "/v1/models", "vllm/models-with-permission-real.json").models())
        .extracting(ServedModel::contextLength)
        .containsExactly(32_768L);
  }

  @Test
  void sglang() throws Exception {
    EngineReading reading = read("sglang/metrics-docs-real.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.SGLANG);
    assertThat(reading.running()).isEqualTo(162);
    assertThat(reading.waiting()).isEqualTo(2826);
    assertThat(reading.kvCacheUse()).isEqualTo(0.28);
    assertThat(reading.prefixCacheHitRate()).isEqualTo(0.007507552643049313);
    assertThat(reading.generationTokensPerSecond()).isEqualTo(86.50814177726902);
    assertThat(reading.counters().prompt()).isEqualTo(8_128_902);
    assertThat(reading.counters().generation()).isEqualTo(7_557_572);
    ServerInfo info =
        info(
            ServerKind.SGLANG,
            "/server_info",
            "sglang/server_info-trimmed-real.json",
            "/v1/models",
            "sglang/models-real.json");
    assertThat(info.version()).isEqualTo("0.0.0.dev1+g54b06f199");
    assertThat(info.parallelism()).isEqualTo(new Parallelism(1, 1, 1, 1));
    assertThat(info.maxRequests()).isEqualTo(128);
    assertThat(info.models())
        .contains(
            ServedModel.named("qwen/qwen2.5-0.5b-instruct"),
            new ServedModel("Qwen3-14B", 40_960L, null, null));
  }

  @Test
  void tgi() throws Exception {
    EngineReading reading = read("tgi/metrics-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.TGI);
    assertThat(reading.running()).isEqualTo(3);
    assertThat(reading.waiting()).isEqualTo(2);
    assertThat(reading.counters().prompt()).isEqualTo(20_512);
    assertThat(reading.counters().generation()).isEqualTo(4012);
    ServerInfo info = info(ServerKind.TGI, "/info", "tgi/info-built.json");
    assertThat(info.version()).isEqualTo("3.3.6-dev0");
    assertThat(info.models())
        .containsExactly(new ServedModel("meta-llama/Llama-3.1-8B-Instruct", 2048L, null, null));
    assertThat(info.maxRequests()).isEqualTo(128);
  }

  @Test
  void triton() throws Exception {
    EngineReading tensorRt = read("triton/metrics-tensorrtllm-real.txt");
    assertThat(tensorRt.kind()).isEqualTo(ServerKind.TRITON);
    assertThat(tensorRt.running()).isEqualTo(1);
    assertThat(tensorRt.waiting()).isEqualTo(1);
    assertThat(tensorRt.kvCacheUse()).isEqualTo(0.4875);
    assertThat(tensorRt.maxRequests()).isEqualTo(512);
    assertThat(tensorRt.models()).containsExactly("tensorrt_llm");

    EngineReading plain = read("triton/metrics-server-built.txt");
    assertThat(plain.waiting()).isEqualTo(3);
    Gpu gpu = plain.gpus().get(0);
    assertThat(gpu.uuid()).isEqualTo("GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52");
    assertThat(gpu.utilization()).isEqualTo(0.75);
    assertThat(gpu.memoryTotalBytes()).isEqualTo(85_520_809_984L);
    assertThat(gpu.memoryUsedBytes()).isEqualTo(21_474_836_480L);
    assertThat(gpu.powerWatts()).isEqualTo(312.5);
    assertThat(gpu.powerLimitWatts()).isEqualTo(700);
    assertThat(info(ServerKind.TRITON, "/v2", "triton/v2-server-metadata-built.json").version())
        .isEqualTo("2.60.0");
  }

  @Test
  void trtllmServe() throws Exception {
    EngineReading reading = read("trtllm-serve/prometheus-metrics-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.TRTLLM_SERVE);
    assertThat(reading.running()).isEqualTo(2);
    assertThat(reading.waiting()).isEqualTo(1);
    assertThat(reading.kvCacheUse()).isEqualTo(0.31);
    assertThat(reading.prefixCacheHitRate()).isEqualTo(0.42);
    assertThat(reading.maxRequests()).isEqualTo(512);
    assertThat(reading.counters().prompt()).isEqualTo(9123);
    assertThat(reading.counters().hits()).isEqualTo(4100);
    assertThat(reading.counters().generation()).isEqualTo(2210);
    assertThat(reading.models()).containsExactly("nemotron-nano-3");
  }

  @Test
  void nim() throws Exception {
    EngineReading reading = read("nim/v1-metrics-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.NIM);
    assertThat(reading.running()).isEqualTo(1);
    assertThat(reading.waiting()).isZero();
    assertThat(reading.kvCacheUse()).isEqualTo(0.12);
    assertThat(reading.maxRequests()).isEqualTo(256);
    assertThat(reading.counters().prompt()).isEqualTo(4103);
    assertThat(reading.counters().generation()).isEqualTo(1201);
    assertThat(reading.models()).containsExactly("meta/llama-3.1-8b-instruct");
  }

  @Test
  void llamaCpp() throws Exception {
    EngineReading reading = read("llamacpp/metrics-b10519-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.LLAMA_CPP);
    assertThat(reading.running()).isEqualTo(1);
    assertThat(reading.waiting()).isZero();
    assertThat(reading.counters().prompt()).isEqualTo(5061);
    assertThat(reading.counters().hits()).isEqualTo(3618);
    assertThat(reading.counters().queries()).isEqualTo(5061 + 3618);
    assertThat(reading.counters().generation()).isEqualTo(18_722);
    ServerInfo info = info(ServerKind.LLAMA_CPP, "/props", "llamacpp/props-b10519-built.json");
    assertThat(info.version()).isEqualTo("b10519-0123abc");
    assertThat(info.maxRequests()).isEqualTo(4);
    assertThat(info.models())
        .containsExactly(new ServedModel("example-27b-q4.gguf", 16_384L, null, null));
  }

  @Test
  void ollama() throws Exception {
    ServerInfo info =
        info(
            ServerKind.OLLAMA,
            "/api/version",
            "ollama/version-docs-real.json",
            "/api/ps",
            "ollama/ps-docs-real.json");

    assertThat(info.version()).isEqualTo("0.5.1");
    assertThat(info.models()).containsExactly(new ServedModel("mistral:latest", null, "Q4_0", 1.0));
  }

  @Test
  void lmdeploy() throws Exception {
    EngineReading reading = read("lmdeploy/metrics-built.txt");

    assertThat(reading.kind()).isEqualTo(ServerKind.LMDEPLOY);
    assertThat(reading.running()).isEqualTo(4);
    assertThat(reading.waiting()).isEqualTo(1);
    assertThat(reading.kvCacheUse()).isEqualTo(0.27);
    assertThat(reading.counters().prompt()).isEqualTo(10_245);
    assertThat(reading.counters().generation()).isEqualTo(4102);
  }

  @Test
  void dcgmExporter() throws Exception {
    try (var files = Files.list(folder.resolve("dcgm-exporter"))) {
      for (Path file : files.filter(each -> each.toString().contains("metrics-built")).toList()) {
        List<Gpu> gpus = GpuPages.exporter(ServerPagesTest.parse(Files.readString(file)));

        assertThat(gpus).hasSize(2);
        Gpu gpu = gpus.get(0);
        assertThat(gpu.uuid()).isEqualTo("GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52");
        assertThat(gpu.model()).isEqualTo("NVIDIA H100 80GB HBM3");
        assertThat(gpu.host()).isEqualTo("gpu-node-1");
        assertThat(gpu.utilization()).isEqualTo(0.93);
        assertThat(gpu.engineActivity()).isEqualTo(0.912345);
        assertThat(gpu.tensorActivity()).isEqualTo(0.231201);
        assertThat(gpu.dramActivity()).isEqualTo(0.484412);
        assertThat(gpu.memoryUsedBytes()).isEqualTo(74_003L * 1_048_576);
        assertThat(gpu.memoryTotalBytes()).isEqualTo((74_003L + 7_012 + 544) * 1_048_576);
        assertThat(gpu.powerWatts()).isEqualTo(412.731);
        assertThat(gpu.temperatureCelsius()).isEqualTo(43);
        assertThat(gpu.smClockHz()).isEqualTo(1_980_000_000L);
        assertThat(gpu.memoryClockHz()).isEqualTo(2_619_000_000L);
        assertThat(gpu.lastXid()).isZero();
        assertThat(gpus.get(1).lastXid()).isEqualTo(31);
      }
    }
    Gpu old =
        GpuPages.exporter(ServerPagesTest.parse(text("dcgm-exporter/metrics-readme-real.txt")))
            .get(0);
    assertThat(old.smClockHz()).isEqualTo(139_000_000L);
    assertThat(old.memoryClockHz()).isEqualTo(405_000_000L);
  }

  @Test
  void amd() throws Exception {
    Gpu gpu =
        GpuPages.exporter(ServerPagesTest.parse(text("amd/device-metrics-exporter-real-line.txt")))
            .get(0);

    assertThat(gpu.uuid()).isEqualTo("ccff74a1-0000-1000-80e0-c6d49f5b0d86");
    assertThat(gpu.model()).isEqualTo("AMD Instinct MI300X OAM");
    assertThat(gpu.host()).isEqualTo("tw038");
    assertThat(gpu.utilization()).isZero();
  }

  @Test
  void nvidiaSmi() throws Exception {
    Gpu h100 = NvidiaSmi.gpus(text("nvidia-smi/query-gpu-csv-h100-built.txt")).get(0);
    assertThat(h100.uuid()).isEqualTo("GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52");
    assertThat(h100.utilization()).isEqualTo(0.93);
    assertThat(h100.memoryUsedBytes()).isEqualTo(74_003L * 1_048_576);
    assertThat(h100.memoryTotalBytes()).isEqualTo(81_559L * 1_048_576);
    assertThat(h100.powerWatts()).isEqualTo(412.73);
    assertThat(h100.powerLimitWatts()).isEqualTo(700);
    assertThat(h100.temperatureCelsius()).isEqualTo(43);
    assertThat(h100.smClockHz()).isEqualTo(1_980_000_000L);
    assertThat(h100.memoryClockHz()).isEqualTo(2_619_000_000L);

    List<Gpu> gaming = NvidiaSmi.gpus(text("nvidia-smi/query-gpu-csv-real.txt"));
    assertThat(gaming).hasSize(2);
    assertThat(gaming.get(0).model()).isEqualTo("NVIDIA GeForce RTX 3090");
    assertThat(gaming.get(1).utilization()).isEqualTo(0.45);
  }

  private EngineReading read(String file) throws IOException {
    EngineReading reading = EngineReading.of(ServerPagesTest.parse(text(file)), ServerKind.AUTO);
    assertThat(reading).as(file).isNotNull();
    return reading;
  }

  /** Reads endpoints and the files that play them. */
  private ServerInfo info(ServerKind kind, String... pathsAndFiles) throws IOException {
    InfoReader reader = new InfoReader(kind);
    for (int i = 0; i < pathsAndFiles.length; i += 2) {
      JsonBody body = new JsonBody();
      byte[] bytes = Files.readAllBytes(folder.resolve(pathsAndFiles[i + 1]));
      body.feed(bytes, 0, bytes.length);
      reader.read(pathsAndFiles[i], body.finish());
    }
    return reader.info();
  }

  private String text(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }
}
