package dev.llmops.eval.run;

import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.stats.Plan.Estimate;
import dev.llmops.eval.stats.Power;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a run would take and could prove, before anything is spent. An estimate throughout.
 *
 * @param cases of the dataset
 * @param repetitions of each
 * @param done runs that the journal already holds
 * @param spend of what is left to run, application and judges together
 * @param basis what the spend rests on, in words
 * @param gates what each gate can prove with so many cases, in words; empty without gates
 */
public record RunPlan(
    int cases, int repetitions, int done, Estimate spend, String basis, List<String> gates) {

  /** Copies the gates. */
  public RunPlan {
    Objects.requireNonNull(spend, "spend must not be null");
    Objects.requireNonNull(basis, "basis must not be null");
    gates = List.copyOf(gates);
  }

  /** A few lines for a person. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(cases).append(" cases");
    if (repetitions > 1) {
      text.append(", each ").append(repetitions).append(" times");
    }
    if (done > 0) {
      text.append(", ").append(done).append(" of them done");
    }
    text.append(": about ").append(spend).append(" (").append(basis).append(')');
    gates.forEach(gate -> text.append('\n').append(gate));
    return text.toString();
  }

  /** A gate's power in a line. */
  static String words(Power power) {
    Integer needed = power.cases();
    Double detectable = power.detectable();
    return String.format(
        Locale.ROOT,
        "%d cases: power %.3f, undecided %.3f (%s%s)%s%s",
        power.n(),
        power.power(),
        power.undecided(),
        power.exact() ? "exact, " : "approximate, ",
        power.assumptions(),
        detectable == null ? "" : String.format(Locale.ROOT, "; detectable %.3f", detectable),
        needed == null ? "" : "; " + needed + " cases for a power of " + Power.TARGET);
  }

  /**
   * What one run of one case takes.
   *
   * @param spend of so many runs
   * @param runs how many, 1 or more
   * @param words where that is from
   */
  public record Basis(Spend spend, int runs, String words) {

    /** Checks the count. */
    public Basis {
      Objects.requireNonNull(spend, "spend must not be null");
      Objects.requireNonNull(words, "words must not be null");
      if (runs < 1) {
        throw new IllegalArgumentException("runs must be 1 or more, but was " + runs);
      }
    }

    /**
     * As an earlier run of the same application took, such as one over a few sampled cases.
     *
     * @throws IllegalArgumentException if it ran no case
     */
    public static Basis of(EvalReport pilot) {
      if (pilot.runs().isEmpty()) {
        throw new IllegalArgumentException("pilot must have run at least one case, but has none");
      }
      Spend sum = Spend.NONE;
      for (CaseRun run : pilot.runs()) {
        sum = sum.plus(run.spend());
        for (EvalResult result : run.results()) {
          sum = sum.plus(result.spend());
        }
      }
      return new Basis(
          sum, pilot.runs().size(), "as " + pilot.runs().size() + " runs of " + pilot.name());
    }

    /**
     * As one call of this model with so many tokens, at today's price; for an application that
     * nobody has run yet.
     *
     * @param inputTokens 0 or more
     * @param outputTokens 0 or more
     */
    public static Basis guess(
        String provider, String model, long inputTokens, long outputTokens, Pricing pricing) {
      TokenUsage usage = TokenUsage.of(inputTokens, outputTokens);
      @Nullable Cost cost =
          pricing.price(
              LlmRequest.chat(provider, model),
              LlmResponse.builder().usage(usage).build(),
              Instant.now());
      return new Basis(
          new Spend(1, usage, cost, null),
          1,
          "guessed: one call of "
              + provider
              + "/"
              + model
              + " with "
              + inputTokens
              + " + "
              + outputTokens
              + " tokens a case");
    }
  }
}
