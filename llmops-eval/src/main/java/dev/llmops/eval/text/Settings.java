package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorSettings;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The settings that stand in a metric's signature, in the order they are read. */
final class Settings {

  private final Map<String, String> values = new TreeMap<>();

  private Settings() {}

  /** Starts with the mode and the implementation that it follows. */
  static Settings of(MetricMode mode, String implementation) {
    return new Settings()
        .with("mode", word(mode))
        .with("implementation", mode == MetricMode.REFERENCE ? implementation : "llmops 1");
  }

  Settings with(String name, Object value) {
    values.put(name, value instanceof Enum<?> constant ? word(constant) : String.valueOf(value));
    return this;
  }

  Settings with(MetricTokenizer tokenizer) {
    values.put("tokenizer", tokenizer.label());
    return this;
  }

  Map<String, String> values() {
    return values;
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Accepts the implementation of a signature, which cannot be chosen. */
  static void checkImplementation(EvaluatorSettings given, Map<String, String> values) {
    String implementation = given.text("implementation");
    if (implementation != null && !implementation.equals(values.get("implementation"))) {
      throw new IllegalArgumentException(
          "setting \"implementation\" must be \""
              + values.get("implementation")
              + "\" or left out, but was \""
              + implementation
              + "\"");
    }
  }
}
