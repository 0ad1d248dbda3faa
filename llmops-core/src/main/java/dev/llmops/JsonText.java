package dev.llmops;

import java.util.Objects;

/**
 * A JSON value as its raw text, exactly as it came or will go over the wire.
 *
 * <p>Nothing parses or checks it here: a model may write arguments that are not JSON, and the
 * record says what the model wrote. Parse it with the JSON library of your choice.
 *
 * @param text the raw text; may be empty, may be invalid JSON when a model wrote it
 */
public record JsonText(String text) {

  /** Checks for null only. */
  public JsonText {
    Objects.requireNonNull(text, "text must not be null");
  }

  /** The given raw text as it stands. */
  public static JsonText of(String text) {
    return new JsonText(text);
  }

  /** The raw text. */
  @Override
  public String toString() {
    return text;
  }
}
