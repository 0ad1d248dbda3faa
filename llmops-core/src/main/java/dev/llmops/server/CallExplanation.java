package dev.llmops.server;

import dev.llmops.LlmCall;
import dev.llmops.server.ServerSnapshot.GpuMatch;
import dev.llmops.server.ServerSnapshot.Match;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says in one line where a call's time went and what its server was doing. */
public final class CallExplanation {

  private CallExplanation() {}

  /**
   * See {@link LlmCall#explain()}.
   *
   * @param call which call
   */
  public static String of(LlmCall call) {
    TimeBreakdown time = TimeBreakdown.of(call);
    StringBuilder line = new StringBuilder(time.explain());
    ServerTiming told = call.serverTiming();
    if (told != null && told.untilAnswer() != null) {
      line.append("; the server began to answer after ")
          .append(millis(told.untilAnswer()))
          .append(" ms");
    }
    Duration consumer = call.timing().consumer();
    if (consumer != null
        && time.get(TimeBreakdown.Kind.CONSUMER) == null
        && consumer.toMillis() > 0) {
      line.append("; the consumer took ")
          .append(millis(consumer))
          .append(" ms, part of it while the server worked");
    }
    ServerFacts facts = call.server();
    if (facts != null) {
      ServerSnapshot start = facts.start();
      line.append("; ")
          .append(start.isKnown() ? atStart(start) : "server unknown: " + start.reason());
    }
    return line.toString();
  }

  private static String atStart(ServerSnapshot start) {
    List<String> facts = new ArrayList<>();
    ServerLoad most = start.load();
    ServerLoad least = start.least();
    String waiting = range(least.waiting(), most.waiting(), "", Function.identity());
    if (waiting != null) {
      facts.add(waiting + " waiting");
    }
    String running = range(least.running(), most.running(), "", Function.identity());
    if (running != null && waiting == null) {
      facts.add(running + " running");
    }
    String cache = range(least.kvCacheUse(), most.kvCacheUse(), " %", CallExplanation::percent);
    if (cache != null) {
      facts.add("KV cache " + cache);
    }
    String gpus = gpus(start);
    if (gpus != null) {
      facts.add(gpus);
    }
    String replicas = start.match() == Match.POOL ? " in a pool of " + start.replicas().size() : "";
    return "at start"
        + replicas
        + " "
        + (facts.isEmpty() ? "nothing is told of its load" : String.join(", ", facts));
  }

  private static @Nullable String gpus(ServerSnapshot start) {
    List<Gpu> gpus = start.gpus();
    String what = "tensor";
    List<Double> values = values(gpus, Gpu::tensorActivity);
    if (values.isEmpty()) {
      what = "utilisation"; // says less: some kernel ran, not how much of the chip did
      values = values(gpus, Gpu::utilization);
    }
    if (values.isEmpty()) {
      return null;
    }
    double min = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double max = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    String model =
        gpus.stream().map(gpu -> model(gpu.model())).distinct().count() == 1
            ? model(gpus.get(0).model())
            : "GPUs";
    return (gpus.size() > 1 ? gpus.size() + " " : "")
        + model
        + (start.gpuMatch() == GpuMatch.HOST ? " of the host, unmatched," : "")
        + " "
        + what
        + " "
        + range(min, max, " %", CallExplanation::percent);
  }

  private static List<Double> values(List<Gpu> gpus, Function<Gpu, @Nullable Double> field) {
    return gpus.stream().map(field).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  /** {@code NVIDIA H100 80GB HBM3} → {@code H100}, {@code nvidia-a100-sxm4-80gb} → {@code A100}. */
  private static String model(@Nullable String name) {
    if (name == null) {
      return "GPU";
    }
    String before = "";
    for (String word : name.split("[ -]", 12)) {
      if (word.chars().anyMatch(c -> c >= '0' && c <= '9')) {
        String model = word.toUpperCase(Locale.ROOT);
        return before.equalsIgnoreCase("RTX") ? "RTX " + model : model;
      }
      before = word;
    }
    return name;
  }

  private static <T> @Nullable String range(
      @Nullable T least, @Nullable T most, String unit, Function<T, Object> shown) {
    if (most == null) {
      return null;
    }
    String to = shown.apply(most).toString();
    String from = least == null ? to : shown.apply(least).toString();
    return (from.equals(to) ? to : from + "–" + to) + unit;
  }

  private static Object percent(Double share) {
    return Math.round(share * 100);
  }

  private static long millis(Duration duration) {
    return Math.round(duration.toNanos() / 1e6);
  }
}
