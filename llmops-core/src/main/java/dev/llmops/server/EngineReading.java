package dev.llmops.server;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one metrics page of an inference server says. A number that it does not say is NaN.
 *
 * @param kind whose page it is
 * @param counters what only rises while the process lives
 * @param models the models it names, in its order
 * @param engines copies of the engine behind the address, 0 when it does not say
 * @param gpus those it names itself
 */
record EngineReading(
    ServerKind kind,
    double running,
    double waiting,
    double kvCacheUse,
    double prefixCacheHitRate,
    double promptTokensPerSecond,
    double generationTokensPerSecond,
    double maxRequests,
    Counters counters,
    Set<String> models,
    int engines,
    List<Gpu> gpus) {

  /**
   * Counters of one page.
   *
   * @param prompt prompt tokens
   * @param generation tokens written
   * @param queries prompt tokens looked up in the prefix cache
   * @param hits those of them that were found
   * @param processStart when the process was started, by its own clock
   */
  record Counters(
      double prompt,
      double generation,
      double preemptions,
      double queries,
      double hits,
      double processStart) {

    /** Whether one of them is smaller than before, which no single process does. */
    boolean ranBackwardsSince(Counters before) {
      return prompt < before.prompt
          || generation < before.generation
          || preemptions < before.preemptions
          || queries < before.queries
          || hits < before.hits
          || processStart < before.processStart;
    }

    /** Whether the page says that the process is another, younger one. */
    boolean isRestartOf(Counters before) {
      return processStart > before.processStart;
    }
  }

  /**
   * Reads a page.
   *
   * @param named the kind that the configuration names; AUTO to find it out
   * @return null when the page is of no such server
   */
  static @Nullable EngineReading of(Page page, ServerKind named) {
    ServerKind kind = kindOf(page, named);
    if (kind == null) {
      return null;
    }
    EngineMetrics metrics = EngineMetrics.of(kind, page);
    Set<String> models = new LinkedHashSet<>(page.values(metrics.prefix(), metrics.modelLabel()));
    return new EngineReading(
        kind,
        notNegative(page.sum(metrics.running())),
        notNegative(page.sum(metrics.waiting())),
        share(page.max(metrics.kvCacheUse())),
        share(page.max(metrics.hitRate())),
        Double.NaN,
        notNegative(page.sum(metrics.generationRate())),
        notNegative(page.max(metrics.maxRequests())),
        new Counters(
            page.sum(metrics.prompt()),
            page.sum(metrics.generation()),
            page.sum(metrics.preemptions()),
            metrics.hitsAreApart()
                ? page.sum(metrics.queries()) + page.sum(metrics.hits())
                : page.sum(metrics.queries()),
            page.sum(metrics.hits()),
            page.max(EngineMetrics.PROCESS_START)),
        models,
        page.values(metrics.prefix(), "engine").size(),
        kind == ServerKind.TRITON ? GpuPages.triton(page) : List.of());
  }

  private static @Nullable ServerKind kindOf(Page page, ServerKind named) {
    ServerKind found = null;
    for (ServerKind each : ServerKind.values()) {
      if (found == null && !each.prefix().isEmpty() && page.hasPrefix(each.prefix())) {
        found = each == ServerKind.VLLM && page.ray() ? ServerKind.RAY_SERVE : each;
      }
    }
    if (named == ServerKind.AUTO || found == null || found == named) {
      return found;
    }
    // a NIM or a Ray agent may hand vLLM's own names through
    boolean vllm = found == ServerKind.VLLM || found == ServerKind.RAY_SERVE;
    return vllm
            && (named == ServerKind.NIM
                || named == ServerKind.RAY_SERVE
                || named == ServerKind.VLLM)
        ? named
        : null;
  }

  private static double notNegative(double value) {
    return value >= 0 ? value : Double.NaN;
  }

  /** A share that rounding put just above 1 is 1; anything further out is not a share. */
  private static double share(double value) {
    return value >= 0 && value <= 1.001 ? Math.min(1, value) : Double.NaN;
  }
}
