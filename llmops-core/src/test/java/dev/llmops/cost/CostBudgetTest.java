package dev.llmops.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.llmops.CallInterceptor.Attempt;
import dev.llmops.CallInterceptor.Decision;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.TokenUsage;
import dev.llmops.testing.Records;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

class CostBudgetTest {

  /** 1 USD per million tokens, so that a tenth of a million costs 0.10; 1 EUR for the other. */
  private static final PriceTable PRICES =
      PriceTable.builder()
          .price("local", "m")
          .input("1")
          .output("1")
          .price("local", "n")
          .input("1")
          .output("1")
          .price("local", "euro")
          .input("1")
          .output("1")
          .currency("EUR")
          .price("local", "embed")
          .input("1")
          .build();

  private final Clock clock = new Clock(Instant.parse("2026-11-22T10:15:30Z"));
  private final Records records = Records.withoutContent();
  private final AtomicInteger sent = new AtomicInteger();

  @Test
  void refusesOnceTheLimitIsReachedAndAgainAfterMidnight() {
    CostBudget budget = CostBudget.daily("0.30", "USD").clock(clock).build();
    LlmOps ops = ops(budget);

    ask(ops, 100_000); // 0.10
    assertThat(budget.spent()).isEqualByComparingTo("0.10");
    assertThat(budget.remaining()).isEqualByComparingTo("0.20");
    ask(ops, 250_000); // 0.35: it was let pass at 0.10, and its cost is known only now
    BudgetExceededException refused =
        catchThrowableOfType(BudgetExceededException.class, () -> ask(ops, 1));

    assertThat(refused)
        .hasMessage(
            "the daily budget is spent: 0.35 of 0.30 USD; it resets at 2026-11-23T00:00:00Z");
    assertThat(refused.limit()).isEqualByComparingTo("0.30");
    assertThat(refused.spent()).isEqualByComparingTo("0.35");
    assertThat(refused.currency()).isEqualTo("USD");
    assertThat(refused.budget()).isEqualTo("daily");
    assertThat(refused.resetsAt()).isEqualTo("2026-11-23T00:00:00Z");
    assertThat(refused.unpricedModel()).isNull();
    assertThat(sent).hasValue(2);
    assertThat(budget.remaining()).isEqualByComparingTo("0");
    assertThat(budget.status().over()).isEqualTo(1);
    LlmCall last = records.calls().get(2);
    assertThat(last.error().type()).isEqualTo(BudgetExceededException.class.getName());
    assertThat(last.cost()).isNull();

    clock.now = Instant.parse("2026-11-22T23:59:59.999Z");
    assertThat(catchThrowable(() -> ask(ops, 1))).isInstanceOf(BudgetExceededException.class);
    clock.now = Instant.parse("2026-11-23T00:00:00Z");
    ask(ops, 100_000);
    assertThat(budget.spent()).isEqualByComparingTo("0.10");
    assertThat(budget.resetsAt()).isEqualTo("2026-11-24T00:00:00Z");
    clock.now = Instant.parse("2026-11-22T12:00:00Z"); // set back
    assertThat(budget.spent()).isEqualByComparingTo("0.10");
  }

  @Test
  void windowsAreOfUtc() {
    assertThat(CostBudget.hourly("1", "USD").clock(clock).build().status())
        .returns("hourly", CostBudget.Status::name)
        .returns(Instant.parse("2026-11-22T10:00:00Z"), CostBudget.Status::since)
        .returns(Instant.parse("2026-11-22T11:00:00Z"), CostBudget.Status::resetsAt);
    assertThat(CostBudget.monthly("1", "USD").clock(clock).build().status())
        .returns(Instant.parse("2026-11-01T00:00:00Z"), CostBudget.Status::since)
        .returns(Instant.parse("2026-12-01T00:00:00Z"), CostBudget.Status::resetsAt);
    clock.now = Instant.parse("2028-02-29T23:00:00Z");
    assertThat(CostBudget.monthly("1", "USD").clock(clock).build().resetsAt())
        .isEqualTo("2028-03-01T00:00:00Z");
  }

  @Test
  void eachUserHasTheLimit() {
    CostBudget budget = CostBudget.daily("0.10", "USD").perUser().clock(clock).build();
    LlmOps ops = ops(budget);

    in(LlmContext.builder().user("ann"), () -> ask(ops, 100_000));
    Throwable ann =
        catchThrowable(() -> in(LlmContext.builder().user("ann"), () -> ask(ops, 100_000)));
    in(LlmContext.builder().user("bob"), () -> ask(ops, 50_000));
    ask(ops, 100_000);

    assertThat(ann)
        .hasMessageStartingWith("the daily per user budget is spent: 0.1")
        .hasMessageNotContaining("ann");
    assertThat(budget.spent("ann")).isEqualByComparingTo("0.10");
    assertThat(budget.remaining("bob")).isEqualByComparingTo("0.05");
    assertThat(budget.spent("eve")).isEqualByComparingTo("0");
    assertThat(budget.spent()).as("of all").isEqualByComparingTo("0.25");
    assertThat(budget.status())
        .returns(1L, CostBudget.Status::withoutKey)
        .returns(2L, CostBudget.Status::keys);
    assertThat(budget.explain())
        .contains("1 calls told no user and were not held to it (LlmContext.user).")
        .doesNotContain("ann");
    assertThatThrownBy(budget::remaining)
        .hasMessage("the daily per user budget has a limit for each; use remaining(String)");
  }

  @Test
  void modelsConversationsAndTagsCanHaveTheLimit() {
    CostBudget perModel = CostBudget.daily("0.10", "USD").perModel().clock(clock).build();
    CostBudget perTag = CostBudget.daily("0.25", "USD").perTag("team").clock(clock).build();
    CostBudget perConversation =
        CostBudget.daily("0.15", "USD").perConversation().clock(clock).build();
    LlmOps ops = ops(perModel, perTag, perConversation);
    LlmContext.Builder red = LlmContext.builder().tag("team", "red").conversation("c-1");

    in(red, () -> ask(ops, "m", TokenUsage.of(100_000, 0)));
    Throwable model = catchThrowable(() -> in(red, () -> ask(ops, "m", TokenUsage.of(1, 0))));
    in(red, () -> ask(ops, "n", TokenUsage.of(80_000, 0)));
    Throwable talk = catchThrowable(() -> in(red, () -> ask(ops, "embed", TokenUsage.NONE)));
    in(
        LlmContext.builder().tag("team", "red"),
        () -> ask(ops, "embed", TokenUsage.builder().inputTokens(90_000).build()));
    Throwable tag =
        catchThrowable(
            () ->
                in(
                    LlmContext.builder().tag("team", "red"),
                    () -> ask(ops, "embed", TokenUsage.NONE)));

    assertThat(model).hasMessageStartingWith("the daily per model budget is spent");
    assertThat(talk).hasMessageStartingWith("the daily per conversation budget is spent: 0.18 of");
    assertThat(perModel.remaining("embed")).as("0.10 - 0.09").isEqualByComparingTo("0.01");
    assertThat(tag)
        .as("m 0.10 + n 0.08 + embed 0.09")
        .hasMessageStartingWith("the daily per tag team budget is spent: 0.27 of 0.25 USD");
    assertThat(perTag.spent("red")).as("0.10 + 0.08 + 0.09").isEqualByComparingTo("0.27");
    assertThat(perTag.remaining("red")).isEqualByComparingTo("0");
  }

  @Test
  void whatIsNotKnownIsCountedAndNotGuessed() {
    CostBudget budget = CostBudget.daily("0.10", "USD").clock(clock).build();
    LlmOps ops = ops(budget);

    ask(ops, "no-price", TokenUsage.of(1_000_000, 0));
    ask(ops, "m", TokenUsage.NONE); // the provider counted nothing
    ask(ops, "euro", TokenUsage.of(1_000_000, 0));
    assertThat(catchThrowable(() -> ops.call(request("m"), CostBudgetTest::fails, r -> null)))
        .hasMessage("down");

    assertThat(budget.spent()).isEqualByComparingTo("0");
    assertThat(budget.status())
        .returns(2L, CostBudget.Status::unpriced)
        .returns(1L, CostBudget.Status::otherCurrency);
    assertThat(budget.explain())
        .isEqualTo(
            "Budget daily: 0 of 0.10 USD spent until 2026-11-23T00:00:00Z; 0 calls refused. 2 calls"
                + " without a known cost are not in it. 1 calls in another currency are not in it.");
  }

  @Test
  void modelsWithoutAPriceCanBeRefused() {
    CostBudget budget = CostBudget.daily("5", "USD").refuseUnpriced(PRICES).clock(clock).build();
    LlmOps ops = ops(budget);

    ask(ops, 1);
    ops.call(
        LlmRequest.builder(LlmRequest.EMBEDDINGS, "local").model("embed").build(),
        () -> "x",
        r -> LlmResponse.EMPTY);
    BudgetExceededException refused =
        catchThrowableOfType(
            BudgetExceededException.class, () -> ask(ops, "no-price", TokenUsage.of(1, 1)));

    assertThat(refused)
        .hasMessage(
            "the daily budget of 5 USD cannot be held for local/no-price: no price is known for it;"
                + " add one to the price table, or do not refuse models without a price");
    assertThat(refused.unpricedModel()).isEqualTo("local/no-price");
    assertThat(sent).hasValue(1);
    assertThat(budget.status())
        .returns(1L, CostBudget.Status::refusedUnpriced)
        .returns(0L, CostBudget.Status::over);
  }

  @Test
  void aPriceInAnotherCurrencyIsNoPrice() {
    CostBudget budget = CostBudget.daily("5", "EUR").refuseUnpriced(PRICES).clock(clock).build();
    LlmOps ops = ops(budget);

    ask(ops, "euro", TokenUsage.of(100_000, 0));
    BudgetExceededException refused =
        catchThrowableOfType(BudgetExceededException.class, () -> ask(ops, 1));

    assertThat(refused)
        .hasMessage(
            "the daily budget of 5 EUR cannot be held for local/m: no price in EUR is known for it,"
                + " only one in USD; put one in EUR on top of the price table, or make the budget in"
                + " USD, or do not refuse models without a price");
    assertThat(refused.unpricedModel()).isEqualTo("local/m");
    assertThat(sent).hasValue(1);
    assertThat(budget.spent()).isEqualByComparingTo("0.10");
    assertThat(budget.status())
        .returns(1L, CostBudget.Status::refusedUnpriced)
        .returns(0L, CostBudget.Status::otherCurrency);
    assertThat(budget.explain()).endsWith("1 calls of models without a price in EUR refused.");
  }

  @Test
  void whatMakesNoTextMayHaveAPriceOfItsInputAlone() {
    CostBudget budget = CostBudget.daily("5", "USD").refuseUnpriced(PRICES).clock(clock).build();
    LlmOps ops = ops(budget);
    TokenUsage scored = TokenUsage.builder().inputTokens(20_000).build();

    for (String operation : List.of("rerank", "moderation", LlmRequest.EMBEDDINGS)) {
      ask(ops, LlmRequest.builder(operation, "local").model("embed").build(), scored);
      ask(
          ops,
          LlmRequest.builder(operation, "local").model("m").build(),
          TokenUsage.of(10_000, 10_000));
    }
    for (String operation :
        List.of(LlmRequest.CHAT, LlmRequest.GENERATE_CONTENT, LlmRequest.TEXT_COMPLETION)) {
      assertThat(
              catchThrowable(
                  () ->
                      ask(
                          ops,
                          LlmRequest.builder(operation, "local").model("embed").build(),
                          TokenUsage.of(1, 1))))
          .as("its answer has no price: %s", operation)
          .isInstanceOf(BudgetExceededException.class);
    }

    assertThat(budget.spent()).as("3 x (0.02 + 0.01 + 0.01)").isEqualByComparingTo("0.12");
    assertThat(budget.status())
        .returns(3L, CostBudget.Status::refusedUnpriced)
        .returns(0L, CostBudget.Status::unpriced);
  }

  @Test
  void aModelWithoutAPriceDoesNotHideThatTheLimitIsReached() {
    List<String> said = new ArrayList<>();
    CostBudget budget =
        CostBudget.daily("0.10", "USD")
            .warnOnly()
            .refuseUnpriced(PRICES)
            .clock(clock)
            .log(warningsInto(said))
            .build();
    LlmOps ops = ops(budget);

    for (int i = 0; i < 2; i++) {
      assertThat(catchThrowable(() -> ask(ops, "no-price", TokenUsage.of(1, 1))))
          .isInstanceOf(BudgetExceededException.class);
    }
    ask(ops, 100_000);
    ask(ops, 100_000);
    ask(ops, 100_000);

    assertThat(sent).hasValue(3);
    assertThat(said)
        .containsExactly(
            "the daily budget of 0.10 USD cannot be held for local/no-price: no price is known for"
                + " it; add one to the price table, or do not refuse models without a price; the"
                + " call was refused; further such calls of this window are only counted, see"
                + " CostBudget.status()",
            "the daily budget is spent: 0.1 of 0.10 USD; it resets at 2026-11-23T00:00:00Z; the call"
                + " goes on, as the budget only warns; further such calls of this window are only"
                + " counted, see CostBudget.status()");
  }

  @Test
  void aBudgetThatOnlyWarnsSaysSoOnceAWindow() {
    List<String> said = new ArrayList<>();
    CostBudget budget =
        CostBudget.hourly("0.10", "USD").warnOnly().clock(clock).log(warningsInto(said)).build();
    LlmOps ops = ops(budget);

    ask(ops, 100_000);
    ask(ops, 100_000);
    ask(ops, 100_000);
    clock.now = clock.now.plus(Duration.ofHours(1));
    ask(ops, 100_000);
    ask(ops, 100_000);

    assertThat(sent).hasValue(5);
    assertThat(budget.status())
        .returns(3L, CostBudget.Status::over)
        .returns(false, CostBudget.Status::refuses);
    assertThat(said)
        .containsExactly(
            "the hourly budget is spent: 0.1 of 0.10 USD; it resets at 2026-11-22T11:00:00Z; the call"
                + " goes on, as the budget only warns; further such calls of this window are only"
                + " counted, see CostBudget.status()",
            "the hourly budget is spent: 0.1 of 0.10 USD; it resets at 2026-11-22T12:00:00Z; the call"
                + " goes on, as the budget only warns; further such calls of this window are only"
                + " counted, see CostBudget.status()");
    assertThat(budget.explain()).contains("; 3 calls over it let pass.");
  }

  @Test
  void judgesAreNeitherCountedNorRefused() {
    CostBudget budget = CostBudget.daily("0.10", "USD").clock(clock).build();
    LlmOps ops = ops(budget);

    in(LlmContext.builder().origin(Origin.JUDGE), () -> ask(ops, 900_000));
    assertThat(budget.spent()).isEqualByComparingTo("0");
    ask(ops, 100_000);
    in(LlmContext.builder().origin(Origin.JUDGE), () -> ask(ops, 900_000));

    assertThat(sent).hasValue(3);
    assertThat(budget.spent()).isEqualByComparingTo("0.10");
  }

  @Test
  void whoSpentLatelyIsNeverForgotten() {
    CostBudget budget = CostBudget.daily("0.10", "USD").perUser().maxKeys(10).clock(clock).build();
    LlmOps ops = ops(budget);

    for (int i = 0; i < 100; i++) {
      in(LlmContext.builder().user("u-" + i), () -> ask(ops, 100_000));
      assertThat(catchThrowable(() -> in(LlmContext.builder().user("u-0"), () -> ask(ops, 1))))
          .as("keeps trying, after %s others", i)
          .isInstanceOf(BudgetExceededException.class);
      for (int latest = Math.max(0, i - 3); latest <= i; latest++) {
        assertThat(budget.spent("u-" + latest)).isEqualByComparingTo("0.10");
      }
      assertThat(budget.status().keys()).isLessThanOrEqualTo(10);
    }

    CostBudget.Status status = budget.status();
    assertThat(status.keys() + status.forgottenKeys()).as("every user once").isEqualTo(100);
    assertThat(budget.spent("u-50")).isEqualByComparingTo("0");
    assertThat(budget.spent()).as("100 x 0.10").isEqualByComparingTo("10");
    assertThat(budget.explain()).contains("spending was forgotten for want of room (maxKeys)");
  }

  @Test
  void aLongKeyIsHeldByItsHash() {
    CostBudget budget = CostBudget.daily("0.10", "USD").perUser().clock(clock).build();
    String longOne = "x".repeat(100_000);

    in(LlmContext.builder().user(longOne), () -> ask(ops(budget), 100_000));

    assertThat(budget.spent(longOne)).isEqualByComparingTo("0.10");
    assertThat(budget.spent(longOne + "y")).isEqualByComparingTo("0");
    assertThat(BudgetKey.bounded(longOne)).hasSize(64);
  }

  @Test
  void manyThreadsLoseNoCent() throws Exception {
    CostBudget budget = CostBudget.daily("1000", "USD").perUser().clock(clock).build();
    LlmOps ops = LlmOps.builder().pricing(PRICES).interceptor(budget).build();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();

    try {
      for (int thread = 0; thread < 8; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 2_000; i++) {
                    String user = "u-" + i % 7;
                    in(
                        LlmContext.builder().user(user),
                        () -> ops.call(request("m"), () -> "x", r -> used(10_000)));
                  }
                }));
      }
      for (Future<?> each : all) {
        Object unused = each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      List<Runnable> unused = threads.shutdownNow();
    }

    assertThat(budget.spent()).as("8 x 2,000 x 0.01").isEqualByComparingTo("160");
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < 7; i++) {
      sum = sum.add(budget.spent("u-" + i));
    }
    assertThat(sum).isEqualByComparingTo("160");
  }

  @Test
  void aCallThatPassesAllocatesNothing() {
    CostBudget all = CostBudget.daily("1", "USD").build();
    CostBudget perUser = CostBudget.daily("1", "USD").perUser().build();
    Attempt attempt = new SameAttempt(request("m"), LlmContext.builder().user("ann").build());
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    int passed = 0;
    for (int i = 0; i < 20_000; i++) { // so that it is compiled
      passed += all.before(attempt) instanceof Decision.Proceed ? 1 : 0;
      passed += perUser.before(attempt) instanceof Decision.Proceed ? 1 : 0;
    }

    long before = thread.getThreadAllocatedBytes(self);
    for (int i = 0; i < 10_000; i++) {
      passed += all.before(attempt) instanceof Decision.Proceed ? 1 : 0;
      passed += perUser.before(attempt) instanceof Decision.Proceed ? 1 : 0;
    }
    long bytes = thread.getThreadAllocatedBytes(self) - before;

    assertThat(passed).isEqualTo(60_000);
    assertThat(bytes).as("of 20,000 calls; the JVM itself may take some").isLessThan(20_000);
    assertThat(all.needsContent()).isFalse();
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> CostBudget.daily("0", "USD"))
        .hasMessage("limit must be above 0, but was 0");
    assertThatThrownBy(() -> CostBudget.daily("much", "USD"))
        .hasMessage("limit must be an amount such as 50 or 0.25, but was \"much\"");
    assertThatThrownBy(() -> CostBudget.daily(null, "USD")).hasMessage("limit must not be null");
    assertThatThrownBy(() -> CostBudget.daily("1", null)).hasMessage("currency must not be null");
    for (String code : List.of("usd", "123", "U$D", "US", "USDT", "\u00c4\u00d6\u00dc")) {
      assertThatThrownBy(() -> CostBudget.daily("1", code))
          .hasMessage(
              "currency must be an ISO 4217 code of three capital letters such as USD, but was \""
                  + code
                  + "\"");
    }
    assertThatThrownBy(() -> CostBudget.daily("1", "USD").maxKeys(1))
        .hasMessage("maxKeys must be between 2 and 1048576, but was 1");
    assertThatThrownBy(() -> CostBudget.daily("1", "USD").perTag(" "))
        .hasMessage("tag must not be blank");
    assertThatThrownBy(() -> CostBudget.daily("1", "USD").build().spent("ann"))
        .hasMessage("the daily budget is for all calls together; use spent()");
  }

  private LlmOps ops(CostBudget... budgets) {
    LlmOps.Builder builder = LlmOps.builder().pricing(PRICES).sink(records);
    for (CostBudget each : budgets) {
      builder.interceptor(each);
    }
    return builder.build();
  }

  private void ask(LlmOps ops, long tokens) {
    ask(ops, TokenUsage.of(tokens, 0));
  }

  private void ask(LlmOps ops, TokenUsage usage) {
    ask(ops, "m", usage);
  }

  private void ask(LlmOps ops, String model, TokenUsage usage) {
    ask(ops, request(model), usage);
  }

  private void ask(LlmOps ops, LlmRequest request, TokenUsage usage) {
    int unused =
        ops.call(request, sent::incrementAndGet, n -> LlmResponse.builder().usage(usage).build());
  }

  private static LlmRequest request(String model) {
    return LlmRequest.chat("local", model);
  }

  private static LlmResponse used(long tokens) {
    return LlmResponse.builder().usage(TokenUsage.of(tokens, 0)).build();
  }

  private static String fails() {
    throw new IllegalStateException("down");
  }

  private static void in(LlmContext.Builder context, Runnable body) {
    try (LlmContext.Scope scope = context.open()) {
      body.run();
    }
  }

  private static Logger warningsInto(List<String> said) {
    return (Logger)
        Proxy.newProxyInstance(
            CostBudgetTest.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("warn");
              said.add(
                  MessageFormatter.format((String) arguments[0], arguments[1], arguments[2])
                      .getMessage());
              return null;
            });
  }

  private record SameAttempt(LlmRequest request, LlmContext context) implements Attempt {

    @Override
    public boolean replayable() {
      return false;
    }
  }

  private static final class Clock implements InstantSource {
    private volatile Instant now;

    Clock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
