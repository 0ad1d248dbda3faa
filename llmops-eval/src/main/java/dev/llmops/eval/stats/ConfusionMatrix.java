package dev.llmops.eval.stats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How often each true label met each predicted one, and the measures that follow. Immutable. What
 * divides by 0 is absent; in a mean over labels such a label counts as 0, as scikit-learn has it.
 */
public final class ConfusionMatrix {

  /** How much a disagreement of ordered labels weighs, by the number of steps between them. */
  public enum Weighting {
    /** Every disagreement weighs the same. */
    NONE,
    /** As many steps as there are. */
    LINEAR,
    /** Their square. */
    QUADRATIC
  }

  /** How the labels are put together. */
  public enum Average {
    /** Every label weighs the same. */
    MACRO,
    /** Every row weighs the same; with one label a row this is the accuracy. */
    MICRO,
    /** Every label weighs as often as it is true. */
    WEIGHTED
  }

  private final List<String> labels;
  private final long[][] counts; // true, predicted
  private final long n;

  private ConfusionMatrix(List<String> labels, long[][] counts) {
    this.labels = labels;
    this.counts = counts;
    long sum = 0;
    for (long[] row : counts) {
      for (long each : row) {
        sum += each;
      }
    }
    this.n = sum;
  }

  /** Over the labels that occur, in alphabetical order. */
  public static ConfusionMatrix of(List<String> truth, List<String> predicted) {
    TreeSet<String> labels = new TreeSet<>(truth);
    labels.addAll(predicted);
    return of(truth, predicted, List.copyOf(labels));
  }

  /**
   * Over these labels in this order, which {@link #kappa(Weighting)} measures steps by.
   *
   * @throws IllegalArgumentException if the lists differ in length, or hold another label
   */
  public static ConfusionMatrix of(
      List<String> truth, List<String> predicted, List<String> labels) {
    if (truth.size() != predicted.size()) {
      throw new IllegalArgumentException(
          "truth and predicted must have the same length, but have "
              + truth.size()
              + " and "
              + predicted.size());
    }
    List<String> distinct =
        Collections.unmodifiableList(new ArrayList<>(new LinkedHashSet<>(labels)));
    Map<String, Integer> index = new HashMap<>();
    for (String each : distinct) {
      index.put(each, index.size());
    }
    long[][] counts = new long[distinct.size()][distinct.size()];
    for (int i = 0; i < truth.size(); i++) {
      counts[at(index, truth.get(i))][at(index, predicted.get(i))]++;
    }
    return new ConfusionMatrix(distinct, counts);
  }

  private static int at(Map<String, Integer> index, String label) {
    Integer at = index.get(label);
    if (at == null) {
      throw new IllegalArgumentException(
          "label \"" + label + "\" is not among the labels " + index.keySet());
    }
    return at;
  }

  /** The labels in order. */
  public List<String> labels() {
    return labels;
  }

  /** The number of rows. */
  public long n() {
    return n;
  }

  /** How often this true label met this predicted one; 0 for labels that are not there. */
  public long count(String truth, String predicted) {
    int row = labels.indexOf(truth);
    int column = labels.indexOf(predicted);
    return row < 0 || column < 0 ? 0 : counts[row][column];
  }

  /** How many rows agree, of all. */
  public Proportion agreement() {
    long same = 0;
    for (int i = 0; i < labels.size(); i++) {
      same += counts[i][i];
    }
    return new Proportion(same, n);
  }

  /** The share of rows that agree, 0 to 1; absent without rows. */
  public @Nullable Double accuracy() {
    return agreement().value();
  }

  /** Of those predicted so, how many truly are. */
  public Proportion precision(String label) {
    int i = indexOf(label);
    return new Proportion(counts[i][i], predicted(i));
  }

  /** Of those that truly are, how many were predicted so. */
  public Proportion recall(String label) {
    int i = indexOf(label);
    return new Proportion(counts[i][i], truly(i));
  }

  /**
   * 2·TP ÷ (2·TP + FP + FN), 0 to 1; absent when the label is neither true nor predicted. TP 3, FP
   * 1, FN 0 → 6/7 = 0.857.
   */
  public @Nullable Double f1(String label) {
    int i = indexOf(label);
    long both = truly(i) + predicted(i);
    return both == 0 ? null : Double.valueOf(2.0 * counts[i][i] / both);
  }

  /** The mean of the labels' precision, 0 to 1; absent without rows. */
  public @Nullable Double precision(Average average) {
    return mean(average, label -> precision(label).value());
  }

  /** The mean of the labels' recall, 0 to 1; absent without rows. */
  public @Nullable Double recall(Average average) {
    return mean(average, label -> recall(label).value());
  }

  /** The mean of the labels' F1 (not the F1 of the means), 0 to 1; absent without rows. */
  public @Nullable Double f1(Average average) {
    return mean(average, this::f1);
  }

  /** The mean recall of the labels that are true somewhere, 0 to 1; absent without rows. */
  public @Nullable Double balancedAccuracy() {
    double sum = 0;
    int present = 0;
    for (String label : labels) {
      Double recall = recall(label).value();
      if (recall != null) {
        sum += recall;
        present++;
      }
    }
    return present == 0 ? null : Double.valueOf(sum / present);
  }

  /**
   * Matthews' correlation for any number of labels (Gorodkin 2004): (c·n − Σ tₖpₖ) ÷ √((n² − Σ
   * pₖ²)(n² − Σ tₖ²)), −1 to 1; absent when one side holds one label only (scikit-learn says 0).
   */
  public @Nullable Double mcc() {
    double both = 0;
    double truths = 0;
    double predictions = 0;
    double correct = 0;
    for (int i = 0; i < labels.size(); i++) {
      double t = truly(i);
      double p = predicted(i);
      both += t * p;
      truths += t * t;
      predictions += p * p;
      correct += counts[i][i];
    }
    double all = (double) n * n;
    double below = Math.sqrt((all - predictions) * (all - truths));
    return below == 0 ? null : Double.valueOf((correct * n - both) / below);
  }

  /** Cohen's κ (1960), see {@link #kappa(Weighting)}. */
  public @Nullable Double kappa() {
    return kappa(Weighting.NONE);
  }

  /**
   * Cohen's κ: 1 − Σ w·observed ÷ Σ w·expected by chance, at most 1, 0 for chance (1960; weighted:
   * 1968). Absent when chance alone leaves no disagreement: both sides hold one and the same label.
   * Counts 20, 5 / 10, 15 → agreement 0.7, by chance 0.5, κ = 0.4.
   */
  public @Nullable Double kappa(Weighting weighting) {
    double observed = 0;
    double expected = 0;
    for (int i = 0; i < labels.size(); i++) {
      for (int j = 0; j < labels.size(); j++) {
        double steps = Math.abs(i - j);
        double weight =
            switch (weighting) {
              case NONE -> i == j ? 0 : 1;
              case LINEAR -> steps;
              case QUADRATIC -> steps * steps;
            };
        observed += weight * counts[i][j];
        expected += weight * truly(i) * predicted(j) / n;
      }
    }
    return n == 0 || expected == 0 ? null : Double.valueOf(1 - observed / expected);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ConfusionMatrix that
        && labels.equals(that.labels)
        && java.util.Arrays.deepEquals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Objects.hash(labels, n);
  }

  /** A table, true labels down, predicted ones across. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("true\\predicted");
    labels.forEach(each -> out.append('\t').append(each));
    for (int i = 0; i < labels.size(); i++) {
      out.append('\n').append(labels.get(i));
      for (long each : counts[i]) {
        out.append('\t').append(each);
      }
    }
    return out.toString();
  }

  private @Nullable Double mean(
      Average average, java.util.function.Function<String, @Nullable Double> measure) {
    if (n == 0) {
      return null;
    }
    if (average == Average.MICRO) {
      return accuracy(); // one label a row: every false positive is another's false negative
    }
    double sum = 0;
    for (int i = 0; i < labels.size(); i++) {
      Double value = measure.apply(labels.get(i));
      double weight = average == Average.MACRO ? 1.0 / labels.size() : (double) truly(i) / n;
      sum += weight * (value == null ? 0 : value);
    }
    return sum;
  }

  private int indexOf(String label) {
    int at = labels.indexOf(label);
    if (at < 0) {
      throw new IllegalArgumentException(
          "label \"" + label + "\" is not among the labels " + labels);
    }
    return at;
  }

  private long truly(int i) {
    long sum = 0;
    for (long each : counts[i]) {
      sum += each;
    }
    return sum;
  }

  private long predicted(int i) {
    long sum = 0;
    for (long[] row : counts) {
      sum += row[i];
    }
    return sum;
  }
}
