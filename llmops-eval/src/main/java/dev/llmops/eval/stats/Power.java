package dev.llmops.eval.stats;

import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/**
 * What a gate can prove with so many cases: the chance is summed over every outcome of the very
 * test that the gate applies, where values are 0 and 1. It rests on assumptions, which are named;
 * they are about the application, and no formula can check them.
 *
 * @param n the cases
 * @param power the chance of the proof, 0 to 1: of PASS for {@link #atLeast} and {@link
 *     #nonInferiority}, of FAIL (the alarm) for {@link #regression}
 * @param undecided the chance of UNDECIDED
 * @param detectable the least that is proved with the {@link #TARGET}: the true rate, the margin,
 *     or the drop; for a budget the greatest true mean; absent where nothing is
 * @param cases the cases that prove it with the {@link #TARGET}; absent where no number up to a
 *     million does
 * @param exact whether the chance is exact, rather than by the normal approximation
 * @param assumptions what it rests on, as "true rate 0.9"
 */
public record Power(
    int n,
    double power,
    double undecided,
    @Nullable Double detectable,
    @Nullable Integer cases,
    boolean exact,
    String assumptions) {

  /** The power that {@link #detectable} and {@link #cases} are for: 0.8 (Cohen 1988). */
  public static final double TARGET = 0.8;

  private static final int MAX_CASES = 1_000_000;

  /** Checks and trims rounding. */
  public Power {
    power = Math.max(0, Math.min(1, power));
    undecided = Math.max(0, Math.min(1, undecided));
    Objects.requireNonNull(assumptions, "assumptions");
  }

  /**
   * Of {@link Gates#atLeast} for a pass rate: P(X ≥ c) at the true rate, where c is the least count
   * that Clopper and Pearson's bound accepts. 100 cases, threshold 0.85, true rate 0.95, confidence
   * 0.95: c = 92, P = 0.9369.
   *
   * @param n 1 or more
   * @param threshold between 0 and 1 exclusive
   * @param trueRate 0 to 1
   * @param confidence between 0.5 and 1 exclusive
   */
  public static Power atLeast(int n, double threshold, double trueRate, double confidence) {
    checkCases(n);
    checkInside("threshold", threshold, 0, 1);
    checkRate("trueRate", trueRate);
    checkInside("confidence", confidence, 0.5, 1);
    double alpha = 1 - confidence;
    BinomialDistribution truth = BinomialDistribution.of(n, trueRate);
    int needed = leastPassing(n, threshold, alpha);
    double power = needed > n ? 0 : truth.survivalProbability(needed - 1);
    int most = greatestFailing(n, threshold, alpha);
    double fail = most < 0 ? 0 : truth.cumulativeProbability(most);
    Double detectable =
        needed > n
            ? null
            : Double.valueOf(
                BetaDistribution.of(needed, n - needed + 1.0).inverseCumulativeProbability(TARGET));
    double spread = Normal.quantile(confidence) * Math.sqrt(threshold * (1 - threshold));
    double more = Normal.quantile(TARGET) * Math.sqrt(trueRate * (1 - trueRate));
    double about = Math.pow((spread + more) / (trueRate - threshold), 2);
    Integer cases =
        trueRate <= threshold
            ? null
            : firstFrom(
                about,
                m -> {
                  int least = leastPassing(m, threshold, alpha);
                  return least > m
                      ? 0
                      : BinomialDistribution.of(m, trueRate).survivalProbability(least - 1);
                });
    return new Power(
        n,
        power,
        1 - power - fail,
        detectable,
        cases,
        true,
        "true pass rate " + Text.number(trueRate));
  }

  /**
   * Of {@link Gates#nonInferiority} for passed and failed: the exact chance of PASS, summed over
   * the trinomial of lost, gained and unchanged cases.
   *
   * @param n 1 or more
   * @param discordance the share of cases whose result changes between the versions, 0 to 1; A
   *     against A shows it
   * @param trueDifference candidate − baseline rate, within ± discordance; 0 plans for an equal one
   * @param margin between 0 and 1 exclusive
   * @param alpha between 0 and 0.5 exclusive
   */
  public static Power nonInferiority(
      int n, double discordance, double trueDifference, double margin, double alpha) {
    checkCases(n);
    checkRate("discordance", discordance);
    checkInside("margin", margin, 0, 1);
    checkInside("alpha", alpha, 0, 0.5);
    if (!(Math.abs(trueDifference) <= discordance)) {
      throw new IllegalArgumentException(
          "trueDifference must be within the discordance of "
              + discordance
              + ", as no more cases change, but was "
              + trueDifference);
    }
    double lost = (discordance - trueDifference) / 2;
    double gained = (discordance + trueDifference) / 2;
    PairedRates test = new PairedRates(n, margin);
    double power = test.chanceAtLeast(test.criticalNotWorse(alpha), lost, gained);
    double fail = test.chanceAtMost(test.criticalWorse(alpha), lost, gained);
    return new Power(
        n,
        power,
        1 - power - fail,
        leastMargin(n, lost, gained, alpha),
        casesNotWorse(lost, gained, margin, alpha),
        test.exact(),
        "discordance "
            + Text.number(discordance)
            + ", true difference "
            + Text.number(trueDifference));
  }

  /**
   * Of {@link Gates#regression} for passed and failed: the exact chance of the alarm of McNemar's
   * exact test, over all numbers of changed cases. 100 cases of which 20 % change, drop 0.1, α 0.05
   * → 0.6754.
   *
   * @param n 1 or more
   * @param discordance the share of cases whose result changes between the versions, 0 to 1, and no
   *     less than the drop
   * @param drop baseline − candidate rate that is to raise the alarm, above 0
   * @param alpha between 0 and 0.5 exclusive
   */
  public static Power regression(int n, double discordance, double drop, double alpha) {
    checkCases(n);
    checkRate("discordance", discordance);
    checkInside("alpha", alpha, 0, 0.5);
    if (!(drop > 0 && drop <= discordance)) {
      throw new IllegalArgumentException(
          "drop must be above 0 and at most the discordance of "
              + discordance
              + ", as no more cases change, but was "
              + drop);
    }
    double power = mcNemar(n, discordance, drop, alpha);
    Double least = null;
    if (mcNemar(n, discordance, discordance, alpha) >= TARGET) {
      double low = 0;
      double high = discordance;
      for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        if (mcNemar(n, discordance, middle, alpha) >= TARGET) {
          high = middle;
        } else {
          low = middle;
        }
      }
      least = high;
    }
    double z = Normal.quantile(1 - alpha) + Normal.quantile(TARGET);
    return new Power(
        n,
        power,
        power >= TARGET ? 0 : 1 - power,
        least,
        firstFrom(z * z * discordance / (drop * drop), m -> mcNemar(m, discordance, drop, alpha)),
        true,
        "discordance " + Text.number(discordance) + ", true drop " + Text.number(drop));
  }

  /** Of Gaffke's test for graded values, by the normal approximation. */
  static Power mean(
      int n, double tested, double truth, double low, double high, double deviation, double alpha) {
    double power = BoundedMean.power(n, truth - tested, low - tested, deviation, alpha);
    double fail = BoundedMean.power(n, tested - truth, tested - high, deviation, alpha);
    Integer cases =
        truth <= tested
            ? null
            : first(m -> BoundedMean.power(m, truth - tested, low - tested, deviation, alpha));
    double z = Normal.quantile(1 - alpha) + Normal.quantile(TARGET);
    double distance = ((n + 1) * z * deviation / Math.sqrt(n) + (tested - low)) / n;
    return new Power(
        n,
        power,
        1 - power - fail,
        tested + distance,
        cases,
        false,
        "true mean "
            + Text.number(truth)
            + ", standard deviation of cases "
            + Text.number(deviation));
  }

  /** Of the permutation test for graded values, by the normal approximation. */
  static Power permutation(int n, double drop, double deviation, double alpha) {
    double z = Normal.quantile(1 - alpha);
    IntToDoubleFunction power =
        m -> Math.pow(0.5, m) > alpha ? 0 : Normal.cumulative(drop * Math.sqrt(m) / deviation - z);
    double own = power.applyAsDouble(n);
    return new Power(
        n,
        own,
        own >= TARGET ? 0 : 1 - own,
        (z + Normal.quantile(TARGET)) * deviation / Math.sqrt(n),
        first(power),
        false,
        "true drop "
            + Text.number(drop)
            + ", standard deviation of the differences "
            + Text.number(deviation));
  }

  /** The least count of passed cases that proves a rate above the threshold; n + 1 if none does. */
  static int leastPassing(int n, double threshold, double alpha) {
    // the least x with P(X > x) ≤ α
    return BinomialDistribution.of(n, threshold).inverseSurvivalProbability(alpha) + 1;
  }

  /** The greatest count of passed cases that proves a rate below the threshold; −1 if none does. */
  static int greatestFailing(int n, double threshold, double alpha) {
    BinomialDistribution at = BinomialDistribution.of(n, threshold);
    int x = at.inverseCumulativeProbability(alpha);
    return at.cumulativeProbability(x) <= alpha ? x : x - 1;
  }

  /** The chance that McNemar's exact test says worse. */
  private static double mcNemar(int n, double discordance, double drop, double alpha) {
    BinomialDistribution changed = BinomialDistribution.of(n, discordance);
    double worse = Math.min(1, (discordance + drop) / 2 / discordance);
    int from = changed.inverseCumulativeProbability(1e-13);
    int to = changed.inverseSurvivalProbability(1e-13);
    double sum = 0;
    for (int k = Math.max(1, from); k <= to; k++) {
      int least = leastPassing(k, 0.5, alpha);
      if (least <= k) {
        sum +=
            changed.probability(k)
                * BinomialDistribution.of(k, worse).survivalProbability(least - 1);
      }
    }
    return sum;
  }

  /** By the nominal boundary of the score, which the exact one is close to. */
  private static double nominal(int n, double lost, double gained, double margin, double alpha) {
    return new PairedRates(n, margin).chanceAtLeast(Normal.quantile(1 - alpha), lost, gained);
  }

  private static @Nullable Double leastMargin(int n, double lost, double gained, double alpha) {
    double low = Math.max(0, lost - gained);
    double high = 0.999;
    if (nominal(n, lost, gained, high, alpha) < TARGET) {
      return null;
    }
    for (int i = 0; i < 12; i++) {
      double middle = (low + high) / 2;
      if (nominal(n, lost, gained, middle, alpha) >= TARGET) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static @Nullable Integer casesNotWorse(
      double lost, double gained, double margin, double alpha) {
    double distance = margin + gained - lost;
    if (distance <= 0) {
      return null;
    }
    double z = Normal.quantile(1 - alpha);
    // without any change the score is √(n m ÷ (1 − m))
    double about =
        Math.max(
            z * z * (1 - margin) / margin,
            Math.pow(z + Normal.quantile(TARGET), 2)
                * (lost + gained - (gained - lost) * (gained - lost))
                / (distance * distance));
    if (about > 100_000) {
      return about > MAX_CASES ? null : Integer.valueOf((int) about);
    }
    int n = (int) Math.max(1, 0.7 * about);
    while (nominal(n, lost, gained, margin, alpha) < TARGET) {
      n += Math.max(1, n / 50);
    }
    for (int i = 0; i < 100; i++) {
      PairedRates test = new PairedRates(n, margin);
      if (test.chanceAtLeast(test.criticalNotWorse(alpha), lost, gained) >= TARGET) {
        return n;
      }
      n += Math.max(1, n / 50);
    }
    return null;
  }

  /**
   * The first that reaches the target, from a third below an estimate: power moves in a sawtooth.
   */
  private static @Nullable Integer firstFrom(double about, IntToDoubleFunction power) {
    if (!(about <= MAX_CASES)) {
      return null;
    }
    int step = Math.max(1, (int) (about / 2000));
    for (int n = Math.max(1, (int) (about * 2 / 3)); n <= MAX_CASES; n += step) {
      if (power.applyAsDouble(n) >= TARGET) {
        return n;
      }
    }
    return null;
  }

  /** For a power that rises. */
  private static @Nullable Integer first(IntToDoubleFunction power) {
    int high = 1;
    while (power.applyAsDouble(high) < TARGET) {
      high *= 2;
      if (high > MAX_CASES) {
        return null;
      }
    }
    int low = high / 2;
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (power.applyAsDouble(middle) >= TARGET) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static void checkCases(int n) {
    if (n < 1 || n > MAX_CASES) {
      throw new IllegalArgumentException("n must be between 1 and " + MAX_CASES + ", but was " + n);
    }
  }

  private static void checkRate(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, but was " + value);
    }
  }

  static void checkInside(String name, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new IllegalArgumentException(
          name
              + " must be between "
              + Text.number(low)
              + " and "
              + Text.number(high)
              + " exclusive, but was "
              + value);
    }
  }
}
