package dev.llmops.eval.stats;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult.Spend;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a run will probably tell and cost, before anything is spent. Estimates: the chances hold
 * under the assumption, the spending if the cases are like those of the pilot.
 *
 * @param test what will be run, in words
 * @param assumption what the chances rest on, in words
 * @param pass the chance of PASS
 * @param fail the chance of FAIL
 * @param undecided the chance of UNDECIDED
 * @param meanCases cases on average
 * @param mostCases cases at most
 * @param repetitions runs of each case
 * @param meanSpend what that takes on average
 * @param mostSpend what it takes at most
 */
public record Plan(
    String test,
    String assumption,
    double pass,
    double fail,
    double undecided,
    double meanCases,
    int mostCases,
    int repetitions,
    Estimate meanSpend,
    Estimate mostSpend) {

  /** Checks the numbers. */
  public Plan {
    Objects.requireNonNull(test, "test must not be null");
    Objects.requireNonNull(assumption, "assumption must not be null");
    Objects.requireNonNull(meanSpend, "meanSpend must not be null");
    Objects.requireNonNull(mostSpend, "mostSpend must not be null");
    checkChance(pass, "pass");
    checkChance(fail, "fail");
    checkChance(undecided, "undecided");
    if (Math.abs(pass + fail + undecided - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "pass, fail and undecided must add up to 1, but were "
              + pass
              + ", "
              + fail
              + " and "
              + undecided);
    }
    if (mostCases < 1 || !(meanCases >= 0 && meanCases <= mostCases * (1 + 1e-9))) {
      throw new IllegalArgumentException(
          "mostCases must be 1 or more and meanCases between 0 and mostCases, but were "
              + mostCases
              + " and "
              + meanCases);
    }
    checkRepetitions(repetitions);
  }

  /**
   * The plan of a sequential run; its chances are exact.
   *
   * @param test what will be run
   * @param expectedRate the pass rate to assume, 0 to 1: from an A/A run or the last report
   * @param repetitions runs of each case, 1 or more
   * @param pilot what some runs of cases spent, the application's and the judges' calls together
   * @param pilotRuns how many runs that were, 1 or more
   */
  public static Plan sequential(
      SequentialTest test, double expectedRate, int repetitions, Spend pilot, int pilotRuns) {
    SequentialTest.OperatingCharacteristics at = test.at(expectedRate);
    double decided = at.pass() + at.fail();
    return new Plan(
        test.toString(),
        "true pass rate " + Text.number(expectedRate),
        at.pass(),
        at.fail(),
        Math.max(0, 1 - decided),
        at.meanCases(),
        test.limit(),
        repetitions,
        Estimate.of(pilot, pilotRuns, at.meanCases() * checkRepetitions(repetitions)),
        Estimate.of(pilot, pilotRuns, (double) test.limit() * repetitions));
  }

  /**
   * The plan of a gate over a fixed number of cases.
   *
   * @param test what will be run, in words
   * @param power of the gate, with the number of cases and the assumptions
   * @param proof the verdict that the power is the chance of: FAIL for {@link Power#regression},
   *     PASS for the others
   * @param repetitions runs of each case, 1 or more
   * @param pilot what some runs of cases spent, the application's and the judges' calls together
   * @param pilotRuns how many runs that were, 1 or more
   */
  public static Plan fixed(
      String test, Power power, Verdict proof, int repetitions, Spend pilot, int pilotRuns) {
    if (proof == Verdict.UNDECIDED) {
      throw new IllegalArgumentException("proof must be PASS or FAIL, but was UNDECIDED");
    }
    double other = Math.max(0, 1 - power.power() - power.undecided());
    Estimate spend =
        Estimate.of(pilot, pilotRuns, (double) power.n() * checkRepetitions(repetitions));
    return new Plan(
        test,
        power.assumptions(),
        proof == Verdict.PASS ? power.power() : other,
        proof == Verdict.FAIL ? power.power() : other,
        power.undecided(),
        power.n(),
        power.n(),
        repetitions,
        spend,
        spend);
  }

  /**
   * In words: "SPRT between 0.8 and 0.9, …: PASS 94.5 %, FAIL 5.0 %, UNDECIDED 0.5 % at a pass rate
   * of 0.9; 72.1 cases on average, 270 at most; about 145 calls, 72,100 tokens, 0.36 USD, at most
   * …".
   */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s: PASS %.1f %%, FAIL %.1f %%, UNDECIDED %.1f %% at %s; %s; about %s%s",
        test,
        100 * pass,
        100 * fail,
        100 * undecided,
        assumption,
        (meanCases < mostCases
                ? String.format(
                    Locale.ROOT, "%.1f cases on average, %d at most", meanCases, mostCases)
                : mostCases + " cases")
            + (repetitions == 1 ? "" : ", each " + repetitions + " times"),
        meanSpend,
        meanCases < mostCases ? ", at most " + mostSpend : "");
  }

  /**
   * Estimated spending.
   *
   * @param runs of a case, repetitions counted
   * @param calls of a model
   * @param tokens input and output; absent when the pilot did not count them
   * @param amount of money; absent when the pilot's cost is not known
   * @param currency ISO 4217 code; absent with the amount
   */
  public record Estimate(
      double runs,
      double calls,
      @Nullable Long tokens,
      @Nullable BigDecimal amount,
      @Nullable String currency) {

    /**
     * A pilot's spending, scaled up.
     *
     * @param pilot what some runs spent together
     * @param pilotRuns how many, 1 or more
     * @param runs to estimate for, 0 or more
     */
    public static Estimate of(Spend pilot, int pilotRuns, double runs) {
      if (pilotRuns < 1) {
        throw new IllegalArgumentException("pilotRuns must be 1 or more, but was " + pilotRuns);
      }
      double factor = runs / pilotRuns;
      TokenUsage usage = pilot.usage();
      Long tokens = usage.totalTokens();
      Cost cost = pilot.cost();
      return new Estimate(
          runs,
          factor * pilot.calls(),
          tokens == null ? null : Long.valueOf(Math.round(factor * tokens)),
          cost == null ? null : cost.amount().multiply(BigDecimal.valueOf(factor)),
          cost == null ? null : cost.currency());
    }

    /** As "145 calls, 72,100 tokens, 0.36 USD". */
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,d calls", Math.round(calls))
          + (tokens == null
              ? ", tokens not known"
              : String.format(Locale.ROOT, ", %,d tokens", tokens))
          + (amount == null
              ? ", cost not known"
              : String.format(Locale.ROOT, ", %,.2f %s", amount, currency));
    }
  }

  private static void checkChance(double chance, String name) {
    if (!(chance >= 0 && chance <= 1 + 1e-9)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, but was " + chance);
    }
  }

  private static int checkRepetitions(int repetitions) {
    if (repetitions < 1) {
      throw new IllegalArgumentException("repetitions must be 1 or more, but was " + repetitions);
    }
    return repetitions;
  }
}
