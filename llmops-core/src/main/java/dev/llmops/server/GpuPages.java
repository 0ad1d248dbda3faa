package dev.llmops.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads GPUs from the pages of dcgm-exporter, AMD's device-metrics-exporter and Triton. Units
 * become bytes, hertz and 0..1.
 */
final class GpuPages {

  private static final double MEBI = 1_048_576;
  private static final double MEGA = 1_000_000;
  private static final int MAX_GPUS = 256;

  /** Metrics and what each is: {@code target unit}. */
  private static final Map<String, String> DCGM =
      Map.ofEntries(
          Map.entry("DCGM_FI_DEV_SM_CLOCK", "smClock"),
          Map.entry("DCGM_FI_DEV_MEM_CLOCK", "memoryClock"),
          Map.entry("DCGM_FI_DEV_GPU_TEMP", "temperature"),
          Map.entry("DCGM_FI_DEV_POWER_USAGE", "power"),
          Map.entry("DCGM_FI_DEV_POWER_MGMT_LIMIT", "powerLimit"),
          Map.entry("DCGM_FI_DEV_GPU_UTIL", "utilPercent"),
          Map.entry("DCGM_FI_DEV_XID_ERRORS", "xid"),
          Map.entry("DCGM_FI_DEV_FB_FREE", "memoryFree"),
          Map.entry("DCGM_FI_DEV_FB_USED", "memoryUsed"),
          Map.entry("DCGM_FI_DEV_FB_RESERVED", "memoryReserved"),
          Map.entry("DCGM_FI_DEV_FB_TOTAL", "memoryTotal"),
          Map.entry("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "throttle"),
          Map.entry("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", "throttle"),
          Map.entry("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "engine"),
          Map.entry("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "tensor"),
          Map.entry("DCGM_FI_PROF_DRAM_ACTIVE", "dram"));

  private static final Map<String, String> AMD =
      Map.of(
          "gpu_gfx_activity", "utilPercent",
          "gpu_used_vram", "memoryUsed",
          "gpu_total_vram", "memoryTotal",
          "gpu_power_usage", "power",
          "gpu_package_power", "power",
          "gpu_edge_temperature", "temperature",
          "gpu_junction_temperature", "temperature");

  private static final Map<String, String> TRITON =
      Map.of(
          "nv_gpu_utilization", "util",
          "nv_gpu_memory_total_bytes", "memoryTotalBytes",
          "nv_gpu_memory_used_bytes", "memoryUsedBytes",
          "nv_gpu_power_usage", "power",
          "nv_gpu_power_limit", "powerLimit");

  static final Set<String> NAMES;

  static {
    Set<String> names = new java.util.HashSet<>(DCGM.keySet());
    names.addAll(AMD.keySet());
    names.addAll(TRITON.keySet());
    NAMES = Set.copyOf(names);
  }

  private GpuPages() {}

  /** The GPUs of an exporter's page, in its order; empty when it names none. */
  static List<Gpu> exporter(Page page) {
    List<Gpu> gpus = new ArrayList<>(read(page, DCGM));
    gpus.addAll(read(page, AMD));
    return gpus;
  }

  /** The GPUs on Triton's own page. */
  static List<Gpu> triton(Page page) {
    return read(page, TRITON);
  }

  private static List<Gpu> read(Page page, Map<String, String> metrics) {
    Map<String, Seen> seen = new LinkedHashMap<>();
    for (Page.Sample sample : page.samples()) {
      String target = metrics.get(sample.name());
      if (target == null || isBlank(sample.value())) {
        continue;
      }
      String uuid = first(sample, "UUID", "gpu_uuid", "uuid");
      String index = first(sample, "gpu", "gpu_id");
      if (uuid == null && index == null) {
        continue;
      }
      String slice = first(sample, "GPU_I_ID", "gpu_partition_id");
      String key = (uuid == null ? "#" + index : uuid) + "/" + slice;
      Seen gpu = seen.get(key);
      if (gpu == null) {
        if (seen.size() == MAX_GPUS) {
          continue;
        }
        gpu = new Seen();
        name(gpu.gpu, sample, uuid, index);
        seen.put(key, gpu);
      }
      gpu.set(target, sample.value());
    }
    return seen.values().stream().map(Seen::build).toList();
  }

  private static void name(
      Gpu.Builder gpu, Page.Sample sample, @Nullable String uuid, @Nullable String index) {
    gpu.uuid = uuid;
    gpu.index = index == null ? null : whole(index);
    gpu.model = first(sample, "modelName", "model_name", "card_series", "card_model");
    gpu.host = first(sample, "hostname", "Hostname"); // dcgm-exporter changed the case in 2026
    gpu.pod = first(sample, "pod", "pod_name");
    gpu.migProfile = first(sample, "GPU_I_PROFILE");
    gpu.migInstance = first(sample, "GPU_I_ID");
  }

  private static @Nullable String first(Page.Sample sample, String... labels) {
    for (String label : labels) {
      String value = Checks.text(sample.label(label));
      if (value != null && !value.startsWith("<<<")) { // DCGM's blank strings
        return value;
      }
    }
    return null;
  }

  private static @Nullable Integer whole(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * Whether DCGM means "blank", "not found", "not supported" or "not permitted" by a value
   * (dcgm_structs.h: DCGM_INT32_BLANK 0x7ffffff0, DCGM_FP64_BLANK 2^47, DCGM_INT64_BLANK
   * 0x7ffffffffffffff0, each followed by its kin).
   */
  static boolean isBlank(double value) {
    return value >= 140_737_488_355_328.0
        || (value >= 2_147_483_632.0 && value <= 2_147_483_647.0 && value == Math.rint(value));
  }

  /** A GPU while its lines come. */
  private static final class Seen {
    final Gpu.Builder gpu = new Gpu.Builder();
    double used = Double.NaN;
    double free = Double.NaN;
    double reserved;
    double total = Double.NaN;

    void set(String target, double value) {
      if (value < 0) {
        return;
      }
      switch (target) {
        case "smClock" -> gpu.smClockHz = Math.round(value * MEGA);
        case "memoryClock" -> gpu.memoryClockHz = Math.round(value * MEGA);
        case "temperature" -> gpu.temperatureCelsius = value;
        case "power" -> gpu.powerWatts = value;
        case "powerLimit" -> gpu.powerLimitWatts = value;
        case "utilPercent" -> gpu.utilization = value / 100;
        case "util" -> gpu.utilization = value;
        case "xid" -> gpu.lastXid = (int) value;
        case "memoryFree" -> free = value * MEBI;
        case "memoryUsed" -> used = value * MEBI;
        case "memoryReserved" -> reserved = value * MEBI;
        case "memoryTotal" -> total = value * MEBI;
        case "memoryUsedBytes" -> used = value;
        case "memoryTotalBytes" -> total = value;
        case "throttle" -> gpu.throttling = Gpu.Throttle.of((long) value);
        case "engine" -> gpu.engineActivity = value;
        case "tensor" -> gpu.tensorActivity = value;
        case "dram" -> gpu.dramActivity = value;
        default -> throw new IllegalStateException(target);
      }
    }

    Gpu build() {
      gpu.memoryUsedBytes = bytes(used);
      gpu.memoryTotalBytes = bytes(Double.isNaN(total) ? used + free + reserved : total);
      return gpu.build();
    }

    private static @Nullable Long bytes(double value) {
      return Double.isNaN(value) ? null : Long.valueOf(Math.round(value));
    }
  }
}
