package dev.llmops.eval;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an evaluator says about itself: enough to name it in a report, to make it again elsewhere,
 * and to plan a run.
 *
 * @param name its name in Java, properties, reports and telemetry: lower case with underscores
 * @param version of its definition; a change that changes numbers changes it
 * @param settings what it was made with, beside its defaults
 * @param scale the range and direction of its raw measure
 * @param needs what it needs of a case or from outside
 * @param costClass what running it costs
 */
public record EvaluatorSpec(
    String name,
    String version,
    Map<String, String> settings,
    Scale scale,
    Set<Need> needs,
    CostClass costClass) {

  /** What running an evaluator costs. */
  public enum CostClass {
    /** Microseconds of the processor. */
    FREE,
    /** A model in the process or on the machine: milliseconds. */
    LOCAL_MODEL,
    /** Calls of a model that somebody pays for. */
    PAID
  }

  /** Checks the name and copies the rest. */
  public EvaluatorSpec {
    if (!name.matches("[a-z][a-z0-9_]{0,63}")) {
      throw new IllegalArgumentException(
          "name must be lower case letters, digits and underscores, at most 64, but was \""
              + name
              + "\"");
    }
    Objects.requireNonNull(version, "version must not be null");
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    Objects.requireNonNull(scale, "scale must not be null");
    EnumSet<Need> copy = EnumSet.noneOf(Need.class);
    copy.addAll(needs);
    needs = Collections.unmodifiableSet(copy);
    Objects.requireNonNull(costClass, "costClass must not be null");
  }

  /** A free evaluator of version 1 with default settings. */
  public static EvaluatorSpec free(String name, Scale scale, Need... needs) {
    return new EvaluatorSpec(name, "1", Map.of(), scale, Set.of(needs), CostClass.FREE);
  }

  /** The same with other settings. */
  public EvaluatorSpec withSettings(Map<String, String> newSettings) {
    return new EvaluatorSpec(name, version, newSettings, scale, needs, costClass);
  }

  /** Name, version and settings in one line: {@code bleu@1{tokenizer=13a}}. */
  public String signature() {
    return name + "@" + version + (settings.isEmpty() ? "" : settings.toString());
  }
}
