package dev.llmops.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Prints how many bytes one run of each named {@link Row} allocates on the calling thread, a row a
 * line: its name, the least and the median of the samples. A run is a call, or a stream of {@link
 * Row#units()} chunks. Needs seconds where {@link CallCost} needs minutes, as it keeps no time.
 */
public final class BytesPerCall {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int SAMPLES = 21;
  private static final int CALLS_A_SAMPLE = 1_000;

  @SuppressWarnings("UnusedVariable") // written, so that no call can be left out
  private static volatile @Nullable Object hole;

  private BytesPerCall() {}

  /**
   * Measures in this JVM, as it was started.
   *
   * @param args how many calls to warm up with, then the names of rows
   */
  public static void main(String[] args) throws Exception {
    int warmup = Integer.parseInt(args[0]);
    for (String name : Arrays.asList(args).subList(1, args.length)) {
      Row row = Row.valueOf(name);
      long[] samples = samples(row.open(), warmup / row.units(), CALLS_A_SAMPLE / row.units());
      System.out.println(name + " " + samples[0] + " " + samples[SAMPLES / 2]);
    }
    System.exit(0); // the SDKs of the rows have threads that nobody waits for
  }

  private static long[] samples(Workload.Run run, int warmup, int runs) throws Exception {
    for (int i = 0; i < warmup; i++) {
      hole = run.once();
    }
    long[] samples = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int j = 0; j < runs; j++) {
        hole = run.once();
      }
      samples[i] = (THREADS.getCurrentThreadAllocatedBytes() - before) / runs;
    }
    Arrays.sort(samples);
    return samples;
  }
}
