package dev.llmops.sink;

import static dev.llmops.testing.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

@Timeout(60)
class AsyncSinkTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final LogLines log = new LogLines(Level.INFO);

  @Test
  void passesOnInOrderOnOneDaemonThreadOfItsOwn() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    List<LlmRecord> seen = new CopyOnWriteArrayList<>();
    AsyncSink sink =
        AsyncSink.of(
            record -> {
              threads.add(Thread.currentThread());
              seen.add(record);
            });

    for (int i = 0; i < 100; i++) {
      sink.accept(withoutContent(i));
    }
    sink.close(LONG);

    assertThat(seen).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(seen.get(i)).isEqualTo(withoutContent(i));
    }
    assertThat(threads).containsOnly(threads.get(0));
    assertThat(threads.get(0)).isNotSameAs(Thread.currentThread());
    assertThat(threads.get(0).isDaemon()).isTrue();
    assertThat(threads.get(0).getName()).startsWith("llmops-");
  }

  @Test
  void thePolicyIsAppliedOnItsOwnThread() {
    List<String> redactedOn = new CopyOnWriteArrayList<>();
    RingSink ring =
        RingSink.builder()
            .content(
                ContentPolicy.redacted(
                    text -> {
                      redactedOn.add(Thread.currentThread().getName());
                      return text.replace("answer", "***");
                    }))
            .build();
    AsyncSink sink = AsyncSink.of(ring);

    sink.accept(TestRecords.call(1));
    sink.close(LONG);

    assertThat(sink.appliesContentPolicy()).isTrue();
    assertThat(sink.content()).isSameAs(ring.content());
    assertThat(ring.calls().get(0).response().text()).isEqualTo("*** 1");
    assertThat(redactedOn).isNotEmpty().allSatisfy(name -> assertThat(name).startsWith("llmops-"));
  }

  @Test
  void noThreadBeforeTheFirstRecordAndCloseReachesTheSinkAllTheSame() {
    Gated gated = new Gated();
    gated.gate.countDown();
    Set<Thread> before = llmopsThreads(); // of other tests, which may end at any moment
    AsyncSink sink = AsyncSink.of(gated);
    assertThat(before).containsAll(llmopsThreads());

    sink.close(LONG);
    sink.close(LONG);

    assertThat(gated.closes).isEqualTo(1);
  }

  @Test
  void aStallDropsAndCountsExactlyAndSaysSoOnceAMinute() throws Exception {
    AtomicLong clock = new AtomicLong();
    Gated gated = new Gated();
    AsyncSink sink = AsyncSink.builder(gated).capacity(4).ticker(clock::get).log(log).build();
    sink.accept(withoutContent(0));
    gated.entered.await(); // one is with the sink, which stalls; four more fit

    for (int i = 1; i <= 5; i++) {
      sink.accept(withoutContent(i));
    }
    assertThat(log.lines())
        .containsExactly(
            "WARN Gated: dropped 1 record in the last 60 s: queue full"
                + " (AsyncSink.Builder.capacity=4)");
    for (int i = 0; i < 36; i++) {
      sink.accept(withoutContent(i));
    }
    assertThat(log.lines()).hasSize(1);
    clock.addAndGet(60_000_000_000L);
    sink.accept(withoutContent(9));
    assertThat(log.lines())
        .hasSize(2)
        .last()
        .isEqualTo(
            "WARN Gated: dropped 37 records in the last 60 s: queue full"
                + " (AsyncSink.Builder.capacity=4)");

    gated.gate.countDown();
    sink.close(LONG);

    ComponentStats stats = sink.stats();
    assertThat(stats.accepted()).isEqualTo(43);
    assertThat(stats.delivered()).isEqualTo(5);
    assertThat(stats.dropped()).isEqualTo(38);
    assertThat(stats.failed()).isZero();
    assertThat(stats.note())
        .isEqualTo(
            "dropped 37 records in the last 60 s: queue full (AsyncSink.Builder.capacity=4)");
  }

  @Test
  void theQueueIsBoundedInBytesToo() throws Exception {
    Gated gated = new Gated();
    gated.policy = ContentPolicy.full();
    AsyncSink sink = AsyncSink.builder(gated).maxBytes(1_000_000).log(log).build();
    LlmCall large =
        TestRecords.call(
            TestRecords.ref(1), LlmContext.EMPTY, TestRecords.completed("x".repeat(200_000)));
    sink.accept(withoutContent(0));
    gated.entered.await();

    for (int i = 0; i < 5; i++) {
      sink.accept(large); // 400,000 bytes each: two fit
    }
    gated.gate.countDown();
    sink.close(LONG);

    assertThat(sink.stats().dropped()).isEqualTo(3);
    assertThat(sink.stats().delivered()).isEqualTo(3);
    assertThat(log.lines().get(0)).endsWith("queue full (AsyncSink.Builder.maxBytes=1000000)");
  }

  @Test
  void contentThatNobodyMayTakesNoRoom() throws Exception {
    Gated gated = new Gated(); // its policy is none
    AsyncSink sink = AsyncSink.builder(gated).maxBytes(100_000).build();
    LlmCall large =
        TestRecords.call(
            TestRecords.ref(1), LlmContext.EMPTY, TestRecords.completed("x".repeat(200_000)));
    sink.accept(large);
    gated.entered.await();

    for (int i = 0; i < 50; i++) {
      sink.accept(large);
    }
    gated.gate.countDown();
    sink.close(LONG);

    assertThat(sink.stats().delivered()).isEqualTo(51);
  }

  @Test
  void manyProducersAreCountedExactly() throws Exception {
    AtomicLong count = new AtomicLong();
    AsyncSink sink =
        AsyncSink.builder(
                record -> {
                  if (count.incrementAndGet() % 7 == 0) {
                    throw new IllegalStateException("quoted prompt");
                  }
                })
            .capacity(100)
            .log(log)
            .build();
    List<Thread> producers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Thread producer =
          new Thread(
              () -> {
                for (int j = 0; j < 20_000; j++) {
                  sink.accept(withoutContent(j));
                }
              });
      producers.add(producer);
      producer.start();
    }
    for (int i = 0; i < 5; i++) {
      producers.get(i).join();
    }
    await().atMost(LONG).until(() -> count.get() >= 7); // one has thrown

    sink.close(Duration.ofMillis(50)); // in the midst of it
    for (Thread producer : producers) {
      producer.join();
    }
    // where 50 ms were not enough the sink's thread may still be with its last record
    await()
        .atMost(LONG)
        .until(
            () -> {
              ComponentStats now = sink.stats();
              long arrived = now.delivered() + now.failed();
              return arrived + now.dropped() == 200_000
                  && arrived == count.get()
                  && log.lines().stream().anyMatch(line -> line.contains("threw"));
            });

    ComponentStats stats = sink.stats();
    assertThat(stats.accepted()).isEqualTo(200_000);
    assertThat(stats.delivered() + stats.dropped() + stats.failed()).isEqualTo(200_000);
    assertThat(stats.delivered() + stats.failed()).isEqualTo(count.get());
    assertThat(stats.failed()).isEqualTo(count.get() / 7);
    assertThat(log.lines())
        .filteredOn(line -> line.contains("threw"))
        .singleElement()
        .asString()
        .contains("threw java.lang.IllegalStateException at dev.llmops.sink.AsyncSinkTest")
        .doesNotContain("quoted prompt");
  }

  @Test
  void aSinkThatHangsForEverDoesNotHangClose() throws Exception {
    Gated gated = new Gated();
    AsyncSink sink = AsyncSink.builder(gated).log(log).build();
    sink.accept(withoutContent(1));
    gated.entered.await();
    sink.accept(withoutContent(2));
    sink.accept(withoutContent(3));

    long start = System.nanoTime();
    sink.close(Duration.ofMillis(20));
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(took).isBetween(Duration.ofMillis(20), Duration.ofSeconds(20));
    assertThat(sink.stats().dropped()).isEqualTo(2);
    assertThat(log.lines())
        .contains("WARN Gated: did not finish within PT0.02S of closing; 2 records dropped");
    assertThat(gated.interrupted.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aSinkWhoseCloseHangsDoesNotHangClose() {
    CountDownLatch never = new CountDownLatch(1);
    CallSink hanging =
        new CallSink() {
          @Override
          public void accept(LlmRecord record) {}

          @Override
          public void close(Duration deadline) {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    AsyncSink sink = AsyncSink.builder(hanging).log(log).build();

    sink.close(Duration.ofMillis(20));

    assertThat(log.lines().get(0)).contains("did not finish within PT0.02S");
  }

  @Test
  void anInterruptedThreadStillFlushesAndStaysInterrupted() {
    RingSink ring = RingSink.create();
    AsyncSink sink = AsyncSink.of(ring);
    sink.accept(withoutContent(1));

    Thread.currentThread().interrupt();
    sink.close(LONG);
    boolean interrupted = Thread.interrupted();

    assertThat(interrupted).isTrue();
    assertThat(ring.calls()).hasSize(1);
  }

  @Test
  void aSinkThatThrowsAnythingOrInterruptsItsThreadGoesOn() {
    RingSink ring = RingSink.create();
    AsyncSink sink =
        AsyncSink.builder(
                record -> {
                  Thread.currentThread().interrupt();
                  if (ring.records().isEmpty()) {
                    ring.accept(record);
                    throw new NoClassDefFoundError("gone");
                  }
                  ring.accept(record);
                })
            .log(log)
            .build();

    sink.accept(withoutContent(1));
    ring.awaitCalls(1, LONG);
    sink.accept(withoutContent(2));
    ring.awaitCalls(2, LONG);
    sink.close(LONG);

    assertThat(sink.stats().failed()).isEqualTo(1);
    assertThat(sink.stats().delivered()).isEqualTo(1);
  }

  @Test
  void wakesUpAfterEveryPause() {
    RingSink ring = RingSink.create();
    AsyncSink sink = AsyncSink.of(ring);

    for (int i = 1; i <= 50; i++) { // each finds the thread lingering or asleep
      sink.accept(withoutContent(i));
      ring.awaitCalls(i, LONG);
    }
    sink.close(LONG);

    assertThat(sink.stats().delivered()).isEqualTo(50);
  }

  @Test
  void lossesOfTheSinkBehindItShowInItsStats(@TempDir Path directory) throws Exception {
    Path inTheWay = java.nio.file.Files.createFile(directory.resolve("logs"));
    AsyncSink sink =
        AsyncSink.of(JsonlSink.builder(inTheWay.resolve("calls.jsonl")).log(log).build());

    sink.accept(withoutContent(1));
    sink.close(LONG);
    sink.accept(withoutContent(2));

    ComponentStats stats = sink.stats();
    assertThat(stats.name()).isEqualTo("AsyncSink > JsonlSink(calls.jsonl)");
    assertThat(stats.accepted()).isEqualTo(2);
    assertThat(stats.failed()).isEqualTo(1);
    assertThat(stats.dropped()).isEqualTo(1);
    assertThat(stats.delivered()).isZero();
    assertThat(stats.note()).contains("could not write");
  }

  @Test
  void settingsAreChecked() {
    AsyncSink.Builder builder = AsyncSink.builder(record -> {});
    assertThatThrownBy(() -> builder.capacity(0))
        .hasMessage("capacity must be between 1 and 1048576, but was 0");
    assertThatThrownBy(() -> builder.capacity(1_048_577))
        .hasMessage("capacity must be between 1 and 1048576, but was 1048577");
    assertThatThrownBy(() -> builder.maxBytes(0))
        .hasMessage("maxBytes must be between 1 and 4611686018427387903, but was 0");
  }

  private static LlmCall withoutContent(long number) {
    return ContentPolicy.none().apply(TestRecords.call(number));
  }

  private static Set<Thread> llmopsThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("llmops-Gated"))
        .collect(Collectors.toSet());
  }

  /** Holds its first record until the gate opens. */
  private static final class Gated implements CallSink {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch gate = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);
    volatile ContentPolicy policy = ContentPolicy.none();
    volatile int closes;

    @Override
    public void accept(LlmRecord record) {
      entered.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        interrupted.countDown();
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public ContentPolicy content() {
      return policy;
    }

    @Override
    public void close(Duration deadline) {
      closes = closes + 1;
    }
  }
}
