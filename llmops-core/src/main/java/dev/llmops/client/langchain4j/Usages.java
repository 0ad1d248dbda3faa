package dev.llmops.client.langchain4j;

import dev.langchain4j.model.output.TokenUsage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads token counts. What only a provider's own type tells (cached, cache-writing and reasoning
 * tokens) is asked for by the names that LangChain4j's modules give it.
 */
final class Usages {

  private Usages() {}

  static dev.llmops.TokenUsage of(@Nullable TokenUsage usage) {
    if (usage == null) {
      return dev.llmops.TokenUsage.NONE;
    }
    if (usage instanceof StoredUsage stored) {
      return stored.recorded();
    }
    Long input = count(usage.inputTokenCount());
    Long output = count(usage.outputTokenCount());
    dev.llmops.TokenUsage.Builder into = dev.llmops.TokenUsage.builder();
    if (usage.getClass() != TokenUsage.class) {
      // OpenAI and those who follow it: parts of the totals
      Long cached = detail(Accessors.value(usage, "inputTokensDetails"), "cachedTokens");
      Long reasoning = detail(Accessors.value(usage, "outputTokensDetails"), "reasoningTokens");
      // Gemini: cached tokens are part of the input, thoughts are counted beside the output
      cached = cached == null ? detail(usage, "cachedContentTokenCount") : cached;
      Long thoughts = detail(usage, "thoughtsTokenCount");
      output = output == null ? thoughts : sum(output, thoughts); // an answer of thoughts only
      // Anthropic and Bedrock: counted beside the input
      Long read = detail(usage, "cacheReadInputTokens");
      Long write = detail(usage, "cacheCreationInputTokens");
      write = write == null ? detail(usage, "cacheWriteInputTokens") : write;
      input = sum(sum(input, read), write);

      set(cached == null ? read : cached, into::cachedInputTokens);
      set(write, into::cacheWriteInputTokens);
      set(reasoning == null ? thoughts : reasoning, into::reasoningTokens);
    }
    set(input, into::inputTokens);
    set(output, into::outputTokens);
    return into.build();
  }

  private static @Nullable Long detail(@Nullable Object holder, String name) {
    return count(Accessors.whole(holder, name));
  }

  /** Unknown where the total is; unchanged where the part is. */
  private static @Nullable Long sum(@Nullable Long total, @Nullable Long part) {
    return total == null || part == null ? total : Long.valueOf(total + part);
  }

  static void set(@Nullable Long count, LongConsumer into) {
    if (count != null) {
      into.accept(count);
    }
  }

  private static @Nullable Long count(@Nullable Number number) {
    return number == null || number.longValue() < 0 ? null : Long.valueOf(number.longValue());
  }
}
