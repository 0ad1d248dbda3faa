package dev.llmops.client.openai;

import com.openai.core.JsonNumber;
import com.openai.core.JsonObject;
import com.openai.core.JsonString;
import com.openai.core.JsonValue;
import com.openai.errors.OpenAIServiceException;
import dev.llmops.CallError;
import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Names the errors of the client. */
final class Failures {

  private static final int MAX_TYPE_CHARS = 100; // an error code is a metric label

  private Failures() {}

  /**
   * The provider's code, else its type, else the HTTP status of a failed request, else the
   * exception's class.
   */
  static CallError of(Throwable error) {
    if (!(error instanceof OpenAIServiceException failure)) {
      return CallError.of(error);
    }
    int status = failure.statusCode();
    String type = null;
    // not code() and type(): they throw when a server sends a number
    if (failure.body() instanceof JsonObject body) {
      type = name(body.values().get("code"));
      if (type == null) {
        type = name(body.values().get("type"));
      }
    }
    if (type == null && status >= 400) {
      type = Integer.toString(status);
    }
    CallError named = CallError.of(type == null ? error.getClass().getName() : type, error);
    return new CallError(named.type(), named.exceptionType(), named.message(), status);
  }

  /** An error that the provider reported inside an answer, if it has a name of any kind. */
  static CallError reported(
      @Nullable String code, @Nullable String type, @Nullable String message, String otherwise) {
    String name = usable(code) != null ? usable(code) : usable(type);
    return new CallError(name == null ? otherwise : name, null, message, null);
  }

  /** Ends a call with a future's error. */
  static void end(OpenCall call, Throwable error) {
    if (error instanceof CancellationException) {
      call.cancel(Outcome.Reason.CANCELLED);
    } else {
      call.fail(cause(error), Failures::of);
    }
  }

  /** What a future's error is about. */
  private static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  /** Lets a method throw what it got, declared or not. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException sneaky(Throwable error) throws E {
    throw (E) error;
  }

  private static @Nullable String name(@Nullable JsonValue value) {
    String text =
        value instanceof JsonString string
            ? string.value()
            : value instanceof JsonNumber number ? Long.toString(number.value().longValue()) : null;
    return usable(text);
  }

  private static @Nullable String usable(@Nullable String text) {
    return text == null || text.isBlank() || text.length() > MAX_TYPE_CHARS ? null : text;
  }
}
