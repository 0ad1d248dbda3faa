package dev.llmops.client.springai;

import com.openai.models.completions.CompletionUsage;
import dev.llmops.TokenUsage;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.openai.api.OpenAiApi;

/**
 * Reads token counts. Spring AI writes an absent count as 0, so an input of 0 is taken as not
 * counted; parts that are more than their whole are left out.
 */
final class Usages {

  /** Since Spring AI 2. */
  private static final @Nullable MethodHandle CACHE_READ =
      Features.getter(Usage.class, "getCacheReadInputTokens", Long.class);

  private static final @Nullable MethodHandle CACHE_WRITE =
      Features.getter(Usage.class, "getCacheWriteInputTokens", Long.class);

  private Usages() {}

  /**
   * @param before what an answer in the same loop of tools told before; in it already, if this one
   *     is a sum
   */
  static TokenUsage of(@Nullable Usage usage, @Nullable Usage before) {
    if (usage == null) {
      return TokenUsage.NONE;
    }
    if (usage instanceof StoredUsage stored) {
      return stored.recorded();
    }
    long input = count(usage.getPromptTokens());
    long output = count(usage.getCompletionTokens());
    if (input == 0 && output == 0) {
      return TokenUsage.NONE;
    }
    Object told = usage.getNativeUsage();
    if (before != null && told == null) { // a sum: the provider's own object is lost in it
      input -= count(before.getPromptTokens());
      output -= count(before.getCompletionTokens());
      if (input < 0 || output < 0) {
        return TokenUsage.NONE;
      }
    }
    TokenUsage.Builder builder = TokenUsage.builder().outputTokens(output);
    if (input > 0) {
      builder.inputTokens(input);
    }
    if (before == null || told != null) {
      addParts(builder, usage, told, input, output);
    }
    return builder.build();
  }

  /** The counts of embeddings, which have no output. */
  static TokenUsage ofInput(@Nullable Usage usage) {
    long input = usage == null ? 0 : count(usage.getPromptTokens());
    return input == 0 ? TokenUsage.NONE : TokenUsage.builder().inputTokens(input).build();
  }

  private static void addParts(
      TokenUsage.Builder builder, Usage usage, @Nullable Object told, long input, long output) {
    Long cached = part(Features.get(CACHE_READ, usage), input);
    Long written = part(Features.get(CACHE_WRITE, usage), input);
    Long reasoning = null;
    String type = told == null ? "" : told.getClass().getName();
    // by name first: neither class need be there
    if (type.equals("org.springframework.ai.openai.api.OpenAiApi$Usage")) {
      cached = part(OfSpring.cached(told), input);
      reasoning = part(OfSpring.reasoning(told), output);
    } else if (type.equals("com.openai.models.completions.CompletionUsage")) {
      reasoning = part(OfOpenAi.reasoning(told), output);
    }
    if (cached != null) {
      builder.cachedInputTokens(cached);
    }
    if (written != null) {
      builder.cacheWriteInputTokens(written);
    }
    if (reasoning != null) {
      builder.reasoningTokens(reasoning);
    }
  }

  private static long count(@Nullable Integer tokens) {
    return tokens == null || tokens < 0 ? 0 : tokens;
  }

  private static @Nullable Long part(@Nullable Object tokens, long whole) {
    if (!(tokens instanceof Number number)) {
      return null;
    }
    long count = number.longValue();
    return count < 0 || count > whole ? null : Long.valueOf(count);
  }

  /** The usage of Spring AI 1.1's own OpenAI client. */
  private static final class OfSpring {

    static @Nullable Integer cached(@Nullable Object told) {
      return told instanceof OpenAiApi.Usage usage && usage.promptTokensDetails() != null
          ? usage.promptTokensDetails().cachedTokens()
          : null;
    }

    static @Nullable Integer reasoning(@Nullable Object told) {
      return told instanceof OpenAiApi.Usage usage && usage.completionTokenDetails() != null
          ? usage.completionTokenDetails().reasoningTokens()
          : null;
    }
  }

  /** The usage of the official client, under Spring AI 2. */
  private static final class OfOpenAi {

    static @Nullable Long reasoning(@Nullable Object told) {
      try {
        return told instanceof CompletionUsage usage
            ? usage.completionTokensDetails().flatMap(part -> part.reasoningTokens()).orElse(null)
            : null;
      } catch (RuntimeException e) { // the client checks what a server sent only when it is read
        return null;
      }
    }
  }
}
