package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;

/** Tokens of providers that count them apart are added up, as the conventions have them. */
class SpringAiUsageTest {

  @Test
  void anthropicsCacheIsCountedBesideTheInput() {
    TokenUsage usage = Usages.of(ProviderUsages.anthropic(2000, 300, 1500, 400));

    assertThat(usage).isEqualTo(usage(2000 + 1500 + 400, 300, 1500L, 400L, null));
  }

  @Test
  void moreMayBeReadFromAnthropicsCacheThanIsNew() {
    TokenUsage usage = Usages.of(ProviderUsages.anthropic(2000, 300, 18_000, 0));

    assertThat(usage).isEqualTo(usage(2000 + 18_000, 300, 18_000L, 0L, null));
  }

  @Test
  void anthropicWithoutACacheHasNoneOfItsCounts() {
    TokenUsage usage = Usages.of(ProviderUsages.anthropic(2000, 300, null, null));

    assertThat(usage).isEqualTo(TokenUsage.of(2000, 300));
  }

  @Test
  void anthropicsStreamsCountLikewise() {
    TokenUsage usage = Usages.of(ProviderUsages.anthropicStream(2000, 300, 18_000, 400));

    assertThat(usage).isEqualTo(usage(2000 + 18_000 + 400, 300, 18_000L, 400L, null));
  }

  /** The sum has no counts of the cache; the metadata have the answer's own. */
  @Test
  void anAnswerInAnthropicsLoopOfToolsHasItsOwn() {
    Assumptions.assumeFalse(Models.TWO, "the models of Spring AI 2 have no loop");
    Usage before = ProviderUsages.anthropic(2000, 300, 1500, 400);
    Usage sum = new DefaultUsage(2000 + 50, 300 + 20, 2370);

    TokenUsage usage =
        Responses.chat(
                answer(sum, "anthropic-response", ProviderUsages.anthropicAnswer(50, 20, 3900, 0)),
                false,
                before)
            .usage();

    assertThat(usage).isEqualTo(usage(50 + 3900, 20, 3900L, 0L, null));
  }

  @Test
  void bedrockCountsAsAnthropicDoes() {
    TokenUsage usage = Usages.of(ProviderUsages.bedrock(2000, 300, 18_000, 400));

    assertThat(usage).isEqualTo(usage(2000 + 18_000 + 400, 300, 18_000L, 400L, null));
  }

  @Test
  void whereBedrockTellsItsCacheInTheMetadataOnly() {
    ChatResponse answer =
        answer(new DefaultUsage(2000, 300, 20_300), "cacheReadInputTokens", 18_000);

    TokenUsage usage = Responses.chat(answer, false, null).usage();
    TokenUsage replayed =
        Responses.chat(ChatCodec.INSTANCE.decode(ChatCodec.INSTANCE.encode(answer)), false, null)
            .usage();

    assertThat(usage).isEqualTo(usage(2000 + 18_000, 300, 18_000L, null, null));
    assertThat(replayed).isEqualTo(usage);
  }

  @Test
  void whatBedrockTellsTwiceIsAddedOnce() {
    ChatResponse answer =
        answer(ProviderUsages.bedrock(2000, 300, 18_000, 0), "cacheReadInputTokens", 18_000);

    TokenUsage usage = Responses.chat(answer, false, null).usage();
    TokenUsage replayed =
        Responses.chat(ChatCodec.INSTANCE.decode(ChatCodec.INSTANCE.encode(answer)), false, null)
            .usage();

    assertThat(usage).isEqualTo(usage(2000 + 18_000, 300, 18_000L, 0L, null));
    assertThat(replayed).isEqualTo(usage);
  }

  /** Its native usage is the sum as well; the metadata have the answer's own cache. */
  @Test
  void anAnswerInBedrocksLoopOfToolsHasItsOwn() {
    Usage before = ProviderUsages.bedrock(2000, 300, 0, 1000);
    Usage sum = ProviderUsages.bedrock(2000 + 50, 300 + 20, 1000, 1000);

    TokenUsage usage =
        Responses.chat(answer(sum, "cacheReadInputTokens", 1000), false, before).usage();

    assertThat(usage).isEqualTo(usage(50 + 1000, 20, 1000L, null, null));
  }

  @Test
  void geminisThoughtsAreCountedBesideTheCandidates() {
    TokenUsage usage = Usages.of(ProviderUsages.google(1000, 200, 700, 600));

    assertThat(usage).isEqualTo(usage(1000, 200 + 700, 600L, null, 700L));
  }

  @Test
  void theOfficialClientTellsWhatWasCached() {
    TokenUsage usage = Usages.of(ProviderUsages.openAiSdk(2310, 412, 1920, 256));

    assertThat(usage).isEqualTo(usage(2310, 412, 1920L, null, 256L));
  }

  @Test
  void whatIsNotToldStaysUnknown() {
    assertThat(Usages.of(new DefaultUsage(7, 3, 10))).isEqualTo(TokenUsage.of(7, 3));
    assertThat(Usages.of(new DefaultUsage(0, 0, 0))).isEqualTo(TokenUsage.NONE);
  }

  private static ChatResponse answer(Usage usage, String key, Object value) {
    return new ChatResponse(
        List.of(), ChatResponseMetadata.builder().usage(usage).keyValue(key, value).build());
  }

  private static TokenUsage usage(
      long input, long output, Long cached, Long written, Long reasoning) {
    TokenUsage.Builder usage = TokenUsage.builder().inputTokens(input).outputTokens(output);
    if (cached != null) {
      usage.cachedInputTokens(cached);
    }
    if (written != null) {
      usage.cacheWriteInputTokens(written);
    }
    if (reasoning != null) {
      usage.reasoningTokens(reasoning);
    }
    return usage.build();
  }
}
