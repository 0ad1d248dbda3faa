package dev.llmops.spring;

import dev.llmops.LlmContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the {@link LlmContext} of a web request. Users and sessions are hashed with HMAC-SHA-256
 * under the salt and cut to 128 bits: a session's id is a key to the session, and must not be in a
 * trace. Thread-safe.
 */
final class RequestFacts {

  static final int MAX_CONVERSATION_CHARS = 256;

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
  private static final String HMAC = "HmacSHA256";
  private static final int HASH_BYTES = 16;

  private final LlmOpsContextProperties properties;
  private final SecretKeySpec key;
  private final AtomicBoolean refusalTold = new AtomicBoolean();

  RequestFacts(LlmOpsContextProperties properties) {
    this.properties = properties;
    byte[] salt;
    if (properties.salt() != null) {
      salt = properties.salt().getBytes(StandardCharsets.UTF_8);
    } else {
      salt = new byte[32];
      new SecureRandom().nextBytes(salt);
    }
    key = new SecretKeySpec(salt, HMAC);
  }

  /** The header of the conversation, null when none is read. */
  @Nullable String conversationHeader() {
    return properties.conversationHeader();
  }

  boolean readsSession() {
    return properties.session() || properties.conversationFromSession();
  }

  boolean readsUser() {
    return properties.user();
  }

  /** The current context with what is known; what is null or cannot be used is left as it is. */
  LlmContext context(
      @Nullable String conversation, @Nullable String session, @Nullable String user) {
    LlmContext.Builder context = LlmContext.extend();
    String hashed = session == null ? null : hash("session", session);
    if (properties.session() && hashed != null) {
      context.session(hashed);
    }
    if (properties.conversationFromSession() && hashed != null) {
      context.conversation(hashed);
    }
    if (conversation != null && !conversation.isBlank()) {
      if (isUsable(conversation)) {
        context.conversation(conversation);
      } else if (refusalTold.compareAndSet(false, true)) {
        log.warn(
            "a request's {} was left out: it must have at most {} printable characters; others are"
                + " left out without a word",
            properties.conversationHeader(),
            MAX_CONVERSATION_CHARS);
      }
    }
    if (user != null) {
      context.user(hash("user", user));
    }
    return context.build();
  }

  /** Whether it may be the id of a conversation. */
  static boolean isUsable(String conversation) {
    return !conversation.isBlank()
        && conversation.length() <= MAX_CONVERSATION_CHARS
        && conversation.chars().noneMatch(Character::isISOControl);
  }

  /** 32 hexadecimal digits. */
  String hash(String kind, String value) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      byte[] hash = mac.doFinal((kind + ":" + value).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
