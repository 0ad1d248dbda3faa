package dev.llmops.eval.safety;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Trains an {@link EmbeddingHead}: one hidden layer, log loss, L2, Adam (Kingma and Ba 2015) with
 * its usual constants, weights from Glorot and Bengio (2010). Deterministic: fixed seed and order,
 * one thread. That the same embeddings come out of a model of one byte a weight on another kind of
 * processor is not promised.
 */
final class HeadTrainer {

  private static final int UNITS = 32;
  private static final int BATCH = 128;
  private static final double RATE = 1e-3;

  private final String model;
  private final float share;
  private final double l2;
  private final int epochs;

  /**
   * How to train.
   *
   * @param share see {@link EmbeddingHead}
   * @param l2 strength of the regularisation, divided by the batch's {@value #BATCH} rows
   * @param epochs times over all rows
   */
  HeadTrainer(String model, float share, double l2, int epochs) {
    this.model = model;
    this.share = share;
    this.l2 = l2;
    this.epochs = epochs;
  }

  /** Rows to learn from: embeddings, labels, and how much each counts. */
  EmbeddingHead train(List<float[]> rows, boolean[] labels, double[] weights) {
    int size = rows.get(0).length;
    double[] mean = new double[size];
    for (float[] row : rows) {
      for (int k = 0; k < size; k++) {
        mean[k] += row[k] / rows.size();
      }
    }
    double squares = 0;
    for (float[] row : rows) {
      for (int k = 0; k < size; k++) {
        squares += (row[k] - mean[k]) * (row[k] - mean[k]);
      }
    }
    double spread = Math.sqrt(squares / size / rows.size());
    float[][] inputs = new float[rows.size()][size];
    for (int i = 0; i < inputs.length; i++) {
      for (int k = 0; k < size; k++) {
        inputs[i][k] = (float) ((rows.get(i)[k] - mean[k]) / spread);
      }
    }
    // all parameters in one array: W1 by unit, b1, w2, b2
    int biases = UNITS * size;
    int seconds = biases + UNITS;
    int last = seconds + UNITS;
    float[] p = new float[last + 1];
    SplittableRandom random = new SplittableRandom(1);
    double bound = Math.sqrt(6.0 / (size + UNITS));
    for (int k = 0; k < biases; k++) {
      p[k] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    bound = Math.sqrt(6.0 / (UNITS + 1));
    for (int k = seconds; k < last; k++) {
      p[k] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    float[] gradient = new float[p.length];
    double[] m = new double[p.length];
    double[] v = new double[p.length];
    int[] order = new int[inputs.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    float[] hidden = new float[UNITS];
    int step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int i = order.length - 1; i > 0; i--) {
        int k = random.nextInt(i + 1);
        int swap = order[i];
        order[i] = order[k];
        order[k] = swap;
      }
      for (int from = 0; from < order.length; from += BATCH) {
        int to = Math.min(order.length, from + BATCH);
        java.util.Arrays.fill(gradient, 0);
        for (int at = from; at < to; at++) {
          int i = order[at];
          float[] x = inputs[i];
          double z = p[last];
          for (int u = 0; u < UNITS; u++) {
            float in = p[biases + u];
            for (int k = 0, w = u * size; k < size; k++, w++) {
              in += p[w] * x[k];
            }
            hidden[u] = Math.max(0, in);
            z += hidden[u] * p[seconds + u];
          }
          float d = (float) (weights[i] * (1 / (1 + StrictMath.exp(-z)) - (labels[i] ? 1 : 0)));
          gradient[last] += d;
          for (int u = 0; u < UNITS; u++) {
            if (hidden[u] > 0) {
              gradient[seconds + u] += d * hidden[u];
              float back = d * p[seconds + u];
              gradient[biases + u] += back;
              for (int k = 0, w = u * size; k < size; k++, w++) {
                gradient[w] += back * x[k];
              }
            }
          }
        }
        step++;
        double correct1 = 1 - StrictMath.pow(0.9, step);
        double correct2 = 1 - StrictMath.pow(0.999, step);
        for (int k = 0; k < p.length; k++) {
          boolean bias = k == last || (k >= biases && k < seconds);
          double g = (gradient[k] + (bias ? 0 : l2 * p[k])) / (to - from);
          m[k] = 0.9 * m[k] + 0.1 * g;
          v[k] = 0.999 * v[k] + 0.001 * g * g;
          p[k] -= (float) (RATE * (m[k] / correct1) / (Math.sqrt(v[k] / correct2) + 1e-8));
        }
      }
    }
    float[][] first = new float[UNITS][size];
    float[] firstBias = new float[UNITS];
    float[] second = new float[UNITS];
    for (int u = 0; u < UNITS; u++) {
      double bias = p[biases + u];
      for (int k = 0; k < size; k++) {
        first[u][k] = (float) (p[u * size + k] / spread);
        bias -= first[u][k] * mean[k];
      }
      firstBias[u] = (float) bias;
      second[u] = p[seconds + u];
    }
    return new EmbeddingHead(model, share, 1, 0, 0.5f, first, firstBias, second, p[last]);
  }
}
