package dev.llmops.eval.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.inference.ContinuityCorrection;
import org.apache.commons.statistics.inference.PValueMethod;
import org.apache.commons.statistics.inference.TTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;
import org.jspecify.annotations.Nullable;

/**
 * Compares a candidate with a baseline on the same cases, one value a case and version. Pairing
 * takes out that cases differ in difficulty, so it needs far fewer than two independent samples do.
 * All look at candidate − baseline. To decide, use {@link Gates}. Static and thread-safe.
 *
 * <p>For passed and failed: {@link #mcNemarExact}, or {@link #mcNemarMidP} when exploring. For
 * graded scores: {@link #permutation}, which asks of the mean; {@link #wilcoxon} is less moved by a
 * few great differences, but asks of the ranks.
 */
public final class PairedTests {

  /** Random sign flips of {@link #permutation} where not all can be counted. */
  private static final int FLIPS = 9_999;

  private static final double MAX_STEPS = 5e7;

  private PairedTests() {}

  /**
   * McNemar's test (1947), exactly: of the cases that changed, how many got worse is Binomial(lost
   * + gained, ½) where nothing differs. The statistic is the number of lost cases. 8 lost and 2
   * gained → two-sided p = 2 · 56 ÷ 1024 = 0.1094. Never rejects too often.
   *
   * @param lost cases that the baseline passed and the candidate failed
   * @param gained cases that the baseline failed and the candidate passed
   * @throws IllegalArgumentException if one is negative
   */
  public static TestResult mcNemarExact(int lost, int gained, Alternative alternative) {
    checkCounts(lost, gained);
    double p =
        switch (alternative) {
          case LESS -> tail(lost, gained, 0);
          case GREATER -> tail(gained, lost, 0);
          case DIFFERENT ->
              Math.min(1, 2 * tail(Math.max(lost, gained), Math.min(lost, gained), 0));
        };
    return new TestResult(lost, p, "McNemar, exact");
  }

  /**
   * McNemar's test with the mid-p value, which counts half of the chance of what was seen
   * (Lancaster 1961; Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13, 2013):
   * less shy than the exact test, and above its level rarely and little. To explore, not to gate. 8
   * lost and 2 gained → two-sided 2 · (56 − 22.5) ÷ 1024 = 0.0654.
   *
   * @param lost cases that the baseline passed and the candidate failed
   * @param gained cases that the baseline failed and the candidate passed
   * @throws IllegalArgumentException if one is negative
   */
  public static TestResult mcNemarMidP(int lost, int gained, Alternative alternative) {
    checkCounts(lost, gained);
    double p =
        switch (alternative) {
          case LESS -> tail(lost, gained, 0.5);
          case GREATER -> tail(gained, lost, 0.5);
          case DIFFERENT ->
              Math.min(1, 2 * tail(Math.max(lost, gained), Math.min(lost, gained), 0.5));
        };
    return new TestResult(lost, p, "McNemar, mid-p");
  }

  /**
   * McNemar's test with χ² of one degree and Edwards's correction (1948): (|lost − gained| − 1)² ÷
   * (lost + gained). Of old; to compare with other tools. 13 and 16 → 0.1379, p = 0.7103.
   *
   * @param lost cases that the baseline passed and the candidate failed
   * @param gained cases that the baseline failed and the candidate passed
   * @throws IllegalArgumentException if one is negative
   */
  public static TestResult mcNemarChiSquared(int lost, int gained) {
    checkCounts(lost, gained);
    double n = (double) lost + gained;
    double distance = Math.abs((double) lost - gained) - 1;
    double statistic = n == 0 ? 0 : distance * distance / n;
    return new TestResult(
        statistic,
        n == 0 ? 1 : ChiSquaredDistribution.of(1).survivalProbability(statistic),
        "McNemar, chi-squared with continuity correction");
  }

  /**
   * Student's paired t test. The statistic is t with n − 1 degrees.
   *
   * @throws IllegalArgumentException for arrays of different lengths, fewer than two pairs, a value
   *     that is not finite, or differences that are all the same
   */
  public static TestResult t(double[] baseline, double[] candidate, Alternative alternative) {
    Values.checkPairs(baseline, candidate, "baseline", "candidate", 2);
    double[] differences = Values.differences(baseline, candidate);
    if (Values.variance(differences) == 0) {
      throw new IllegalArgumentException(
          "the differences must not be all the same, but all were " + differences[0]);
    }
    TTest.Result result = TTest.withDefaults().with(alternative.library()).test(differences);
    return new TestResult(result.getStatistic(), result.getPValue(), "paired t");
  }

  /**
   * Wilcoxon's signed-rank test (1945), cases without a difference left out: exact for up to 50
   * without ties, else by the normal approximation with correction for ties and without one for
   * continuity, as SciPy has it. The statistic is the lesser sum of ranks. Asks whether differences
   * are symmetric about 0, which is not quite a question of the mean.
   *
   * @throws IllegalArgumentException for arrays of different lengths, no pairs, or a value that is
   *     not finite
   */
  public static TestResult wilcoxon(
      double[] baseline, double[] candidate, Alternative alternative) {
    return wilcoxon(baseline, candidate, alternative, true);
  }

  static TestResult wilcoxon(
      double[] baseline, double[] candidate, Alternative alternative, boolean exactWherePossible) {
    Values.checkPairs(baseline, candidate, "baseline", "candidate", 1);
    double[] differences = withoutZeros(Values.differences(baseline, candidate));
    int n = differences.length;
    if (n == 0) {
      return new TestResult(0, 1, "Wilcoxon signed rank, no differences");
    }
    boolean exact = exactWherePossible && n <= 50 && distinct(differences);
    WilcoxonSignedRankTest.Result result =
        WilcoxonSignedRankTest.withDefaults()
            .with(alternative.library())
            .with(exact ? PValueMethod.EXACT : PValueMethod.ASYMPTOTIC)
            .with(ContinuityCorrection.DISABLED)
            .test(differences);
    double positive = result.getStatistic();
    return new TestResult(
        Math.min(positive, n * (n + 1.0) / 2 - positive),
        result.getPValue(),
        "Wilcoxon signed rank, " + (exact ? "exact" : "normal approximation"));
  }

  /**
   * The paired permutation test of the mean (Fisher 1935): where nothing differs, each case's
   * difference could as well have had the other sign. All sign flips are counted exactly where the
   * differences are multiples of a step, as means of a few repetitions are; otherwise 9,999 are
   * drawn, and (1 + as extreme) ÷ 10,000 still never rejects too often (Phipson and Smyth 2010).
   * Differences −0.2, −0.4, −0.6 → 1 of 8 as low → p = 0.125 for {@link Alternative#LESS}.
   *
   * <p>It rests on both versions having been repeated equally often: a baseline run once against
   * the mean of five has differences that are not symmetric.
   *
   * @param seed of the draws, where there are any
   * @throws IllegalArgumentException for arrays of different lengths, no pairs, or a value that is
   *     not finite
   */
  public static TestResult permutation(
      double[] baseline, double[] candidate, Alternative alternative, long seed) {
    Values.checkPairs(baseline, candidate, "baseline", "candidate", 1);
    double[] differences = withoutZeros(Values.differences(baseline, candidate));
    double statistic =
        differences.length == 0
            ? 0
            : Values.mean(differences) * differences.length / baseline.length;
    if (differences.length == 0) {
      return new TestResult(0, 1, "paired permutation, no differences");
    }
    if (alternative == Alternative.GREATER) {
      for (int i = 0; i < differences.length; i++) {
        differences[i] = -differences[i];
      }
    }
    int[] steps = steps(differences);
    double[] p = steps == null ? drawn(differences, seed) : counted(steps);
    return new TestResult(
        statistic,
        alternative == Alternative.DIFFERENT ? Math.min(1, 2 * Math.min(p[0], p[1])) : p[0],
        "paired permutation, " + (steps == null ? FLIPS + " draws, seed " + seed : "exact"));
  }

  /**
   * The paired bootstrap: an interval of the mean difference from resampled cases, by percentiles.
   *
   * @param level as 0.95
   * @param resamples 100 to 1,000,000; see {@link Means#DEFAULT_RESAMPLES}
   * @throws IllegalArgumentException for arrays of different lengths, no pairs, a value that is not
   *     finite, or a setting out of range
   */
  public static Interval bootstrap(
      double[] baseline, double[] candidate, double level, int resamples, long seed) {
    Values.checkPairs(baseline, candidate, "baseline", "candidate", 1);
    return Means.percentileBootstrap(
        Values.differences(baseline, candidate), level, resamples, seed);
  }

  /**
   * Cohen's d of pairs: the mean difference in standard deviations of the differences.
   *
   * @throws IllegalArgumentException for arrays of different lengths, fewer than two pairs, a value
   *     that is not finite, or differences that are all the same
   */
  public static double cohensD(double[] baseline, double[] candidate) {
    Values.checkPairs(baseline, candidate, "baseline", "candidate", 2);
    double[] differences = Values.differences(baseline, candidate);
    double deviation = Values.deviation(differences);
    if (deviation == 0) {
      throw new IllegalArgumentException(
          "the differences must not be all the same, but all were " + differences[0]);
    }
    return Values.mean(differences) / deviation;
  }

  /** P(X ≥ many) for X of Binomial(many + few, ½), less a share of P(X = many). */
  private static double tail(int many, int few, double less) {
    if (many + few == 0) {
      return 1 - less;
    }
    BinomialDistribution half = BinomialDistribution.of(many + few, 0.5);
    return half.survivalProbability(many - 1) - less * half.probability(many);
  }

  private static void checkCounts(int lost, int gained) {
    if (lost < 0 || gained < 0) {
      throw new IllegalArgumentException(
          "lost and gained must be 0 or more, but were " + lost + " and " + gained);
    }
  }

  private static double[] withoutZeros(double[] differences) {
    double[] kept = new double[differences.length];
    int n = 0;
    for (double each : differences) {
      if (each != 0) {
        kept[n++] = each;
      }
    }
    return Arrays.copyOf(kept, n);
  }

  private static boolean distinct(double[] differences) {
    double[] sizes = new double[differences.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.abs(differences[i]);
    }
    Arrays.sort(sizes);
    for (int i = 1; i < sizes.length; i++) {
      if (sizes[i] == sizes[i - 1]) {
        return false;
      }
    }
    return true;
  }

  /** The differences as whole numbers of a step of 1/1 to 1/100; null if there is none. */
  private static int @Nullable [] steps(double[] differences) {
    for (int parts = 1; parts <= 100; parts++) {
      int[] steps = new int[differences.length];
      double sum = 0;
      boolean whole = true;
      for (int i = 0; i < steps.length && whole; i++) {
        double scaled = differences[i] * parts;
        whole = Math.abs(scaled) < 1e6 && Math.abs(scaled - Math.rint(scaled)) < 1e-9;
        steps[i] = (int) Math.rint(scaled);
        sum += Math.abs(steps[i]);
      }
      if (whole) {
        return sum * steps.length <= MAX_STEPS ? steps : null;
      }
    }
    return null;
  }

  /** The chance of a sum as low, and of one as high, over all flips of signs. */
  private static double[] counted(int[] steps) {
    int most = 0;
    int seen = 0;
    for (int each : steps) {
      most += Math.abs(each);
      seen += Math.max(0, each);
    }
    // the sum of the positive ones: each counts or does not, with a half
    double[] chance = new double[most + 1];
    chance[0] = 1;
    int top = 0;
    for (int each : steps) {
      int size = Math.abs(each);
      top += size;
      for (int sum = top; sum >= 0; sum--) {
        chance[sum] = (chance[sum] + (sum >= size ? chance[sum - size] : 0)) / 2;
      }
    }
    double low = 0;
    double high = 0;
    for (int sum = 0; sum <= most; sum++) {
      if (sum <= seen) {
        low += chance[sum];
      }
      if (sum >= seen) {
        high += chance[sum];
      }
    }
    return new double[] {Math.min(1, low), Math.min(1, high)};
  }

  private static double[] drawn(double[] differences, long seed) {
    double seen = 0;
    double size = 0;
    for (double each : differences) {
      seen += each;
      size += Math.abs(each);
    }
    // sums that differ by rounding alone are as extreme
    double slack = 1e-12 * size;
    Resampler random = new Resampler(seed);
    int low = 1;
    int high = 1;
    for (int flip = 0; flip < FLIPS; flip++) {
      double sum = 0;
      long bits = 0;
      for (int i = 0; i < differences.length; i++) {
        if ((i & 63) == 0) {
          bits = random.bits();
        }
        sum += (bits & 1) == 0 ? differences[i] : -differences[i];
        bits >>>= 1;
      }
      if (sum <= seen + slack) {
        low++;
      }
      if (sum >= seen - slack) {
        high++;
      }
    }
    return new double[] {(double) low / (FLIPS + 1), (double) high / (FLIPS + 1)};
  }
}
