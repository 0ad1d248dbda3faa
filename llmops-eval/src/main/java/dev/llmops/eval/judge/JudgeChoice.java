package dev.llmops.eval.judge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * One of the verdicts that a judge may give.
 *
 * @param name what the judge writes: letters, digits, {@code _} and {@code -}, at most 40. For
 *     log-probabilities to tell choices apart their names should begin differently
 * @param value the raw measure when it is chosen
 * @param meaning when to choose it, in words for the judge
 */
public record JudgeChoice(String name, double value, String meaning) {

  /** Checks the name and the value. */
  public JudgeChoice {
    if (!name.matches("[A-Za-z0-9_-]{1,40}")) {
      throw new IllegalArgumentException(
          "name of a choice must be 1 to 40 letters, digits, _ or -, but was \"" + name + "\"");
    }
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "value of choice " + name + " must be finite, but was " + value);
    }
    Objects.requireNonNull(meaning, "meaning must not be null");
  }

  /** Checks that a menu can be chosen from: two names at least, all different, two values. */
  static List<JudgeChoice> menu(List<JudgeChoice> choices) {
    Set<String> names = new HashSet<>();
    Set<Double> values = new HashSet<>();
    for (JudgeChoice each : choices) {
      if (!names.add(each.name().toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "choices must have different names, but \"" + each.name() + "\" is there twice");
      }
      values.add(each.value());
    }
    if (values.size() < 2) {
      throw new IllegalArgumentException(
          "choices must have at least 2 different values, but have " + values.size());
    }
    return List.copyOf(choices);
  }

  static List<String> names(List<JudgeChoice> choices) {
    List<String> names = new ArrayList<>(choices.size());
    choices.forEach(each -> names.add(each.name()));
    return names;
  }
}
