package dev.llmops.eval.stats;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The exact unconditional test of the difference of two paired rates against a margin: cases are
 * ordered by Tango's score statistic (Statistics in Medicine 17, 1998), and the p value is the
 * greatest chance of one as extreme over all discordances (Hsueh, Liu and Chen, Biometrics 57,
 * 2001). H0: gained − lost rate = −margin; immutable.
 */
final class PairedRates {

  /**
   * Beyond this many pairs the score's normal approximation decides; it is 0.13 points too bold
   * there for "not worse" and 0.6 for "worse", at margins from 0.02 on.
   */
  static final int MAX_EXACT = 2000;

  private static final double TINY = 1e-13;

  private final int n;
  private final double margin;

  /** The margin is above 0 and below 1. */
  PairedRates(int n, double margin) {
    this.n = n;
    this.margin = margin;
  }

  /** The statistic: great where the candidate is not worse by the margin. */
  double z(int lost, int gained) {
    double b = -lost - gained + (2.0 * n - lost + gained) * margin;
    double c = -gained * margin * (1 - margin);
    // the greater root; the stable form where b > 0
    double root = Math.sqrt(b * b - 8.0 * n * c);
    double q = b > 0 ? -2 * c / (b + root) : (root - b) / (4.0 * n);
    return (gained - lost + n * margin) / Math.sqrt(n * (2 * q + margin * (1 - margin)));
  }

  boolean exact() {
    return n <= MAX_EXACT;
  }

  /** The p value of "worse by the margin or more". */
  double pNotWorse(int lost, int gained) {
    double z = z(lost, gained);
    return exact() ? Math.min(1, supremum(upper(z), true, 1)) : Normal.survival(z);
  }

  /** The p value of "worse by the margin or less". */
  double pWorse(int lost, int gained) {
    double z = z(lost, gained);
    return exact() ? Math.min(1, supremum(lower(z), false, 1)) : Normal.cumulative(z);
  }

  /** The least statistic that proves "not worse", at this level. */
  double criticalNotWorse(double alpha) {
    return critical(alpha, true);
  }

  /** The greatest statistic that proves "worse", at this level. */
  double criticalWorse(double alpha) {
    return critical(alpha, false);
  }

  private double critical(double alpha, boolean up) {
    double nominal = Normal.quantile(1 - alpha);
    if (!exact()) {
      return up ? nominal : -nominal;
    }
    double low = nominal - 0.5;
    double high = nominal + 0.5;
    while (size(high, up) > alpha) {
      high += 0.5;
    }
    for (int i = 0; i < 12; i++) {
      double middle = (low + high) / 2;
      if (size(middle, up) > alpha) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return up ? high : -high;
  }

  private double size(double z, boolean up) {
    return supremum(up ? upper(z) : lower(-z), up, 2);
  }

  /** The chance of a statistic of at least this, at rates of lost and gained cases. */
  double chanceAtLeast(double z, double lostRate, double gainedRate) {
    return chance(upper(z), true, lostRate, gainedRate);
  }

  /** The chance of a statistic of at most this. */
  double chanceAtMost(double z, double lostRate, double gainedRate) {
    return chance(lower(z), false, lostRate, gainedRate);
  }

  /**
   * For each number of lost cases the fewest gained with a statistic of at least z; n + 1: none.
   */
  private int[] upper(double z) {
    int[] fewest = new int[n + 1];
    int gained = 0;
    for (int lost = 0; lost <= n; lost++) {
      // monotone: more lost needs more gained
      while (gained <= n - lost && z(lost, gained) < z - 1e-10) {
        gained++;
      }
      fewest[lost] = gained <= n - lost ? gained : n + 1;
    }
    return fewest;
  }

  /** For each number of lost cases the most gained with a statistic of at most z; −1: none. */
  private int[] lower(double z) {
    int[] most = new int[n + 1];
    int gained = -1;
    for (int lost = 0; lost <= n; lost++) {
      while (gained + 1 <= n - lost && z(lost, gained + 1) <= z + 1e-10) {
        gained++;
      }
      most[lost] = Math.min(gained, n - lost);
    }
    return most;
  }

  /** Over the rates of H0: gained q, lost q + margin, 0 ≤ q ≤ (1 − margin) ÷ 2. */
  private double supremum(int[] bound, boolean up, int coarse) {
    int steps = (40 + (int) (4 * Math.sqrt(n))) / coarse;
    double top = Math.sqrt((1 - margin) / 2);
    double[] coarsely = new double[steps + 1];
    double best = 0;
    for (int i = 0; i <= steps; i++) {
      coarsely[i] = at(bound, up, top * i / steps);
      best = Math.max(best, coarsely[i]);
    }
    // once more about every peak that could be the greatest: it has as many as counts are few
    double near = 0.9 * best;
    for (int i = 0; i <= steps; i++) {
      boolean peak =
          coarsely[i] >= near
              && (i == 0 || coarsely[i] >= coarsely[i - 1])
              && (i == steps || coarsely[i] >= coarsely[i + 1]);
      for (int j = -3; peak && j <= 3; j++) {
        double root = top * Math.max(0, Math.min(steps, i + j / 4.0)) / steps;
        best = Math.max(best, at(bound, up, root));
      }
    }
    return best;
  }

  private double at(int[] bound, boolean up, double root) {
    double q = root * root;
    return chance(bound, up, q + margin, q);
  }

  private double chance(int[] bound, boolean up, double lostRate, double gainedRate) {
    BinomialDistribution lost = BinomialDistribution.of(n, Math.min(1, lostRate));
    double rest = lostRate >= 1 ? 0 : Math.max(0, Math.min(1, gainedRate / (1 - lostRate)));
    int from = lost.inverseCumulativeProbability(TINY);
    int to = lost.inverseSurvivalProbability(TINY);
    double sum = 0;
    for (int b = from; b <= to; b++) {
      int c = bound[b];
      if (up ? c > n - b : c < 0) {
        continue;
      }
      double of = lost.probability(b);
      if (up ? c == 0 : c >= n - b) {
        sum += of;
      } else {
        BinomialDistribution gained = BinomialDistribution.of(n - b, rest);
        sum += of * (up ? gained.survivalProbability(c - 1) : gained.cumulativeProbability(c));
      }
    }
    return sum;
  }

  /**
   * Tango's score interval of the difference gained − lost rate: all margins that the statistic
   * does not reject, each end at this tail.
   */
  static Interval interval(int n, int lost, int gained, double tail) {
    double z = Normal.quantile(1 - tail);
    double difference = (double) (gained - lost) / n;
    double low = root(n, lost, gained, z, difference, -1);
    double high = -root(n, gained, lost, z, -difference, -1);
    return new Interval(low, high, 1 - 2 * tail, "Tango's score");
  }

  private static double root(int n, int lost, int gained, double z, double from, double to) {
    double in = from;
    double out = to;
    for (int i = 0; i < 60; i++) {
      double middle = (in + out) / 2;
      // H0: difference = middle, as a margin of −middle
      if (score(n, lost, gained, -middle) < z) {
        in = middle;
      } else {
        out = middle;
      }
    }
    return in;
  }

  private static double score(int n, int lost, int gained, double margin) {
    if (margin < 0) {
      // the other way round: gained − lost = −margin ⇔ lost − gained = margin
      return -score(n, gained, lost, -margin);
    }
    double distance = gained - lost + n * margin;
    if (margin == 0) {
      return distance == 0 ? 0 : distance / Math.sqrt(lost + gained);
    }
    return new PairedRates(n, margin).z(lost, gained);
  }
}
