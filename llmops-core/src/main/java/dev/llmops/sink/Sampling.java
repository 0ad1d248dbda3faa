package dev.llmops.sink;

import dev.llmops.LlmCall;
import dev.llmops.Outcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which calls a {@link SampledSink} keeps: a share of all traces, and beside it all calls that one
 * of the tail rules finds worth keeping. Immutable.
 *
 * @param rate the share of traces that is kept, 0 (only what a tail rule keeps) or 1.0E-9 to 1
 *     (everything); exact in the mean over many traces
 * @param keepErrors whether failed calls are always kept; a cancelled call has not failed
 * @param keepSlowerThan calls that took longer in all are always kept; absent for no such rule
 * @param keepDearerThan calls whose known cost in {@code currency} is higher are always kept;
 *     absent for no such rule
 * @param currency the ISO 4217 code that {@code keepDearerThan} is in, absent without it; a cost in
 *     another currency is not compared
 */
public record Sampling(
    double rate,
    boolean keepErrors,
    @Nullable Duration keepSlowerThan,
    @Nullable BigDecimal keepDearerThan,
    @Nullable String currency) {

  private static final double MIN_RATE = 1e-9;

  /** Checks the ranges. */
  public Sampling {
    if (rate != 0 && !(rate >= MIN_RATE && rate <= 1)) {
      throw new IllegalArgumentException(
          "rate must be 0 or between " + MIN_RATE + " and 1.0, but was " + rate);
    }
    if (keepSlowerThan != null && keepSlowerThan.isNegative()) {
      throw new IllegalArgumentException(
          "keepSlowerThan must not be negative, but was " + keepSlowerThan);
    }
    if (keepDearerThan != null && keepDearerThan.signum() < 0) {
      throw new IllegalArgumentException(
          "keepDearerThan must not be negative, but was " + keepDearerThan);
    }
    if ((keepDearerThan == null) != (currency == null)) {
      throw new IllegalArgumentException(
          "keepDearerThan and currency must be given together, but "
              + (currency == null ? "currency" : "keepDearerThan")
              + " is missing");
    }
    if (currency != null && currency.length() != 3) {
      throw new IllegalArgumentException(
          "currency must be an ISO 4217 code of three letters, but was \"" + currency + "\"");
    }
  }

  /** A share of all traces, 0 to 1, without tail rules. */
  public static Sampling ofRate(double rate) {
    return new Sampling(rate, false, null, null, null);
  }

  /** A builder that keeps nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether a tail rule keeps the call. */
  boolean alwaysKeeps(LlmCall call) {
    return (keepErrors && call.outcome() instanceof Outcome.Failed)
        || (keepSlowerThan != null && call.timing().total().compareTo(keepSlowerThan) > 0)
        || (keepDearerThan != null
            && call.cost() != null
            && call.cost().currency().equals(currency)
            && call.cost().amount().compareTo(keepDearerThan) > 0);
  }

  /** The settings for a person: {@code rate=0.1, errors, slower than PT5S}. */
  String describe() {
    StringBuilder text = new StringBuilder("rate=").append(rate);
    if (keepErrors) {
      text.append(", errors");
    }
    if (keepSlowerThan != null) {
      text.append(", slower than ").append(keepSlowerThan);
    }
    if (keepDearerThan != null) {
      text.append(", dearer than ").append(keepDearerThan).append(' ').append(currency);
    }
    return text.toString();
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private double rate;
    private boolean keepErrors;
    private @Nullable Duration keepSlowerThan;
    private @Nullable BigDecimal keepDearerThan;
    private @Nullable String currency;

    private Builder() {}

    /** See {@link Sampling#rate()}. */
    public Builder rate(double rate) {
      this.rate = rate;
      return this;
    }

    /** See {@link Sampling#keepErrors()}. */
    public Builder keepErrors(boolean keepErrors) {
      this.keepErrors = keepErrors;
      return this;
    }

    /** See {@link Sampling#keepSlowerThan()}. */
    public Builder keepSlowerThan(@Nullable Duration duration) {
      this.keepSlowerThan = duration;
      return this;
    }

    /**
     * See {@link Sampling#keepDearerThan()}.
     *
     * @param amount in units of the currency: {@code new BigDecimal("0.50")}
     * @param currency ISO 4217 code, such as {@code USD}
     */
    public Builder keepDearerThan(BigDecimal amount, String currency) {
      this.keepDearerThan = Objects.requireNonNull(amount, "amount must not be null");
      this.currency = currency.toUpperCase(Locale.ROOT);
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Sampling build() {
      return new Sampling(rate, keepErrors, keepSlowerThan, keepDearerThan, currency);
    }
  }
}
