package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.consistency.Sampler.Sample;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SamplerTest {

  @Test
  void theTaskIsCalledAsOftenAsAskedInParallel() {
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger calls = new AtomicInteger();

    SampleRun run =
        Sampler.builder()
            .samples(6)
            .parallelism(3)
            .build()
            .run(
                "q",
                question -> {
                  calls.incrementAndGet();
                  three.await(10, TimeUnit.SECONDS); // passes only if three run at once
                  return question + "!";
                });

    assertThat(calls).hasValue(6);
    assertThat(run.outputs()).hasSize(6).containsOnly("q!");
    assertThat(run.isComplete()).isTrue();
    assertThat(run.stoppedBy()).isNull();
    assertThat(run.cost()).isNull();
  }

  @Test
  void neverMoreThanTheParallelismRun() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();

    SampleRun run =
        Sampler.builder()
            .samples(50)
            .parallelism(2)
            .build()
            .run(
                "q",
                question -> {
                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  running.decrementAndGet();
                  return "a";
                });

    assertThat(run.calls()).isEqualTo(50);
    assertThat(most.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void outputsStandInTheOrderOfTheCallsWithTheirIteration() {
    SampleRun run =
        Sampler.builder()
            .samples(8)
            .build()
            .run("q", question -> "" + LlmContext.current().iteration());

    assertThat(run.outputs()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    EvalCase evalCase = run.toCase();
    assertThat(evalCase.output()).isEqualTo("0");
    assertThat(evalCase.samples()).hasSize(7);
    assertThat(evalCase.input()).isEqualTo("q");
  }

  @Test
  void failuresAreCountedAndNotRepeated() {
    AtomicInteger calls = new AtomicInteger();

    SampleRun run =
        Sampler.builder()
            .samples(4)
            .build()
            .run(
                "q",
                question -> {
                  if (calls.getAndIncrement() % 2 == 0) {
                    throw new IOException("secret");
                  }
                  return "a";
                });

    assertThat(calls).hasValue(4);
    assertThat(run.outputs()).hasSize(2);
    assertThat(run.failures()).containsExactly("java.io.IOException", "java.io.IOException");
    assertThat(run.isComplete()).isFalse();
  }

  @Test
  void whatRunsWhenTheTimeIsUpIsInterruptedAndNothingMoreBegins() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(2);
    CountDownLatch began = new CountDownLatch(2);
    long hour = Duration.ofHours(1).toNanos();
    AtomicInteger calls = new AtomicInteger();

    SampleRun run =
        Sampler.builder()
            .samples(10)
            .parallelism(2)
            .timeout(Duration.ofMillis(200))
            .ticker(() -> began.getCount() == 0 ? hour : 0) // up as soon as both run
            .build()
            .run(
                "q",
                question -> {
                  calls.incrementAndGet();
                  began.countDown();
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                  return "late";
                });

    assertThat(run.stoppedBy()).isEqualTo("time");
    assertThat(run.outputs()).isEmpty();
    assertThat(run.calls()).isEqualTo(2);
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(calls).hasValue(2);
    assertThat(run.toCase().output()).isNull();
  }

  @Test
  void theCostNeverPassesTheLimit() {
    AtomicInteger calls = new AtomicInteger();
    Sampler sampler =
        Sampler.builder()
            .samples(100)
            .parallelism(8)
            .costLimit(new BigDecimal("1.00"), new BigDecimal("0.30"), "USD")
            .build();

    // each costs 0.20: a call begins while spent + 0.30 × (running + 1) ≤ 1.00
    SampleRun run =
        sampler.runPriced(
            "q",
            question -> {
              calls.incrementAndGet();
              return new Sample("a", usd("0.20"));
            });
    // of unknown cost: 3 × 0.30 ≤ 1.00 < 4 × 0.30
    SampleRun unpriced = sampler.run("q", question -> "a");

    assertThat(run.stoppedBy()).isEqualTo("cost");
    assertThat(run.calls()).isEqualTo(calls.get()).isEqualTo(4);
    assertThat(run.cost()).isNotNull();
    assertThat(run.cost().amount()).isEqualByComparingTo("0.80");
    assertThat(unpriced.calls()).isEqualTo(3);
    assertThat(unpriced.cost()).isNull();
  }

  @Test
  void anInterruptReturnsWhatThereIs() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    Thread caller =
        new Thread(
            () -> {
              SampleRun run =
                  Sampler.builder()
                      .samples(1)
                      .build()
                      .run(
                          "q",
                          question -> {
                            running.countDown();
                            never.await();
                            return "";
                          });
              seen.add(run.stoppedBy() + " " + Thread.currentThread().isInterrupted());
            });
    caller.start();
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();

    caller.interrupt();
    caller.join(10_000);

    assertThat(seen).containsExactly("interrupted true");
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> Sampler.builder().samples(0))
        .hasMessage("samples must be between 1 and 1000, but was 0");
    assertThatThrownBy(() -> Sampler.builder().timeout(Duration.ZERO))
        .hasMessage("timeout must be above 0 and at most a day, but was PT0S");
    assertThatThrownBy(() -> Sampler.builder().costLimit(BigDecimal.ZERO, BigDecimal.ONE, "USD"))
        .hasMessage("total and perCall must be above 0, but were 0 and 1");
  }

  private static Cost usd(String amount) {
    return new Cost(new BigDecimal(amount), "USD", "test", false);
  }
}
