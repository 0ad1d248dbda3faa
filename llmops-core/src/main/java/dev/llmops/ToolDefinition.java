package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * A tool that the model may ask for.
 *
 * @param type {@code function}, or the provider's name of a tool of its own ({@code web_search})
 * @param name the tool's name
 * @param description what the tool is for, absent where none was given
 * @param parameters the JSON schema of the arguments, absent where none was given
 */
public record ToolDefinition(
    String type, String name, @Nullable String description, @Nullable JsonText parameters) {

  /** Checks the two names. */
  public ToolDefinition {
    Checks.notBlank(type, "type");
    Checks.notBlank(name, "name");
  }

  /** A function with its description and the JSON schema of its arguments. */
  public static ToolDefinition function(
      String name, @Nullable String description, @Nullable JsonText parameters) {
    return new ToolDefinition("function", name, description, parameters);
  }
}
