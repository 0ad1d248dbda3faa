package dev.llmops.server;

/** Something could not be asked or read; the message is for a person and holds no secret. */
final class PageException extends RuntimeException {

  private static final int NONE = 0;

  private final int status;

  /** The server answered, but not with what was asked for. */
  PageException(String message) {
    this(message, 200);
  }

  private PageException(String message, int status) {
    super(message, null, false, false);
    this.status = status;
  }

  /** The server did not answer. */
  static PageException unanswered(String message) {
    return new PageException(message, NONE);
  }

  /** The server answered with another status than 200. */
  PageException(int status) {
    this("it answered with status " + status + hint(status), status);
  }

  /** Whether the server answered at all: another of its pages may then do better. */
  boolean isAnswered() {
    return status != NONE;
  }

  /** Whether another of the server's pages may be the one that is looked for. */
  boolean mayBeElsewhere() {
    return status == 200 || status == 404 || status == 405 || status == 501;
  }

  /** Whether it refused us. */
  boolean isRefused() {
    return status == 401 || status == 403;
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403, 407 -> "; it wants credentials (ServerMonitor.Builder.bearerToken, header)";
      case 404 -> ", so it has no such page; are its metrics switched on?";
      case 501 -> "; llama.cpp does so without --metrics";
      case 503 -> "; it is loading or overloaded";
      default -> "";
    };
  }
}
