package dev.llmops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a call or a step failed.
 *
 * @param type a low-cardinality name, fit for a metric label: the provider's error code ({@code
 *     rate_limit_exceeded}), a status code ({@code 503}), or the exception's class name
 * @param exceptionType the class name of the exception the caller got, absent when the provider
 *     told the failure inside a good answer
 * @param message what the exception or provider said; it can quote the prompt, so it is treated as
 *     content and reaches only consumers whose {@link ContentPolicy} keeps error messages
 * @param httpStatus the HTTP status, absent when not known
 */
public record CallError(
    String type,
    @Nullable String exceptionType,
    @Nullable String message,
    @Nullable Integer httpStatus) {

  /** Checks that the type is given. */
  public CallError {
    Checks.notBlank(type, "type");
  }

  /** An error named after the exception's class. */
  public static CallError of(Throwable error) {
    return of(error.getClass().getName(), error);
  }

  /** An error with a type of its own and the exception's class and message. */
  public static CallError of(String type, Throwable error) {
    Objects.requireNonNull(error, "error must not be null");
    return new CallError(type, error.getClass().getName(), safeMessage(error), null);
  }

  /** The same error without the message. */
  public CallError withoutMessage() {
    return message == null ? this : new CallError(type, exceptionType, null, httpStatus);
  }

  CallError withMessage(String newMessage) {
    return new CallError(type, exceptionType, newMessage, httpStatus);
  }

  private static @Nullable String safeMessage(Throwable error) {
    try {
      return error.getMessage();
    } catch (RuntimeException e) { // getMessage() can be overridden by anyone
      return null;
    }
  }
}
