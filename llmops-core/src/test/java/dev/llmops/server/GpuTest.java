package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.server.Gpu.Throttle;
import dev.llmops.server.ServerSnapshot.GpuMatch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GpuTest {

  private static final long MEBI = 1_048_576;

  @Test
  void dcgmExporterWithEitherSpellingOfTheHost() {
    for (String label : List.of("Hostname", "hostname")) {
      Gpu gpu = GpuPages.exporter(page(Pages.dcgm(label))).get(0);

      assertThat(gpu)
          .isEqualTo(
              new Gpu(
                  "GPU-aaaa",
                  0,
                  "NVIDIA H100 80GB HBM3",
                  "node-1",
                  "vllm-0",
                  0.93,
                  0.9,
                  0.25,
                  0.5,
                  74_003 * MEBI,
                  (74_003 + 7_012 + 544) * MEBI, // used, free and reserved
                  412.731,
                  null,
                  43.0,
                  1_980_000_000L,
                  2_619_000_000L,
                  null,
                  31,
                  null,
                  null));
    }
  }

  @Test
  void migSlicesOfOneGpuAreApart() {
    List<Gpu> gpus =
        GpuPages.exporter(
            page(
                """
                DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="0",UUID="GPU-a",GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"} 0.1
                DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="0",UUID="GPU-a",GPU_I_PROFILE="3g.40gb",GPU_I_ID="1"} 0.9
                DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-a",GPU_I_PROFILE="3g.40gb",GPU_I_ID="1"} 10
                """));

    assertThat(gpus).hasSize(2);
    assertThat(gpus.get(0).migProfile()).isEqualTo("1g.10gb");
    assertThat(gpus.get(0).engineActivity()).isEqualTo(0.1);
    assertThat(gpus.get(1).migInstance()).isEqualTo("1");
    assertThat(gpus.get(1).memoryUsedBytes()).isEqualTo(10 * MEBI);
  }

  @Test
  void dcgmsBlankValuesAreAbsent() {
    // dcgm_structs.h: 0x7ffffff0.., 2^47.., 0x7ffffffffffffff0.. for blank and its three kin
    assertThat(
            List.of(
                2_147_483_632.0,
                2_147_483_635.0,
                140_737_488_355_328.0,
                140_737_488_355_330.0,
                9_223_372_036_854_775_792.0,
                9_223_372_036_854_775_794.0))
        .allMatch(GpuPages::isBlank);
    assertThat(List.of(0.0, 93.0, 1980.0, 81_559.0, 2_147_483_631.0)).noneMatch(GpuPages::isBlank);
    assertThat(
            GpuPages.exporter(
                page("DCGM_FI_DEV_GPU_TEMP{gpu=\"0\", UUID=\"GPU-a\"} 9223372036854775794\n")))
        .isEmpty();
  }

  @Test
  void throttlingIsToldByName() {
    // NVML: 0x1 idle (holds nothing down), 0x4 software power cap, 0x40 hardware thermal slowdown
    Gpu gpu =
        GpuPages.exporter(page("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS{gpu=\"0\",UUID=\"GPU-a\"} 69\n"))
            .get(0);

    assertThat(gpu.throttling())
        .containsExactlyInAnyOrder(Throttle.SOFTWARE_POWER_CAP, Throttle.HARDWARE_THERMAL);
    assertThat(Throttle.of(1)).isEmpty();
  }

  @Test
  void amdWithOrWithoutAPrefix() {
    for (String prefix : List.of("", "amd_")) {
      Gpu gpu =
          GpuPages.exporter(
                  page(
                      """
                      @gpu_gfx_activity{card_series="AMD Instinct MI300X OAM",gpu_id="2",gpu_uuid="u-1",hostname="n1",pod=""} 87
                      @gpu_used_vram{card_series="AMD Instinct MI300X OAM",gpu_id="2",gpu_uuid="u-1",hostname="n1",pod=""} 1024
                      @gpu_total_vram{card_series="AMD Instinct MI300X OAM",gpu_id="2",gpu_uuid="u-1",hostname="n1",pod=""} 196592
                      @gpu_package_power{card_series="AMD Instinct MI300X OAM",gpu_id="2",gpu_uuid="u-1",hostname="n1",pod=""} 750
                      """
                          .replace("@", prefix)))
              .get(0);

      assertThat(gpu.model()).isEqualTo("AMD Instinct MI300X OAM");
      assertThat(gpu.index()).isEqualTo(2);
      assertThat(gpu.pod()).isNull();
      assertThat(gpu.utilization()).isEqualTo(0.87);
      assertThat(gpu.memoryUsedBytes()).isEqualTo(1024 * MEBI);
      assertThat(gpu.memoryTotalBytes()).isEqualTo(196_592 * MEBI);
      assertThat(gpu.powerWatts()).isEqualTo(750);
    }
  }

  @Test
  void nvidiaSmiWithUnitsInItsHeadAndItsCells() {
    List<Gpu> gpus =
        NvidiaSmi.gpus(
            """
            index, uuid, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], temperature.gpu, power.draw [W], power.limit [W], clocks.current.sm [MHz], clocks_throttle_reasons.active, fan.speed [%]
            0, GPU-aaaa, NVIDIA H100 80GB HBM3, 93 %, 74003 MiB, 81559 MiB, 43, 412.73 W, 700.00 W, 1980 MHz, 0x0000000000000004, [N/A]
            1, GPU-bbbb, NVIDIA H100 80GB HBM3, [N/A], 494 MiB, 81559 MiB, [Not Supported], [N/A], [N/A], [Unknown Error], 0x0000000000000001, [N/A]
            """);

    assertThat(gpus.get(0))
        .isEqualTo(
            new Gpu(
                "GPU-aaaa",
                0,
                "NVIDIA H100 80GB HBM3",
                null,
                null,
                0.93,
                null,
                null,
                null,
                74_003 * MEBI,
                81_559 * MEBI,
                412.73,
                700.0,
                43.0,
                1_980_000_000L,
                null,
                Set.of(Throttle.SOFTWARE_POWER_CAP),
                null,
                null,
                null));
    assertThat(gpus.get(1).utilization()).isNull();
    assertThat(gpus.get(1).temperatureCelsius()).isNull();
    assertThat(gpus.get(1).powerWatts()).isNull();
    assertThat(gpus.get(1).smClockHz()).isNull();
    assertThat(gpus.get(1).throttling()).isEmpty();
    assertThat(gpus.get(1).memoryUsedBytes()).isEqualTo(494 * MEBI);
  }

  @Test
  void whatNvidiaSmiSaysWithoutATableIsNoGpu() {
    assertThat(NvidiaSmi.gpus("NVIDIA-SMI has failed because it couldn't communicate\n")).isEmpty();
    assertThat(NvidiaSmi.gpus("")).isEmpty();
    assertThat(NvidiaSmi.gpus("uuid, name\nNo devices were found\n").size()).isLessThan(2);
  }

  @Test
  void tgisComputeTypeNamesAsManyGpusAsShards() {
    assertThat(ComputeType.gpus("2-nvidia-a100-sxm4-80gb"))
        .hasSize(2)
        .allMatch(gpu -> "nvidia-a100-sxm4-80gb".equals(gpu.model()));
    assertThat(ComputeType.gpus("1-nvidia-h100-80fb-hbm3").get(0).model())
        .isEqualTo("nvidia-h100-80gb-hbm3");
    assertThat(ComputeType.gpus("gpu+optimized")).isEmpty();
    assertThat(ComputeType.gpus("999-x")).isEmpty();
    assertThat(ComputeType.gpus("")).isEmpty();
  }

  @Test
  void gpusAreJoinedByUuidThenPodThenProcessAndElseUnmatched() {
    GpuSource.Seen host =
        new GpuSource.Seen(
            List.of(gpu("GPU-a", "vllm-0"), gpu("GPU-b", "other")),
            Map.of("GPU-b", Set.of("1597", "llama-server")));

    GpuJoin byUuid = join(MonitoredServer.builder("http://h:1").gpuUuids("GPU-b"), host);
    GpuJoin byPod = join(MonitoredServer.builder("http://h:1").pod("vllm-0"), host);
    GpuJoin byName = join(MonitoredServer.builder("http://h:1").process("llama-server"), host);
    GpuJoin byId = join(MonitoredServer.builder("http://h:1").process("1597"), host);
    GpuJoin unmatched = join(MonitoredServer.builder("http://h:1"), host);
    GpuJoin missed = join(MonitoredServer.builder("http://h:1").pod("nobody"), host);

    assertThat(byUuid.match()).isEqualTo(GpuMatch.UUID);
    assertThat(byUuid.gpus()).extracting(Gpu::uuid).containsExactly("GPU-b");
    assertThat(byPod.match()).isEqualTo(GpuMatch.POD);
    assertThat(byPod.gpus()).extracting(Gpu::uuid).containsExactly("GPU-a");
    assertThat(byName.match()).isEqualTo(GpuMatch.PROCESS);
    assertThat(byName.gpus()).extracting(Gpu::uuid).containsExactly("GPU-b");
    assertThat(byId.gpus()).extracting(Gpu::uuid).containsExactly("GPU-b");
    assertThat(unmatched.match()).isEqualTo(GpuMatch.HOST);
    assertThat(unmatched.gpus()).hasSize(2);
    assertThat(missed.match()).isEqualTo(GpuMatch.HOST);
    assertThat(missed.problem())
        .isEqualTo("no GPU of the host is marked with the server's pod nobody");
  }

  @Test
  void theServersOwnUuidsChooseFromTheHostsGpus() {
    GpuSource.Seen host =
        new GpuSource.Seen(GpuPages.exporter(page(Pages.dcgm("hostname"))), Map.of());
    List<Gpu> own = GpuPages.triton(page(Pages.TRITON_TENSORRT_LLM));

    GpuJoin join = GpuJoin.of(MonitoredServer.at("http://h:1"), own, List.of(host));

    assertThat(join.match()).isEqualTo(GpuMatch.UUID);
    assertThat(join.gpus()).hasSize(1);
    assertThat(join.gpus().get(0).model()).isEqualTo("NVIDIA H100 80GB HBM3");
    assertThat(join.gpus().get(0).tensorActivity()).isEqualTo(0.25);
    assertThat(join.gpus().get(0).powerLimitWatts()).isEqualTo(700); // only Triton tells
  }

  private static GpuJoin join(MonitoredServer.Builder server, GpuSource.Seen host) {
    return GpuJoin.of(server.build(), List.of(), List.of(host));
  }

  private static Gpu gpu(String uuid, String pod) {
    Gpu.Builder gpu = new Gpu.Builder();
    gpu.uuid = uuid;
    gpu.pod = pod;
    return gpu.build();
  }

  private static Page page(String text) {
    return ServerPagesTest.parse(text);
  }
}
