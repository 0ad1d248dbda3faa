package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.testing.Records;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LlmOpsCallTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  private final FakeClock clock = new FakeClock();
  private final Records records = Records.withContent();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).clocks(clock, clock).sink(records).build();

  @Test
  void givesBackTheVeryObjectOnTheSameThread() {
    Object result = new Object();
    AtomicReference<Thread> thread = new AtomicReference<>();

    Object got =
        ops.call(
            REQUEST,
            () -> {
              thread.set(Thread.currentThread());
              return result;
            },
            r -> LlmResponse.EMPTY);

    assertThat(got).isSameAs(result);
    assertThat(thread.get()).isSameAs(Thread.currentThread());
  }

  @Test
  void keepsTheCheckedExceptionAndItsObject() {
    IOException error = new IOException("secret prompt in the message");

    // compiles only because the one checked type is kept
    Throwable thrown = catchThrowable(() -> throwingCall(error));

    assertThat(thrown).isSameAs(error);
    LlmCall call = records.onlyCall();
    assertThat(call.error())
        .isEqualTo(
            new CallError(
                "java.io.IOException",
                "java.io.IOException",
                "secret prompt in the message",
                null));
  }

  private String throwingCall(IOException error) throws IOException {
    return ops.call(
        REQUEST,
        () -> {
          throw error;
        },
        LlmResponse::ofText);
  }

  @Test
  void measuresFromTheIssueToTheAnswer() {
    ops.call(
        REQUEST,
        () -> {
          clock.advance(Duration.ofMillis(1234));
          return "hi";
        },
        text -> {
          clock.advance(Duration.ofSeconds(9)); // reading is ours, but it comes before the end
          return LlmResponse.ofText(text);
        });

    LlmCall call = records.onlyCall();
    assertThat(call.timing().start()).isEqualTo(FakeClock.START);
    assertThat(call.timing().total()).isEqualTo(Duration.ofMillis(1234));
    assertThat(call.timing().end()).isEqualTo(FakeClock.START.plusMillis(1234));
  }

  @Test
  void recordsThatTheResponseCouldNotBeRead() {
    String got =
        ops.call(
            REQUEST,
            () -> "kept",
            text -> {
              throw new IllegalStateException("secret");
            });

    assertThat(got).isEqualTo("kept");
    LlmCall call = records.onlyCall();
    assertThat(call.outcome()).isEqualTo(new Outcome.Completed(LlmResponse.EMPTY));
    assertThat(call.problems())
        .containsExactly("the response could not be read: java.lang.IllegalStateException");
  }

  @Test
  void aFailingRequestBuilderStaysInsideTheGuard() {
    String got =
        ops.call(
            () -> {
              throw new IllegalStateException("builder");
            },
            () -> "kept",
            LlmResponse::ofText);

    assertThat(got).isEqualTo("kept");
    assertThat(records.all()).isEmpty();
    assertThat(ops.stats().swallowed()).containsExactly(java.util.Map.entry("request", 1L));
  }

  @Test
  @SuppressWarnings("NullAway") // a caller without null checks
  void aNullRequestIsCountedAndTheCallGoesOn() {
    LlmRequest none = null;

    assertThat(ops.<String, RuntimeException>call(none, () -> "kept", LlmResponse::ofText))
        .isEqualTo("kept");

    assertThat(ops.stats().swallowed()).containsKey("request");
  }

  @Test
  void rethrowsTheErrorsOfADyingMachine() {
    LlmOps dying =
        LlmOps.builder()
            .sink(
                record -> {
                  throw new OutOfMemoryError("on purpose");
                })
            .build();

    assertThatThrownBy(() -> dying.call(REQUEST, () -> "x", LlmResponse::ofText))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void restoresTheInterruptFlagThatASinkSwallowed() {
    LlmOps swallowing = LlmOps.builder().sink(record -> Thread.interrupted()).build();

    String got =
        swallowing.call(
            REQUEST,
            () -> {
              Thread.currentThread().interrupt();
              return "x";
            },
            LlmResponse::ofText);

    assertThat(Thread.interrupted()).as("and clears it for the next test").isTrue();
    assertThat(got).isEqualTo("x");
  }

  @Test
  void restoresTheInterruptFlagWhenASinkWasInterrupted() {
    LlmOps interrupted =
        LlmOps.builder()
            .sink(
                record -> {
                  throw LlmOpsCallTest.<RuntimeException>sneaky(new InterruptedException());
                })
            .build();

    assertThat(interrupted.<String, RuntimeException>call(REQUEST, () -> "x", LlmResponse::ofText))
        .isEqualTo("x");

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void survivesAStackThatIsAlmostFull() {
    // deeper and deeper until the user's own code overflows: whatever depth we fail at, the caller
    // sees either the result or the overflow of its own frames
    int[] calls = new int[1];
    try {
      recurse(calls);
    } catch (StackOverflowError expected) {
      assertThat(calls[0]).isPositive();
    }

    assertThat(ops.<String, RuntimeException>call(REQUEST, () -> "still", LlmResponse::ofText))
        .isEqualTo("still");
  }

  private void recurse(int[] calls) {
    calls[0]++;
    ops.call(REQUEST, () -> "x", LlmResponse::ofText);
    recurse(calls);
  }

  @Test
  void pricesWhatWasCounted() {
    Cost cost = new Cost(new BigDecimal("0.0042"), "USD", "test", false);
    LlmOps priced =
        LlmOps.builder()
            .clocks(clock, clock)
            .pricing((request, response, start) -> start.equals(FakeClock.START) ? cost : null)
            .sink(records)
            .build();

    priced.call(REQUEST, () -> "x", r -> LlmResponse.builder().usage(TokenUsage.of(10, 5)).build());

    assertThat(records.onlyCall().cost()).isEqualTo(cost);
    assertThat(priced.stats().unpriced()).isZero();
  }

  @Test
  void unknownPricesAreAbsentAndCounted() {
    LlmOps unpriced =
        LlmOps.builder().pricing((request, response, start) -> null).sink(records).build();

    unpriced.call(
        REQUEST, () -> "x", r -> LlmResponse.builder().usage(TokenUsage.of(1, 1)).build());

    assertThat(records.onlyCall().cost()).isNull();
    assertThat(unpriced.stats().unpriced()).isEqualTo(1);
    assertThat(unpriced.stats().unpricedModels()).containsExactly("local/my-model");
    assertThat(unpriced.explain()).contains("no price is known for local/my-model");
  }

  @Test
  void tellsTheLastCallOfThisThread() {
    assertThat(ops.lastCall()).isNull();

    ops.call(REQUEST, () -> "x", LlmResponse::ofText);

    assertThat(ops.lastCall()).isEqualTo(records.onlyCall().ref());
  }

  @Test
  void opensTheObserversScopeOnlyWhileTheRequestIsIssued() {
    StringBuilder order = new StringBuilder();
    CallObserver observer =
        new CallObserver() {
          @Override
          public CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
            order.append("start ");
            return new CallObservation() {
              @Override
              public String traceId() {
                return "0af7651916cd43dd8448eb211c80319c";
              }

              @Override
              public String spanId() {
                return "b7ad6b7169203331";
              }

              @Override
              public LlmContext.@Nullable Scope makeCurrent() {
                order.append("open ");
                return () -> order.append("close ");
              }

              @Override
              public void onEnd(LlmCall call) {
                order.append("end ");
              }
            };
          }
        };
    LlmOps observed = LlmOps.builder().observer(observer).sink(records).build();

    observed.call(
        REQUEST,
        () -> {
          order.append("issue ");
          return "x";
        },
        text -> {
          order.append("read ");
          return LlmResponse.ofText(text);
        });

    assertThat(order.toString()).isEqualTo("start open issue close read end ");
    assertThat(records.onlyCall().ref().traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(records.onlyCall().ref().spanId()).isEqualTo("b7ad6b7169203331");
  }

  @Test
  void severalObserversAreGuardedEachByItself() {
    List<String> seen = new java.util.ArrayList<>();
    CallObserver bad =
        (request, context, start) -> {
          throw new IllegalStateException("on purpose");
        };
    CallObserver good = (request, context, start) -> call -> seen.add(call.request().operation());
    LlmOps both = LlmOps.builder().observer(bad).observer(good).build();

    both.call(REQUEST, () -> "x", LlmResponse::ofText);

    assertThat(seen).containsExactly("chat");
    assertThat(both.stats().swallowed()).hasSize(1);
  }

  @Test
  void scoresReachObserversAndSinksWithATime() {
    List<CallScore> observed = new java.util.ArrayList<>();
    CallObserver observer =
        new CallObserver() {
          @Override
          public @Nullable CallObservation onStart(
              LlmRequest request, LlmContext context, Instant start) {
            return null;
          }

          @Override
          public void onScore(CallScore score) {
            observed.add(score);
          }
        };
    LlmOps scoring = LlmOps.builder().clocks(clock, clock).observer(observer).sink(records).build();
    CallRef ref = CallRef.of("0123456789abcdef0123456789abcdef");

    scoring.score(ref, "user_feedback", 1.0);
    scoring.score(CallScore.ofKey("order-17", "resolved").label("yes").build());

    assertThat(records.scores()).hasSize(2).isEqualTo(observed);
    assertThat(records.scores().get(0).ref()).isEqualTo(ref);
    assertThat(records.scores().get(0).value()).isEqualTo(1.0);
    assertThat(records.scores().get(0).time()).isEqualTo(FakeClock.START);
    assertThat(records.scores().get(1).key()).isEqualTo("order-17");
    assertThatThrownBy(() -> scoring.score(ref, "stars", 4.0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "score must be between 0.0 (worst) and 1.0 (best), but was 4.0; scale a raw measure"
                + " before scoring");
  }

  @Test
  void noopAllocatesNothing() {
    LlmOps noop = LlmOps.noop();
    ModelCall<String, RuntimeException> call = () -> "x";
    ResponseReader<String> reader = LlmResponse::ofText;
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 1_000; i++) {
      noop.call(REQUEST, call, reader);
    }

    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      noop.call(REQUEST, call, reader);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(bytes).as("10,000 calls").isLessThan(10_000); // less than a byte a call: none
    assertThat(noop.stats().started()).isZero();
    noop.setEnabled(true);
    assertThat(noop.isEnabled()).isFalse();
  }

  @Test
  void explainsWhatIsWiredAndWhyNothingArrives() {
    assertThat(LlmOps.noop().explain()).contains("llmops is off: this is LlmOps.noop()");
    assertThat(LlmOps.builder().build().explain())
        .contains("Nothing is wired", "No call was seen yet: is the client wrapped");

    ops.call(REQUEST, () -> "x", LlmResponse::ofText);
    OpenCall open = ops.open(REQUEST);

    assertThat(ops.explain())
        .contains(
            "llmops is on; content (prompts and answers) is captured",
            "Sink Records: nothing yet.",
            "2 calls started: 1 completed, 0 failed, 0 cancelled, 1 open.",
            "1 call still open",
            "1 completed call without token counts");
    open.complete();
    assertThat(ops.stats().open()).isZero();
  }

  @Test
  void closesEverythingOnceWithinTheDeadline() {
    List<String> closed = new java.util.ArrayList<>();
    CallSink sink =
        new CallSink() {
          @Override
          public void accept(LlmRecord record) {}

          @Override
          public void close(Duration deadline) {
            closed.add("sink " + (deadline.compareTo(Duration.ofSeconds(3)) <= 0));
          }
        };
    LlmOps closing = LlmOps.builder().sink(sink).build();
    LlmOps.builder().build().close(Duration.ofSeconds(Long.MAX_VALUE)); // no overflow

    closing.close(Duration.ofSeconds(3));
    closing.close();

    assertThat(closed).containsExactly("sink true");
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E sneaky(Throwable error) throws E {
    throw (E) error;
  }
}
