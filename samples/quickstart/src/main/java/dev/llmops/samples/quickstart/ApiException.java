package dev.llmops.samples.quickstart;

import org.jspecify.annotations.Nullable;

/** A request that the server answers with an error, in the shape that OpenAI's API uses. */
final class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String param;
  private final @Nullable String code;

  private ApiException(int status, String message, @Nullable String param, @Nullable String code) {
    super(message);
    this.status = status;
    this.param = param;
    this.code = code;
  }

  static ApiException badRequest(String message, @Nullable String param) {
    return new ApiException(400, message, param, null);
  }

  static ApiException unsupported(String param, String message) {
    return new ApiException(400, message, param, "unsupported_parameter");
  }

  static ApiException tooLong(int tokens, int maxTokens) {
    return new ApiException(
        400,
        "messages must be at most "
            + maxTokens
            + " tokens long, but were "
            + tokens
            + "; send fewer or shorter messages",
        "messages",
        "context_length_exceeded");
  }

  static ApiException modelNotFound(@Nullable String model, String known) {
    return new ApiException(
        404,
        "model must be one of " + known + ", but was " + (model == null ? "absent" : "another one"),
        "model",
        "model_not_found");
  }

  static ApiException of(int status, String message) {
    return new ApiException(status, message, null, null);
  }

  int status() {
    return status;
  }

  String type() {
    return status >= 500 ? "server_error" : "invalid_request_error";
  }

  @Nullable String param() {
    return param;
  }

  @Nullable String code() {
    return code;
  }
}
