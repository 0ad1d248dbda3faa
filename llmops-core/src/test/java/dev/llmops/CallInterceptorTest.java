package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.CallInterceptor.Decision;
import dev.llmops.testing.Records;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
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
  void storedAnswerOfTheOtherKindIsRefusedAndSaysWhatToDo() {
    EncodedResponse whole = EncodedResponse.of(JsonText.of("\"x\""));
    EncodedResponse chunks =
        EncodedResponse.ofChunks(List.of(JsonText.of("\"a\""), JsonText.of("\"b\"")));
    AtomicInteger sent = new AtomicInteger();
    String notWhole =
        "an interceptor answered a streamed call with a whole answer, so nothing was sent; answer"
            + " it with EncodedResponse.ofChunks(chunks), or record the call again as it is made"
            + " now";

    Throwable call =
        catchThrowable(
            () -> answering(chunks).call(REQUEST, () -> "sent " + sent.incrementAndGet(), READER));
    CompletableFuture<String> async =
        answering(chunks)
            .callAsync(
                REQUEST,
                () -> CompletableFuture.completedFuture("sent " + sent.incrementAndGet()),
                READER);
    Throwable stream =
        catchThrowable(() -> answering(whole).stream(REQUEST, () -> streamed(sent), CHUNKS));
    Collected published = new Collected();
    answering(whole).publisher(REQUEST, () -> published(sent), CHUNKS).subscribe(published);

    assertThat(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a call that is not streamed with a stream of 2 chunks, so"
                + " nothing was sent; answer it with EncodedResponse.of(body), or record the call"
                + " again as it is made now");
    assertThat(async).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("of 2");
    assertThat(stream).isInstanceOf(IllegalArgumentException.class).hasMessage(notWhole);
    assertThat(published.error).hasMessage(notWhole);
    assertThat(sent).as("sent").hasValue(0);
    assertThat(records.calls())
        .hasSize(4)
        .allSatisfy(
            each -> {
              assertThat(each.outcome()).isInstanceOf(Outcome.Failed.class);
              assertThat(each.attempts()).isZero();
            });
  }

  @Test
  void publisherIsAnsweredFromTheStoreAsItsSubscriberAsks() {
    AtomicInteger sent = new AtomicInteger();
    LlmOps ops =
        LlmOps.builder().pricing(Pricing.NONE).interceptor(new Replay()).sink(records).build();
    Flow.Publisher<String> publisher = ops.publisher(REQUEST, () -> published(sent), CHUNKS);
    Collected first = new Collected();
    Collected second = new Collected();

    publisher.subscribe(first);
    first.subscription.request(Long.MAX_VALUE);
    publisher.subscribe(second);
    second.subscription.request(1);

    assertThat(first.chunks).containsExactly("a", "b");
    assertThat(second.chunks).containsExactly("a");
    second.subscription.request(1);
    assertThat(second.chunks).containsExactly("a", "b");
    assertThat(second.complete).isTrue();
    assertThat(sent).hasValue(1);
    assertThat(records.calls()).extracting(LlmCall::attempts).containsExactly(null, 0);
    assertThat(records.calls().get(1).response().text()).isEqualTo("ab");
  }

  private LlmOps answering(EncodedResponse stored) {
    return LlmOps.builder()
        .pricing(Pricing.NONE)
        .interceptor(attempt -> Decision.answer(stored))
        .sink(records)
        .build();
  }

  private static Flow.Publisher<String> published(AtomicInteger sent) {
    sent.incrementAndGet();
    return subscriber ->
        subscriber.onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long count) {
                subscriber.onNext("a");
                subscriber.onNext("b");
                subscriber.onComplete();
              }

              @Override
              public void cancel() {}
            });
  }

  private static final class Collected implements Flow.Subscriber<String> {
    final List<String> chunks = new ArrayList<>();
    Flow.@Nullable Subscription subscription;
    @Nullable Throwable error;
    boolean complete;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
    }

    @Override
    public void onNext(String chunk) {
      chunks.add(chunk);
    }

    @Override
    public void onError(Throwable thrown) {
      error = thrown;
    }

    @Override
    public void onComplete() {
      complete = true;
    }
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

  @Test
  void aRefusalOfAnAsynchronousCallComesThroughItsFuture() {
    IllegalStateException refusal = new IllegalStateException("not today");
    List<LlmCall> calls = new ArrayList<>();
    LlmOps ops =
        LlmOps.builder()
            .interceptor(attempt -> Decision.refuse(refusal))
            .sink(record -> calls.add((LlmCall) record))
            .build();

    CompletableFuture<String> future =
        ops.callAsync(
            LlmRequest.chat("local", "m"),
            () -> {
              throw new AssertionError("sent");
            },
            LlmResponse::ofText);

    assertThat(future).failsWithin(Duration.ZERO).withThrowableThat().withCause(refusal);
    assertThat(calls).hasSize(1);
    assertThat(calls.get(0).attempts()).isZero();
  }

  @Test
  void aRefusalOfAPublisherComesToItsSubscriber() {
    IllegalStateException refusal = new IllegalStateException("not today");
    LlmOps ops =
        LlmOps.builder()
            .pricing(Pricing.NONE)
            .interceptor(attempt -> Decision.refuse(refusal))
            .sink(records)
            .build();
    AtomicInteger sent = new AtomicInteger();
    Collected told = new Collected();

    ops.publisher(REQUEST, () -> published(sent), CHUNKS).subscribe(told);

    assertThat(told.subscription).as("onSubscribe comes first, Flow.Publisher says").isNotNull();
    assertThat(told.error).isSameAs(refusal);
    assertThat(told.chunks).isEmpty();
    assertThat(told.complete).isFalse();
    assertThat(sent).hasValue(0);
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(records.onlyCall().attempts()).isZero();
  }
}
