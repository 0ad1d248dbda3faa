package dev.llmops.client.springai;

import dev.llmops.TokenUsage;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.Usage;

/**
 * The usage of a replayed answer: the counts as Spring AI had them, and what was recorded of the
 * provider's own, which does not come back.
 */
record StoredUsage(int prompt, int completion, int total, TokenUsage recorded) implements Usage {

  @Override
  public Integer getPromptTokens() {
    return prompt;
  }

  @Override
  public Integer getCompletionTokens() {
    return completion;
  }

  @Override
  public Integer getTotalTokens() {
    return total;
  }

  @Override
  @SuppressWarnings("NullAway") // as Spring AI's own usages without one
  public Object getNativeUsage() {
    return null;
  }

  /** Of Spring AI 2's interface. */
  public @Nullable Long getCacheReadInputTokens() {
    return recorded.cachedInputTokens();
  }

  /** Of Spring AI 2's interface. */
  public @Nullable Long getCacheWriteInputTokens() {
    return recorded.cacheWriteInputTokens();
  }
}
