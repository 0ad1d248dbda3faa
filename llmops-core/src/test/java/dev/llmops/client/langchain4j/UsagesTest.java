package dev.llmops.client.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.output.TokenUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the providers' own counts amount to. */
class UsagesTest {

  @Test
  void thoughtsAreOutput() {
    dev.llmops.TokenUsage read = Usages.of(new Gemini(10, 30, 2000));

    assertThat(read.inputTokens()).isEqualTo(10);
    assertThat(read.outputTokens()).isEqualTo(2030);
    assertThat(read.reasoningTokens()).isEqualTo(2000);
  }

  @Test
  void thoughtsAloneAreOutput() { // the limit was reached before the first word of an answer
    dev.llmops.TokenUsage read = Usages.of(new Gemini(10, null, 2000));

    assertThat(read.outputTokens()).isEqualTo(2000);
    assertThat(read.reasoningTokens()).isEqualTo(2000);
  }

  @Test
  void withoutBothOutputIsUnknown() {
    assertThat(Usages.of(new Gemini(10, null, null)).outputTokens()).isNull();
  }

  /** Names as in {@code GoogleAiGeminiTokenUsage}. */
  public static final class Gemini extends TokenUsage {
    private final @Nullable Integer thoughts;

    Gemini(Integer input, @Nullable Integer output, @Nullable Integer thoughts) {
      super(input, output);
      this.thoughts = thoughts;
    }

    public @Nullable Integer thoughtsTokenCount() {
      return thoughts;
    }
  }
}
