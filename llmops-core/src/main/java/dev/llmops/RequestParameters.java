package dev.llmops;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, under the names of the OpenTelemetry GenAI conventions (2026-10).
 * Everything is absent unless the request named it: a provider's default is not a parameter.
 */
public final class RequestParameters {

  /** No parameter was named. */
  public static final RequestParameters NONE = new RequestParameters(new Builder());

  private final @Nullable Double temperature;
  private final @Nullable Double topP;
  private final @Nullable Long topK;
  private final @Nullable Long maxTokens;
  private final @Nullable Double presencePenalty;
  private final @Nullable Double frequencyPenalty;
  private final @Nullable Long seed;
  private final List<String> stopSequences;
  private final @Nullable Long choiceCount;
  private final @Nullable String outputType;
  private final @Nullable String reasoningLevel;
  private final List<String> encodingFormats;
  private final @Nullable Long embeddingDimensions;
  private final @Nullable String previousResponseId;
  private final @Nullable String serviceTier;
  private final @Nullable String apiType;

  private RequestParameters(Builder builder) {
    temperature = builder.temperature;
    topP = builder.topP;
    topK = builder.topK;
    maxTokens = builder.maxTokens;
    presencePenalty = builder.presencePenalty;
    frequencyPenalty = builder.frequencyPenalty;
    seed = builder.seed;
    stopSequences = builder.stopSequences;
    choiceCount = builder.choiceCount;
    outputType = builder.outputType;
    reasoningLevel = builder.reasoningLevel;
    encodingFormats = builder.encodingFormats;
    embeddingDimensions = builder.embeddingDimensions;
    previousResponseId = builder.previousResponseId;
    serviceTier = builder.serviceTier;
    apiType = builder.apiType;
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sampling temperature, unitless; most providers allow 0 to 2. */
  public @Nullable Double temperature() {
    return temperature;
  }

  /** Nucleus sampling: the probability mass that is kept, 0 to 1. */
  public @Nullable Double topP() {
    return topP;
  }

  /** How many of the likeliest tokens are kept. */
  public @Nullable Long topK() {
    return topK;
  }

  /** The most output tokens that the model may write. */
  public @Nullable Long maxTokens() {
    return maxTokens;
  }

  /** Presence penalty, unitless; OpenAI allows -2 to 2. */
  public @Nullable Double presencePenalty() {
    return presencePenalty;
  }

  /** Frequency penalty, unitless; OpenAI allows -2 to 2. */
  public @Nullable Double frequencyPenalty() {
    return frequencyPenalty;
  }

  /** Seed of the sampler. */
  public @Nullable Long seed() {
    return seed;
  }

  /** Texts at which the model stops; empty when none was given. */
  public List<String> stopSequences() {
    return stopSequences;
  }

  /** How many answers were asked for ({@code n}). */
  public @Nullable Long choiceCount() {
    return choiceCount;
  }

  /** {@code text}, {@code json}, {@code image} or {@code speech}. */
  public @Nullable String outputType() {
    return outputType;
  }

  /** The provider's reasoning effort or level, such as {@code low}. */
  public @Nullable String reasoningLevel() {
    return reasoningLevel;
  }

  /** Encodings asked for embeddings, such as {@code float}; empty when none was given. */
  public List<String> encodingFormats() {
    return encodingFormats;
  }

  /** How many dimensions an embedding shall have. */
  public @Nullable Long embeddingDimensions() {
    return embeddingDimensions;
  }

  /** The response that this request goes on from. */
  public @Nullable String previousResponseId() {
    return previousResponseId;
  }

  /** The service tier asked for, such as {@code flex}. */
  public @Nullable String serviceTier() {
    return serviceTier;
  }

  /** Which of a provider's interfaces was called: {@code chat_completions} or {@code responses}. */
  public @Nullable String apiType() {
    return apiType;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RequestParameters that
        && Objects.equals(temperature, that.temperature)
        && Objects.equals(topP, that.topP)
        && Objects.equals(topK, that.topK)
        && Objects.equals(maxTokens, that.maxTokens)
        && Objects.equals(presencePenalty, that.presencePenalty)
        && Objects.equals(frequencyPenalty, that.frequencyPenalty)
        && Objects.equals(seed, that.seed)
        && stopSequences.equals(that.stopSequences)
        && Objects.equals(choiceCount, that.choiceCount)
        && Objects.equals(outputType, that.outputType)
        && Objects.equals(reasoningLevel, that.reasoningLevel)
        && encodingFormats.equals(that.encodingFormats)
        && Objects.equals(embeddingDimensions, that.embeddingDimensions)
        && Objects.equals(previousResponseId, that.previousResponseId)
        && Objects.equals(serviceTier, that.serviceTier)
        && Objects.equals(apiType, that.apiType);
  }

  @Override
  public int hashCode() {
    return Objects.hash(temperature, topP, topK, maxTokens, seed, choiceCount, outputType, apiType);
  }

  /** Collects parameters; null unsets one. Not thread-safe. */
  public static final class Builder {
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Long topK;
    private @Nullable Long maxTokens;
    private @Nullable Double presencePenalty;
    private @Nullable Double frequencyPenalty;
    private @Nullable Long seed;
    private List<String> stopSequences = List.of();
    private @Nullable Long choiceCount;
    private @Nullable String outputType;
    private @Nullable String reasoningLevel;
    private List<String> encodingFormats = List.of();
    private @Nullable Long embeddingDimensions;
    private @Nullable String previousResponseId;
    private @Nullable String serviceTier;
    private @Nullable String apiType;

    private Builder() {}

    /** See {@link RequestParameters#temperature()}; a finite number. */
    public Builder temperature(@Nullable Double temperature) {
      this.temperature = finite(temperature, "temperature");
      return this;
    }

    /** See {@link RequestParameters#topP()}; a finite number. */
    public Builder topP(@Nullable Double topP) {
      this.topP = finite(topP, "topP");
      return this;
    }

    /** See {@link RequestParameters#topK()}. */
    public Builder topK(@Nullable Long topK) {
      this.topK = topK;
      return this;
    }

    /** See {@link RequestParameters#maxTokens()}. */
    public Builder maxTokens(@Nullable Long maxTokens) {
      this.maxTokens = maxTokens;
      return this;
    }

    /** See {@link RequestParameters#presencePenalty()}; a finite number. */
    public Builder presencePenalty(@Nullable Double presencePenalty) {
      this.presencePenalty = finite(presencePenalty, "presencePenalty");
      return this;
    }

    /** See {@link RequestParameters#frequencyPenalty()}; a finite number. */
    public Builder frequencyPenalty(@Nullable Double frequencyPenalty) {
      this.frequencyPenalty = finite(frequencyPenalty, "frequencyPenalty");
      return this;
    }

    /** See {@link RequestParameters#seed()}. */
    public Builder seed(@Nullable Long seed) {
      this.seed = seed;
      return this;
    }

    /** See {@link RequestParameters#stopSequences()}. */
    public Builder stopSequences(List<String> stopSequences) {
      this.stopSequences = Checks.copy(stopSequences, "stopSequences");
      return this;
    }

    /** See {@link RequestParameters#choiceCount()}. */
    public Builder choiceCount(@Nullable Long choiceCount) {
      this.choiceCount = choiceCount;
      return this;
    }

    /** See {@link RequestParameters#outputType()}. */
    public Builder outputType(@Nullable String outputType) {
      this.outputType = outputType;
      return this;
    }

    /** See {@link RequestParameters#reasoningLevel()}. */
    public Builder reasoningLevel(@Nullable String reasoningLevel) {
      this.reasoningLevel = reasoningLevel;
      return this;
    }

    /** See {@link RequestParameters#encodingFormats()}. */
    public Builder encodingFormats(List<String> encodingFormats) {
      this.encodingFormats = Checks.copy(encodingFormats, "encodingFormats");
      return this;
    }

    /** See {@link RequestParameters#embeddingDimensions()}. */
    public Builder embeddingDimensions(@Nullable Long embeddingDimensions) {
      this.embeddingDimensions = embeddingDimensions;
      return this;
    }

    /** See {@link RequestParameters#previousResponseId()}. */
    public Builder previousResponseId(@Nullable String previousResponseId) {
      this.previousResponseId = previousResponseId;
      return this;
    }

    /** See {@link RequestParameters#serviceTier()}. */
    public Builder serviceTier(@Nullable String serviceTier) {
      this.serviceTier = serviceTier;
      return this;
    }

    /** See {@link RequestParameters#apiType()}. */
    public Builder apiType(@Nullable String apiType) {
      this.apiType = apiType;
      return this;
    }

    /** The parameters as they stand. */
    public RequestParameters build() {
      return new RequestParameters(this);
    }

    private static @Nullable Double finite(@Nullable Double value, String field) {
      if (value != null) {
        Checks.finite(value, field);
      }
      return value;
    }
  }
}
