package dev.llmops.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.CallInterceptor;
import dev.llmops.CallObserver;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.cost.BudgetExceededException;
import dev.llmops.cost.CostBudget;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every way of recording a call must keep to, run against a real client and {@link
 * FakeModelServer}. Extend it for your own adapter: say how a question is asked through the wrapped
 * client and through the bare one, and the contract does the rest.
 */
public abstract class CallContract {

  /** The question that every test asks. */
  protected static final String QUESTION = "What is the capital of France?";

  /** The server that both clients talk to. */
  protected FakeModelServer server = FakeModelServer.start();

  /** A client that is asked in one particular way. */
  @FunctionalInterface
  public interface Asking {
    /**
     * Asks and waits for the whole answer.
     *
     * @return the answer's text
     * @throws Exception what a caller of this client gets, unwrapped from a future's wrapper
     */
    String ask(String question) throws Exception;
  }

  /** The client, recorded by these ops. */
  protected abstract Asking recorded(LlmOps ops);

  /** The same client, bare. */
  protected abstract Asking bare();

  /** The model that both clients ask for. */
  protected abstract String model();

  /** Whether the answer comes in chunks. */
  protected abstract boolean streams();

  /**
   * Whether the way leaves content unread when nobody wants it. An adapter must; the reader that a
   * user writes for a plain call need not.
   */
  protected boolean leavesUnwantedContentUnread() {
    return true;
  }

  /**
   * Whether an interceptor's refusal stops the call. That of an adapter which its client only tells
   * of calls (a listener) does not.
   */
  protected boolean canRefuse() {
    return true;
  }

  /** A fresh server. */
  @BeforeEach
  void freshServer() {
    server.close();
    server = FakeModelServer.start();
  }

  /** Releases the server. */
  @AfterEach
  void closeServer() {
    server.close();
  }

  @Test
  void answersAsTheBareClientDoes() throws Exception {
    server.enqueue(Reply.answer("It is Paris."), Reply.answer("It is Paris."));

    String bare = bare().ask(QUESTION);
    String recorded = recorded(ops(Records.withoutContent())).ask(QUESTION);

    assertThat(recorded).isEqualTo(bare).isEqualTo("It is Paris.");
  }

  @Test
  void sendsWhatTheBareClientSends() throws Exception {
    bare().ask(QUESTION);
    recorded(ops(Records.withContent())).ask(QUESTION);

    List<ReceivedRequest> requests = server.requests();
    assertThat(requests).hasSize(2);
    assertThat(requests.get(1).body()).isEqualTo(requests.get(0).body());
    assertThat(requests.get(1).path()).isEqualTo(requests.get(0).path());
  }

  @Test
  void recordsOneCallWithWhatTheServerCounted() throws Exception {
    Records records = Records.withoutContent();
    LlmOps ops = ops(records);
    server.enqueue(Reply.answer("It is Paris."));

    recorded(ops).ask(QUESTION);

    LlmCall call = await(records);
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.request().model()).isEqualTo(model());
    assertThat(call.usage().outputTokens()).isEqualTo(3); // "It is Paris." is three words
    assertThat(call.usage().inputTokens()).isPositive();
    assertThat(call.problems()).isEmpty();
    assertThat(call.request().stream()).isEqualTo(streams());
    if (streams()) {
      assertThat(call.timing().chunks()).isPositive();
      assertThat(call.timing().timeToFirstChunk()).isNotNull().isPositive();
      assertThat(call.timing().timeToFirstOutput())
          .isNotNull()
          .isGreaterThanOrEqualTo(call.timing().timeToFirstChunk())
          .isLessThanOrEqualTo(call.timing().total());
    } else {
      assertThat(call.timing().chunks()).isZero();
      assertThat(call.timing().timeToFirstChunk()).isNull();
    }
    assertThat(ops.stats().started()).isEqualTo(1);
    assertThat(ops.stats().ended()).isEqualTo(1);
  }

  @Test
  void keepsContentOnlyForThoseWhoAskForIt() throws Exception {
    Records without = Records.withoutContent();
    Records with = Records.withContent();
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(without).sink(with).build();
    server.enqueue(Reply.answer("It is Paris."));

    recorded(ops).ask(QUESTION);

    assertThat(await(with).response().text()).isEqualTo("It is Paris.");
    assertThat(await(without).response().outputs()).isEmpty();
    assertThat(await(without).request().messages()).isEmpty();
    assertThat(await(without).usage()).isEqualTo(await(with).usage());
    assertThat(textsOf(await(with).request())).contains(QUESTION);
  }

  @Test
  void readsNoContentWhenNobodyWantsIt() throws Exception {
    List<LlmCall> seen = new CopyOnWriteArrayList<>();
    CallSink raw =
        new CallSink() {
          @Override
          public void accept(LlmRecord record) {
            if (record instanceof LlmCall call) {
              seen.add(call);
            }
          }

          @Override
          public boolean appliesContentPolicy() {
            return true; // sees the record as it passes
          }
        };
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(raw).build();

    recorded(ops).ask(QUESTION);

    Polling.await().until(() -> !seen.isEmpty());
    assertThat(seen.get(0).request().messages()).isEmpty();
    if (leavesUnwantedContentUnread()) {
      assertThat(seen.get(0).response().outputs()).isEmpty();
    }
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  @Test
  void throwsWhatTheBareClientThrows() {
    for (Fixture error : List.of(Fixture.ERROR_404_MODEL, Fixture.ERROR_401)) {
      server.enqueue(error, error);

      Throwable bare = catchThrowable(() -> bare().ask(QUESTION));
      Records records = Records.withoutContent();
      LlmOps ops = ops(records);
      Throwable recorded = catchThrowable(() -> recorded(ops).ask(QUESTION));

      assertThat(bare).isNotNull();
      assertThat(recorded).hasSameClassAs(bare).hasMessage(bare.getMessage());
      LlmCall call = await(records);
      assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
      assertThat(call.error()).isNotNull();
      assertThat(call.error().message()).as("may quote the prompt").isNull();
      assertThat(call.error().exceptionType()).isEqualTo(bare.getClass().getName());
      assertThat(call.usage().isEmpty()).isTrue();
      assertThat(call.cost()).isNull();
    }
  }

  @Test
  void aSpentBudgetRefusesBeforeAnythingIsSent() throws Exception {
    Assumptions.assumeTrue(canRefuse(), "the client only tells of its calls");
    Records records = Records.withoutContent();
    InstantSource beforeMidnight =
        InstantSource.fixed(Instant.parse("2027-02-28T23:59:59.999Z")); // one window for both calls
    CostBudget budget = CostBudget.daily("1", "USD").clock(beforeMidnight).build();
    LlmOps ops =
        LlmOps.builder()
            .pricing(
                (request, response, start) -> new Cost(BigDecimal.ONE, "USD", "a dollar", false))
            .interceptor(budget)
            .sink(records)
            .build();

    String unused = recorded(ops).ask(QUESTION);
    LlmCall paid = await(records);
    Throwable refused = catchThrowable(() -> recorded(ops).ask(QUESTION));

    assertThat(paid.cost()).isNotNull();
    assertThat(refused)
        .isInstanceOf(BudgetExceededException.class)
        .hasMessage("the daily budget is spent: 1 of 1 USD; it resets at 2027-03-01T00:00:00Z");
    assertThat(server.requests()).hasSize(1);
    Polling.await().until(() -> records.calls().size() == 2);
    LlmCall call = records.calls().get(1);
    assertThat(call.error()).isNotNull();
    assertThat(call.error().type()).isEqualTo(BudgetExceededException.class.getName());
    assertThat(call.attempts()).as("nothing was sent").isZero();
    assertThat(call.cost()).isNull();
    assertThat(ops.stats().failed()).isEqualTo(1);
    assertThat(budget.status().over()).isEqualTo(1);
  }

  @Test
  void survivesEverythingThatObserversThrow() throws Exception {
    for (Throwable bad :
        List.of(
            new IllegalStateException("on purpose"),
            new StackOverflowError("on purpose"),
            new AssertionError("on purpose"),
            new NoSuchMethodError("on purpose"))) {
      server.enqueue(Reply.answer("It is Paris."));
      Records records = Records.withoutContent();
      LlmOps ops =
          LlmOps.builder().pricing(Pricing.NONE).observer(throwing(bad)).sink(records).build();

      assertThat(recorded(ops).ask(QUESTION)).isEqualTo("It is Paris.");

      assertThat(await(records).outcome()).isInstanceOf(Outcome.Completed.class);
      assertThat(ops.stats().swallowed()).isNotEmpty();
    }
  }

  @Test
  void survivesSinksPricesAndInterceptorsThatThrow() throws Exception {
    Records records = Records.withoutContent();
    AtomicInteger asked = new AtomicInteger();
    CallInterceptor bad =
        attempt -> {
          asked.incrementAndGet();
          throw new IllegalStateException("on purpose");
        };
    LlmOps ops =
        LlmOps.builder()
            .pricing(
                (request, response, start) -> {
                  throw new IllegalStateException("on purpose");
                })
            .interceptor(bad)
            .sink(
                record -> {
                  throw new StackOverflowError("on purpose");
                })
            .sink(records)
            .build();
    server.enqueue(Reply.answer("It is Paris."));

    assertThat(recorded(ops).ask(QUESTION)).isEqualTo("It is Paris.");

    assertThat(await(records).cost()).isNull();
    assertThat(asked).hasValue(1);
    assertThat(ops.stats().swallowed()).hasSize(3);
  }

  @Test
  void knowsTheContextItWasCalledIn() throws Exception {
    Records records = Records.withoutContent();
    List<CallRef> told = new ArrayList<>();
    LlmOps ops = ops(records);
    Asking asking = recorded(ops);

    try (LlmContext.Scope scope =
        LlmContext.extend()
            .user("u-7")
            .conversation("c-1")
            .tag("team", "support")
            .onCall(told::add)
            .open()) {
      ops.workflow("answer", () -> asking.ask(QUESTION));
    }

    LlmCall call = await(records);
    LlmStep step = records.steps().get(0);
    assertThat(call.userId()).isEqualTo("u-7");
    assertThat(call.conversationId()).isEqualTo("c-1");
    assertThat(call.context().tags()).containsEntry("team", "support");
    assertThat(call.parent()).isEqualTo(step.ref());
    assertThat(told).containsExactly(call.ref());
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  @Test
  void recordsNothingWhileSwitchedOff() throws Exception {
    Records records = Records.withoutContent();
    LlmOps ops = LlmOps.builder().sink(records).enabled(false).build();
    Asking asking = recorded(ops);
    server.enqueue(Reply.answer("off"), Reply.answer("on"));

    assertThat(asking.ask(QUESTION)).isEqualTo("off");
    ops.setEnabled(true);
    assertThat(asking.ask(QUESTION)).isEqualTo("on");

    await(records);
    assertThat(ops.stats().started()).isEqualTo(1);
    assertThat(recorded(LlmOps.noop()).ask(QUESTION)).isNotEmpty();
  }

  @Test
  void endsAsFailedWhenTheConnectionBreaks() {
    server.enqueue(Reply.answer("one two three four").cutAfterChunks(1));
    Records records = Records.withoutContent();
    LlmOps ops = ops(records);

    Throwable thrown = catchThrowable(() -> recorded(ops).ask(QUESTION));

    assertThat(thrown).isNotNull();
    LlmCall call = await(records);
    assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(ops.stats().failed()).isEqualTo(1);
  }

  @Test
  void anInterceptorCanRefuseTheCall() {
    Assumptions.assumeTrue(canRefuse(), "the client only tells of its calls");
    IllegalArgumentException refusal = new IllegalArgumentException("budget is spent");
    Records records = Records.withoutContent();
    LlmOps ops =
        LlmOps.builder()
            .pricing(Pricing.NONE)
            .interceptor(attempt -> CallInterceptor.Decision.refuse(refusal))
            .sink(records)
            .build();

    Throwable thrown = catchThrowable(() -> recorded(ops).ask(QUESTION));

    assertThat(thrown).isSameAs(refusal);
    assertThat(server.requests()).isEmpty();
    assertThat(await(records).outcome()).isInstanceOf(Outcome.Failed.class);
  }

  /** Ops without prices that write into these records. */
  protected static LlmOps ops(Records records) {
    return LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  }

  /** The one call that was recorded, as soon as it is. */
  protected static LlmCall await(Records records) {
    Polling.await().atMost(Duration.ofSeconds(10)).until(() -> !records.calls().isEmpty());
    return records.onlyCall();
  }

  private static String textsOf(LlmRequest request) {
    StringBuilder texts = new StringBuilder();
    request.messages().forEach(message -> texts.append(message.text()).append('\n'));
    for (MessagePart part : request.systemInstructions()) {
      if (part instanceof MessagePart.Text text) {
        texts.append(text.content());
      }
    }
    return texts.toString();
  }

  private static CallObserver throwing(Throwable bad) {
    return new CallObserver() {
      @Override
      public CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
        return new CallObservation() {
          @Override
          public LlmContext.@Nullable Scope makeCurrent() {
            throw sneaky(bad);
          }

          @Override
          public void onFirstChunk() {
            throw sneaky(bad);
          }

          @Override
          public boolean wantsChunks() {
            return true;
          }

          @Override
          public void onChunk(long sincePreviousNanos) {
            throw sneaky(bad);
          }

          @Override
          public void onEnd(LlmCall call) {
            throw sneaky(bad);
          }
        };
      }

      @Override
      public @Nullable StepObservation onStep(
          StepRequest request, LlmContext context, Instant start) {
        throw sneaky(bad);
      }

      @Override
      public void onScore(CallScore score) {
        throw sneaky(bad);
      }

      @Override
      public ContentPolicy content() {
        throw sneaky(bad);
      }
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException sneaky(Throwable error) throws E {
    throw (E) error;
  }
}
