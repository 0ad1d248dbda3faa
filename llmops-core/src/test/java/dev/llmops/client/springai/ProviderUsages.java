package dev.llmops.client.springai;

import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.openai.models.completions.CompletionUsage;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.anthropic.api.AnthropicApi;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.google.genai.metadata.GoogleGenAiUsage;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;

/**
 * Usages as the models of Spring AI 1.1.6 and 2.0.1 make them, of the providers' real types. Read
 * off {@code AnthropicChatModel.getDefaultUsage}, {@code BedrockProxyChatModel.toChatResponse},
 * {@code GoogleGenAiUsage.from} and {@code OpenAiSdkChatModel.getDefaultUsage}.
 */
final class ProviderUsages {

  private ProviderUsages() {}

  /** Anthropic counts what is read from and written to its cache beside the input. */
  static Usage anthropic(int input, int output, @Nullable Integer read, @Nullable Integer write) {
    return Models.TWO
        ? withCaches(input, output, AnthropicTwo.usage(input, output, read, write), read, write)
        : AnthropicOne.usage(input, output, read, write);
  }

  /** The same where a stream ends. */
  static Usage anthropicStream(int input, int output, int read, int write) {
    return Models.TWO
        ? withCaches(input, output, AnthropicTwo.delta(output, read, write), read, write)
        : AnthropicOne.usage(input, output, read, write);
  }

  /** The answer that Spring AI 1.1 keeps in the metadata of its own. */
  static Object anthropicAnswer(int input, int output, int read, int write) {
    return AnthropicOne.answer(input, output, read, write);
  }

  /** Bedrock counts as Anthropic does; its {@code TokenUsage} is told by 1.1's streams and by 2. */
  static Usage bedrock(int input, int output, int read, int write) {
    TokenUsage told =
        TokenUsage.builder()
            .inputTokens(input)
            .outputTokens(output)
            .totalTokens(input + output + read + write)
            .cacheReadInputTokens(read)
            .cacheWriteInputTokens(write)
            .build();
    return Models.TWO
        ? withCaches(input, output, told, read, write)
        : new DefaultUsage(input, output, input + output + read + write, told);
  }

  /** Gemini counts thoughts beside the candidates, cached tokens in the prompt. */
  static Usage google(int prompt, int candidates, int thoughts, int cached) {
    return GoogleGenAiUsage.from(
        GenerateContentResponseUsageMetadata.builder()
            .promptTokenCount(prompt)
            .candidatesTokenCount(candidates)
            .thoughtsTokenCount(thoughts)
            .cachedContentTokenCount(cached)
            .totalTokenCount(prompt + candidates + thoughts)
            .build());
  }

  /** The official client, under Spring AI 1.1's module for it. */
  static Usage openAiSdk(long prompt, long completion, long cached, long reasoning) {
    CompletionUsage told =
        CompletionUsage.builder()
            .promptTokens(prompt)
            .completionTokens(completion)
            .totalTokens(prompt + completion)
            .promptTokensDetails(
                CompletionUsage.PromptTokensDetails.builder().cachedTokens(cached).build())
            .completionTokensDetails(
                CompletionUsage.CompletionTokensDetails.builder()
                    .reasoningTokens(reasoning)
                    .build())
            .build();
    return new DefaultUsage((int) prompt, (int) completion, (int) (prompt + completion), told);
  }

  /** A constructor that only Spring AI 2 has. */
  private static Usage withCaches(
      int input, int output, Object told, @Nullable Integer read, @Nullable Integer write) {
    try {
      Constructor<DefaultUsage> made =
          DefaultUsage.class.getConstructor(
              Integer.class, Integer.class, Integer.class, Object.class, Long.class, Long.class);
      return made.newInstance(
          input,
          output,
          input + output,
          told,
          read == null ? null : Long.valueOf(read),
          write == null ? null : Long.valueOf(write));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class AnthropicOne {
    static Usage usage(int input, int output, @Nullable Integer read, @Nullable Integer write) {
      return new DefaultUsage(
          input, output, input + output, new AnthropicApi.Usage(input, output, write, read));
    }

    static Object answer(int input, int output, int read, int write) {
      return new AnthropicApi.ChatCompletionResponse(
          "msg_1",
          "message",
          AnthropicApi.Role.ASSISTANT,
          List.of(),
          "claude",
          "end_turn",
          null,
          new AnthropicApi.Usage(input, output, write, read),
          null);
    }
  }

  private static final class AnthropicTwo {
    static Object usage(int input, int output, @Nullable Integer read, @Nullable Integer write) {
      return com.anthropic.models.messages.Usage.builder()
          .inputTokens(input)
          .outputTokens(output)
          .cacheReadInputTokens(read == null ? null : Long.valueOf(read))
          .cacheCreationInputTokens(write == null ? null : Long.valueOf(write))
          .cacheCreation(Optional.empty())
          .inferenceGeo(Optional.empty())
          .outputTokensDetails(Optional.empty())
          .serverToolUse(Optional.empty())
          .serviceTier(Optional.empty())
          .build();
    }

    static Object delta(int output, int read, int write) {
      return com.anthropic.models.messages.MessageDeltaUsage.builder()
          .inputTokens(Optional.empty())
          .outputTokens(output)
          .cacheReadInputTokens(read)
          .cacheCreationInputTokens(write)
          .outputTokensDetails(Optional.empty())
          .serverToolUse(Optional.empty())
          .build();
    }
  }
}
