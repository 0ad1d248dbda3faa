package dev.llmops.eval.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallScore;
import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.Origin;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import dev.llmops.sink.Sampling;
import dev.llmops.testing.Records;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OnlineEvaluationTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final Records records = Records.withContent();
  private final Records bare = Records.withoutContent();

  @Test
  void aCallIsScoredOffItsThreadAndEverySinkHearsOfIt() {
    OnlineEvaluation online = OnlineEvaluation.builder().evaluator("profanity").build();
    LlmOps ops = started(online);

    ask(ops, "a kind word");
    online.close(LONG);

    CallScore score = only(records.scores());
    assertThat(score.name()).isEqualTo("profanity");
    assertThat(score.ref()).isEqualTo(records.onlyCall().ref());
    assertThat(score.value()).isEqualTo(1.0);
    assertThat(score.source()).isEqualTo("evaluator");
    assertThat(only(bare.scores()).explanation()).isNull();
  }

  @Test
  void whatCannotBeMeasuredGivesNoScoreAndWhatFailsGivesOneWithoutValue() {
    Evaluator broken =
        Evaluators.of(
            EvaluatorSpec.free("broken", Scale.UNIT),
            each -> {
              throw new IllegalStateException("no");
            });
    OnlineEvaluation online =
        OnlineEvaluation.builder().evaluator("exact_match").evaluator(broken).build();
    LlmOps ops = started(online);

    ask(ops, "an answer without a reference");
    online.close(LONG);

    CallScore score = only(records.scores());
    assertThat(score.name()).isEqualTo("broken");
    assertThat(score.value()).isNull();
    assertThat(score.errorType()).isEqualTo("java.lang.IllegalStateException");
    assertThat(online.stats().note()).startsWith("0 scores, 1 skipped, 1 errored;");
  }

  @Test
  void aSampleOfATenthIsAboutATenthAndItsScoresWeighTen() {
    OnlineEvaluation online =
        OnlineEvaluation.builder()
            .evaluator(paying(null))
            .sampling(Sampling.ofRate(0.1))
            .capacity(10_000)
            .build();
    LlmOps ops = started(online);

    for (int i = 0; i < 5_000; i++) {
      ask(ops, "x");
    }
    online.close(LONG);

    // binomial(5000, .1): mean 500, standard deviation 21.2; five of them each way
    assertThat(records.scores()).hasSizeBetween(394, 606);
    assertThat(records.scores()).allSatisfy(each -> assertThat(each.weight()).isEqualTo(10.0));
  }

  @Test
  void failedCallsAreKeptWhenAskedHoweverSmallTheSample() {
    OnlineEvaluation online =
        OnlineEvaluation.builder()
            .evaluator("call_error")
            .sampling(Sampling.builder().rate(0).keepErrors(true).build())
            .build();
    LlmOps ops = started(online);

    ask(ops, "fine");
    assertThatThrownBy(
            () ->
                ops.call(
                    LlmRequest.chat("local", "m"),
                    () -> {
                      throw new IllegalStateException("down");
                    },
                    LlmResponse::ofText))
        .isInstanceOf(IllegalStateException.class);
    online.close(LONG);

    assertThat(only(records.scores()).value()).isEqualTo(0.0);
  }

  @Test
  void judgesCallsAreNotJudged() {
    OnlineEvaluation online = OnlineEvaluation.builder().evaluator("profanity").build();
    LlmOps ops = started(online);

    try (LlmContext.Scope scope = LlmContext.extend().origin(Origin.JUDGE).open()) {
      ask(ops, "a verdict");
    }
    online.close(LONG);

    assertThat(records.scores()).isEmpty();
  }

  @Test
  void aFullQueueDropsAndCountsAndTheCallGoesOn() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Evaluator slow =
        Evaluators.of(
            EvaluatorSpec.free("slow", Scale.UNIT),
            each -> {
              entered.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Scored.of(EvaluatorSpec.free("slow", Scale.UNIT), 1, "seen");
            });
    OnlineEvaluation online =
        OnlineEvaluation.builder().evaluator(slow).threads(1).capacity(2).build();
    LlmOps ops = started(online);

    ask(ops, "1");
    entered.await();
    for (int i = 2; i <= 5; i++) {
      assertThat(ask(ops, "" + i)).isEqualTo("" + i);
    }
    go.countDown();
    online.close(LONG);

    assertThat(records.scores()).hasSize(3);
    assertThat(online.stats().dropped()).isEqualTo(2);
    assertThat(online.stats().accepted()).isEqualTo(5);
    assertThat(online.stats().delivered()).isEqualTo(3);
  }

  @Test
  void theDailyCapStopsPaidEvaluatorsUntilTheNextDayAndFreeOnesGoOn() {
    SettableClock clock = new SettableClock("2026-03-01T23:00:00Z");
    OnlineEvaluation online =
        OnlineEvaluation.builder()
            .evaluator(paying("0.30"))
            .evaluator("profanity")
            .dailyCost(new BigDecimal("1.00"), "USD")
            .clock(clock)
            .threads(1)
            .capacity(100)
            .build();
    LlmOps ops = started(online);

    for (int i = 0; i < 5; i++) {
      ask(ops, "x");
    }
    awaitJudged(online, 5);

    // 0.30 three times is 0.90; a fourth would pass 1.00
    assertThat(named("paying")).hasSize(3);
    assertThat(named("profanity")).hasSize(5);
    assertThat(online.stats().note())
        .endsWith(
            "2 paid evaluations left out: judges rest until tomorrow (UTC): 0.90 of 1.00 USD are"
                + " spent (OnlineEvaluation.Builder.dailyCost)");

    clock.now = Instant.parse("2026-03-02T00:00:01Z");
    ask(ops, "x");
    online.close(LONG);
    assertThat(named("paying")).hasSize(4);
  }

  @Test
  void whenACostIsNotKnownTheCapCannotBeHeldSoJudgesRest() {
    OnlineEvaluation online =
        OnlineEvaluation.builder()
            .evaluator(paying(null))
            .dailyCost(BigDecimal.ONE, "USD")
            .threads(1)
            .build();
    LlmOps ops = started(online);

    ask(ops, "1");
    ask(ops, "2");
    online.close(LONG);

    assertThat(named("paying")).hasSize(1);
    assertThat(online.stats().note()).contains("give the judge's model a price");
  }

  @Test
  void untilItIsStartedCallsPassUnjudgedAndItSaysSo() {
    OnlineEvaluation online = OnlineEvaluation.builder().evaluator("profanity").build();
    LlmOps ops = LlmOps.builder().sink(online).sink(records).build();

    ask(ops, "x");

    assertThat(records.scores()).isEmpty();
    assertThat(online.stats().note())
        .startsWith("1 calls passed unjudged: call OnlineEvaluation.start(ops); ");
  }

  private LlmOps started(OnlineEvaluation online) {
    LlmOps ops = LlmOps.builder().sink(online).sink(records).sink(bare).build();
    online.start(ops);
    return ops;
  }

  private static String ask(LlmOps ops, String answer) {
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, "local")
            .model("m")
            .messages(List.of(Message.user("?")))
            .build();
    return ops.call(request, () -> answer, LlmResponse::ofText);
  }

  /** A judge that costs so much a case; null for a judge whose model has no price. */
  private static Evaluator paying(@Nullable String usd) {
    EvaluatorSpec spec =
        new EvaluatorSpec("paying", "1", Map.of(), Scale.UNIT, Set.of(), CostClass.PAID);
    Cost cost = usd == null ? null : new Cost(new BigDecimal(usd), "USD", "test", false);
    return Evaluators.of(
        spec,
        each -> new Scored(spec, 1, 1, "fine", null, new Spend(1, TokenUsage.NONE, cost, null)));
  }

  private List<CallScore> named(String name) {
    return records.scores().stream().filter(each -> each.name().equals(name)).toList();
  }

  private static void awaitJudged(OnlineEvaluation online, int calls) {
    long end = System.nanoTime() + LONG.toNanos();
    while (online.stats().delivered() < calls && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(online.stats().delivered()).isEqualTo(calls);
  }

  private static <T> T only(List<T> some) {
    assertThat(some).hasSize(1);
    return some.get(0);
  }

  private static final class SettableClock extends Clock {
    private volatile Instant now;

    SettableClock(String now) {
      this.now = Instant.parse(now);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
