package dev.llmops.benchmarks;

import dev.llmops.benchmarks.Row.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs every {@link Row} in a JVM of its own and prints one table: the CPU time and the bytes of
 * the calling thread. Times hold only beside each other in one run on one machine; bytes hold.
 *
 * <p>Settings, all optional: {@code -Drows=OTEL,HAND_TUNED} for some rows only, {@code -Dseconds=1}
 * for the length of an iteration, {@code -Dtable=FILE} to write the table to a file as well.
 */
public final class CallCost {

  private static final int WARMUPS = 4;
  private static final int ITERATIONS = 5;

  private CallCost() {}

  /** Runs what the system properties ask for. */
  public static void main(String[] args) throws RunnerException, IOException {
    String rows = System.getProperty("rows", "");
    TimeValue length = TimeValue.milliseconds((long) (1_000 * seconds()));
    String[] names =
        rows.isEmpty()
            ? Arrays.stream(Row.values()).map(Row::name).toArray(String[]::new)
            : rows.split(",", -1);
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(CallCostBenchmark.class.getName())
                    .param("row", names)
                    .warmupIterations(WARMUPS)
                    .warmupTime(length)
                    .measurementIterations(ITERATIONS)
                    .measurementTime(length)
                    .forks(1)
                    .jvmArgsAppend("-Xms1g", "-Xmx1g")
                    .build())
            .run();
    Map<Row, Cost> costs = new EnumMap<>(Row.class);
    for (RunResult result : results) {
      costs.put(Row.valueOf(result.getParams().getParam("row")), Cost.of(result));
    }
    String table = table(costs);
    System.out.println(table);
    String file = System.getProperty("table", "");
    if (!file.isEmpty()) {
      Files.writeString(Path.of(file), table);
    }
  }

  static double seconds() {
    String seconds = System.getProperty("seconds", "1");
    try {
      double value = Double.parseDouble(seconds);
      if (value >= 0.05 && value <= 60) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, like a number out of range
    }
    throw new IllegalArgumentException(
        "seconds must be a number between 0.05 and 60, but was " + seconds);
  }

  private static String table(Map<Row, Cost> costs) {
    StringBuilder table = new StringBuilder();
    for (Group group : Group.values()) {
      List<Row> rows = costs.keySet().stream().filter(row -> row.group() == group).toList();
      if (!rows.isEmpty()) {
        table.append("\n| ").append(group.title()).append(" | CPU ns | B |\n|---|---:|---:|\n");
        for (Row row : rows) {
          Cost cost = costs.getOrDefault(row, Cost.NONE);
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,.0f | %,.0f |%n",
                  row.label(),
                  cost.cpuNanos() / row.units(),
                  cost.bytes() / row.units()));
        }
      }
    }
    return table
        .append("\nJDK ")
        .append(Runtime.version())
        .append(", ")
        .append(Runtime.getRuntime().availableProcessors())
        .append(" cores\n")
        .toString();
  }

  /** What the calling thread spent on one run of a row. */
  record Cost(double cpuNanos, double bytes) {

    static final Cost NONE = new Cost(Double.NaN, Double.NaN);

    static Cost of(RunResult result) {
      double calls = sum(result, "calls");
      return new Cost(sum(result, "cpuNanos") / calls, sum(result, "bytes") / calls);
    }

    private static double sum(RunResult result, String counter) {
      Result<?> counted = result.getSecondaryResults().get(counter);
      return counted == null ? Double.NaN : counted.getStatistics().getSum();
    }
  }
}
