package dev.llmops.eval;

import java.util.Map;
import java.util.SortedSet;

/**
 * Makes run metrics by name and settings, as {@link Evaluators} makes evaluators. No run metric has
 * the name of an evaluator, so that one list of names can hold both.
 */
public final class RunMetrics {

  private RunMetrics() {}

  /**
   * The run metric of this name with its defaults.
   *
   * @throws IllegalArgumentException if there is none; lists the near ones
   */
  public static RunMetric byName(String name) {
    return byName(name, Map.of());
  }

  /**
   * The run metric of this name with these settings, which may be those of another one's spec.
   *
   * @throws IllegalArgumentException if there is none, or a setting is unknown or out of range
   */
  public static RunMetric byName(String name, Map<String, String> settings) {
    return Catalogue.RUN_METRICS.make(name, settings);
  }

  /** The names of all run metrics that can be made by name, in order. */
  public static SortedSet<String> names() {
    return Catalogue.RUN_METRICS.names();
  }
}
