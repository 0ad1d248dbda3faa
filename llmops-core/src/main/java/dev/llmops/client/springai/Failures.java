package dev.llmops.client.springai;

import dev.llmops.CallError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names the errors of Spring AI. */
final class Failures {

  /** How {@code spring-ai-retry} (1.1) writes the status of an answer that it gave up on. */
  private static final Pattern STATUS = Pattern.compile("\\A(?:HTTP )?([45]\\d\\d) - ");

  private Failures() {}

  /** The HTTP status where Spring AI tells it, else the exception's class. */
  static CallError of(Throwable error) {
    CallError plain = CallError.of(error);
    Integer status = status(error, plain.message());
    return status == null
        ? plain
        : new CallError(status.toString(), plain.exceptionType(), plain.message(), status);
  }

  private static @Nullable Integer status(Throwable error, @Nullable String message) {
    if (message == null
        || !error.getClass().getName().startsWith("org.springframework.ai.retry.")) {
      return null;
    }
    Matcher matcher = STATUS.matcher(message);
    return matcher.find() ? Integer.valueOf(matcher.group(1)) : null;
  }
}
