package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.testing.Records;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LlmOpsStreamTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");
  private static final ChunkReader<String> READER = (chunk, recorder) -> recorder.text(chunk);

  private final FakeClock clock = new FakeClock();
  private final Records records = Records.withContent();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).clocks(clock, clock).sink(records).build();

  @Test
  void passesTheSameChunksAndPutsThemTogether() {
    String one = new String("It is ");
    String two = new String("Paris.");

    List<String> got = ops.stream(REQUEST, () -> Stream.of(one, two), READER).toList();

    assertThat(got.get(0)).isSameAs(one);
    assertThat(got.get(1)).isSameAs(two);
    LlmCall call = records.onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.response().text()).isEqualTo("It is Paris.");
    assertThat(call.timing().chunks()).isEqualTo(2);
    assertThat(call.request().stream()).isTrue();
  }

  @Test
  void stampsTheFirstChunkBeforeTheConsumerRuns() {
    Stream<String> client =
        Stream.of("", "a", "b").peek(chunk -> clock.advance(Duration.ofMillis(100)));

    ops.stream(REQUEST, () -> client, READER)
        .forEach(chunk -> clock.advance(Duration.ofSeconds(10)));

    Timing timing = records.onlyCall().timing();
    assertThat(timing.timeToFirstChunk()).isEqualTo(Duration.ofMillis(100));
    // the first chunk had no text: 100 ms, then 10 s of consumer, then 100 ms more
    assertThat(timing.timeToFirstOutput()).isEqualTo(Duration.ofMillis(10_200));
    assertThat(timing.total()).isEqualTo(Duration.ofMillis(30_300));
  }

  @Test
  void isAsLazyAsTheClient() {
    AtomicInteger pulled = new AtomicInteger();
    Stream<String> client = Stream.of("a", "b").peek(chunk -> pulled.incrementAndGet());

    Stream<String> stream = ops.stream(REQUEST, () -> client, READER);
    assertThat(pulled).hasValue(0);
    assertThat(records.calls()).isEmpty();

    assertThat(stream.findFirst()).contains("a");
    assertThat(pulled).hasValue(1);
  }

  @Test
  void closingEarlyCancelsAndKeepsWhatArrived() {
    AtomicBoolean closed = new AtomicBoolean();

    try (Stream<String> stream =
        ops.stream(REQUEST, () -> Stream.of("a", "b").onClose(() -> closed.set(true)), READER)) {
      assertThat(stream.findFirst()).contains("a");
    }

    assertThat(closed).isTrue();
    LlmCall call = records.onlyCall();
    assertThat(call.outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            cancelled -> assertThat(cancelled.reason()).isEqualTo(Outcome.Reason.CLOSED));
    assertThat(call.response().text()).isEqualTo("a");
  }

  @Test
  void aConsumerThatThrowsIsNotAFailureOfTheModel() {
    IllegalStateException error = new IllegalStateException("mine");

    Throwable thrown =
        catchThrowable(
            () ->
                ops.stream(REQUEST, () -> Stream.of("a", "b"), READER)
                    .forEach(
                        chunk -> {
                          throw error;
                        }));

    assertThat(thrown).isSameAs(error);
    assertThat(records.onlyCall().outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            cancelled -> assertThat(cancelled.reason()).isEqualTo(Outcome.Reason.CONSUMER_FAILED));
  }

  @Test
  void aStreamThatBreaksIsAFailureWithWhatArrived() {
    IllegalStateException error = new IllegalStateException("connection reset");
    Stream<String> client =
        Stream.of("a", "b")
            .peek(
                chunk -> {
                  if (chunk.equals("b")) {
                    throw error;
                  }
                });

    Throwable thrown =
        catchThrowable(
            () ->
                ops.stream(REQUEST, () -> client, READER).iterator().forEachRemaining(chunk -> {}));

    assertThat(thrown).isSameAs(error);
    LlmCall call = records.onlyCall();
    assertThat(call.error()).isNotNull();
    assertThat(call.response().text()).isEqualTo("a");
  }

  @Test
  void anAbandonedStreamHoldsNothingAndEndsWhenItIsCollected() {
    WeakReference<Object> reference = abandon();

    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              System.gc();
              // not the count: it changes before the record has reached the sink
              return !records.calls().isEmpty();
            });

    assertThat(reference.get()).isNull();
    assertThat(ops.stats().cancelled()).isEqualTo(1);
    assertThat(ops.stats().open()).isZero();
    assertThat(records.onlyCall().outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            cancelled -> assertThat(cancelled.reason()).isEqualTo(Outcome.Reason.ABANDONED));
  }

  private WeakReference<Object> abandon() {
    Stream<String> stream = ops.stream(REQUEST, () -> Stream.of("a", "b"), READER);
    java.util.Iterator<String> iterator = stream.iterator();
    assertThat(iterator.next()).isEqualTo("a");
    assertThat(ops.stats().open()).isEqualTo(1);
    Reference.reachabilityFence(iterator); // not collected before it was seen open
    return new WeakReference<>(iterator);
  }

  @Test
  void aStreamInUseIsNotTakenForAbandoned() {
    List<String> got = new ArrayList<>();

    ops.stream(REQUEST, () -> Stream.of("a", "b", "c"), READER)
        .map(
            chunk -> {
              System.gc();
              return chunk;
            })
        .forEach(got::add);

    assertThat(got).containsExactly("a", "b", "c");
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
  }

  @Test
  void aReaderThatThrowsLosesItsChunkAndNothingElse() {
    List<String> got =
        ops.stream(
                REQUEST,
                () -> Stream.of("a", "bad", "b"),
                (String chunk, StreamRecorder recorder) -> {
                  if (chunk.equals("bad")) {
                    throw new IllegalArgumentException("secret");
                  }
                  recorder.text(chunk);
                })
            .toList();

    assertThat(got).containsExactly("a", "bad", "b");
    LlmCall call = records.onlyCall();
    assertThat(call.response().text()).isEqualTo("ab");
    assertThat(call.timing().chunks()).isEqualTo(3);
    assertThat(call.problems())
        .containsExactly("a chunk could not be read: java.lang.IllegalArgumentException");
  }

  @Test
  void aParallelStreamIsStillOneSequenceOfChunks() {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      numbers.add(i + " ");
    }

    long count = ops.stream(REQUEST, () -> numbers.parallelStream(), READER).parallel().count();

    assertThat(count).isEqualTo(1_000);
    assertThat(records.onlyCall().response().text()).isEqualTo(String.join("", numbers));
  }

  @Test
  void putsToolCallsChoicesAndReasonsTogether() {
    ops.stream(
            REQUEST,
            () -> Stream.of(1, 2, 3, 4),
            (Integer chunk, StreamRecorder recorder) -> {
              recorder.id("r-1");
              recorder.model("my-model-7");
              switch (chunk) {
                case 1 -> recorder.toolCall(0, 0, "call-1", "weather", "{\"city\":");
                case 2 -> recorder.toolCall(0, 0, null, null, "\"Paris\"}");
                case 3 -> {
                  recorder.text(1, "or ");
                  recorder.reasoning(1, "hm");
                }
                default -> {
                  recorder.text(1, "not");
                  recorder.finishReason(0, "tool_call");
                  recorder.finishReason(1, "stop");
                  recorder.usage(TokenUsage.of(7, 9));
                }
              }
            })
        .forEach(chunk -> {});

    LlmResponse response = records.onlyCall().response();
    assertThat(response.id()).isEqualTo("r-1");
    assertThat(response.model()).isEqualTo("my-model-7");
    assertThat(response.finishReasons()).containsExactly("tool_call", "stop");
    assertThat(response.usage()).isEqualTo(TokenUsage.of(7, 9));
    assertThat(response.outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.ToolCall("call-1", "weather", JsonText.of("{\"city\":\"Paris\"}"))),
            Message.of(
                "assistant", new MessagePart.Reasoning("hm"), new MessagePart.Text("or not")));
  }

  @Test
  void aFailureInsideTheStreamIsAFailedCall() {
    ops.stream(
            REQUEST,
            () -> Stream.of("a"),
            (String chunk, StreamRecorder recorder) ->
                recorder.failed(new CallError("server_error", null, null, null)))
        .forEach(chunk -> {});

    assertThat(records.onlyCall().error())
        .isEqualTo(new CallError("server_error", null, null, null));
  }

  @Test
  void timePerOutputTokenLeavesTheFirstOut() {
    Timing timing =
        Timing.of(
            FakeClock.START,
            Duration.ofMillis(5_190),
            Duration.ofMillis(200),
            Duration.ofMillis(200),
            10);

    // (5190 − 200) ÷ 499 = 10 ms
    assertThat(timing.timePerOutputToken(TokenUsage.of(1, 500))).isEqualTo(Duration.ofMillis(10));
    assertThat(timing.timePerOutputToken(TokenUsage.of(1, 1))).isNull();
    assertThat(timing.timePerOutputToken(TokenUsage.NONE)).isNull();
  }

  @Test
  void longAnswersAreCutWithAMark() {
    String chunk = "x".repeat(400_000);

    ops.stream(REQUEST, () -> Stream.of(chunk, chunk, chunk), READER).forEach(c -> {});

    // a million characters are kept in all: two chunks; the policy cuts further
    assertThat(records.onlyCall().response().text())
        .hasSizeLessThan(ContentPolicy.DEFAULT_MAX_CHARS + 100)
        .endsWith("characters cut]");
  }

  @Test
  void streamFromASupplierThatThrowsThrowsTheSame() {
    assertThatThrownBy(
            () ->
                ops.stream(
                    REQUEST,
                    () -> {
                      throw new java.io.IOException("no");
                    },
                    READER))
        .isInstanceOf(java.io.IOException.class);
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
  }
}
