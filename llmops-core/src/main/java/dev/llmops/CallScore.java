package dev.llmops;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A judgement of a call or step: by a user, an evaluator or the application. Immutable.
 *
 * <p>It names its target by {@link #ref()}, or by {@link #key()}, an id of the application's own
 * that it also put on the call as a tag.
 */
public final class CallScore implements LlmRecord {

  private final @Nullable CallRef ref;
  private final @Nullable String key;
  private final String name;
  private final @Nullable Double value;
  private final @Nullable String label;
  private final @Nullable String explanation;
  private final String source;
  private final @Nullable String responseId;
  private final @Nullable String errorType;
  private final @Nullable Instant time;
  private final double weight;

  private CallScore(Builder builder) {
    ref = builder.ref;
    key = builder.key;
    name = builder.name;
    value = builder.value;
    label = builder.label;
    explanation = builder.explanation;
    source = builder.source;
    responseId = builder.responseId;
    errorType = builder.errorType;
    time = builder.time;
    weight = builder.weight;
  }

  /** A score of the call or step with this reference. */
  public static Builder of(CallRef ref, String name) {
    Builder builder = new Builder(name);
    builder.ref = Objects.requireNonNull(ref, "ref must not be null");
    return builder;
  }

  /** A score of whatever the application knows under this key. */
  public static Builder ofKey(String key, String name) {
    Builder builder = new Builder(name);
    builder.key = Checks.notBlank(key, "key");
    return builder;
  }

  /** The call or step, absent when named by {@link #key()}. */
  public @Nullable CallRef ref() {
    return ref;
  }

  /** The application's own id of the target, absent when named by {@link #ref()}. */
  public @Nullable String key() {
    return key;
  }

  /** What was judged: {@code user_feedback}, {@code faithfulness}; low cardinality. */
  public String name() {
    return name;
  }

  /** The goodness, 0.0 (worst) to 1.0 (best); absent when there is only a label or an error. */
  public @Nullable Double value() {
    return value;
  }

  /** A word for the score, such as {@code pass}; low cardinality. */
  public @Nullable String label() {
    return label;
  }

  /** Why; content, as it may quote the answer. */
  public @Nullable String explanation() {
    return explanation;
  }

  /** Who judged: {@code user}, {@code application}, {@code evaluator}, or a name of your own. */
  public String source() {
    return source;
  }

  /** The provider's id of the judged response, where the score was made beside it. */
  public @Nullable String responseId() {
    return responseId;
  }

  /** Why there is no value: the low-cardinality type of the evaluator's failure. */
  public @Nullable String errorType() {
    return errorType;
  }

  /** When the judgement was made; {@link LlmOps#score} fills it in when absent. */
  public @Nullable Instant time() {
    return time;
  }

  /** How many calls the judged one stands for after sampling, 1 or more. */
  public double weight() {
    return weight;
  }

  /** A builder that starts from this score. */
  public Builder toBuilder() {
    Builder builder = new Builder(name);
    builder.ref = ref;
    builder.key = key;
    builder.value = value;
    builder.label = label;
    builder.explanation = explanation;
    builder.source = source;
    builder.responseId = responseId;
    builder.errorType = errorType;
    builder.time = time;
    builder.weight = weight;
    return builder;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallScore that
        && Objects.equals(ref, that.ref)
        && Objects.equals(key, that.key)
        && name.equals(that.name)
        && Objects.equals(value, that.value)
        && Objects.equals(label, that.label)
        && Objects.equals(explanation, that.explanation)
        && source.equals(that.source)
        && Objects.equals(responseId, that.responseId)
        && Objects.equals(errorType, that.errorType)
        && Objects.equals(time, that.time)
        && weight == that.weight;
  }

  @Override
  public int hashCode() {
    return Objects.hash(ref, key, name, value, label, source, time);
  }

  /** Target, name and value; never the explanation. */
  @Override
  public String toString() {
    return "CallScore[" + (ref != null ? ref : key) + " " + name + "=" + value + " " + label + "]";
  }

  /** Collects a score. Not thread-safe. */
  public static final class Builder {
    private @Nullable CallRef ref;
    private @Nullable String key;
    private final String name;
    private @Nullable Double value;
    private @Nullable String label;
    private @Nullable String explanation;
    private String source = "application";
    private @Nullable String responseId;
    private @Nullable String errorType;
    private @Nullable Instant time;
    private double weight = 1;

    private Builder(String name) {
      this.name = Checks.notBlank(name, "name");
    }

    /**
     * See {@link CallScore#value()}.
     *
     * @throws IllegalArgumentException if it is not between 0.0 and 1.0
     */
    public Builder value(@Nullable Double value) {
      if (value != null && !(value >= 0.0 && value <= 1.0)) {
        throw new IllegalArgumentException(
            "score must be between 0.0 (worst) and 1.0 (best), but was "
                + value
                + "; scale a raw measure before scoring");
      }
      this.value = value;
      return this;
    }

    /** See {@link CallScore#label()}. */
    public Builder label(@Nullable String label) {
      this.label = label;
      return this;
    }

    /** See {@link CallScore#explanation()}. */
    public Builder explanation(@Nullable String explanation) {
      this.explanation = explanation;
      return this;
    }

    /** See {@link CallScore#source()}; {@code application} unless said. */
    public Builder source(String source) {
      this.source = Checks.notBlank(source, "source");
      return this;
    }

    /** See {@link CallScore#responseId()}. */
    public Builder responseId(@Nullable String responseId) {
      this.responseId = responseId;
      return this;
    }

    /** See {@link CallScore#errorType()}. */
    public Builder errorType(@Nullable String errorType) {
      this.errorType = errorType;
      return this;
    }

    /** See {@link CallScore#time()}. */
    public Builder time(@Nullable Instant time) {
      this.time = time;
      return this;
    }

    /** See {@link CallScore#weight()}; a finite number of at least 1. */
    public Builder weight(double weight) {
      if (!(weight >= 1) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "weight must be a finite number of at least 1, but was " + weight);
      }
      this.weight = weight;
      return this;
    }

    /**
     * The score as it stands.
     *
     * @throws IllegalArgumentException if it has neither a value, a label nor an error
     */
    public CallScore build() {
      if (value == null && label == null && errorType == null) {
        throw new IllegalArgumentException(
            "score \"" + name + "\" must have a value, a label or an errorType, but has none");
      }
      return new CallScore(this);
    }
  }
}
