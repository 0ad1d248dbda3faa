package dev.llmops.eval.stats;

import java.util.Locale;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A test of a pass rate that stops as soon as its verdict is certain. It is told two rates: one
 * that is <em>unacceptable</em> (p0) and one that is <em>acceptable</em> (p1, above it). PASS says
 * that the rate is above p0, and is wrong with probability at most α when it is p0 or less. FAIL
 * says that the rate is below p1, and is wrong with probability at most β when it is p1 or more.
 * Between the two rates either may come, and neither is wrong. At the limit the verdict is {@link
 * Verdict#UNDECIDED}: nothing is forced, so the limit never adds to an error.
 *
 * <p>Two methods, chosen before the run:
 *
 * <ul>
 *   <li><em>SPRT</em>, the default: Wald's sequential probability ratio test (1945), PASS when the
 *       log likelihood ratio log (p1/p0) a pass and log ((1−p1)/(1−p0)) a failure adds up to a,
 *       FAIL when it falls to −b. Wald's own thresholds, log ((1−β)/α) and log ((1−α)/β), keep the
 *       errors only about, as whole cases overshoot; here a and b start at log (1/α) and log (1/β),
 *       which are safe by Ville's inequality, and are lowered as far as both errors, computed
 *       exactly over all paths up to the limit, allow. (A design of more than some ten thousand
 *       cases keeps the safe ones.) No other test with these errors takes much fewer cases at p0
 *       and p1 (Wald and Wolfowitz, 1948).
 *   <li><em>Anytime-valid</em>: PASS once the evidence that the rate is above p0 reaches 1/α, FAIL
 *       once that for a rate below p1 reaches 1/β, both averaged over all rates alike. It holds
 *       under continuous looking and for every limit, also one that is raised later, and costs some
 *       cases more.
 * </ul>
 *
 * <p>The unit is the case: a case that is repeated counts once, as passed or not. Cases must come
 * in random order, and the rates, errors and the limit must be chosen before the first result.
 *
 * <p>Worked: between 0.80 and 0.90 with errors of 5 % a fixed number of cases takes 135; this test
 * decides after 60 on average at a rate of 0.80, 72 at 0.90, 24 at 0.70, 38 at 0.95.
 *
 * <p>Immutable, thread-safe; {@link #start()} makes the mutable run.
 */
public final class SequentialTest {

  private static final int MOST_CASES = 1_000_000;

  // limit × width of the band between the boundaries: what one exact computation costs
  private static final double MOST_STEPS = 3e6;

  private final double unacceptable;
  private final double acceptable;
  private final double alpha;
  private final double beta;
  private final boolean anytime;
  private final int fixedCases;
  private final int limit;
  private final int[] passAt;
  private final int[] failAt;

  private SequentialTest(Builder builder) {
    unacceptable = builder.unacceptable;
    acceptable = builder.acceptable;
    alpha = builder.alpha;
    beta = builder.beta;
    anytime = builder.anytime;
    fixedCases = fixedCases(unacceptable, acceptable, alpha, beta);
    limit =
        builder.limit > 0 ? builder.limit : Math.min(MOST_CASES, (anytime ? 4 : 2) * fixedCases);
    passAt = new int[limit + 1];
    failAt = new int[limit + 1];
    passAt[0] = 1;
    failAt[0] = -1;
    if (anytime) {
      drawAnytime();
    } else {
      drawSprt();
    }
  }

  /**
   * A test between two rates, with errors of 5 % each unless told otherwise.
   *
   * @param unacceptable p0, above 0: at this rate or below, PASS is an error
   * @param acceptable p1, above p0 and below 1: at this rate or above, FAIL is an error
   */
  public static Builder between(double unacceptable, double acceptable) {
    return new Builder(unacceptable, acceptable);
  }

  /** p0: at this rate or below, PASS is an error. */
  public double unacceptable() {
    return unacceptable;
  }

  /** p1: at this rate or above, FAIL is an error. */
  public double acceptable() {
    return acceptable;
  }

  /** How often at most it passes at p0 or below. */
  public double alpha() {
    return alpha;
  }

  /** How often at most it fails at p1 or above. */
  public double beta() {
    return beta;
  }

  /** Whether it holds for every limit and under continuous looking. */
  public boolean isAnytime() {
    return anytime;
  }

  /** After so many cases the verdict is UNDECIDED. */
  public int limit() {
    return limit;
  }

  /**
   * The smallest fixed number of cases with an exact binomial test that keeps the same errors: what
   * this test is compared with.
   */
  public int fixedCases() {
    return fixedCases;
  }

  /**
   * So many passes among the first cases make it PASS; more than there are cases when no number
   * does.
   *
   * @param cases 1 to {@link #limit()}
   */
  public int passesToPass(int cases) {
    return Math.min(passAt[checkCases(cases)], cases + 1);
  }

  /**
   * So many passes or fewer among the first cases make it FAIL; −1 when no number does.
   *
   * @param cases 1 to {@link #limit()}
   */
  public int passesToFail(int cases) {
    return Math.max(failAt[checkCases(cases)], -1);
  }

  /**
   * What it does at a true rate, computed exactly over all paths (no simulation). Takes of the
   * order of limit × √limit steps.
   *
   * @param rate 0 to 1
   */
  public OperatingCharacteristics at(double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException("rate must be between 0 and 1, but was " + rate);
    }
    double[] mass = new double[limit + 2];
    mass[0] = 1;
    int low = 0;
    int high = 0;
    double pass = 0;
    double fail = 0;
    double cases = 0;
    double left = 1;
    for (int n = 1; n <= limit && left > 0; n++) {
      cases += left;
      high++;
      mass[high] = 0;
      for (int k = high; k > low; k--) {
        mass[k] = mass[k] * (1 - rate) + mass[k - 1] * rate;
      }
      mass[low] *= 1 - rate;
      while (high >= low && high >= passAt[n]) {
        pass += mass[high--];
      }
      while (low <= high && low <= failAt[n]) {
        fail += mass[low++];
      }
      left = 0;
      for (int k = low; k <= high; k++) {
        left += mass[k];
      }
    }
    return new OperatingCharacteristics(rate, pass, fail, left, cases);
  }

  /** A run of this test that has seen nothing yet. */
  public SequentialRun start() {
    return new SequentialRun(this);
  }

  /** As "SPRT between 0.8 and 0.9, α 0.05, β 0.05, limit 270". */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s between %s and %s, α %s, β %s, limit %d",
        anytime ? "anytime-valid test" : "SPRT",
        Text.number(unacceptable),
        Text.number(acceptable),
        Text.number(alpha),
        Text.number(beta),
        limit);
  }

  /** The verdict after so many cases, or UNDECIDED to go on. */
  Verdict after(int cases, int passed) {
    if (passed >= passAt[cases]) {
      return Verdict.PASS;
    }
    return passed <= failAt[cases] ? Verdict.FAIL : Verdict.UNDECIDED;
  }

  /** How many more cases at least until a verdict or the limit, whatever they say. */
  int atLeastMore(int cases, int passed) {
    int more = 0;
    while (cases + more < limit) {
      more++;
      if (passed + more >= passAt[cases + more] || passed <= failAt[cases + more]) {
        break;
      }
    }
    return more;
  }

  private void drawAnytime() {
    double toPass = -Math.log(alpha);
    double toFail = -Math.log(beta);
    for (int n = 1; n <= limit; n++) {
      // one more case moves a boundary by no or one pass: walk along it
      int s = Math.max(passAt[n - 1], (int) Math.floor(n * unacceptable));
      while (s <= n && UniformMixture.logAbove(n, s, unacceptable) < toPass) {
        s++;
      }
      passAt[n] = s;
      s = Math.min(failAt[n - 1] + 1, (int) Math.ceil(n * acceptable));
      while (s >= 0 && UniformMixture.logBelow(n, s, acceptable) < toFail) {
        s--;
      }
      failAt[n] = s;
    }
  }

  private void drawSprt() {
    double a = -Math.log(alpha);
    double b = -Math.log(beta);
    drawSprt(a, b);
    double band = (a + b) / (passStep() - failStep());
    if (limit * band > MOST_STEPS) {
      return;
    }
    // each error grows when its own threshold falls and shrinks when the other's does, so what one
    // step allows the next one keeps
    for (int round = 0; round < 2; round++) {
      double low = 0;
      double high = a;
      for (int i = 0; i < 25; i++) {
        double middle = (low + high) / 2;
        drawSprt(middle, b);
        if (at(unacceptable).pass() <= alpha) {
          high = middle;
        } else {
          low = middle;
        }
      }
      a = high;
      low = 0;
      high = b;
      for (int i = 0; i < 25; i++) {
        double middle = (low + high) / 2;
        drawSprt(a, middle);
        if (at(acceptable).fail() <= beta) {
          high = middle;
        } else {
          low = middle;
        }
      }
      b = high;
    }
    drawSprt(a, b);
  }

  private void drawSprt(double a, double b) {
    double pass = passStep();
    double fail = failStep();
    for (int n = 1; n <= limit; n++) {
      passAt[n] = (int) Math.ceil((a - n * fail) / (pass - fail) - 1e-9);
      // never both at once, even where the thresholds come close to 0
      failAt[n] = Math.min(passAt[n] - 1, (int) Math.floor((-b - n * fail) / (pass - fail) + 1e-9));
    }
  }

  private double passStep() {
    return Math.log(acceptable / unacceptable);
  }

  private double failStep() {
    return Math.log((1 - acceptable) / (1 - unacceptable));
  }

  private int checkCases(int cases) {
    if (cases < 1 || cases > limit) {
      throw new IllegalArgumentException(
          "cases must be between 1 and the limit of " + limit + ", but was " + cases);
    }
    return cases;
  }

  private static int fixedCases(double p0, double p1, double alpha, double beta) {
    // no test needs fewer: the divergence of its verdicts is at most that of its data
    double most = divergence(1 - beta, alpha) / divergence(p1, p0);
    for (int n = Math.max(1, (int) Math.floor(most)); n <= MOST_CASES; n++) {
      BinomialDistribution bad = BinomialDistribution.of(n, p0);
      // the fewest passes that a rate of p0 reaches with probability at most alpha
      int passes = bad.inverseSurvivalProbability(alpha) + 1;
      if (BinomialDistribution.of(n, p1).cumulativeProbability(passes - 1) <= beta) {
        return n;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "acceptable must be further from unacceptable: telling %s from %s takes more than %,d"
                + " cases",
            p0,
            p1,
            MOST_CASES));
  }

  private static double divergence(double p, double q) {
    return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  }

  /**
   * What a sequential test does at a true rate.
   *
   * @param rate the true rate
   * @param pass the probability of PASS
   * @param fail the probability of FAIL
   * @param undecided the probability that the limit comes first
   * @param meanCases the mean number of cases until the verdict or the limit
   */
  public record OperatingCharacteristics(
      double rate, double pass, double fail, double undecided, double meanCases) {}

  /** Settings of a test. Not thread-safe. */
  public static final class Builder {
    private final double unacceptable;
    private final double acceptable;
    private double alpha = 0.05;
    private double beta = 0.05;
    private int limit;
    private boolean anytime;

    private Builder(double unacceptable, double acceptable) {
      if (!(unacceptable > 0 && unacceptable < acceptable && acceptable < 1)) {
        throw new IllegalArgumentException(
            "unacceptable and acceptable must be rates with 0 < unacceptable < acceptable < 1, but"
                + " were "
                + unacceptable
                + " and "
                + acceptable
                + "; for a goal of 1 take a rate that is as good, as 0.99");
      }
      this.unacceptable = unacceptable;
      this.acceptable = acceptable;
    }

    /**
     * How often it may be wrong.
     *
     * @param alpha PASS at p0, above 0 and below 0.5
     * @param beta FAIL at p1, above 0 and below 0.5
     */
    public Builder errors(double alpha, double beta) {
      if (!(alpha > 0 && alpha < 0.5 && beta > 0 && beta < 0.5)) {
        throw new IllegalArgumentException(
            "alpha and beta must be above 0 and below 0.5, as 0.05, but were "
                + alpha
                + " and "
                + beta);
      }
      this.alpha = alpha;
      this.beta = beta;
      return this;
    }

    /**
     * After so many cases it is UNDECIDED. Unless told, twice the fixed number of cases, four times
     * when anytime-valid.
     *
     * @param cases 1 to 1,000,000
     */
    public Builder limit(int cases) {
      if (cases < 1 || cases > MOST_CASES) {
        throw new IllegalArgumentException(
            "limit must be between 1 and " + MOST_CASES + " cases, but was " + cases);
      }
      limit = cases;
      return this;
    }

    /** Makes it anytime-valid instead of an SPRT. */
    public Builder anytime() {
      anytime = true;
      return this;
    }

    /**
     * Draws the boundaries. An SPRT is computed exactly some hundred times: milliseconds for a
     * limit of hundreds of cases, up to a second for the largest.
     *
     * @throws IllegalArgumentException if the two rates are so close that more than 1,000,000 cases
     *     were needed
     */
    public SequentialTest build() {
      return new SequentialTest(this);
    }
  }
}
