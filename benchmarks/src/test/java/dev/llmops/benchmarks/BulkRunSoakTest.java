package dev.llmops.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.report.RunTotals;
import dev.llmops.eval.run.BulkRun;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Many cases through five free evaluators: memory stays flat, no case is lost. 5,000 cases in an
 * ordinary build, 100,000 with {@code -Psoak}, which also prints how long that took.
 */
class BulkRunSoakTest {

  private static final int CASES = Integer.getInteger("soak.calls", 50_000) / 10;

  /** What may be different between two looks at a heap that does not grow. */
  private static final long HEAP_NOISE_BYTES = 8L << 20;

  private static final String[] WORDS =
      ("the tower stands in Paris since 1889 and was built for a fair by an engineer whose name it"
              + " bears while people of the city disliked it at first")
          .split(" ", -1);

  @Test
  void memoryStaysFlatAndNoCaseIsLost() {
    AtomicLong judged = new AtomicLong();
    long[] heap = new long[2];
    BulkRun run =
        BulkRun.of(
                Evaluators.byName("answer_correctness"),
                Evaluators.byName("squad_f1"),
                Evaluators.byName("rouge_l"),
                Evaluators.byName("toxicity"),
                Evaluators.byName("pii"))
            .each(
                (evalCase, results) -> {
                  long count = judged.incrementAndGet();
                  if (count == CASES / 10 || count == CASES) {
                    heap[count == CASES ? 1 : 0] = heapInUse();
                  }
                });

    long start = System.nanoTime();
    RunTotals totals = run.judge(IntStream.range(0, CASES).mapToObj(BulkRunSoakTest::evalCase));
    double seconds = (System.nanoTime() - start) / 1e9;

    System.out.println(
        String.format(
            Locale.ROOT,
            "bulk run: %,d cases through 5 free evaluators in %.1f s on %d processors; heap %.1f MiB"
                + " at a tenth, %.1f MiB at the end",
            CASES,
            seconds,
            Runtime.getRuntime().availableProcessors(),
            heap[0] / 1048576.0,
            heap[1] / 1048576.0));
    assertThat(totals.cases()).isEqualTo(CASES);
    assertThat(totals.metrics().values())
        .hasSize(5)
        .allSatisfy(metric -> assertThat(metric.scored()).isEqualTo(CASES));
    assertThat(heap[1] - heap[0]).as("heap grown").isLessThan(HEAP_NOISE_BYTES);
  }

  /** An answer of 20 to 80 words, the same for the same number. */
  private static EvalCase evalCase(int number) {
    Random random = new Random(number);
    StringBuilder answer = new StringBuilder();
    for (int i = 20 + random.nextInt(60); i > 0; i--) {
      answer.append(WORDS[random.nextInt(WORDS.length)]).append(i % 11 == 0 ? ". " : " ");
    }
    return EvalCase.of(answer.toString(), "Paris", "in the city of Paris");
  }

  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
