package dev.llmops.eval.safety;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trains a {@link LinearModel}: L2-regularised logistic regression by dual coordinate descent (Yu,
 * Huang and Lin, Machine Learning 85, 2011, algorithm 5). Deterministic: fixed order from a fixed
 * seed, one thread, strict arithmetic.
 */
final class LogisticTrainer {

  /** One text to learn from. */
  record Example(Words words, boolean label, double weight, String source) {
    Example withWeight(double newWeight) {
      return new Example(words, label, newWeight, source);
    }
  }

  /**
   * How to train.
   *
   * @param bits log2 of the number of weights
   * @param c inverse strength of the regularisation
   * @param intercept value of a source's own intercept; 0 for one intercept in common. With it the
   *     weights learn what differs within a source, not which source is the more toxic one
   */
  record Settings(
      Features.Options options, float[] kindWeights, int bits, double c, double intercept) {}

  private record Vector(int[] indices, float[] values, double square) {}

  private final Settings settings;

  LogisticTrainer(Settings settings) {
    this.settings = settings;
  }

  /** Trains without calibration: probability is that of the margin itself. */
  LinearModel train(List<Example> examples) {
    int size = 1 << settings.bits();
    List<String> sources = examples.stream().map(Example::source).distinct().sorted().toList();
    int count = examples.size();
    Vector[] vectors = new Vector[count];
    for (int i = 0; i < count; i++) {
      Example example = examples.get(i);
      vectors[i] = vector(example.words(), sources.indexOf(example.source()));
    }
    double[] w = new double[size + 1 + sources.size()];
    double[] alpha = new double[count];
    double[] upper = new double[count];
    for (int i = 0; i < count; i++) {
      upper[i] = settings.c() * examples.get(i).weight();
      alpha[i] = Math.min(0.001 * upper[i], 1e-8);
      add(w, vectors[i], examples.get(i).label() ? alpha[i] : -alpha[i]);
    }
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int epoch = 0; epoch < 30; epoch++) {
      for (int i = count - 1; i > 0; i--) {
        int k = random.nextInt(i + 1);
        int swap = order[i];
        order[i] = order[k];
        order[k] = swap;
      }
      double largest = 0;
      for (int i : order) {
        double y = examples.get(i).label() ? 1 : -1;
        double step = step(vectors[i].square(), y * dot(w, vectors[i]), alpha[i], upper[i]);
        largest = Math.max(largest, Math.abs(step) / upper[i]);
        alpha[i] += step;
        add(w, vectors[i], step * y);
      }
      if (largest < 0.01) {
        break;
      }
    }
    return quantised(w, size);
  }

  /** The change of one dual variable: Newton's method in one dimension, kept inside (0, upper). */
  private static double step(double a, double b, double old, double upper) {
    boolean flip = 0.5 * a * (upper - 2 * old) + b < 0;
    double z = flip ? upper - old : old;
    double from = z;
    double sign = flip ? -1 : 1;
    if (upper - z < 0.5 * upper) {
      z = 0.1 * z;
    }
    double slope = a * (z - from) + sign * b + StrictMath.log(z / (upper - z));
    for (int i = 0; i < 100 && Math.abs(slope) > 1e-4; i++) {
      double next = z - slope / (a + upper / (upper - z) / z);
      z = next <= 0 ? z * 0.1 : Math.min(next, upper * (1 - 1e-12));
      slope = a * (z - from) + sign * b + StrictMath.log(z / (upper - z));
    }
    return sign * (z - from);
  }

  private static double dot(double[] w, Vector vector) {
    double dot = 0;
    for (int k = 0; k < vector.indices().length; k++) {
      dot += w[vector.indices()[k]] * vector.values()[k];
    }
    return dot;
  }

  private static void add(double[] w, Vector vector, double factor) {
    for (int k = 0; k < vector.indices().length; k++) {
      w[vector.indices()[k]] += factor * vector.values()[k];
    }
  }

  private Vector vector(Words words, int source) {
    int size = 1 << settings.bits();
    int[] hashes = new int[256];
    int[] n = {0};
    int[][] grown = {hashes};
    byte[][] kinds = {new byte[256]};
    Features.each(
        words,
        0,
        Math.min(words.count, 400),
        settings.options(),
        (kind, hash) -> {
          if (n[0] == grown[0].length) {
            grown[0] = Arrays.copyOf(grown[0], 2 * n[0]);
            kinds[0] = Arrays.copyOf(kinds[0], 2 * n[0]);
          }
          kinds[0][n[0]] = (byte) kind;
          grown[0][n[0]++] = hash & (size - 1);
        });
    double squares = 0;
    List<long[]> pairs = new ArrayList<>(n[0]);
    for (int i = 0; i < n[0]; i++) {
      double value = settings.kindWeights()[kinds[0][i]];
      squares += value * value;
      pairs.add(new long[] {grown[0][i], kinds[0][i]});
    }
    pairs.sort(Comparator.comparingLong(each -> each[0]));
    double norm = squares == 0 ? 1 : Math.sqrt(squares);
    int[] indices = new int[n[0] + 2];
    float[] values = new float[n[0] + 2];
    int distinct = 0;
    for (long[] pair : pairs) {
      float value = (float) (settings.kindWeights()[(int) pair[1]] / norm);
      if (distinct > 0 && indices[distinct - 1] == pair[0]) {
        values[distinct - 1] += value;
      } else {
        indices[distinct] = (int) pair[0];
        values[distinct++] = value;
      }
    }
    indices[distinct] = size;
    values[distinct++] = 1;
    if (settings.intercept() > 0) {
      indices[distinct] = size + 1 + source;
      values[distinct++] = (float) settings.intercept();
    }
    double square = 0;
    for (int k = 0; k < distinct; k++) {
      square += values[k] * (double) values[k];
    }
    return new Vector(Arrays.copyOf(indices, distinct), Arrays.copyOf(values, distinct), square);
  }

  private LinearModel quantised(double[] w, int size) {
    double largest = 0;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, Math.abs(w[i]));
    }
    double scale = largest == 0 ? 1 : largest / (127 * 127);
    byte[] weights = new byte[size];
    for (int i = 0; i < size; i++) {
      weights[i] = (byte) Math.round(Math.signum(w[i]) * Math.sqrt(Math.abs(w[i]) / scale));
    }
    return new LinearModel(
        settings.options(),
        settings.kindWeights(),
        1,
        0,
        0.5f,
        (float) w[size],
        (float) scale,
        weights);
  }
}
