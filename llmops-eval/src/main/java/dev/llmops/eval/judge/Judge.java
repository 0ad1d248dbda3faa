package dev.llmops.eval.judge;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A judge's model and how it is asked. Immutable and thread-safe. All evaluators that are made with
 * one judge share its limit of calls at once.
 */
public final class Judge {

  /** The language that the rubric is written in; the texts that are judged may be in any. */
  public enum Language {
    /** English. */
    EN,
    /** Chinese. */
    ZH
  }

  private final JudgeModel model;
  private final Language language;
  private final @Nullable Double temperature;
  private final int repetitions;
  private final boolean weighted;
  private final int concurrency;
  private final Duration timeout;
  private final int maxChars;
  private final int maxClaims;
  private final Limiter limiter;

  private Judge(Builder builder) {
    model = builder.model;
    language = builder.language;
    temperature = builder.temperature;
    repetitions = builder.repetitions;
    weighted = builder.weighted;
    concurrency = builder.concurrency;
    timeout = builder.timeout;
    maxChars = builder.maxChars;
    maxClaims = builder.maxClaims;
    limiter = new Limiter(concurrency);
  }

  /** This model, asked once in English at temperature 0. */
  public static Judge of(JudgeModel model) {
    return builder(model).build();
  }

  /** A builder with the defaults of {@link #of}. */
  public static Builder builder(JudgeModel model) {
    return new Builder(model);
  }

  /** The model that is asked. */
  public JudgeModel model() {
    return model;
  }

  Language language() {
    return language;
  }

  @Nullable Double temperature() {
    return temperature;
  }

  int repetitions() {
    return repetitions;
  }

  boolean weighted() {
    return weighted;
  }

  int concurrency() {
    return concurrency;
  }

  Duration timeout() {
    return timeout;
  }

  int maxChars() {
    return maxChars;
  }

  int maxClaims() {
    return maxClaims;
  }

  Limiter limiter() {
    return limiter;
  }

  /** What changes verdicts: the model always, the rest where it is not the default. */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("model", model.name());
    if (language != Language.EN) {
      settings.put("language", "zh");
    }
    if (temperature == null || temperature != 0) {
      settings.put("temperature", temperature == null ? "server" : temperature.toString());
    }
    if (repetitions != 1) {
      settings.put("repetitions", Integer.toString(repetitions));
    }
    if (weighted) {
      settings.put("logprobs", "true");
    }
    return settings;
  }

  /** Collects how a judge is asked. Not thread-safe. */
  public static final class Builder {
    private final JudgeModel model;
    private Language language = Language.EN;
    private @Nullable Double temperature = 0.0;
    private int repetitions = 1;
    private boolean weighted;
    private int concurrency = 8;
    private Duration timeout = Duration.ofMinutes(2);
    private int maxChars = 200_000;
    private int maxClaims = 50;

    private Builder(JudgeModel model) {
      this.model = Objects.requireNonNull(model, "model must not be null");
    }

    /** The rubrics' language; English unless told. */
    public Builder language(Language language) {
      this.language = Objects.requireNonNull(language, "language must not be null");
      return this;
    }

    /** 0 to 2, 0 unless told; null sends none, for models that refuse the parameter. */
    public Builder temperature(@Nullable Double temperature) {
      if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
        throw new IllegalArgumentException(
            "temperature must be between 0.0 and 2.0, but was " + temperature);
      }
      this.temperature = temperature;
      return this;
    }

    /**
     * How often each question is put, 1 to 25; the verdict is the one given most often. A tie for
     * the most, or fewer than half of the answers readable, is Errored. Repeating at temperature 0
     * asks for the same answer again: raise the temperature.
     */
    public Builder repetitions(int repetitions) {
      this.repetitions = between("repetitions", repetitions, 1, 25);
      return this;
    }

    /**
     * Whether a score is the mean of the choices' values, weighted by the probability that the
     * model gave to each (Liu et al. 2023, G-Eval, section 2), where the server tells it. The
     * probability that no choice accounts for is reported, and the others are scaled up to 1.
     */
    public Builder weightedByLogprobs(boolean weighted) {
      this.weighted = weighted;
      return this;
    }

    /** How many calls run at once, 1 to 1000; 8 unless told. */
    public Builder concurrency(int concurrency) {
      this.concurrency = between("concurrency", concurrency, 1, 1000);
      return this;
    }

    /** How long one call may take with all its retries, above 0; 2 minutes unless told. */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("timeout must be above 0, but was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * How many characters of text one call may judge, 1 to 10,000,000; a longer case is Skipped.
     * 200,000 unless told, about 50,000 tokens of English.
     */
    public Builder maxChars(int maxChars) {
      this.maxChars = between("maxChars", maxChars, 1, 10_000_000);
      return this;
    }

    /** How many claims of one text are checked, each by a call; 1 to 1000, 50 unless told. */
    public Builder maxClaims(int maxClaims) {
      this.maxClaims = between("maxClaims", maxClaims, 1, 1000);
      return this;
    }

    /** The judge as it stands. */
    public Judge build() {
      return new Judge(this);
    }

    private static int between(String field, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            field + " must be between " + min + " and " + max + ", but was " + value);
      }
      return value;
    }
  }
}
