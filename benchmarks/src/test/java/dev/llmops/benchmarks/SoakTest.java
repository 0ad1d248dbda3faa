package dev.llmops.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.OpsStats;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.benchmarks.Workload.Answer;
import dev.llmops.benchmarks.Workload.Piece;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.sink.AsyncSink;
import dev.llmops.sink.JsonlReader;
import dev.llmops.sink.JsonlSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many calls of every kind from several threads at once: memory stays flat, nothing is lost, and
 * what started ends. 50,000 calls in an ordinary build, a million with {@code -Psoak}.
 */
class SoakTest {

  private static final int CALLS = Integer.getInteger("soak.calls", 50_000);
  private static final int THREADS = 4;
  private static final int QUEUE_IN_USE = 1_000; // of the 2,048 that an AsyncSink holds
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What may be different between two looks at a heap that does not grow. */
  private static final long HEAP_NOISE_BYTES = 3L << 20;

  @TempDir Path folder;

  private final CountingSink counting = new CountingSink();
  private final Map<Kind, LongAdder> made = new EnumMap<>(Kind.class);

  /** A way to make a call, and how it ends. */
  private enum Kind {
    CALL(Ending.COMPLETED),
    CALL_THAT_FAILS(Ending.FAILED),
    FUTURE(Ending.COMPLETED),
    FUTURE_THAT_FAILS(Ending.FAILED),
    FUTURE_CANCELLED(Ending.CANCELLED),
    STREAM(Ending.COMPLETED),
    STREAM_CLOSED_EARLY(Ending.CANCELLED),
    STREAM_THAT_BREAKS(Ending.FAILED),
    STREAM_WHOSE_READER_THROWS(Ending.CANCELLED),
    STREAM_ABANDONED(Ending.CANCELLED);

    final Ending ending;

    Kind(Ending ending) {
      this.ending = ending;
    }
  }

  private enum Ending {
    COMPLETED,
    FAILED,
    CANCELLED
  }

  @Test
  void memoryStaysFlatAndNothingIsLost() throws Exception {
    for (Kind kind : Kind.values()) {
      made.put(kind, new LongAdder());
    }
    SpanCount spans = new SpanCount();
    Path file = folder.resolve("calls.jsonl");
    AsyncSink jsonl =
        AsyncSink.builder(JsonlSink.builder(file).maxFileBytes(8 << 20).maxRotatedFiles(10).build())
            .build();
    LlmOps ops =
        LlmOps.builder()
            .observer(OtelCallObserver.create(Sdk.sampled(spans)))
            .sink(jsonl)
            .sink(counting)
            .pricing(Pricing.NONE)
            .build();
    ExecutorService callers = Executors.newFixedThreadPool(THREADS);
    ExecutorService model = Executors.newFixedThreadPool(2);

    long heapAtTenth;
    long heapAtHalf;
    long heapAtEnd;
    try {
      heapAtTenth = heapAfter(CALLS / 10, ops, callers, model);
      heapAtHalf = heapAfter(CALLS / 2 - CALLS / 10, ops, callers, model);
      heapAtEnd = heapAfter(CALLS - CALLS / 2, ops, callers, model);
    } finally {
      callers.shutdownNow();
      model.shutdownNow();
    }
    OpsStats stats = ops.stats();
    ops.close(PATIENCE);

    assertThat(heapAtHalf - heapAtTenth)
        .as("heap grown between 10 %% and 50 %% of %,d calls", CALLS)
        .isLessThan(HEAP_NOISE_BYTES);
    assertThat(heapAtEnd - heapAtTenth)
        .as("heap grown between 10 %% and 100 %% of %,d calls", CALLS)
        .isLessThan(HEAP_NOISE_BYTES);

    assertThat(stats.started()).isEqualTo(CALLS);
    assertThat(stats.ended()).isEqualTo(stats.started());
    assertThat(stats.completed()).isEqualTo(expected(Ending.COMPLETED));
    assertThat(stats.failed()).isEqualTo(expected(Ending.FAILED));
    assertThat(stats.cancelled()).isEqualTo(expected(Ending.CANCELLED));
    assertThat(stats.swallowed()).isEmpty();

    assertThat(counting.of(Ending.COMPLETED)).isEqualTo(stats.completed());
    assertThat(counting.of(Ending.FAILED)).isEqualTo(stats.failed());
    assertThat(counting.of(Ending.CANCELLED)).isEqualTo(stats.cancelled());
    assertThat(spans.started()).isEqualTo(CALLS);
    assertThat(spans.ended()).isEqualTo(CALLS);

    ComponentStats written = jsonl.stats();
    assertThat(written.accepted()).isEqualTo(CALLS);
    assertThat(written.delivered()).isEqualTo(CALLS);
    assertThat(written.dropped()).isZero();
    assertThat(written.failed()).isZero();
    if (CALLS <= 50_000) { // with more, the oldest files are gone
      JsonlReader reader = JsonlReader.at(file);
      try (Stream<LlmRecord> records = reader.read()) {
        assertThat(records.count()).isEqualTo(written.delivered());
      }
      assertThat(reader.problems()).isEmpty();
    }
    System.out.printf(
        "soak: %,d calls; heap %,d KiB at 10 %%, %,d at 50 %%, %,d at the end; %,d lines written%n",
        CALLS, heapAtTenth >> 10, heapAtHalf >> 10, heapAtEnd >> 10, written.delivered());
  }

  private long heapAfter(int calls, LlmOps ops, ExecutorService callers, ExecutorService model)
      throws Exception {
    List<Future<?>> tasks = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int first = thread;
      tasks.add(
          callers.submit(
              () -> {
                for (int i = first; i < calls; i += THREADS) {
                  make(kind(i), ops, model);
                  if (i % 64 == first) {
                    letTheFileCatchUp(ops);
                  }
                }
                return null;
              }));
    }
    for (Future<?> task : tasks) {
      task.get();
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              System.gc(); // an abandoned stream ends when it is collected
              OpsStats stats = ops.stats();
              assertThat(stats.open()).isZero();
              ComponentStats sink = stats.sinks().get(0);
              assertThat(sink.delivered() + sink.dropped() + sink.failed())
                  .isEqualTo(sink.accepted());
            });
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  /** Calls come as fast as the file can take them: what is asked is whether any gets lost. */
  private static void letTheFileCatchUp(LlmOps ops) {
    ComponentStats sink = ops.stats().sinks().get(0);
    while (sink.accepted() - sink.delivered() - sink.dropped() - sink.failed() > QUEUE_IN_USE) {
      LockSupport.parkNanos(100_000);
      sink = ops.stats().sinks().get(0);
    }
  }

  private static Kind kind(int call) {
    if (call % 1_000 == 999) {
      return Kind.STREAM_ABANDONED; // rare, as each waits for the collector
    }
    return Kind.values()[call / THREADS % (Kind.values().length - 1)];
  }

  private void make(Kind kind, LlmOps ops, ExecutorService model) {
    made.get(kind).increment();
    switch (kind) {
      case CALL -> ops.call(Workload.REQUEST, () -> Workload.ANSWER, Workload::read);
      case CALL_THAT_FAILS ->
          expectFailure(() -> ops.call(Workload.REQUEST, SoakTest::fail, Workload::read));
      case FUTURE ->
          ops.callAsync(
                  Workload.REQUEST,
                  () -> CompletableFuture.supplyAsync(() -> Workload.ANSWER, model),
                  Workload::read)
              .join();
      case FUTURE_THAT_FAILS ->
          ops.callAsync(
                  Workload.REQUEST,
                  () -> CompletableFuture.supplyAsync(SoakTest::failUnchecked, model),
                  Workload::read)
              .exceptionally(error -> Workload.ANSWER)
              .join();
      case FUTURE_CANCELLED ->
          ops.callAsync(Workload.REQUEST, () -> new CompletableFuture<Answer>(), Workload::read)
              .cancel(true);
      case STREAM -> stream(ops, chunks -> chunks.forEach(piece -> {}));
      case STREAM_CLOSED_EARLY -> stream(ops, chunks -> chunks.iterator().next());
      case STREAM_THAT_BREAKS ->
          expectFailure(
              () -> {
                try (Stream<Piece> chunks =
                    ops.stream(
                        Workload.STREAM_REQUEST,
                        () -> pieces().map(SoakTest::breakAtTheEnd),
                        Workload::readPiece)) {
                  chunks.forEach(piece -> {});
                }
              });
      case STREAM_WHOSE_READER_THROWS ->
          expectFailure(() -> stream(ops, chunks -> chunks.forEach(piece -> failUnchecked())));
      case STREAM_ABANDONED ->
          ops.stream(Workload.STREAM_REQUEST, SoakTest::pieces, Workload::readPiece);
    }
  }

  private static void stream(LlmOps ops, java.util.function.Consumer<Stream<Piece>> consumer) {
    try (Stream<Piece> chunks =
        ops.stream(Workload.STREAM_REQUEST, SoakTest::pieces, Workload::readPiece)) {
      consumer.accept(chunks);
    }
  }

  private static Stream<Piece> pieces() {
    return Workload.PIECES.subList(Workload.CHUNKS - 20, Workload.CHUNKS).stream();
  }

  private static Piece breakAtTheEnd(Piece piece) {
    if (piece.last() != null) {
      throw new UncheckedIOException(new IOException("the connection was reset"));
    }
    return piece;
  }

  private static Answer fail() throws IOException {
    throw new IOException("the connection was reset");
  }

  private static Answer failUnchecked() {
    throw new UncheckedIOException(new IOException("the connection was reset"));
  }

  private interface Failing {
    void run() throws Exception;
  }

  private static void expectFailure(Failing failing) {
    try {
      failing.run();
    } catch (Exception e) {
      assertThat(e).hasMessageContaining("the connection was reset");
      return;
    }
    throw new AssertionError("the call was meant to fail");
  }

  private long expected(Ending ending) {
    return made.entrySet().stream()
        .filter(each -> each.getKey().ending == ending)
        .mapToLong(each -> each.getValue().sum())
        .sum();
  }

  /** Counts what arrives and keeps none of it. */
  private static final class CountingSink implements CallSink {

    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();

    @Override
    public void accept(LlmRecord record) {
      Outcome outcome = ((LlmCall) record).outcome();
      if (outcome instanceof Outcome.Completed) {
        completed.increment();
      } else if (outcome instanceof Outcome.Failed) {
        failed.increment();
      } else {
        cancelled.increment();
      }
    }

    long of(Ending ending) {
      return switch (ending) {
        case COMPLETED -> completed.sum();
        case FAILED -> failed.sum();
        case CANCELLED -> cancelled.sum();
      };
    }
  }
}
