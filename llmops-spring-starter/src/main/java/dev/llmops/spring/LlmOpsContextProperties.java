package dev.llmops.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code llmops.context}: what calls know about the request they are made in.
 *
 * @param conversationHeader The request header whose value is the conversation of the calls, such
 *     as X-Conversation-Id; none unless said.
 * @param conversationFromSession Whether calls of a request without that header are in the
 *     conversation of its HTTP session, whose id is hashed. Off unless said.
 * @param session Whether calls get the HTTP session's id, hashed. Off unless said.
 * @param user Whether calls get the security principal's name, hashed. Off unless said.
 * @param salt What users and sessions are hashed with: 16 characters or more, kept secret, the same
 *     on every instance. Unless said, one is made up for each run of the application.
 * @param tasks Whether tasks of the application's executors and schedulers have the context of
 *     whoever submitted them.
 */
@ConfigurationProperties("llmops.context")
record LlmOpsContextProperties(
    @Nullable String conversationHeader,
    @DefaultValue("false") boolean conversationFromSession,
    @DefaultValue("false") boolean session,
    @DefaultValue("false") boolean user,
    @Nullable String salt,
    @DefaultValue("true") boolean tasks) {

  private static final int MIN_SALT_CHARS = 16;

  LlmOpsContextProperties {
    conversationHeader =
        conversationHeader == null || conversationHeader.isBlank()
            ? null
            : conversationHeader.strip();
    if (conversationHeader != null
        && !conversationHeader.matches("[A-Za-z0-9!#$&'*.^_`|~+%-]{1,100}")) {
      throw new IllegalArgumentException(
          "llmops.context.conversation-header must be the name of an HTTP header such as"
              + " X-Conversation-Id, but has other characters or more than 100");
    }
    salt = salt == null || salt.isBlank() ? null : salt;
    if (salt != null && salt.length() < MIN_SALT_CHARS) {
      throw new IllegalArgumentException(
          "llmops.context.salt must be "
              + MIN_SALT_CHARS
              + " characters or more, but was "
              + salt.length());
    }
  }

  /** All but the salt. */
  @Override
  public String toString() {
    return "LlmOpsContextProperties[conversationHeader="
        + conversationHeader
        + ", conversationFromSession="
        + conversationFromSession
        + ", session="
        + session
        + ", user="
        + user
        + ", tasks="
        + tasks
        + "]";
  }
}
