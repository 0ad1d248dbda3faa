package dev.llmops.spring;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

/**
 * Makes the {@link LlmContext} of a web request. Users and sessions are hashed with HMAC-SHA-256
 * under the salt and cut to 128 bits: a session's id is a key to the session, and must not be in a
 * trace. Thread-safe.
 */
final class RequestFacts implements AfterLlmOps {

  static final int MAX_CONVERSATION_CHARS = 256;
  static final String SESSION = "session";
  static final String USER = "user";

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
  private static final String HMAC = "HmacSHA256";
  private static final int HASH_BYTES = 16;
  private static final String ANONYMOUS =
      "org.springframework.security.authentication.AnonymousAuthenticationToken";

  private final LlmOpsContextProperties properties;
  private final SecretKeySpec key;
  private final AtomicBoolean refusalTold = new AtomicBoolean();
  private final Map<String, Unreadable> unreadable = new ConcurrentSkipListMap<>();

  /** How often it was, and what the first was thrown. */
  private record Unreadable(String cause, LongAdder requests) {}

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
    String hashed = session == null ? null : hash(SESSION, session);
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
      context.user(hash(USER, user));
    }
    return context.build();
  }

  /**
   * The name of whom security knows; null when there is none, it is blank, or it is Spring
   * Security's anonymous one, which all callers without a name share.
   */
  static @Nullable String name(@Nullable Principal principal) {
    if (principal == null) {
      return null;
    }
    for (Class<?> type = principal.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(ANONYMOUS)) {
        return null;
      }
    }
    String name = principal.getName();
    return StringUtils.hasText(name) ? name : null;
  }

  /** Counts, and tells once, that a request's session or user could not be read. */
  void unreadable(String what, Throwable thrown) {
    String cause = thrown.getClass().getName(); // a message may hold the session's id
    Unreadable first = new Unreadable(cause, new LongAdder());
    Unreadable before = unreadable.putIfAbsent(what, first);
    (before == null ? first : before).requests().increment();
    if (before == null) {
      log.warn(
          "a request's {} could not be read ({}), and is left out of its calls; others are left out"
              + " without a word",
          what,
          cause);
    }
  }

  @Override
  public void built(LlmOps ops) {}

  @Override
  public @Nullable String note() {
    return unreadable.isEmpty()
        ? null
        : unreadable.entrySet().stream()
            .map(
                each ->
                    "The "
                        + each.getKey()
                        + " of "
                        + each.getValue().requests()
                        + " requests could not be read ("
                        + each.getValue().cause()
                        + ").")
            .collect(Collectors.joining(" "));
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
