package dev.llmops.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One row of the table a fork: JMH gives each its own JVM, so that no row spoils another's code.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CallCostBenchmark {

  /** The row; see {@link Row}. */
  @Param("BARE")
  public String row = "BARE";

  private Workload.Run run = Object::new;

  /** Opens the row. */
  @Setup
  public void open() {
    run = Row.valueOf(row).open();
  }

  /** One call, or one stream of {@link Row#units()} chunks. */
  @Benchmark
  public Object run(OwnThread counters) throws Exception {
    counters.calls++;
    return run.once();
  }

  /**
   * What the calling thread itself spent: exporters and whoever shares the machine are left out.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class OwnThread {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Runs in the iteration. */
    public long calls;

    /** CPU nanoseconds in the iteration. */
    public long cpuNanos;

    /** Bytes allocated in the iteration. */
    public long bytes;

    private long cpuBefore;
    private long bytesBefore;

    /** Reads the clocks of this thread. */
    @Setup(Level.Iteration)
    public void before() {
      cpuBefore = THREADS.getCurrentThreadCpuTime();
      bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Reads them again. */
    @TearDown(Level.Iteration)
    public void after() {
      cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
      bytes = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
    }
  }
}
