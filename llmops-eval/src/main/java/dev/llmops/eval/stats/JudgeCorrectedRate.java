package dev.llmops.eval.stats;

import java.util.Locale;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The pass rate that people would find, from a judge's verdicts on all cases and people's on a few:
 * prediction-powered inference (Angelopoulos et al., Science 382, 2023). A judge that is wrong in
 * one direction does no harm, as the labelled cases show by how much; one that is often right makes
 * the interval narrower than the labels alone do.
 *
 * <p>With n labelled cases (people Y, judge f) and N others (judge F) the estimate is λ·mean(F) +
 * mean(Y − λ·f), its variance var(Y − λ·f)/n + λ²·var(F)/N.
 *
 * <p>The labelled cases must be a random sample of all cases, judged by the same judge with the
 * same prompt, and not those it was calibrated on.
 *
 * @param estimate the rate, 0 to 1
 * @param interval for the rate
 * @param lambda how far the judge is trusted, 0 (not at all) to 1
 * @param judgeRate what the judge says of the cases without labels, uncorrected
 * @param labelRate what people say of the cases with labels
 * @param labelsOnly Wilson's interval from the labels alone, to compare
 * @param labelled n
 * @param unlabelled N
 */
public record JudgeCorrectedRate(
    double estimate,
    Interval interval,
    double lambda,
    double judgeRate,
    double labelRate,
    Interval labelsOnly,
    int labelled,
    int unlabelled) {

  private static final int FEW_LABELS = 50;

  /**
   * With λ chosen by the data so that the variance is least (PPI++, Angelopoulos, Duchi and Zrnic,
   * arXiv 2311.01453, 2023): λ = cov(Y, f) ÷ ((1 + n/N) var(f)), kept within 0 and 1; cov over the
   * labelled cases, var over all. A useless judge gets λ near 0, and little is lost.
   *
   * <p>The interval of the paper is estimate ± z·√variance, which is too narrow for good
   * applications and few labels: where no labelled case shows the judge wrong, the variance is 0.
   * At a rate of 0.95 and 50 labels it covered 88 % instead of 95. Here two cases are imagined
   * beside the labelled ones, a pass and a failure of which the judge knew no more than the
   * average, and Wilson's interval is taken on the number of labels that are as good, θ(1−θ) ÷
   * variance, within 0.9 n and n + N.
   *
   * @param people whether people passed each labelled case
   * @param judge the judge on the same cases: 1 or 0, or its score between
   * @param judgeOfOthers the judge on the cases without labels
   * @param level as 0.95
   * @throws IllegalArgumentException for fewer than two labelled cases or two others, arrays that
   *     do not match, or values outside 0 to 1
   */
  public static JudgeCorrectedRate of(
      boolean[] people, double[] judge, double[] judgeOfOthers, double level) {
    Moments moments = new Moments(people, judge, judgeOfOthers, level);
    double lambda = moments.bestLambda();
    int n = people.length;
    double theta = Math.max(0, Math.min(1, moments.estimate(lambda)));
    double variance = moments.variance(lambda, true);
    double spread = Math.max(theta * (1 - theta), 1 / (4.0 * n));
    double equivalent =
        Math.max(0.9 * n, Math.min((double) n + judgeOfOthers.length, spread / variance));
    Interval wilson =
        Proportion.wilson(
            theta * equivalent, equivalent, Normal.quantile(0.5 + level / 2), level, "PPI++");
    return moments.result(
        theta,
        new Interval(
            wilson.low(),
            wilson.high(),
            level,
            String.format(Locale.ROOT, "PPI++, Wilson on %.0f labels' worth", equivalent),
            n < FEW_LABELS ? fewLabels(n) : null),
        lambda);
  }

  /**
   * The method as first published: λ = 1, and the interval estimate ± t·√variance with n − 1
   * degrees, cut at 0 and 1. Wider than the labels alone when the judge is poor. To compare with
   * other tools; otherwise use {@link #of}.
   *
   * @param people whether people passed each labelled case
   * @param judge the judge on the same cases: 1 or 0, or its score between
   * @param judgeOfOthers the judge on the cases without labels
   * @param level as 0.95
   * @throws IllegalArgumentException as {@link #of}
   */
  public static JudgeCorrectedRate classical(
      boolean[] people, double[] judge, double[] judgeOfOthers, double level) {
    Moments moments = new Moments(people, judge, judgeOfOthers, level);
    double theta = moments.estimate(1);
    double half =
        TDistribution.of(people.length - 1.0).inverseCumulativeProbability(0.5 + level / 2)
            * Math.sqrt(moments.variance(1, false));
    double low = Math.max(0, Math.min(1, theta - half));
    double high = Math.max(0, Math.min(1, theta + half));
    return moments.result(
        Math.max(0, Math.min(1, theta)),
        new Interval(
            low,
            high,
            level,
            "PPI, Student's t",
            people.length < FEW_LABELS ? fewLabels(people.length) : null),
        1);
  }

  private static String fewLabels(int n) {
    return n + " labels are few; label 50 to 100 cases";
  }

  /** Sums over the three arrays. */
  private static final class Moments {
    private final double[] y;
    private final double[] f;
    private final double[] others;
    private final double level;

    Moments(boolean[] people, double[] judge, double[] judgeOfOthers, double level) {
      Interval.checkLevel(level);
      if (people.length != judge.length) {
        throw new IllegalArgumentException(
            "people and judge must be of the same cases, but have "
                + people.length
                + " and "
                + judge.length);
      }
      if (people.length < 2 || judgeOfOthers.length < 2) {
        throw new IllegalArgumentException(
            "people and judgeOfOthers must hold at least 2 cases each, but hold "
                + people.length
                + " and "
                + judgeOfOthers.length);
      }
      check(judge, "judge");
      check(judgeOfOthers, "judgeOfOthers");
      y = new double[people.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = people[i] ? 1 : 0;
      }
      f = judge;
      others = judgeOfOthers;
      this.level = level;
    }

    double bestLambda() {
      double my = mean(y);
      double mf = mean(f);
      double covariance = 0;
      for (int i = 0; i < y.length; i++) {
        covariance += (y[i] - my) * (f[i] - mf);
      }
      covariance /= y.length - 1;
      double[] all = new double[f.length + others.length];
      System.arraycopy(f, 0, all, 0, f.length);
      System.arraycopy(others, 0, all, f.length, others.length);
      double variance = squares(all, mean(all)) / (all.length - 1);
      return variance == 0
          ? 0
          : Math.max(
              0, Math.min(1, covariance / ((1 + (double) y.length / others.length) * variance)));
    }

    double estimate(double lambda) {
      return lambda * mean(others) + mean(y) - lambda * mean(f);
    }

    double variance(double lambda, boolean imagined) {
      int n = y.length;
      double[] rest = new double[imagined ? n + 2 : n];
      for (int i = 0; i < n; i++) {
        rest[i] = y[i] - lambda * f[i];
      }
      double average = mean(others);
      if (imagined) {
        rest[n] = 1 - lambda * average;
        rest[n + 1] = -lambda * average;
      }
      return squares(rest, mean(rest)) / (rest.length - 1) / n
          + lambda * lambda * squares(others, average) / (others.length - 1) / others.length;
    }

    JudgeCorrectedRate result(double estimate, Interval interval, double lambda) {
      int passed = 0;
      for (double each : y) {
        passed += (int) each;
      }
      return new JudgeCorrectedRate(
          estimate,
          interval,
          lambda,
          mean(others),
          mean(y),
          new Proportion(passed, y.length).wilson(level),
          y.length,
          others.length);
    }

    private static void check(double[] values, String name) {
      for (int i = 0; i < values.length; i++) {
        if (!(values[i] >= 0 && values[i] <= 1)) {
          throw new IllegalArgumentException(
              name + "[" + i + "] must be between 0 and 1, but was " + values[i]);
        }
      }
    }

    private static double mean(double[] values) {
      double sum = 0;
      for (double each : values) {
        sum += each;
      }
      return sum / values.length;
    }

    private static double squares(double[] values, double mean) {
      double sum = 0;
      for (double each : values) {
        sum += (each - mean) * (each - mean);
      }
      return sum;
    }
  }
}
