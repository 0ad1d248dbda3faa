package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.CallError;
import org.jspecify.annotations.Nullable;

/** Names the errors of LangChain4j and of the clients below it. */
final class Failures {

  private static final int MAX_TYPE_CHARS = 100; // an error code is a metric label
  private static final int MAX_BODY_CHARS = 100_000;
  private static final int MAX_CAUSES = 16;

  private Failures() {}

  /**
   * The provider's code, else its type, where the error's text is the provider's JSON; else the
   * HTTP status; else the exception's class.
   */
  static CallError of(Throwable error) {
    Throwable cause = error;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
      Long status = Accessors.whole(cause, "statusCode"); // HttpException, and the vendors' own
      if (status != null && status >= 100 && status <= 599) {
        String type = code(cause.getMessage());
        if (type == null && status >= 400) {
          type = Long.toString(status);
        }
        CallError named = CallError.of(type == null ? error.getClass().getName() : type, error);
        return new CallError(
            named.type(), named.exceptionType(), named.message(), status.intValue());
      }
    }
    return CallError.of(error);
  }

  /** Whether the error is the other one, or was made of it. */
  static boolean comesFrom(Throwable error, Throwable other) {
    Throwable cause = error;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
      if (cause == other) {
        return true;
      }
    }
    return false;
  }

  /** {@code {"error": {"code": …, "type": …}}}, as OpenAI and those who follow it answer. */
  private static @Nullable String code(@Nullable String body) {
    if (body == null || body.length() > MAX_BODY_CHARS || !body.stripLeading().startsWith("{")) {
      return null;
    }
    try {
      JsonNode error = Json.MAPPER.readTree(body).path("error");
      String code = usable(error.path("code"));
      return code == null ? usable(error.path("type")) : code;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static @Nullable String usable(JsonNode value) {
    if (!value.isTextual() && !value.isIntegralNumber()) {
      return null;
    }
    String text = value.asText();
    return text.isBlank() || text.length() > MAX_TYPE_CHARS ? null : text;
  }
}
