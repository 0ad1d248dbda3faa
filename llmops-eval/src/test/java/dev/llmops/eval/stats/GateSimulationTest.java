package dev.llmops.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.stats.Gates.Proof;
import dev.llmops.eval.stats.Gates.Repetitions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * How often the gates err, by simulation. In full, 10,000 runs each of which at most 551 may err,
 * with {@code -Psimulation}; otherwise a short form, its bound at the same chance of a false alarm.
 */
class GateSimulationTest {

  private static final boolean FULL = "full".equals(System.getProperty("llmops.simulation"));
  private static final int RUNS = FULL ? 10_000 : 300;

  /** 551 of 10,000, and as many standard deviations above 5 % for fewer. */
  private static final int MOST =
      (int)
          Math.round(
              0.05 * RUNS + 51 / Math.sqrt(10_000 * 0.05 * 0.95) * Math.sqrt(RUNS * 0.05 * 0.95));

  private static final double ALPHA = 0.05;
  private static final int[] SIZES =
      FULL ? new int[] {20, 50, 100, 200, 1000} : new int[] {50, 200};

  private final Draws random = new Draws(20_261_121);

  @Test
  void theAbsoluteGatePassesAtItsThresholdInAtMostFivePercent() {
    for (double threshold : new double[] {0.7, 0.85, 0.95}) {
      for (int n : SIZES) {
        absolute("passed or failed", n, threshold, () -> random.bit(threshold));
        absolute("5 repetitions, ICC 0.3", n, threshold, () -> random.repeated(threshold, 0.3, 5));
        absolute("5 repetitions, ICC 0.9", n, threshold, () -> random.repeated(threshold, 0.9, 5));
        // mostly 1, rarely 0, or not quite: where t tests fail
        absolute(
            "rarely 0, else 0.99 or 1",
            n,
            threshold * 0.995,
            () -> random.bit(threshold) * (random.bit(0.5) > 0 ? 1 : 0.99));
        absolute("beta", n, threshold, () -> random.beta(4 * threshold, 4 * (1 - threshold)));
        absolute("U-shaped", n, threshold, () -> random.beta(threshold / 2, (1 - threshold) / 2));
      }
    }
  }

  private void absolute(String values, int n, double threshold, DoubleSupplier draw) {
    errors(
        "absolute " + threshold + ", " + values,
        n,
        run -> {
          double[] drawn = random.many(n, draw);
          return Gates.leastProof(drawn, threshold);
        });
  }

  @Test
  void aBudgetPassesAtItsLimitInAtMostFivePercent() {
    double ceiling = 20;
    for (double deviation : new double[] {0.5, 1, 1.5}) {
      // the mean of min(X, ceiling), X log-normal with median 1: e^(σ²/2) Φ(k/σ − σ) + c Φ(−k/σ), k
      // = ln c
      double k = Math.log(ceiling) / deviation;
      double mean =
          Math.exp(deviation * deviation / 2) * Normal.cumulative(k - deviation)
              + ceiling * Normal.survival(k);
      for (int n : SIZES) {
        errors(
            "budget, log-normal " + deviation + " up to 20 medians",
            n,
            run ->
                Gates.mostProof(
                    random.many(n, () -> Math.min(ceiling, Math.exp(deviation * random.normal()))),
                    mean,
                    ceiling));
      }
    }
  }

  @Test
  void nonInferiorityPassesAtTheMarginInAtMostFivePercent() {
    double margin = 0.05;
    for (int n : SIZES) {
      for (double discordance : new double[] {0.05, 0.1, 0.2, 0.4}) {
        KnownVerdicts known = new KnownVerdicts(n, margin);
        errors(
            "non-inferiority, passed or failed, discordance " + discordance,
            n,
            run -> {
              double[] baseline = new double[n];
              double[] candidate = new double[n];
              long key = pairs(baseline, candidate, discordance, margin);
              return known.of(key, baseline, candidate);
            });
      }
      errors("non-inferiority, 5 repetitions, each case worse", n, run -> graded(n, margin, 5));
      errors(
          "non-inferiority, judge's noise, rarely lost",
          n,
          run -> {
            // the same noise on both sides, but one in twenty is lost: −0.05 · 0.95 on average
            double[] baseline = random.many(n, () -> 0.9 + 0.1 * random.uniform());
            double[] candidate =
                random.many(n, () -> random.bit(0.95) * (0.9 + 0.1 * random.uniform()));
            return Gates.notWorseProof(baseline, candidate, 0.05 * 0.95);
          });
    }
  }

  private Proof graded(int n, double margin, int repetitions) {
    double[] baseline = new double[n];
    double[] candidate = new double[n];
    for (int i = 0; i < n; i++) {
      double rate = margin + (1 - margin) * random.beta(1.8, 0.2);
      baseline[i] = random.binomial(repetitions, rate) / (double) repetitions;
      candidate[i] = random.binomial(repetitions, rate - margin) / (double) repetitions;
    }
    return Gates.notWorseProof(baseline, candidate, margin);
  }

  @Test
  void theRegressionGateFailsAnUnchangedApplicationInAtMostFivePercent() {
    for (int n : SIZES) {
      for (double rate : new double[] {0.5, 0.9, 0.95}) {
        unchanged("passed or failed, rate " + rate, n, rate, 1, 1, Repetitions.SAME);
        unchanged("5 repetitions, rate " + rate, n, rate, 5, 5, Repetitions.SAME);
        unchanged("1 against 10, rate " + rate, n, rate, 1, 10, Repetitions.SAME);
        unchanged("3 against 5, rate " + rate, n, rate, 3, 5, Repetitions.DIFFERENT);
      }
      if (n <= (FULL ? 200 : 50)) {
        errors(
            "regression, judge's noise",
            n,
            run -> {
              double[] baseline = new double[n];
              double[] candidate = new double[n];
              for (int i = 0; i < n; i++) {
                double level = random.uniform();
                baseline[i] = noisy(level);
                candidate[i] = noisy(level);
              }
              return alarm(baseline, candidate, Repetitions.SAME);
            });
      }
    }
  }

  private double noisy(double level) {
    return Math.max(0, Math.min(1, level + 0.2 * random.normal()));
  }

  private void unchanged(
      String what, int n, double rate, int before, int after, Repetitions repetitions) {
    errors(
        "regression, " + what,
        n,
        run -> {
          double[] baseline = new double[n];
          double[] candidate = new double[n];
          for (int i = 0; i < n; i++) {
            double own = random.beta(rate, 1 - rate);
            baseline[i] = random.binomial(before, own) / (double) before;
            candidate[i] = random.binomial(after, own) / (double) after;
          }
          return alarm(baseline, candidate, repetitions);
        });
  }

  private static Proof alarm(double[] baseline, double[] candidate, Repetitions repetitions) {
    double p = Gates.worseProof(baseline, candidate, repetitions).pValue();
    return new Proof(p, 1, "alarm");
  }

  @Test
  void printedPowerIsWithinTwoPointsOfTheSimulated() {
    int runs = FULL ? 40_000 : 2_000;
    for (int n : FULL ? new int[] {50, 100, 200, 1000} : new int[] {50, 200}) {
      for (double discordance : new double[] {0.1, 0.2, 0.4}) {
        double drop = 0.08;
        double margin = 0.08;
        int alarms = 0;
        int passes = 0;
        Map<Long, Boolean> alarmed = new HashMap<>();
        KnownVerdicts known = new KnownVerdicts(n, margin);
        for (int run = 0; run < runs; run++) {
          double[] baseline = new double[n];
          double[] candidate = new double[n];
          long key = pairs(baseline, candidate, discordance, drop);
          alarms +=
              alarmed.computeIfAbsent(
                      key,
                      k ->
                          Gates.worseProof(baseline, candidate, Repetitions.SAME).pValue() <= ALPHA)
                  ? 1
                  : 0;
          double[] same = new double[n];
          double[] other = new double[n];
          key = pairs(same, other, discordance, 0);
          passes += known.of(key, same, other).pass() <= ALPHA ? 1 : 0;
        }
        Power alarm = Power.regression(n, discordance, drop, ALPHA);
        Power pass = Power.nonInferiority(n, discordance, 0, margin, ALPHA);
        System.out.printf(
            Locale.ROOT,
            "power n %4d discordance %.1f: alarm printed %.4f simulated %.4f, pass printed %.4f"
                + " simulated %.4f%n",
            n,
            discordance,
            alarm.power(),
            (double) alarms / runs,
            pass.power(),
            (double) passes / runs);
        // the short form's own error is up to 1.1 points a standard deviation
        double tolerance = FULL ? 0.02 : 0.035;
        assertThat(alarm.power()).isCloseTo((double) alarms / runs, within(tolerance));
        assertThat(pass.power()).isCloseTo((double) passes / runs, within(tolerance));
      }
    }
  }

  /**
   * The p values fall, and rise, with the score: between two outcomes of one verdict is no other.
   * Without it the simulations of 1,000 cases take an hour.
   */
  private static final class KnownVerdicts {

    private static final Proof NEITHER = new Proof(1, 1, "known");

    private final PairedRates test;
    private final double margin;
    private final TreeMap<Double, Proof> known = new TreeMap<>();

    KnownVerdicts(int n, double margin) {
      this.test = new PairedRates(n, margin);
      this.margin = margin;
    }

    Proof of(long key, double[] baseline, double[] candidate) {
      double z = test.z((int) (key >>> 32), (int) key);
      Map.Entry<Double, Proof> below = known.floorEntry(z);
      Map.Entry<Double, Proof> above = known.ceilingEntry(z);
      if (below != null && below.getValue().pass() <= ALPHA) {
        return below.getValue();
      }
      if (above != null && above.getValue().fail() <= ALPHA) {
        return above.getValue();
      }
      if (below != null
          && above != null
          && below.getValue().verdict(ALPHA) == Verdict.UNDECIDED
          && above.getValue().verdict(ALPHA) == Verdict.UNDECIDED) {
        return NEITHER;
      }
      Proof proof = Gates.notWorseProof(baseline, candidate, margin);
      known.put(z, proof);
      return proof;
    }
  }

  /** Fills both, and returns lost · 2³² + gained. */
  private long pairs(double[] baseline, double[] candidate, double discordance, double drop) {
    double lost = (discordance + drop) / 2;
    long key = 0;
    for (int i = 0; i < baseline.length; i++) {
      double u = random.uniform();
      baseline[i] = u < lost ? 1 : u < discordance ? 0 : u < 0.9 ? 1 : 0;
      candidate[i] = u < lost ? 0 : u < discordance ? 1 : baseline[i];
      key += u < lost ? 1L << 32 : u < discordance ? 1 : 0;
    }
    return key;
  }

  private void errors(String what, int n, IntFunction<Proof> gate) {
    int passes = 0;
    int fails = 0;
    for (int run = 0; run < RUNS; run++) {
      Proof proof = gate.apply(run);
      passes += proof.pass() <= ALPHA ? 1 : 0;
      fails += proof.fail() <= ALPHA ? 1 : 0;
    }
    if (FULL) {
      System.out.printf(
          Locale.ROOT,
          "errors of %d: %-60s n %4d  %4d, opposite %4d%n",
          RUNS,
          what,
          n,
          passes,
          fails);
    }
    assertThat(passes).as(what + ", n " + n).isLessThanOrEqualTo(MOST);
    assertThat(fails).as(what + ", the opposite, n " + n).isLessThanOrEqualTo(MOST);
  }

  /** Seeded draws of the distributions above. */
  static final class Draws {

    private final Random source;

    Draws(long seed) {
      this.source = new Random(seed);
    }

    double uniform() {
      return source.nextDouble();
    }

    double normal() {
      return source.nextGaussian();
    }

    double bit(double rate) {
      return source.nextDouble() < rate ? 1 : 0;
    }

    int binomial(int trials, double rate) {
      int count = 0;
      for (int i = 0; i < trials; i++) {
        count += source.nextDouble() < rate ? 1 : 0;
      }
      return count;
    }

    double[] many(int n, DoubleSupplier draw) {
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        values[i] = draw.getAsDouble();
      }
      return values;
    }

    /** The mean of trials of a beta-binomial case. */
    double repeated(double rate, double correlation, int trials) {
      double scale = (1 - correlation) / correlation;
      return binomial(trials, beta(rate * scale, (1 - rate) * scale)) / (double) trials;
    }

    /** A beta draw as a ratio of gammas (Marsaglia and Tsang 2000). */
    double beta(double a, double b) {
      double x = gamma(a);
      double y = gamma(b);
      return x + y == 0 ? bit(a / (a + b)) : x / (x + y);
    }

    private double gamma(double shape) {
      if (shape < 1) {
        return gamma(shape + 1) * Math.pow(source.nextDouble(), 1 / shape);
      }
      double d = shape - 1 / 3.0;
      double c = 1 / Math.sqrt(9 * d);
      while (true) {
        double x = source.nextGaussian();
        double v = Math.pow(1 + c * x, 3);
        if (v > 0 && Math.log(source.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }
}
