package dev.llmops.eval.semantic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.eval.stats.Correlation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;

/** The labelled data where it is, and what is measured on it. */
public final class DevData {

  private static final int RESAMPLES = 1000;

  private DevData() {}

  /** The rows of a file; the test is skipped, with a line that says so, where it is missing. */
  public static List<JsonNode> rows(String file) throws IOException {
    String folder = System.getenv("LLMOPS_EVAL_DATA");
    Path path = folder == null ? null : Path.of(folder, file);
    if (path == null || !Files.exists(path)) {
      System.out.println("SKIPPED: LLMOPS_EVAL_DATA is not set to a folder with " + file);
      Assumptions.abort("no " + file);
      throw new AssertionError();
    }
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      rows.add(json.readTree(line));
    }
    return rows;
  }

  /** Spearman's ρ; not a number where a side is constant. */
  public static double spearman(double[] x, double[] y) {
    Double rho = Correlation.spearman(x, y);
    return rho == null ? Double.NaN : rho;
  }

  /** The area under the ROC curve by ranks (Mann-Whitney); positives have y of 0.5 or more. */
  public static double auc(double[] score, double[] y) {
    double[] ranks = ranks(score);
    double sum = 0;
    double positives = 0;
    for (int i = 0; i < y.length; i++) {
      if (y[i] >= 0.5) {
        sum += ranks[i];
        positives++;
      }
    }
    double negatives = y.length - positives;
    return (sum - positives * (positives + 1) / 2) / (positives * negatives);
  }

  /** The measure with its 95 % bootstrap interval (percentiles, 1000 resamples, seed 7). */
  public static String withInterval(Statistic statistic, double[] x, double[] y) {
    Random random = new Random(7);
    double[] values = new double[RESAMPLES];
    double[] a = new double[x.length];
    double[] b = new double[x.length];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < x.length; i++) {
        int pick = random.nextInt(x.length);
        a[i] = x[pick];
        b[i] = y[pick];
      }
      values[r] = statistic.of(a, b);
    }
    Arrays.sort(values);
    return String.format(
        Locale.ROOT,
        "%.3f [%.3f, %.3f] n=%d",
        statistic.of(x, y),
        values[(int) (0.025 * RESAMPLES)],
        values[(int) (0.975 * RESAMPLES)],
        x.length);
  }

  /** A measure of two columns. */
  public interface Statistic {
    /** The measure. */
    double of(double[] x, double[] y);
  }

  private static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(values[i], values[j]));
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
