package dev.llmops.eval.stats;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An interval that may be looked at after every case: the chance that it <em>ever</em> misses the
 * true value is at most 1 − level, however often one looks and whenever one stops. An ordinary
 * interval has its level at one number of cases that was fixed before; looked at after each of
 * 1,000 cases, an ordinary 95 % interval misses at some look in more than a third of the runs.
 *
 * <p>For pass rates by the likelihood ratio mixed over all rates alike (Robbins, 1970), for means
 * of scores between 0 and 1 by betting: a gambler who bets on the mean being higher, and one who
 * bets on its being lower, each with a stake from what came before; a mean at which one of them
 * grew rich is refuted (Waudby-Smith and Ramdas, Estimating means of bounded random variables by
 * betting, JRSS-B 86, 2024: hedged capital with predictable plug-in bets, c = ½).
 *
 * <p>Cases must come in random order, which must not depend on their results. Thread-safe, but
 * values count in the order in which they are added, so add them in the order of the cases, not as
 * the answers arrive.
 */
public final class ConfidenceSequence {

  private static final double LARGEST_STAKE = 0.5;

  private final double level;
  private final boolean ofRate;
  private int n;
  private double sum;

  // of means only
  private double[] values = new double[0];
  private double[] stakes = new double[0];
  private double squares;

  private ConfidenceSequence(double level, boolean ofRate) {
    Interval.checkLevel(level);
    this.level = level;
    this.ofRate = ofRate;
  }

  /**
   * For a pass rate. Constant memory.
   *
   * @param level as 0.95
   */
  public static ConfidenceSequence ofRate(double level) {
    return new ConfidenceSequence(level, true);
  }

  /**
   * For the mean of scores between 0 and 1. Keeps all values: 16 bytes each.
   *
   * @param level as 0.95
   */
  public static ConfidenceSequence ofMean(double level) {
    return new ConfidenceSequence(level, false);
  }

  /** Adds a case that passed or did not. */
  public void add(boolean pass) {
    add(pass ? 1.0 : 0.0);
  }

  /**
   * Adds the score of a case, the mean of its repetitions.
   *
   * @param score 0 to 1; of a rate 0 or 1
   */
  public synchronized void add(double score) {
    if (ofRate ? score != 0 && score != 1 : !(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException(
          ofRate
              ? "score must be 0 or 1 for a rate, but was "
                  + score
                  + "; use ConfidenceSequence.ofMean for scores"
              : "score must be between 0 and 1, but was " + score);
    }
    if (!ofRate) {
      if (n == values.length) {
        values = Arrays.copyOf(values, Math.max(64, 2 * n));
        stakes = Arrays.copyOf(stakes, Math.max(64, 2 * n));
      }
      // from the past alone: the mean and variance start as those of a fair coin
      double variance = (0.25 + squares) / (n + 1);
      int t = n + 1;
      values[n] = score;
      stakes[n] = Math.sqrt(2 * Math.log(2 / (1 - level)) / (variance * t * Math.log(t + 1.0)));
      double mean = (0.5 + sum + score) / (t + 1);
      squares += (score - mean) * (score - mean);
    }
    n++;
    sum += score;
  }

  /** How many cases were added. */
  public synchronized int cases() {
    return n;
  }

  /** The mean so far, absent before the first case. */
  public synchronized @Nullable Double mean() {
    return n == 0 ? null : Double.valueOf(sum / n);
  }

  /**
   * The interval now; 0 to 1 before the first case. Takes time in proportion to the cases of a
   * mean.
   */
  public synchronized Interval interval() {
    double tail = (1 - level) / 2;
    if (ofRate) {
      int passed = (int) sum;
      return new Interval(
          UniformMixture.lowerBound(n, passed, tail),
          1 - UniformMixture.lowerBound(n, n - passed, tail),
          level,
          "anytime-valid, uniform mixture");
    }
    double goal = -Math.log(tail);
    double low = refutedBelow(goal, true);
    return new Interval(
        low, Math.max(low, 1 - refutedBelow(goal, false)), level, "anytime-valid, betting");
  }

  /**
   * Where the true value lies: PASS when it is proved to be above the threshold, FAIL when proved
   * to be below, each wrong with probability at most 1 − level for all looks together. Stop at the
   * first that is not UNDECIDED: later looks may take it back.
   *
   * @param threshold above 0 and below 1
   */
  public synchronized Verdict against(double threshold) {
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException(
          "threshold must be above 0 and below 1, but was " + threshold);
    }
    double goal = -Math.log(1 - level);
    if (logEvidence(threshold, true) >= goal) {
      return Verdict.PASS;
    }
    return logEvidence(threshold, false) >= goal ? Verdict.FAIL : Verdict.UNDECIDED;
  }

  private double logEvidence(double m, boolean above) {
    if (ofRate) {
      int passed = (int) sum;
      return above ? UniformMixture.logAbove(n, passed, m) : UniformMixture.logBelow(n, passed, m);
    }
    return above ? logCapital(m, true) : logCapital(1 - m, false);
  }

  /** The gain of the one who bets on a mean above m; mirrored, of 1 − value above m. */
  private double logCapital(double m, boolean above) {
    double log = 0;
    for (int i = 0; i < n; i++) {
      double value = above ? values[i] : 1 - values[i];
      log += Math.log1p(Math.min(stakes[i], LARGEST_STAKE / m) * (value - m));
    }
    return log;
  }

  /** The highest mean that is refuted: every factor falls in m, so the capital does. */
  private double refutedBelow(double goal, boolean above) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 45; i++) {
      double middle = (low + high) / 2;
      if (logCapital(middle, above) >= goal) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
