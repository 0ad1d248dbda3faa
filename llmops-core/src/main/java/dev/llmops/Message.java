package dev.llmops;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation with a model: who speaks, and what is said in typed parts.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or a role
 *     of the provider's own such as {@code developer}
 * @param parts what is said, in order; may be empty (an assistant that only refused to speak)
 * @param name the participant's name where the provider has one
 */
public record Message(String role, List<MessagePart> parts, @Nullable String name) {

  /** Copies the parts. */
  public Message {
    Checks.notBlank(role, "role");
    parts = Checks.copy(parts, "parts");
  }

  /** Instructions to the model. */
  public static Message system(String text) {
    return of("system", new MessagePart.Text(text));
  }

  /** What the user says. */
  public static Message user(String text) {
    return of("user", new MessagePart.Text(text));
  }

  /** What the model said. */
  public static Message assistant(String text) {
    return of("assistant", new MessagePart.Text(text));
  }

  /** A tool's result that answers the tool call with this id. */
  public static Message tool(@Nullable String callId, String response) {
    return of("tool", new MessagePart.ToolResponse(callId, response));
  }

  /** A message of any role from parts. */
  public static Message of(String role, MessagePart... parts) {
    return new Message(role, List.of(parts), null);
  }

  /**
   * The text parts joined, without reasoning, refusals, tools or media; empty when there is none.
   */
  public String text() {
    String first = "";
    StringBuilder more = null;
    for (MessagePart part : parts) {
      if (part instanceof MessagePart.Text text) {
        if (more != null) {
          more.append(text.content());
        } else if (first.isEmpty()) {
          first = text.content();
        } else {
          more = new StringBuilder(first).append(text.content());
        }
      }
    }
    return more == null ? first : more.toString();
  }
}
