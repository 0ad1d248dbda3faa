package dev.llmops.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings that an evaluator is made with, read by type. Every read names a setting as known;
 * {@link #checkAllKnown()} refuses the rest, so that a misspelt setting is not silently a default.
 * Errors: {@link IllegalArgumentException} in the form {@code setting "n" of bleu must be …, but
 * was …}.
 */
public final class EvaluatorSettings {

  private final String evaluator;
  private final Map<String, String> values;
  private final Set<String> known = new TreeSet<>();

  /** The settings of the evaluator of this name. */
  public EvaluatorSettings(String evaluator, Map<String, String> values) {
    this.evaluator = evaluator;
    this.values = new TreeMap<>(values);
  }

  /** The settings as they were given. */
  public Map<String, String> values() {
    return Map.copyOf(values);
  }

  /** A text, or the default. */
  public String text(String name, String byDefault) {
    known.add(name);
    String value = values.get(name);
    return value == null ? byDefault : value;
  }

  /** A text, or null when not given. */
  public @Nullable String text(String name) {
    known.add(name);
    return values.get(name);
  }

  /** A text that must be given. */
  public String required(String name) {
    String value = text(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(
          "setting \"" + name + "\" of " + evaluator + " is missing; give it a value");
    }
    return value;
  }

  /** A list of texts separated by {@code |}; a {@code \|} is a bar. Empty when not given. */
  public List<String> list(String name) {
    String value = text(name);
    List<String> items = new ArrayList<>();
    if (value != null) {
      for (String item : value.split("(?<!\\\\)\\|", -1)) {
        items.add(item.replace("\\|", "|"));
      }
    }
    return items;
  }

  /** True or false, or the default. */
  public boolean flag(String name, boolean byDefault) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    if (value.equalsIgnoreCase("true")) {
      return true;
    }
    if (value.equalsIgnoreCase("false")) {
      return false;
    }
    throw wrong(name, "true or false", value);
  }

  /** A whole number between the bounds, or the default. */
  public int number(String name, int byDefault, int min, int max) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // the error below says what is allowed
    }
    throw wrong(name, "a whole number between " + min + " and " + max, value);
  }

  /** A number between the bounds, or the default. */
  public double decimal(String name, double byDefault, double min, double max) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    try {
      double number = Double.parseDouble(value.strip());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // the error below says what is allowed
    }
    throw wrong(name, "a number between " + min + " and " + max, value);
  }

  /** One of an enum's constants, written in lower case, or the default. */
  public <E extends Enum<E>> E choice(String name, E byDefault) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    List<String> allowed = new ArrayList<>();
    for (E constant : byDefault.getDeclaringClass().getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT);
      if (word.equals(value.strip().toLowerCase(Locale.ROOT))) {
        return constant;
      }
      allowed.add(word);
    }
    throw wrong(name, "one of " + String.join(", ", allowed), value);
  }

  /**
   * Refuses settings that nobody read.
   *
   * @throws IllegalArgumentException naming the first unknown setting and those that are known
   */
  public void checkAllKnown() {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "setting \""
                + name
                + "\" of "
                + evaluator
                + " is not known; known are "
                + (known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
  }

  private IllegalArgumentException wrong(String name, String allowed, String value) {
    return new IllegalArgumentException(
        "setting \""
            + name
            + "\" of "
            + evaluator
            + " must be "
            + allowed
            + ", but was \""
            + value
            + "\"");
  }
}
