package dev.llmops.otel;

import dev.llmops.server.Gpu;
import dev.llmops.server.ServerSnapshot;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What monitored servers and their GPUs are doing, observed when metrics are collected, from the
 * latest snapshots; nothing is asked for it. Of a pool each replica is observed. What is unknown or
 * too old has no point.
 */
final class ServerGauges implements AutoCloseable {

  private final Supplier<List<ServerSnapshot>> snapshots;
  private final ObservableLongMeasurement running;
  private final ObservableLongMeasurement waiting;
  private final ObservableDoubleMeasurement kvCache;
  private final ObservableDoubleMeasurement prefixHits;
  private final ObservableDoubleMeasurement preemptions;
  private final ObservableDoubleMeasurement promptTokens;
  private final ObservableDoubleMeasurement generationTokens;
  private final ObservableDoubleMeasurement utilization;
  private final ObservableLongMeasurement memoryUsed;
  private final ObservableLongMeasurement memoryLimit;
  private final ObservableDoubleMeasurement power;
  private final ObservableDoubleMeasurement temperature;
  private final ObservableDoubleMeasurement tensor;
  private final ObservableDoubleMeasurement dram;
  private final BatchCallback callback;

  ServerGauges(Meter meter, Supplier<List<ServerSnapshot>> snapshots) {
    this.snapshots = snapshots;
    running = longs(meter, ServerAttributes.RUNNING, "{request}", "Requests being computed.");
    waiting = longs(meter, ServerAttributes.WAITING, "{request}", "Requests in the queue.");
    kvCache =
        doubles(meter, ServerAttributes.KV_CACHE, "1", "The used part of the fullest KV cache.");
    prefixHits =
        doubles(
            meter,
            ServerAttributes.PREFIX_HITS,
            "1",
            "The part of looked-up prompt tokens that the prefix cache had.");
    preemptions =
        doubles(
            meter,
            ServerAttributes.PREEMPTIONS,
            "{preemption}/s",
            "Requests thrown out of the KV cache.");
    promptTokens =
        doubles(meter, ServerAttributes.PROMPT_TOKENS, "{token}/s", "Prompt tokens taken in.");
    generationTokens =
        doubles(
            meter,
            ServerAttributes.GENERATION_TOKENS,
            "{token}/s",
            "Tokens written, over all requests.");
    utilization =
        doubles(
            meter,
            ServerAttributes.HW_GPU_UTILIZATION,
            "1",
            "Part of the time in which any kernel ran.");
    memoryUsed =
        meter
            .upDownCounterBuilder(ServerAttributes.HW_GPU_MEMORY_USAGE)
            .setUnit("By")
            .setDescription("GPU memory in use.")
            .buildObserver();
    memoryLimit =
        meter
            .upDownCounterBuilder(ServerAttributes.HW_GPU_MEMORY_LIMIT)
            .setUnit("By")
            .setDescription("GPU memory that there is.")
            .buildObserver();
    power = doubles(meter, ServerAttributes.HW_POWER, "W", "Power that the component draws.");
    temperature =
        doubles(meter, ServerAttributes.HW_TEMPERATURE, "Cel", "Temperature of the component.");
    tensor =
        doubles(
            meter,
            ServerAttributes.GPU_TENSOR,
            "1",
            "Part of the cycles in which the tensor pipe was active.");
    dram =
        doubles(
            meter,
            ServerAttributes.GPU_DRAM,
            "1",
            "Part of the cycles in which device memory was read or written.");
    callback =
        meter.batchCallback(
            this::observe,
            running,
            waiting,
            kvCache,
            prefixHits,
            preemptions,
            promptTokens,
            generationTokens,
            utilization,
            memoryUsed,
            memoryLimit,
            power,
            temperature,
            tensor,
            dram);
  }

  /** Stops observing. */
  @Override
  public void close() {
    callback.close();
  }

  private void observe() {
    Set<String> servers = new HashSet<>();
    Set<String> gpus = new HashSet<>();
    for (ServerSnapshot each : snapshots.get()) {
      if (each.replicas().isEmpty()) {
        observe(each, servers, gpus);
      }
      for (ServerSnapshot replica : each.replicas()) {
        observe(replica, servers, gpus);
      }
    }
  }

  private void observe(ServerSnapshot server, Set<String> servers, Set<String> gpus) {
    if (!server.isKnown() || !servers.add(server.server())) { // a replica may be named by itself
      return;
    }
    Attributes labels = labels(server);
    record(running, server.load().running(), labels);
    record(waiting, server.load().waiting(), labels);
    record(kvCache, server.load().kvCacheUse(), labels);
    record(prefixHits, server.load().prefixCacheHitRate(), labels);
    record(preemptions, server.load().preemptionsPerSecond(), labels);
    record(promptTokens, server.load().promptTokensPerSecond(), labels);
    record(generationTokens, server.load().generationTokensPerSecond(), labels);
    for (Gpu gpu : server.gpus()) {
      String id = idOf(gpu);
      if (id != null && gpus.add(id)) { // servers of one host share its GPUs
        observe(gpu, id);
      }
    }
  }

  private void observe(Gpu gpu, String id) {
    AttributesBuilder builder = Attributes.builder().put(ServerAttributes.HW_ID, id);
    if (gpu.model() != null) {
      builder.put(ServerAttributes.HW_MODEL, CallTarget.cut(gpu.model()));
    }
    Attributes labels = builder.build();
    Attributes typed = builder.put(ServerAttributes.HW_TYPE, "gpu").build();
    record(utilization, gpu.utilization(), labels);
    record(memoryUsed, gpu.memoryUsedBytes(), labels);
    record(memoryLimit, gpu.memoryTotalBytes(), labels);
    record(power, gpu.powerWatts(), typed);
    record(temperature, gpu.temperatureCelsius(), typed);
    record(tensor, gpu.tensorActivity(), labels);
    record(dram, gpu.dramActivity(), labels);
  }

  /** Slices of one GPU share its UUID; without one, the number on its host will do. */
  private static @Nullable String idOf(Gpu gpu) {
    String id =
        gpu.uuid() != null
            ? gpu.uuid()
            : gpu.host() != null && gpu.index() != null ? gpu.host() + ":" + gpu.index() : null;
    return id == null
        ? null
        : CallTarget.cut(gpu.migInstance() == null ? id : id + "/" + gpu.migInstance());
  }

  private static Attributes labels(ServerSnapshot server) {
    AttributesBuilder labels = Attributes.builder();
    URI uri = URI.create(server.server());
    String host = uri.getHost();
    labels.put(GenAiAttributes.SERVER_ADDRESS, host == null ? server.server() : host);
    if (uri.getPort() > 0) {
      labels.put(GenAiAttributes.SERVER_PORT, (long) uri.getPort());
    }
    String kind = ServerAttributes.nameOf(server.info().kind());
    if (kind != null) {
      labels.put(ServerAttributes.KIND, kind);
    }
    return labels.build();
  }

  private static void record(
      ObservableLongMeasurement into, @Nullable Long value, Attributes labels) {
    if (value != null) {
      into.record(value, labels);
    }
  }

  private static void record(
      ObservableDoubleMeasurement into, @Nullable Double value, Attributes labels) {
    if (value != null) {
      into.record(value, labels);
    }
  }

  private static ObservableLongMeasurement longs(
      Meter meter, String name, String unit, String description) {
    return meter
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private static ObservableDoubleMeasurement doubles(
      Meter meter, String name, String unit, String description) {
    return meter.gaugeBuilder(name).setUnit(unit).setDescription(description).buildObserver();
  }
}
