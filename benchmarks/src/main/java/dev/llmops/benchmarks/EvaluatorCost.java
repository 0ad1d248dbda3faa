package dev.llmops.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs every free evaluator on 200 words in a JVM of its own, beside what a Java user would pick
 * instead, and prints one table: times as multiples of {@link EvaluatorCases#UNIT}, bytes as they
 * are.
 *
 * <p>Settings as in {@link CallCost}; {@code -Drows} takes the evaluators' names.
 */
public final class EvaluatorCost {

  private static final int WARMUPS = 3;
  private static final int ITERATIONS = 3;

  private EvaluatorCost() {}

  /** Runs what the system properties ask for. */
  public static void main(String[] args) throws RunnerException, IOException {
    String wanted = System.getProperty("rows", "");
    List<String> names = wanted.isEmpty() ? EvaluatorCases.names() : List.of(wanted.split(",", -1));
    Map<String, Entry<String, Supplier<Object>>> others = EvaluatorCases.alternatives();
    List<String> rows = new ArrayList<>(List.of(EvaluatorCases.UNIT));
    for (String name : names) {
      EvaluatorCases.evaluation(name); // fails here rather than after minutes
      rows.add(name);
      if (others.containsKey(name)) {
        rows.add(EvaluatorCostBenchmark.INSTEAD + name);
      }
    }
    TimeValue length = TimeValue.milliseconds((long) (1_000 * CallCost.seconds()));
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(EvaluatorCostBenchmark.class.getName())
                    .param("row", rows.toArray(String[]::new))
                    .warmupIterations(WARMUPS)
                    .warmupTime(length)
                    .measurementIterations(ITERATIONS)
                    .measurementTime(length)
                    .forks(1)
                    .jvmArgsAppend("-Xms1g", "-Xmx1g")
                    .build())
            .run();
    Map<String, CallCost.Cost> costs = new LinkedHashMap<>();
    for (RunResult result : results) {
      costs.put(result.getParams().getParam("row"), CallCost.Cost.of(result));
    }
    String table = table(names, others, costs);
    System.out.println(table);
    String file = System.getProperty("table", "");
    if (!file.isEmpty()) {
      Files.writeString(Path.of(file), table);
    }
  }

  private static String table(
      List<String> names,
      Map<String, Entry<String, Supplier<Object>>> others,
      Map<String, CallCost.Cost> costs) {
    double unit = costs.getOrDefault(EvaluatorCases.UNIT, CallCost.Cost.NONE).cpuNanos();
    StringBuilder table = new StringBuilder();
    table.append("| evaluator | time | B | instead | time | B |\n|---|---:|---:|---|---:|---:|\n");
    for (String name : names) {
      table.append("| `").append(name).append("` ").append(cells(costs.get(name), unit));
      Entry<String, Supplier<Object>> other = others.get(name);
      if (other == null) {
        table.append("| | | |\n");
      } else {
        CallCost.Cost cost = costs.get(EvaluatorCostBenchmark.INSTEAD + name);
        table.append("| ").append(other.getKey()).append(' ').append(cells(cost, unit));
        table.append("|\n");
      }
    }
    return table
        .append(
            String.format(
                Locale.ROOT,
                "%nTimes are multiples of %s once, which took %.1f µs here. JDK %s, %d cores%n",
                EvaluatorCases.UNIT,
                unit / 1000,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors()))
        .toString();
  }

  private static String cells(CallCost.@Nullable Cost measured, double unit) {
    CallCost.Cost cost = measured == null ? CallCost.Cost.NONE : measured;
    double ratio = cost.cpuNanos() / unit;
    return String.format(
        Locale.ROOT, ratio < 10 ? "| %.2f | %,.0f " : "| %,.0f | %,.0f ", ratio, cost.bytes());
  }
}
