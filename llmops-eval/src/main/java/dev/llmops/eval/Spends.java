package dev.llmops.eval;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult.Spend;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds up what several evaluations spent; what one did not know, the sum does not know. */
final class Spends {

  private Spends() {}

  static Spend sum(List<EvalResult> results) {
    Spend sum = Spend.NONE;
    for (EvalResult result : results) {
      sum = sum(sum, result.spend());
    }
    return sum;
  }

  static Spend sum(Spend one, Spend other) {
    if (one.equals(Spend.NONE)) {
      return other;
    }
    if (other.equals(Spend.NONE)) {
      return one;
    }
    return new Spend(
        one.calls() + other.calls(),
        usage(one.usage(), other.usage()),
        cost(one.cost(), other.cost()),
        time(one.time(), other.time()));
  }

  private static TokenUsage usage(TokenUsage one, TokenUsage other) {
    Long oneIn = one.inputTokens();
    Long oneOut = one.outputTokens();
    Long otherIn = other.inputTokens();
    Long otherOut = other.outputTokens();
    return oneIn == null || oneOut == null || otherIn == null || otherOut == null
        ? TokenUsage.NONE
        : TokenUsage.of(oneIn + otherIn, oneOut + otherOut);
  }

  private static @Nullable Cost cost(@Nullable Cost one, @Nullable Cost other) {
    if (one == null || other == null || !one.currency().equals(other.currency())) {
      return null;
    }
    return new Cost(
        one.amount().add(other.amount()),
        one.currency(),
        one.priceId().equals(other.priceId()) ? one.priceId() : "several prices",
        one.estimated() || other.estimated());
  }

  private static @Nullable Duration time(@Nullable Duration one, @Nullable Duration other) {
    return one == null || other == null ? null : one.plus(other);
  }
}
