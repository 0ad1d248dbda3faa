package dev.llmops;

import java.util.List;
import java.util.Map;

/**
 * What an {@link LlmOps} saw so far. Counts are since it was built and never decrease.
 *
 * @param enabled whether it records now
 * @param started calls that were issued
 * @param completed calls that ended well
 * @param failed calls that failed
 * @param cancelled calls whose caller left
 * @param steps steps that ended
 * @param scores scores that were given
 * @param withoutUsage completed calls whose provider counted no tokens
 * @param unpriced calls with usage but without a known price
 * @param unpricedModels which models those were, at most 20 names
 * @param swallowed what our own side threw, by place; the users' calls went on
 * @param observers what each observer did
 * @param sinks what each sink did
 */
public record OpsStats(
    boolean enabled,
    long started,
    long completed,
    long failed,
    long cancelled,
    long steps,
    long scores,
    long withoutUsage,
    long unpriced,
    List<String> unpricedModels,
    Map<String, Long> swallowed,
    List<ComponentStats> observers,
    List<ComponentStats> sinks) {

  /** Copies the lists. */
  public OpsStats {
    unpricedModels = List.copyOf(unpricedModels);
    swallowed = Checks.copy(swallowed, "swallowed");
    observers = List.copyOf(observers);
    sinks = List.copyOf(sinks);
  }

  /** Calls that ended, in whatever way. */
  public long ended() {
    return completed + failed + cancelled;
  }

  /** Calls that run now, or whose stream nobody closed: started − ended. */
  public long open() {
    return Math.max(0, started - ended());
  }
}
