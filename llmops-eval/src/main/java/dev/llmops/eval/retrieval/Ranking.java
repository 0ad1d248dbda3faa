package dev.llmops.eval.retrieval;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.retrieval.RankingEvaluators.Gain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The gains of a ranking in order, and those of the best possible one. */
final class Ranking {

  private static final double MAX_GAIN = 60; // 2^60 is exact enough as a double
  private static final int NAMED = 5;
  private static final int MAX_SHOWN = 80;

  private final double[] gains;
  private final double[] ideal;
  private final boolean valid;
  private final List<String> missed;
  private final int missedCount;

  private Ranking(
      double[] gains, double[] ideal, boolean valid, List<String> missed, int missedCount) {
    this.gains = gains;
    this.ideal = ideal;
    this.valid = valid;
    this.missed = missed;
    this.missedCount = missedCount;
  }

  static Ranking of(EvalCase evalCase) {
    List<String> retrieved = evalCase.retrievedIds() == null ? List.of() : evalCase.retrievedIds();
    Map<String, Double> relevant =
        evalCase.relevantIds() == null ? Map.of() : evalCase.relevantIds();
    Set<String> seen = new HashSet<>();
    double[] gains = new double[retrieved.size()];
    for (int i = 0; i < gains.length; i++) {
      Double gain = relevant.get(retrieved.get(i));
      gains[i] = seen.add(retrieved.get(i)) && gain != null ? gain : 0;
    }
    List<String> missed = new ArrayList<>();
    int missedCount = 0;
    boolean valid = true;
    for (Map.Entry<String, Double> each : relevant.entrySet()) {
      valid &= each.getValue() >= 0 && each.getValue() <= MAX_GAIN;
      if (each.getValue() > 0 && !seen.contains(each.getKey())) {
        missedCount++;
        if (missed.size() < NAMED) {
          missed.add(shown(each.getKey()));
        }
      }
    }
    double[] ideal =
        relevant.values().stream().mapToDouble(each -> -each).filter(each -> each < 0).toArray();
    Arrays.sort(ideal);
    for (int i = 0; i < ideal.length; i++) {
      ideal[i] = -ideal[i];
    }
    return new Ranking(gains, ideal, valid, missed, missedCount);
  }

  boolean isValid() {
    return valid;
  }

  int relevant() {
    return ideal.length;
  }

  int found(int depth) {
    int found = 0;
    for (int i = 0; i < Math.min(depth, gains.length); i++) {
      found += gains[i] > 0 ? 1 : 0;
    }
    return found;
  }

  double reciprocalRank() {
    for (int i = 0; i < gains.length; i++) {
      if (gains[i] > 0) {
        return 1.0 / (i + 1);
      }
    }
    return 0;
  }

  double averagePrecision(int depth) {
    double sum = 0;
    int found = 0;
    for (int i = 0; i < Math.min(depth, gains.length); i++) {
      if (gains[i] > 0) {
        found++;
        sum += (double) found / (i + 1);
      }
    }
    return sum / relevant();
  }

  double ndcg(int depth, Gain gain) {
    return discounted(gains, depth, gain) / discounted(ideal, depth, gain);
  }

  String reason() {
    String named = missed.isEmpty() ? "" : "; missed: " + String.join(", ", missed);
    return found(gains.length)
        + " of "
        + relevant()
        + " relevant found in "
        + gains.length
        + named
        + (missedCount > missed.size() ? " and " + (missedCount - missed.size()) + " more" : "");
  }

  private static String shown(String id) {
    return id.length() <= MAX_SHOWN ? id : id.substring(0, MAX_SHOWN) + "…";
  }

  private static double discounted(double[] gains, int depth, Gain gain) {
    double sum = 0;
    for (int i = 0; i < Math.min(depth, gains.length); i++) {
      double worth = gain == Gain.LINEAR ? gains[i] : Math.pow(2, gains[i]) - 1;
      sum += worth * Math.log(2) / Math.log(i + 2);
    }
    return sum;
  }
}
