package dev.llmops.benchmarks;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One evaluator, or what stands beside it, a fork. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class EvaluatorCostBenchmark {

  static final String INSTEAD = "instead of ";

  /** An evaluator's name; that name after {@value #INSTEAD}; or {@link EvaluatorCases#UNIT}. */
  @Param(EvaluatorCases.UNIT)
  public String row = EvaluatorCases.UNIT;

  private Supplier<Object> run = Object::new;

  /** Makes the evaluator and its case. */
  @Setup
  public void open() {
    if (row.equals(EvaluatorCases.UNIT)) {
      run = EvaluatorCases::unit;
    } else if (row.startsWith(INSTEAD)) {
      Map.Entry<String, Supplier<Object>> other =
          EvaluatorCases.alternatives().get(row.substring(INSTEAD.length()));
      if (other == null) {
        throw new IllegalArgumentException("row is not known: \"" + row + "\"");
      }
      run = other.getValue();
    } else {
      run = EvaluatorCases.evaluation(row);
    }
  }

  /** One evaluation. */
  @Benchmark
  public Object run(CallCostBenchmark.OwnThread counters) {
    counters.calls++;
    return run.get();
  }
}
