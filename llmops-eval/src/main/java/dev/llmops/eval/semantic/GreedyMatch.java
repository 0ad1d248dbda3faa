package dev.llmops.eval.semantic;

import java.util.Arrays;
import java.util.List;

/** Each vector of one side with the nearest of the other: cosines, those below 0 as 0. */
record GreedyMatch(double[] left, double[] right) {

  static GreedyMatch of(List<Embedding> left, List<Embedding> right) {
    double[] nearestOfLeft = new double[left.size()];
    double[] nearestOfRight = new double[right.size()];
    for (int i = 0; i < left.size(); i++) {
      for (int j = 0; j < right.size(); j++) {
        double cosine = left.get(i).cosine(right.get(j));
        nearestOfLeft[i] = Math.max(nearestOfLeft[i], cosine);
        nearestOfRight[j] = Math.max(nearestOfRight[j], cosine);
      }
    }
    return new GreedyMatch(nearestOfLeft, nearestOfRight);
  }

  double precision() {
    return Arrays.stream(left).average().orElse(0);
  }

  double recall() {
    return Arrays.stream(right).average().orElse(0);
  }

  double f1() {
    double sum = precision() + recall();
    return sum == 0 ? 0 : 2 * precision() * recall() / sum;
  }

  int worstLeft() {
    return least(left);
  }

  int worstRight() {
    return least(right);
  }

  private static int least(double[] values) {
    int least = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] < values[least]) {
        least = i;
      }
    }
    return least;
  }
}
