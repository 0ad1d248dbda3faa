package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.stats.GateSimulationTest.Draws;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

/** Whether intervals hold the truth as often as they say; in full with {@code -Psimulation}. */
class IntervalCoverageTest {

  private static final boolean FULL = "full".equals(System.getProperty("llmops.simulation"));

  @Test
  void wilsonHoldsWhatTheScoreTestDoesNotReject() {
    double z = 1.959963984540054;
    for (int n : new int[] {1, 2, 5, 20, 100, 1000}) {
      for (int x = 0; x <= n; x++) {
        Interval wilson = new Proportion(x, n).wilson95();
        double share = (double) x / n;
        assertThat(wilson.low()).isCloseTo(edge(share, n, z, 0), within(1e-9));
        assertThat(wilson.high()).isCloseTo(edge(share, n, z, 1), within(1e-9));
      }
    }
  }

  /** The last rate towards an end at which |share − p| ≤ z √(p (1 − p) ÷ n), by halving. */
  private static double edge(double share, int n, double z, double end) {
    double in = share;
    double out = end;
    for (int i = 0; i < 80; i++) {
      double middle = (in + out) / 2;
      boolean held = Math.abs(share - middle) <= z * Math.sqrt(middle * (1 - middle) / n);
      if (held) {
        in = middle;
      } else {
        out = middle;
      }
    }
    return in;
  }

  @Test
  void wilsonCoversAboutItsLevelOnAverage() {
    for (int n : new int[] {20, 30, 50, 100, 200, 500}) {
      Interval[] intervals = new Interval[n + 1];
      for (int x = 0; x <= n; x++) {
        intervals[x] = new Proportion(x, n).wilson95();
      }
      double mean = 0;
      int rates = FULL ? 1_800 : 300;
      for (int i = 0; i < rates; i++) {
        double p = 0.05 + 0.9 * (i + 0.5) / rates;
        BinomialDistribution truth = BinomialDistribution.of(n, p);
        for (int x = 0; x <= n; x++) {
          mean += intervals[x].contains(p) ? truth.probability(x) / rates : 0;
        }
      }
      print("Wilson, mean over p in 0.05 to 0.95, n " + n, mean);
      assertThat(mean).as("n " + n).isBetween(0.945, 0.956);
    }
  }

  @Test
  void clopperPearsonNeverCoversLess() {
    for (int n : new int[] {5, 20, 100}) {
      for (int i = 1; i < 200; i++) {
        double p = i / 200.0;
        BinomialDistribution truth = BinomialDistribution.of(n, p);
        double both = 0;
        double low = 0;
        double high = 0;
        for (int x = 0; x <= n; x++) {
          Proportion share = new Proportion(x, n);
          both += share.clopperPearson(0.95).contains(p) ? truth.probability(x) : 0;
          low += share.atLeast(0.95) <= p ? truth.probability(x) : 0;
          high += share.atMost(0.95) >= p ? truth.probability(x) : 0;
        }
        assertThat(Math.min(both, Math.min(low, high))).isGreaterThanOrEqualTo(0.95 - 1e-9);
      }
    }
  }

  @Test
  void clusteredRatesCover() {
    int runs = FULL ? 10_000 : 300;
    Draws random = new Draws(7);
    for (int cases : new int[] {10, 20, 50, 200}) {
      for (double correlation : new double[] {0.1, 0.5, 0.9}) {
        for (double rate : new double[] {0.5, 0.9, 0.95}) {
          int[] trials = new int[cases];
          Arrays.fill(trials, 5);
          int held = 0;
          for (int run = 0; run < runs; run++) {
            int[] passed = new int[cases];
            for (int i = 0; i < cases; i++) {
              passed[i] = (int) Math.round(5 * random.repeated(rate, correlation, 5));
            }
            held += Clustered.rate(passed, trials, 0.95).interval().contains(rate) ? 1 : 0;
          }
          double covered = (double) held / runs;
          String as = "clustered, cases " + cases + ", ICC " + correlation + ", rate " + rate;
          print(as, covered);
          // the short form within three of its standard deviations
          double slack = FULL ? 0 : 3 * Math.sqrt(0.06 * 0.94 / runs);
          assertThat(covered).as(as).isGreaterThanOrEqualTo((cases == 200 ? 0.94 : 0.91) - slack);
        }
      }
    }
  }

  @Test
  void bcaCoversMeansOfSkewedScores() {
    int runs = FULL ? 10_000 : 300;
    Draws random = new Draws(11);
    for (int n : FULL ? new int[] {50, 100, 200, 500} : new int[] {50}) {
      int held = 0;
      for (int run = 0; run < runs; run++) {
        double[] values = random.many(n, () -> random.beta(8, 2));
        held += Means.bca(values, 0.95, FULL ? 2_000 : 500, run).contains(0.8) ? 1 : 0;
      }
      double covered = (double) held / runs;
      print("BCa, means of beta(8, 2), n " + n, covered);
      assertThat(covered).as("n " + n).isGreaterThanOrEqualTo(FULL ? 0.93 : 0.90);
    }
  }

  private static void print(String what, double covered) {
    if (FULL) {
      System.out.printf(Locale.ROOT, "coverage of %-55s %.4f%n", what, covered);
    }
  }
}
