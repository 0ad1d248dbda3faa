package dev.llmops;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a call took, as its provider counted them. A count that the provider did not give
 * is absent, never 0 and never guessed.
 *
 * <p>{@link #inputTokens()} includes the cached and the cache-writing ones, {@link #outputTokens()}
 * includes reasoning, as the OpenTelemetry GenAI conventions (2026-10) say; the parts are subsets
 * and must not be added to the totals. Providers that count apart (Anthropic's cache tokens,
 * Gemini's thoughts) are added up by their adapter.
 */
public final class TokenUsage {

  private static final long ABSENT = -1;

  /** Nothing was counted. */
  public static final TokenUsage NONE = new TokenUsage(new Builder());

  private final long input;
  private final long output;
  private final long cachedInput;
  private final long cacheWriteInput;
  private final long reasoning;
  private final List<ModalityUsage> modalities;

  private TokenUsage(Builder builder) {
    input = builder.input;
    output = builder.output;
    cachedInput = builder.cachedInput;
    cacheWriteInput = builder.cacheWriteInput;
    reasoning = builder.reasoning;
    modalities = builder.modalities;
  }

  /**
   * Input and output only.
   *
   * @param inputTokens 0 or more
   * @param outputTokens 0 or more
   * @throws IllegalArgumentException if one is negative
   */
  public static TokenUsage of(long inputTokens, long outputTokens) {
    return builder().inputTokens(inputTokens).outputTokens(outputTokens).build();
  }

  /** A builder with everything absent. */
  public static Builder builder() {
    return new Builder();
  }

  /** Tokens of the request, cached and cache-writing ones included. */
  public @Nullable Long inputTokens() {
    return boxed(input);
  }

  /** Tokens of the answer, reasoning included. */
  public @Nullable Long outputTokens() {
    return boxed(output);
  }

  /** Those of the input that were read from the provider's prompt cache. */
  public @Nullable Long cachedInputTokens() {
    return boxed(cachedInput);
  }

  /** Those of the input that were written to the provider's prompt cache. */
  public @Nullable Long cacheWriteInputTokens() {
    return boxed(cacheWriteInput);
  }

  /** Those of the output that the model spent on reasoning. */
  public @Nullable Long reasoningTokens() {
    return boxed(reasoning);
  }

  /** Input plus output, absent when one of them is. */
  public @Nullable Long totalTokens() {
    return input == ABSENT || output == ABSENT ? null : Long.valueOf(input + output);
  }

  /** The counts a modality, where the provider gives them; otherwise empty. */
  public List<ModalityUsage> modalities() {
    return modalities;
  }

  /** Whether nothing at all was counted. */
  public boolean isEmpty() {
    return input == ABSENT
        && output == ABSENT
        && cachedInput == ABSENT
        && cacheWriteInput == ABSENT
        && reasoning == ABSENT
        && modalities.isEmpty();
  }

  private static @Nullable Long boxed(long value) {
    return value == ABSENT ? null : Long.valueOf(value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenUsage that
        && input == that.input
        && output == that.output
        && cachedInput == that.cachedInput
        && cacheWriteInput == that.cacheWriteInput
        && reasoning == that.reasoning
        && modalities.equals(that.modalities);
  }

  @Override
  public int hashCode() {
    return Objects.hash(input, output, cachedInput, cacheWriteInput, reasoning, modalities);
  }

  @Override
  public String toString() {
    return "TokenUsage[input="
        + inputTokens()
        + ", output="
        + outputTokens()
        + ", cachedInput="
        + cachedInputTokens()
        + ", cacheWriteInput="
        + cacheWriteInputTokens()
        + ", reasoning="
        + reasoningTokens()
        + (modalities.isEmpty() ? "" : ", modalities=" + modalities)
        + "]";
  }

  /**
   * The tokens of one modality; absent where the provider gives no count.
   *
   * @param modality text, image or audio
   * @param inputTokens those of the request, cached ones included
   * @param outputTokens those of the answer
   * @param cachedInputTokens those read from the prompt cache
   */
  public record ModalityUsage(
      MessagePart.Modality modality,
      @Nullable Long inputTokens,
      @Nullable Long outputTokens,
      @Nullable Long cachedInputTokens) {

    /** Checks that nothing is negative. */
    public ModalityUsage {
      Objects.requireNonNull(modality, "modality must not be null");
      if (inputTokens != null) {
        Checks.notNegative(inputTokens, "inputTokens");
      }
      if (outputTokens != null) {
        Checks.notNegative(outputTokens, "outputTokens");
      }
      if (cachedInputTokens != null) {
        Checks.notNegative(cachedInputTokens, "cachedInputTokens");
      }
    }
  }

  /** Collects counts; each must be 0 or more, or the builder throws. Not thread-safe. */
  public static final class Builder {
    private long input = ABSENT;
    private long output = ABSENT;
    private long cachedInput = ABSENT;
    private long cacheWriteInput = ABSENT;
    private long reasoning = ABSENT;
    private List<ModalityUsage> modalities = List.of();

    private Builder() {}

    /** See {@link TokenUsage#inputTokens()}. */
    public Builder inputTokens(long inputTokens) {
      Checks.notNegative(inputTokens, "inputTokens");
      this.input = inputTokens;
      return this;
    }

    /** See {@link TokenUsage#outputTokens()}. */
    public Builder outputTokens(long outputTokens) {
      Checks.notNegative(outputTokens, "outputTokens");
      this.output = outputTokens;
      return this;
    }

    /** See {@link TokenUsage#cachedInputTokens()}. */
    public Builder cachedInputTokens(long cachedInputTokens) {
      Checks.notNegative(cachedInputTokens, "cachedInputTokens");
      this.cachedInput = cachedInputTokens;
      return this;
    }

    /** See {@link TokenUsage#cacheWriteInputTokens()}. */
    public Builder cacheWriteInputTokens(long cacheWriteInputTokens) {
      Checks.notNegative(cacheWriteInputTokens, "cacheWriteInputTokens");
      this.cacheWriteInput = cacheWriteInputTokens;
      return this;
    }

    /** See {@link TokenUsage#reasoningTokens()}. */
    public Builder reasoningTokens(long reasoningTokens) {
      Checks.notNegative(reasoningTokens, "reasoningTokens");
      this.reasoning = reasoningTokens;
      return this;
    }

    /** See {@link TokenUsage#modalities()}. */
    public Builder modalities(List<ModalityUsage> modalities) {
      this.modalities = Checks.copy(modalities, "modalities");
      return this;
    }

    /** The counts as they stand. */
    public TokenUsage build() {
      return new TokenUsage(this);
    }
  }
}
