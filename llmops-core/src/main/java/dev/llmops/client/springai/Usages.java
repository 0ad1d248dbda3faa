package dev.llmops.client.springai;

import com.openai.models.completions.CompletionUsage;
import dev.llmops.TokenUsage;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.openai.api.OpenAiApi;

/**
 * Reads token counts. Spring AI writes an absent count as 0, so an input of 0 is taken as not
 * counted; parts that are more than their whole are left out. What a provider counts apart is added
 * up: the cache of Anthropic and of Bedrock, Gemini's thoughts. What only a provider's own type
 * tells is asked for by the names that Spring AI's modules (1.1.6 and 2.0.1) give it: none of them
 * need be there.
 */
final class Usages {

  /** Since Spring AI 2. */
  private static final @Nullable MethodHandle CACHE_READ =
      Features.getter(Usage.class, "getCacheReadInputTokens", Long.class);

  private static final @Nullable MethodHandle CACHE_WRITE =
      Features.getter(Usage.class, "getCacheWriteInputTokens", Long.class);

  private static final String ANTHROPIC = "org.springframework.ai.anthropic.api.AnthropicApi$Usage";
  private static final String ANTHROPIC_CLIENT = "com.anthropic.models.";
  private static final String BEDROCK =
      "software.amazon.awssdk.services.bedrockruntime.model.TokenUsage";
  private static final String GOOGLE =
      "org.springframework.ai.google.genai.metadata.GoogleGenAiUsage";

  /** Where 1.1's Anthropic keeps the client's answer, which tells its own usage in a loop too. */
  private static final String ANTHROPIC_ANSWER = "anthropic-response";

  private Usages() {}

  /**
   * What an answer, or a chunk of one, says.
   *
   * @param before what an answer in the same loop of tools told before; in it already, if this one
   *     is a sum
   */
  static TokenUsage of(ChatResponseMetadata answer, @Nullable Usage before) {
    return of(answer.getUsage(), before, answer);
  }

  /** What a usage says by itself. */
  static TokenUsage of(@Nullable Usage usage) {
    return of(usage, null, null);
  }

  private static TokenUsage of(
      @Nullable Usage usage, @Nullable Usage before, @Nullable ChatResponseMetadata answer) {
    if (usage == null) {
      return TokenUsage.NONE;
    }
    if (usage instanceof StoredUsage stored) {
      return withBedrocksCache(stored.recorded(), answer);
    }
    Counts counts = new Counts(count(usage.getPromptTokens()), count(usage.getCompletionTokens()));
    Object told = usage.getNativeUsage();
    String type = told == null ? "" : told.getClass().getName();
    boolean bedrock = type.equals(BEDROCK);
    if (before != null && (told == null || bedrock)) { // a sum
      Object own =
          answer == null ? null : Getters.value(answer.<Object>get(ANTHROPIC_ANSWER), "usage");
      if (own != null) {
        counts.ofAnthropic(own);
      } else {
        counts.input -= count(before.getPromptTokens());
        counts.output -= count(before.getCompletionTokens());
        if (counts.input < 0 || counts.output < 0) {
          return TokenUsage.NONE;
        }
      }
    } else if (told != null && bedrock) {
      counts.cacheBeside(
          Getters.count(told, "cacheReadInputTokens"),
          Getters.count(told, "cacheWriteInputTokens"));
    } else if (told != null && type.equals(ANTHROPIC)) {
      counts.ofAnthropic(told);
    } else if (type.startsWith(ANTHROPIC_CLIENT)) {
      counts.cacheBeside(
          told(Features.get(CACHE_READ, usage)), told(Features.get(CACHE_WRITE, usage)));
    } else {
      counts.cached = told(Features.get(CACHE_READ, usage));
      counts.written = told(Features.get(CACHE_WRITE, usage));
      // by name first: neither class need be there
      if (type.equals("org.springframework.ai.openai.api.OpenAiApi$Usage")) {
        counts.cached = OfSpring.cached(told);
        counts.reasoning = OfSpring.reasoning(told);
      } else if (type.equals("com.openai.models.completions.CompletionUsage")) {
        counts.cached = OfOpenAi.cached(told);
        counts.reasoning = OfOpenAi.reasoning(told);
      } else if (usage.getClass().getName().equals(GOOGLE)) {
        counts.cached = Getters.count(usage, "getCachedContentTokenCount");
        counts.thoughtsBeside(Getters.count(usage, "getThoughtsTokenCount"));
      }
    }
    return withBedrocksCache(counts.build(), answer);
  }

  /** The counts of embeddings, which have no output. */
  static TokenUsage ofInput(@Nullable Usage usage) {
    long input = usage == null ? 0 : count(usage.getPromptTokens());
    return input == 0 ? TokenUsage.NONE : TokenUsage.builder().inputTokens(input).build();
  }

  /**
   * Whole answers of Bedrock tell their own cache in the metadata, on 1.1 only there; what they
   * told in the usage as well is not added twice.
   */
  private static TokenUsage withBedrocksCache(
      TokenUsage usage, @Nullable ChatResponseMetadata answer) {
    if (answer == null
        || answer.isEmpty()
        || usage.inputTokens() == null
        || usage.cachedInputTokens() != null
        || usage.cacheWriteInputTokens() != null) {
      return usage;
    }
    Long read = told(answer.<Object>get("cacheReadInputTokens"));
    Long write = told(answer.<Object>get("cacheWriteInputTokens"));
    if (read == null && write == null) {
      return usage;
    }
    Long output = usage.outputTokens();
    Counts counts = new Counts(usage.inputTokens(), output == null ? 0 : output);
    counts.reasoning = usage.reasoningTokens();
    counts.cacheBeside(read, write);
    return counts.build();
  }

  private static long count(@Nullable Integer tokens) {
    return tokens == null || tokens < 0 ? 0 : tokens;
  }

  private static @Nullable Long told(@Nullable Object tokens) {
    return tokens instanceof Number number && number.longValue() >= 0
        ? Long.valueOf(number.longValue())
        : null;
  }

  /** The counts of one answer while they are put together. */
  private static final class Counts {
    long input;
    long output;
    @Nullable Long cached;
    @Nullable Long written;
    @Nullable Long reasoning;

    Counts(long input, long output) {
      this.input = input;
      this.output = output;
    }

    /** Of the usage of Spring AI 1.1's own Anthropic client. */
    void ofAnthropic(Object told) {
      input = orZero(Getters.count(told, "inputTokens"));
      output = orZero(Getters.count(told, "outputTokens"));
      cacheBeside(
          Getters.count(told, "cacheReadInputTokens"),
          Getters.count(told, "cacheCreationInputTokens"));
    }

    /** The tokens of the cache are not in the input yet. */
    void cacheBeside(@Nullable Long read, @Nullable Long write) {
      cached = read;
      written = write;
      input += orZero(read) + orZero(write);
    }

    /** The thoughts are not in the output yet. */
    void thoughtsBeside(@Nullable Long thoughts) {
      reasoning = thoughts;
      output += orZero(thoughts);
    }

    TokenUsage build() {
      if (input == 0 && output == 0) {
        return TokenUsage.NONE;
      }
      TokenUsage.Builder builder = TokenUsage.builder().outputTokens(output);
      if (input > 0) {
        builder.inputTokens(input);
      }
      if (cached != null && cached <= input) {
        builder.cachedInputTokens(cached);
      }
      if (written != null && written <= input) {
        builder.cacheWriteInputTokens(written);
      }
      if (reasoning != null && reasoning <= output) {
        builder.reasoningTokens(reasoning);
      }
      return builder.build();
    }

    private static long orZero(@Nullable Long count) {
      return count == null ? 0 : count;
    }
  }

  /** Getters of types that need not be on the class path. */
  private static final class Getters {

    /** A count that the holder's public method tells; null if it tells none. */
    static @Nullable Long count(Object holder, String getter) {
      return Usages.told(value(holder, getter));
    }

    static @Nullable Object value(@Nullable Object holder, String getter) {
      if (holder == null) {
        return null;
      }
      try {
        return holder.getClass().getMethod(getter).invoke(holder);
      } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
        return null;
      }
    }
  }

  /** The usage of Spring AI 1.1's own OpenAI client. */
  private static final class OfSpring {

    static @Nullable Long cached(@Nullable Object told) {
      return told instanceof OpenAiApi.Usage usage && usage.promptTokensDetails() != null
          ? told(usage.promptTokensDetails().cachedTokens())
          : null;
    }

    static @Nullable Long reasoning(@Nullable Object told) {
      return told instanceof OpenAiApi.Usage usage && usage.completionTokenDetails() != null
          ? told(usage.completionTokenDetails().reasoningTokens())
          : null;
    }
  }

  /** The usage of the official client, under Spring AI 2 and 1.1's module for it. */
  private static final class OfOpenAi {

    static @Nullable Long cached(@Nullable Object told) {
      try {
        return told instanceof CompletionUsage usage
            ? usage.promptTokensDetails().flatMap(part -> part.cachedTokens()).orElse(null)
            : null;
      } catch (RuntimeException e) { // the client checks what a server sent only when it is read
        return null;
      }
    }

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
