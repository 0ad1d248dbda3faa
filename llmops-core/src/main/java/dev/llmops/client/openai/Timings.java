package dev.llmops.client.openai;

import com.openai.core.JsonNumber;
import com.openai.core.JsonObject;
import com.openai.core.JsonValue;
import com.openai.core.http.Headers;
import dev.llmops.server.ServerTiming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows the headers and the fields that the client does not know to {@link ServerTiming}, which
 * knows what servers that speak OpenAI's format put there.
 */
final class Timings {

  private static final String USAGE = "usage";

  private Timings() {}

  static ServerTiming.Headers headers(Headers headers) {
    return name -> {
      List<String> values = headers.values(name);
      return values.isEmpty() ? null : values.get(0);
    };
  }

  /**
   * A body by its unknown fields.
   *
   * @param top those of the answer or chunk itself
   * @param usage those of its usage, empty where there is none
   * @param outputTokens the one known field that timings are held against
   */
  static ServerTiming.Body body(
      Map<String, JsonValue> top, Map<String, JsonValue> usage, @Nullable Long outputTokens) {
    if (top.isEmpty() && usage.isEmpty()) {
      return ServerTiming.Body.NONE; // OpenAI's own answers
    }
    return (object, field) -> {
      if (object.isEmpty()) {
        return number(top, field);
      } else if (object.equals(USAGE)) {
        return field.endsWith("_tokens") ? outputTokens : number(usage, field);
      }
      if (object.indexOf('.') < 0) {
        return top.get(object) instanceof JsonObject found ? number(found.values(), field) : null;
      }
      Map<String, JsonValue> in = top;
      for (String name : object.split("\\.", -1)) {
        if (!(in.get(name) instanceof JsonObject found)) {
          return null;
        }
        in = found.values();
      }
      return number(in, field);
    };
  }

  /** Whether a chunk may tell timings: cheap, as most do not. */
  static boolean mayBeIn(Map<String, JsonValue> top) {
    return !top.isEmpty()
        && (top.containsKey("timings") || top.containsKey("metrics") || top.containsKey("x_groq"));
  }

  private static @Nullable Number number(Map<String, JsonValue> in, String field) {
    return in.get(field) instanceof JsonNumber number ? number.value() : null;
  }
}
