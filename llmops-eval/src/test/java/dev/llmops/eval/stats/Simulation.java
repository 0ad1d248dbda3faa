package dev.llmops.eval.stats;

/** How long the simulations run: short in every build, in full with -Dllmops.simulation=full. */
final class Simulation {

  private Simulation() {}

  static int runs(int inFull, int inShort) {
    return "full".equals(System.getProperty("llmops.simulation")) ? inFull : inShort;
  }

  /**
   * The most of {@code runs} that may err when each errs with 5 %: the mean and 2.34 standard
   * deviations, 551 of 10,000, which a test with an error of exactly 5 % exceeds once in a hundred.
   */
  static int mostErrors(int runs) {
    return (int) Math.floor(0.05 * runs + 2.34 * Math.sqrt(0.05 * 0.95 * runs));
  }
}
