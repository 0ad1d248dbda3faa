package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.CallInterceptor.Decision;
import dev.llmops.testing.Records;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallInterceptorTest {

  private static final LlmRequest REQUEST =
      LlmRequest.builder(LlmRequest.CHAT, "local")
          .model("my-model")
          .message(Message.user("hello"))
          .build();

  private static final CallCodec<String> CODEC =
      new CallCodec<>() {
        @Override
        public JsonText encode(String value) {
          return JsonText.of('"' + value + '"');
        }

        @Override
        public String decode(JsonText json) {
          return json.text().substring(1, json.text().length() - 1);
        }
      };

  private static final ResponseReader<String> READER =
      new ResponseReader<>() {
        @Override
        public LlmResponse read(String result) {
          return LlmResponse.ofText(result).toBuilder().usage(TokenUsage.of(2, 1)).build();
        }

        @Override
        public CallCodec<String> codec() {
          return CODEC;
        }
      };

  private static final ChunkReader<String> CHUNKS =
      new ChunkReader<>() {
        @Override
        public void read(String chunk, StreamRecorder recorder) {
          recorder.text(chunk);
        }

        @Override
        public CallCodec<String> codec() {
          return CODEC;
        }
      };

  private final Records records = Records.withContent();

  /** The smallest replay: keeps answers by what was asked. */
  private static final class Replay implements CallInterceptor {
    final Map<LlmRequest, EncodedResponse> store = new HashMap<>();

    @Override
    public Decision before(Attempt attempt) {
      EncodedResponse stored = store.get(attempt.request());
      return stored != null
          ? Decision.answer(stored)
          : Decision.proceed(
              (call, response) -> {
                if (response != null) {
                  store.put(attempt.request(), response);
                }
              });
    }
  }

  @Test
  void replayAnswersTheSecondCallWithoutSendingIt() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    LlmOps ops =
        LlmOps.builder()
            .pricing((request, response, start) -> new Cost(BigDecimal.ONE, "USD", "test", false))
            .interceptor(new Replay())
            .sink(records)
            .build();

    String first = ops.call(REQUEST, () -> "answer " + sent.incrementAndGet(), READER);
    String second = ops.call(REQUEST, () -> "answer " + sent.incrementAndGet(), READER);
    CompletableFuture<String> third =
        ops.callAsync(
            REQUEST,
            () -> CompletableFuture.completedFuture("answer " + sent.incrementAndGet()),
            READER);

    assertThat(List.of(first, second, third.get())).containsOnly("answer 1");
    assertThat(sent).hasValue(1);
    assertThat(records.calls()).extracting(LlmCall::attempts).containsExactly(null, 0, 0);
    assertThat(records.calls().get(0).cost()).isNotNull();
    assertThat(records.calls().get(1).cost()).as("nothing was spent").isNull();
    assertThat(records.calls().get(1).usage()).isEqualTo(TokenUsage.of(2, 1));
  }

  @Test
  void replayKeepsTheChunksOfAStream() {
    AtomicInteger sent = new AtomicInteger();
    LlmOps ops =
        LlmOps.builder().pricing(Pricing.NONE).interceptor(new Replay()).sink(records).build();

    List<String> first = ops.stream(REQUEST, () -> streamed(sent), CHUNKS).toList();
    List<String> second = ops.stream(REQUEST, () -> streamed(sent), CHUNKS).toList();

    assertThat(first).containsExactly("a", "b");
    assertThat(second).isEqualTo(first);
    assertThat(sent).hasValue(1);
    assertThat(records.calls()).extracting(LlmCall::attempts).containsExactly(null, 0);
    assertThat(records.calls().get(1).response().text()).isEqualTo("ab");
  }

  @Test
  void aContextsInterceptorReachesAnyInstanceAndIsAskedLast() {
    Replay replay = new Replay();
    replay.store.put(REQUEST, EncodedResponse.of(JsonText.of("\"stored\"")));
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
    LlmOps refusing =
        LlmOps.builder()
            .interceptor(attempt -> Decision.refuse(new IllegalStateException("by the wiring")))
            .build();
    LlmOps plain = LlmOps.builder().build();

    try (LlmContext.Scope scope = LlmContext.extend().interceptor(replay).open()) {
      assertThat(plain.capturesContent()).isTrue();
      assertThat(ops.call(REQUEST, () -> "sent", READER)).isEqualTo("stored");
      assertThat(catchThrowable(() -> refusing.call(REQUEST, () -> "sent", READER)))
          .hasMessage("by the wiring");
    }

    assertThat(plain.capturesContent()).isFalse();
    assertThat(ops.call(REQUEST, () -> "sent", READER)).isEqualTo("sent");
    assertThat(records.calls()).extracting(LlmCall::attempts).containsExactly(0, null);
  }

  private static Stream<String> streamed(AtomicInteger sent) {
    sent.incrementAndGet();
    return Stream.of("a", "b");
  }

  @Test
  void replayWithoutACodecRefusesAndSaysWhy() {
    LlmOps ops =
        LlmOps.builder()
            .interceptor(attempt -> Decision.answer(EncodedResponse.of(JsonText.of("\"x\""))))
            .sink(records)
            .build();

    Throwable thrown = catchThrowable(() -> ops.call(REQUEST, () -> "sent", LlmResponse::ofText));

    assertThat(thrown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no CallCodec to bring the answer back; use a wrapped client");
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void aBudgetRefusesWhenItIsSpent() {
    AtomicInteger left = new AtomicInteger(2);
    CallInterceptor budget =
        attempt ->
            left.getAndDecrement() > 0
                ? Decision.proceed()
                : Decision.refuse(new IllegalStateException("the budget of 2 calls is spent"));
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).interceptor(budget).sink(records).build();
    AtomicInteger sent = new AtomicInteger();

    ops.call(REQUEST, sent::incrementAndGet, n -> LlmResponse.EMPTY);
    ops.call(REQUEST, sent::incrementAndGet, n -> LlmResponse.EMPTY);
    Throwable sync =
        catchThrowable(() -> ops.call(REQUEST, sent::incrementAndGet, n -> LlmResponse.EMPTY));
    Throwable streamed = catchThrowable(() -> ops.stream(REQUEST, () -> streamed(sent), CHUNKS));

    assertThat(sync).hasMessage("the budget of 2 calls is spent");
    assertThat(streamed).hasMessage("the budget of 2 calls is spent");
    assertThat(sent).hasValue(2);
    assertThat(ops.stats().failed()).isEqualTo(2);
  }

  @Test
  void aTapSeesHowTheCallEndedBeforeSinksDo() {
    StringBuilder order = new StringBuilder();
    CallInterceptor tapping =
        attempt ->
            Decision.proceed(
                new CallInterceptor.Tap() {
                  @Override
                  public void onEnd(LlmCall call, @Nullable EncodedResponse response) {
                    order.append("tap ").append(response == null).append(' ');
                  }

                  @Override
                  public boolean wantsResponse() {
                    return false;
                  }
                });
    LlmOps ops =
        LlmOps.builder()
            .pricing(Pricing.NONE)
            .interceptor(tapping)
            .sink(record -> order.append("sink"))
            .build();

    ops.call(REQUEST, () -> "x", READER);

    assertThat(order.toString()).isEqualTo("tap true sink");
  }
}
