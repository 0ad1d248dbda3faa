package dev.llmops.benchmarks.spring;

import dev.llmops.benchmarks.spring.OpenLoop.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Times of all slices of one application, to be asked for their quantiles. */
final class Quantiles {

  private final long[] nanos; // ascending
  private final int[] slice; // of each, by index
  private final int[] sizes; // of the slices

  private Quantiles(long[] nanos, int[] slice, int[] sizes) {
    this.nanos = nanos;
    this.slice = slice;
    this.sizes = sizes;
  }

  /** Of slices that are measured one after the other. */
  static Quantiles of(List<Slice> slices) {
    record Time(long nanos, int slice) {}
    List<Time> all =
        IntStream.range(0, slices.size())
            .boxed()
            .flatMap(at -> Arrays.stream(slices.get(at).nanos()).mapToObj(n -> new Time(n, at)))
            .sorted((a, b) -> Long.compare(a.nanos(), b.nanos()))
            .toList();
    if (all.isEmpty()) {
      throw new IllegalStateException("no request was answered");
    }
    return new Quantiles(
        all.stream().mapToLong(Time::nanos).toArray(),
        all.stream().mapToInt(Time::slice).toArray(),
        slices.stream().mapToInt(each -> each.nanos().length).toArray());
  }

  /**
   * The smallest time that at least the share {@code q} of all requests did not exceed (the
   * nearest-rank quantile): of 1, 2, 3, 4 the 0.5 one is 2.
   */
  double millis(double q) {
    int[] once = new int[sizes.length];
    Arrays.fill(once, 1);
    return millis(q, once);
  }

  /**
   * The interval of 95 % of {@code q} of the second less {@code q} of the first, by the percentile
   * bootstrap over pairs of slices (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
   * chapter 13): slices are drawn rather than requests, because requests of one slice share what
   * the machine did meanwhile. The n-th slices of both belong together.
   */
  static double[] difference(Quantiles first, Quantiles second, double q, int draws) {
    SplittableRandom random = new SplittableRandom(42);
    double[] differences = new double[draws];
    for (int draw = 0; draw < draws; draw++) {
      int[] weights = new int[first.sizes.length];
      for (int i = 0; i < weights.length; i++) {
        weights[random.nextInt(weights.length)]++;
      }
      differences[draw] = second.millis(q, weights) - first.millis(q, weights);
    }
    Arrays.sort(differences);
    return new double[] {
      differences[(int) (0.025 * draws)], differences[Math.min(draws - 1, (int) (0.975 * draws))]
    };
  }

  private double millis(double q, int[] weights) {
    long total = 0;
    for (int i = 0; i < sizes.length; i++) {
      total += (long) weights[i] * sizes[i];
    }
    long above = total - (long) Math.ceil(q * total); // that may be greater
    int at = nanos.length - 1;
    long passed = weights[slice[at]];
    while (passed <= above && at > 0) {
      at--;
      passed += weights[slice[at]];
    }
    return nanos[at] / 1e6;
  }
}
