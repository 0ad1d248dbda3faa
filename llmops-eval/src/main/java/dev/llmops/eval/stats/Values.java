package dev.llmops.eval.stats;

/** Checks and sums of arrays of numbers. */
final class Values {

  private Values() {}

  static void checkFinite(double[] values, String name, int atLeast) {
    if (values.length < atLeast) {
      throw new IllegalArgumentException(
          name
              + " must hold at least "
              + atLeast
              + (atLeast == 1 ? " number" : " numbers")
              + ", but hold "
              + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "] must be a finite number, but was " + values[i]);
      }
    }
  }

  static void checkPairs(double[] x, double[] y, String xName, String yName, int atLeast) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          xName
              + " and "
              + yName
              + " must have the same length, but have "
              + x.length
              + " and "
              + y.length);
    }
    checkFinite(x, xName, atLeast);
    checkFinite(y, yName, atLeast);
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each;
    }
    return sum / values.length;
  }

  /** The variance with n − 1; 0 for one value. */
  static double variance(double[] values) {
    if (values.length < 2) {
      return 0;
    }
    double mean = mean(values);
    double sum = 0;
    for (double each : values) {
      sum += (each - mean) * (each - mean);
    }
    return sum / (values.length - 1);
  }

  static double deviation(double[] values) {
    return Math.sqrt(variance(values));
  }

  static boolean zeroOrOne(double[] values) {
    for (double each : values) {
      if (each != 0 && each != 1) {
        return false;
      }
    }
    return true;
  }

  static double[] differences(double[] baseline, double[] candidate) {
    double[] differences = new double[baseline.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = candidate[i] - baseline[i];
    }
    return differences;
  }
}
