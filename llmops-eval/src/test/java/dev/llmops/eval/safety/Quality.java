package dev.llmops.eval.safety;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** AUC and its interval; recall and flag rate at a threshold. */
final class Quality {

  private Quality() {}

  /**
   * The share of pairs (positive, negative) in which the positive scores higher, ties half (Mann
   * and Whitney 1947).
   */
  static double auc(double[] scores, boolean[] labels) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, k) -> Double.compare(scores[i], scores[k]));
    double below = 0;
    double wins = 0;
    long positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      long neg = 0;
      long pos = 0;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        if (labels[order[to]]) {
          pos++;
        } else {
          neg++;
        }
        to++;
      }
      wins += pos * (below + neg / 2.0);
      below += neg;
      positives += pos;
      from = to;
    }
    return wins / (positives * below);
  }

  /** AUC with a 95 % percentile bootstrap interval of 400 draws, seed 1. */
  static String aucWithInterval(double[] scores, boolean[] labels) {
    int n = scores.length;
    SplittableRandom random = new SplittableRandom(1);
    int draws = 400;
    double[] aucs = new double[draws];
    double[] s = new double[n];
    boolean[] l = new boolean[n];
    for (int d = 0; d < draws; d++) {
      for (int i = 0; i < n; i++) {
        int k = random.nextInt(n);
        s[i] = scores[k];
        l[i] = labels[k];
      }
      aucs[d] = auc(s, l);
    }
    Arrays.sort(aucs);
    return String.format(
        Locale.ROOT,
        "%.3f [%.3f, %.3f] n=%d",
        auc(scores, labels),
        aucs[(int) (draws * 0.025)],
        aucs[(int) (draws * 0.975)],
        n);
  }

  /** A share with its Wilson interval: {@code .123 [.100, .150] n=10}. */
  static String share(long hits, long n) {
    double z = 1.959964;
    double p = n == 0 ? Double.NaN : (double) hits / n;
    double mid = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
    double low = Math.max(0, mid - half); // not -0.000
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f] n=%d", p, low, mid + half, n);
  }

  /**
   * Slope and offset of Platt's sigmoid (Platt 1999): Newton steps, halved while the loss grows.
   */
  static double[] platt(double[] margins, boolean[] labels, ToDoubleFunction<Integer> weight) {
    double a = 1;
    double b = 0;
    for (int round = 0; round < 200; round++) {
      double ga = 0;
      double gb = 0;
      double haa = 1e-6;
      double hab = 0;
      double hbb = 1e-6;
      for (int i = 0; i < margins.length; i++) {
        double p = 1 / (1 + StrictMath.exp(-(a * margins[i] + b)));
        double w = weight.applyAsDouble(i);
        double d = w * (p - (labels[i] ? 1 : 0));
        double h = w * Math.max(1e-9, p * (1 - p));
        ga += d * margins[i];
        gb += d;
        haa += h * margins[i] * margins[i];
        hab += h * margins[i];
        hbb += h;
      }
      double det = haa * hbb - hab * hab;
      double da = (hbb * ga - hab * gb) / det;
      double db = (haa * gb - hab * ga) / det;
      double loss = loss(a, b, margins, labels, weight);
      double part = 1;
      while (part > 1e-6 && loss(a - part * da, b - part * db, margins, labels, weight) > loss) {
        part /= 2;
      }
      a -= part * da;
      b -= part * db;
      if (Math.abs(da) + Math.abs(db) < 1e-9) {
        break;
      }
    }
    return new double[] {a, b};
  }

  private static double loss(
      double a, double b, double[] margins, boolean[] labels, ToDoubleFunction<Integer> weight) {
    double loss = 0;
    for (int i = 0; i < margins.length; i++) {
      double z = (labels[i] ? -1 : 1) * (a * margins[i] + b);
      // log(1 + e^z) without overflow
      double each = Math.max(z, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
      loss += weight.applyAsDouble(i) * each;
    }
    return loss;
  }
}
