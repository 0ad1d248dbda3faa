package dev.llmops.benchmarks.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How busy the machine is, by Linux' counters; elsewhere it says that it does not know. */
final class Machine {

  private Machine() {}

  /** CPU seconds that all processes took since the machine's start, or NaN. */
  static double busySeconds() {
    try {
      // user, nice, system, idle, iowait, irq, softirq, steal: in hundredths of a second
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).strip().split("\\s+", -1);
      double ticks = 0;
      for (int i = 1; i <= 8; i++) {
        ticks += i == 4 || i == 5 ? 0 : Double.parseDouble(fields[i]);
      }
      return ticks / 100;
    } catch (IOException | RuntimeException e) {
      return Double.NaN;
    }
  }

  /** Such as {@code load average 0.14 0.25 0.86, 2 cores, Java 17.0.15+6}. */
  static String description() {
    String load;
    try {
      String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
      load = fields[0] + " " + fields[1] + " " + fields[2];
    } catch (IOException | RuntimeException e) {
      load = "unknown";
    }
    return String.format(
        Locale.ROOT,
        "load average %s, %d cores, Java %s",
        load,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
  }
}
