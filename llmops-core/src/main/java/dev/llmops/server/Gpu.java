package dev.llmops.server;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, or a slice of one, when its exporter was asked. Whatever is not exported, not supported or
 * marked as such ({@code [N/A]}, DCGM's blank values) is absent.
 *
 * <p>A utilisation of 0.99 is not saturation: it says that some kernel ran 99 % of the time. {@link
 * #tensorActivity()} and {@link #dramActivity()} say how much of the chip was at work.
 *
 * @param uuid as its vendor's tools write it
 * @param index its number on its host
 * @param model {@code NVIDIA H100 80GB HBM3}
 * @param host the host it is in, as its exporter names it
 * @param pod the Kubernetes pod that holds it
 * @param utilization part of the time in which any kernel ran, 0.0 to 1.0
 * @param engineActivity part of the time in which the graphics or compute engine was active, 0.0 to
 *     1.0; also of MIG slices
 * @param tensorActivity part of the cycles in which the tensor pipe was active, 0.0 to 1.0
 * @param dramActivity part of the cycles in which device memory was read or written, 0.0 to 1.0
 * @param memoryUsedBytes device memory in use
 * @param memoryTotalBytes device memory that there is, reserved memory included
 * @param powerWatts what it draws
 * @param powerLimitWatts what it may draw
 * @param temperatureCelsius of the chip
 * @param smClockHz of its multiprocessors
 * @param memoryClockHz of its memory
 * @param throttling what holds its clocks down; empty when nothing does, absent when not told
 * @param lastXid the last XID error since the driver was loaded, not a new one; 0 when there was
 *     none
 * @param migProfile the kind of MIG slice, such as {@code 1g.10gb}; absent when it is a whole GPU
 * @param migInstance the number of the MIG slice
 */
public record Gpu(
    @Nullable String uuid,
    @Nullable Integer index,
    @Nullable String model,
    @Nullable String host,
    @Nullable String pod,
    @Nullable Double utilization,
    @Nullable Double engineActivity,
    @Nullable Double tensorActivity,
    @Nullable Double dramActivity,
    @Nullable Long memoryUsedBytes,
    @Nullable Long memoryTotalBytes,
    @Nullable Double powerWatts,
    @Nullable Double powerLimitWatts,
    @Nullable Double temperatureCelsius,
    @Nullable Long smClockHz,
    @Nullable Long memoryClockHz,
    @Nullable Set<Throttle> throttling,
    @Nullable Integer lastXid,
    @Nullable String migProfile,
    @Nullable String migInstance) {

  /** Checks the ranges and copies the set. */
  public Gpu {
    Checks.share(utilization, "utilization");
    Checks.share(engineActivity, "engineActivity");
    Checks.share(tensorActivity, "tensorActivity");
    Checks.share(dramActivity, "dramActivity");
    throttling = throttling == null ? null : Set.copyOf(throttling);
  }

  /**
   * What holds the clocks of a GPU down: the bits of NVML's {@code nvmlClocksEventReasons} (NVML
   * API reference), but for idleness, which holds nothing down.
   */
  public enum Throttle {
    /** Somebody set the clocks of applications. */
    APPLICATION_CLOCKS(0x2),
    /** The driver keeps the power below its limit. */
    SOFTWARE_POWER_CAP(0x4),
    /** The hardware halved the clocks or worse: heat, power brake or a failing supply. */
    HARDWARE_SLOWDOWN(0x8),
    /** Kept in step with other GPUs of a group. */
    SYNC_BOOST(0x10),
    /** The driver keeps the temperature below its limit. */
    SOFTWARE_THERMAL(0x20),
    /** The hardware lowered the clocks for heat. */
    HARDWARE_THERMAL(0x40),
    /** The system asked for less power. */
    HARDWARE_POWER_BRAKE(0x80),
    /** A display limits the clocks. */
    DISPLAY_CLOCKS(0x100);

    private final long bit;

    Throttle(long bit) {
      this.bit = bit;
    }

    static Set<Throttle> of(long mask) {
      Set<Throttle> reasons = EnumSet.noneOf(Throttle.class);
      for (Throttle each : values()) {
        if ((mask & each.bit) != 0) {
          reasons.add(each);
        }
      }
      return reasons;
    }
  }

  /** This GPU, with what it does not know taken from another view of the same one. */
  Gpu or(Gpu other) {
    return new Gpu(
        either(uuid, other.uuid),
        either(index, other.index),
        either(model, other.model),
        either(host, other.host),
        either(pod, other.pod),
        either(utilization, other.utilization),
        either(engineActivity, other.engineActivity),
        either(tensorActivity, other.tensorActivity),
        either(dramActivity, other.dramActivity),
        either(memoryUsedBytes, other.memoryUsedBytes),
        either(memoryTotalBytes, other.memoryTotalBytes),
        either(powerWatts, other.powerWatts),
        either(powerLimitWatts, other.powerLimitWatts),
        either(temperatureCelsius, other.temperatureCelsius),
        either(smClockHz, other.smClockHz),
        either(memoryClockHz, other.memoryClockHz),
        either(throttling, other.throttling),
        either(lastXid, other.lastXid),
        either(migProfile, other.migProfile),
        either(migInstance, other.migInstance));
  }

  private static <T> @Nullable T either(@Nullable T a, @Nullable T b) {
    return a == null ? b : a;
  }

  /** Collects a GPU from the lines that speak of it; what is out of range is left out. */
  static final class Builder {
    @Nullable String uuid;
    @Nullable Integer index;
    @Nullable String model;
    @Nullable String host;
    @Nullable String pod;
    @Nullable Double utilization;
    @Nullable Double engineActivity;
    @Nullable Double tensorActivity;
    @Nullable Double dramActivity;
    @Nullable Long memoryUsedBytes;
    @Nullable Long memoryTotalBytes;
    @Nullable Double powerWatts;
    @Nullable Double powerLimitWatts;
    @Nullable Double temperatureCelsius;
    @Nullable Long smClockHz;
    @Nullable Long memoryClockHz;
    @Nullable Set<Throttle> throttling;
    @Nullable Integer lastXid;
    @Nullable String migProfile;
    @Nullable String migInstance;

    Gpu build() {
      return new Gpu(
          uuid,
          index,
          model,
          host,
          pod,
          inRange(utilization),
          inRange(engineActivity),
          inRange(tensorActivity),
          inRange(dramActivity),
          memoryUsedBytes,
          memoryTotalBytes,
          powerWatts,
          powerLimitWatts,
          temperatureCelsius,
          smClockHz,
          memoryClockHz,
          throttling,
          lastXid,
          migProfile,
          migInstance);
    }

    private static @Nullable Double inRange(@Nullable Double share) {
      return share != null && share >= 0 && share <= 1 ? share : null;
    }
  }

  /** Whether both speak of the same GPU or slice. */
  boolean isSameAs(Gpu other) {
    return uuid != null
        && uuid.equals(other.uuid)
        && Objects.equals(migInstance, other.migInstance);
  }
}
