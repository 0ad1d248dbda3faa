package dev.llmops.cost;

import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Whose spending a budget holds apart. */
record BudgetKey(Kind kind, String tag) {

  static final BudgetKey ALL = new BudgetKey(Kind.ALL, "");
  static final BudgetKey USER = new BudgetKey(Kind.USER, "");
  static final BudgetKey CONVERSATION = new BudgetKey(Kind.CONVERSATION, "");
  static final BudgetKey MODEL = new BudgetKey(Kind.MODEL, "");

  private static final int MAX_CHARS = 256;

  enum Kind {
    ALL,
    USER,
    CONVERSATION,
    MODEL,
    TAG
  }

  static BudgetKey tag(String name) {
    return new BudgetKey(Kind.TAG, name);
  }

  /** What comes after the window's name. */
  String suffix() {
    return switch (kind) {
      case ALL -> "";
      case USER -> " per user";
      case CONVERSATION -> " per conversation";
      case MODEL -> " per model";
      case TAG -> " per tag " + tag;
    };
  }

  /** What is to be said of calls that told none. */
  String missing() {
    return switch (kind) {
      case USER -> "calls told no user and were not held to it (LlmContext.user).";
      case CONVERSATION ->
          "calls told no conversation and were not held to it (LlmContext.conversation).";
      case MODEL -> "calls named no model and were not held to it.";
      case ALL, TAG -> "calls had no such tag and were not held to it (LlmContext.tag).";
    };
  }

  /** The key of a call; absent when it tells none. The request's own wins over the context's. */
  @Nullable String of(LlmRequest request, LlmContext context) {
    String found =
        switch (kind) {
          case ALL -> null;
          case USER -> request.userId() != null ? request.userId() : context.userId();
          case CONVERSATION ->
              request.conversationId() != null
                  ? request.conversationId()
                  : context.conversationId();
          case MODEL -> request.model();
          case TAG -> {
            String own = request.tags().get(tag);
            yield own != null ? own : context.tags().get(tag);
          }
        };
    return found == null ? null : bounded(found);
  }

  /** Long ones are held as their SHA-256: they come from outside. */
  static String bounded(String key) {
    if (key.length() <= MAX_CHARS) {
      return key;
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
