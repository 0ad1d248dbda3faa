package dev.llmops;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which prompt template a request was made from.
 *
 * @param name the template's name, low cardinality
 * @param version its version, absent where the template has none
 * @param variables what was filled in; content, so it goes where content may go
 */
public record Prompt(String name, @Nullable String version, Map<String, String> variables) {

  /** Copies the variables. */
  public Prompt {
    Checks.notBlank(name, "name");
    variables = Checks.copy(variables, "variables");
  }

  /** A named template without a version. */
  public static Prompt of(String name) {
    return new Prompt(name, null, Map.of());
  }

  /** A named template of a version. */
  public static Prompt of(String name, String version) {
    return new Prompt(name, version, Map.of());
  }

  /** The same prompt with the values that were filled in. */
  public Prompt withVariables(Map<String, String> variables) {
    return new Prompt(name, version, variables);
  }
}
