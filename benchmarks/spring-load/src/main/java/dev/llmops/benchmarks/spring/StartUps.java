package dev.llmops.benchmarks.spring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What each variant takes to start, all of them in turn, so that each round sees one machine. */
final class StartUps {

  /** Starts one. */
  interface Starter {
    App start(Variant variant) throws IOException, InterruptedException;
  }

  private final Map<Variant, List<App.Start>> starts = new EnumMap<>(Variant.class);

  /** Starts each variant {@code times}, in turn, every second turn backwards. */
  static StartUps measure(int times, Starter starter) throws IOException, InterruptedException {
    StartUps startUps = new StartUps();
    List<Variant> order = new ArrayList<>(List.of(Variant.values()));
    for (Variant variant : order) {
      starter.start(variant).close(); // its jars are in the machine's file cache from now on
    }
    for (int turn = 0; turn < times; turn++) {
      for (Variant variant : order) {
        try (App app = starter.start(variant)) {
          startUps.starts.computeIfAbsent(variant, v -> new ArrayList<>()).add(app.start());
        }
      }
      java.util.Collections.reverse(order);
    }
    return startUps;
  }

  /** A row for each variant: medians, and how much more than {@link Variant#WITHOUT}. */
  String table() {
    StringBuilder table = new StringBuilder();
    table.append("| start-up | ms until ready | more (95 %) | CPU ms of the starting thread |");
    table.append(" more (95 %) | of llmops' beans |\n|---|---:|---:|---:|---:|---:|\n");
    for (Variant variant : Variant.values()) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,.0f | %s | %,.0f | %s | %.0f |%n",
              variant,
              median(values(variant, App.Start::readyMillis)),
              more(variant, App.Start::readyMillis),
              median(values(variant, App.Start::cpuMillis)),
              more(variant, App.Start::cpuMillis),
              median(values(variant, App.Start::oursMillis))));
    }
    return table.toString();
  }

  private String more(Variant variant, ToDoubleFunction<App.Start> what) {
    if (variant == Variant.WITHOUT) {
      return "";
    }
    double[] bare = values(Variant.WITHOUT, what);
    double[] more = values(variant, what);
    for (int i = 0; i < more.length; i++) {
      more[i] -= bare[i];
    }
    double[] interval = intervalOfMedian(more);
    return String.format(
        Locale.ROOT, "%,.0f (%,.0f to %,.0f)", median(more), interval[0], interval[1]);
  }

  /**
   * The k-th smallest and the k-th greatest, k as great as still holds the median with 95 %: the
   * interval of the sign test, which supposes nothing of the distribution (Conover, Practical
   * Nonparametric Statistics, 1999, chapter 3.2). Of ten it is from the second to the ninth.
   */
  static double[] intervalOfMedian(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double exactly = Math.pow(0.5, n); // the probability of k = 0 successes of n
    double atMost = exactly;
    int k = 0;
    while (2 * atMost <= 0.05) {
      k++;
      exactly *= (n - k + 1) / (double) k;
      atMost += exactly;
    }
    int at = Math.max(k - 1, 0);
    return new double[] {sorted[at], sorted[n - 1 - at]};
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  private double[] values(Variant variant, ToDoubleFunction<App.Start> what) {
    return starts.getOrDefault(variant, List.of()).stream().mapToDouble(what).toArray();
  }
}
