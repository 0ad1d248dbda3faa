package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.EvalReport.Ending;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvalRunTest {

  private static final Evaluator EXACT = Evaluators.byName("exact_match");
  private static final Retry QUICK =
      new Retry(4, Duration.ofNanos(1), Duration.ofNanos(1), Set.of(429));

  @Test
  void everyRepetitionOfEveryCaseIsJudgedInTheDatasetsOrder() {
    Dataset dataset = dataset(20);

    EvalReport report =
        EvalRun.of(dataset).task(input -> input).repetitions(3).shuffled(7).evaluate(EXACT);

    assertThat(report.ending()).isEqualTo(Ending.COMPLETE);
    List<String> expected = new ArrayList<>();
    dataset
        .cases()
        .forEach(
            each -> {
              for (int i = 0; i < 3; i++) {
                expected.add(each.id() + "/" + i);
              }
            });
    assertThat(report.runs())
        .extracting(run -> run.caseId() + "/" + run.iteration())
        .isEqualTo(expected);
    assertThat(report.runs()).allSatisfy(run -> assertThat(score(run)).isEqualTo(1.0));
    assertThat(report.dataset().version()).isEqualTo(dataset.version());
  }

  @Test
  void aTaskKnowsItsCaseAndRepetitionFromTheContext() {
    Set<String> seen = ConcurrentHashMap.newKeySet();

    EvalRun.of(dataset(2))
        .task(
            input -> {
              seen.add(LlmContext.current().caseId() + "/" + LlmContext.current().iteration());
              return input;
            })
        .repetitions(2)
        .evaluate(EXACT);

    assertThat(seen).containsExactlyInAnyOrder("c0/0", "c0/1", "c1/0", "c1/1");
  }

  @Test
  void theTasksModelCallsAreFoundWithoutWiring() {
    LlmOps ops =
        LlmOps.builder()
            .pricing(
                (request, response, start) ->
                    new Cost(new BigDecimal("0.01"), "USD", "test", false))
            .build();

    EvalReport report =
        EvalRun.of(dataset(1))
            .task(
                input -> {
                  ask(ops, input, TokenUsage.of(10, 5));
                  return ask(ops, input, TokenUsage.of(20, 7));
                })
            .evaluate(EXACT);

    CaseRun run = report.runs().get(0);
    assertThat(run.calls()).hasSize(2);
    assertThat(run.spend().calls()).isEqualTo(2);
    assertThat(run.spend().usage().totalTokens()).isEqualTo(42);
    assertThat(Objects.requireNonNull(run.spend().cost()).amount()).isEqualByComparingTo("0.02");
    assertThat(report.taskSpend()).isEqualTo(run.spend());
  }

  @Test
  void theOnlyCallOfATaskIsTheCasesCall() {
    LlmOps ops = LlmOps.builder().build();

    EvalReport report =
        EvalRun.of(dataset(1))
            .task(input -> ask(ops, input, TokenUsage.of(10, 5)))
            .evaluate(Evaluators.byName("output_tokens"));

    Scored tokens = (Scored) report.runs().get(0).results().get(0);
    assertThat(tokens.raw()).isEqualTo(5);
  }

  @Test
  void aTaskThatThrowsIsAnErrorAndNeverALowScore() {
    EvalReport report =
        EvalRun.of(dataset(2))
            .task(
                input -> {
                  if (input.equals("q0")) {
                    throw new IllegalStateException("a secret prompt");
                  }
                  return input;
                })
            .evaluate(EXACT);

    CaseRun failed = report.runs().get(0);
    assertThat(Objects.requireNonNull(failed.error()).type())
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(failed.results().get(0)).isInstanceOf(Errored.class);
    assertThat(failed.results().get(0).reason()).doesNotContain("secret");
    assertThat(score(report.runs().get(1))).isEqualTo(1.0);
  }

  @Test
  void whatMayPassByItselfIsTriedAgainAndWhatMayNotIsNot() {
    AtomicInteger network = new AtomicInteger();
    AtomicInteger bug = new AtomicInteger();

    EvalReport report =
        EvalRun.of(dataset(2))
            .task(
                input -> {
                  if (input.equals("q0")) {
                    if (network.incrementAndGet() < 3) {
                      throw new IllegalStateException(new IOException("reset"));
                    }
                    return input;
                  }
                  bug.incrementAndGet();
                  throw new IllegalArgumentException("bug");
                })
            .retry(QUICK)
            .evaluate(EXACT);

    assertThat(network).hasValue(3);
    assertThat(score(report.runs().get(0))).isEqualTo(1.0);
    assertThat(bug).hasValue(1);
  }

  @Test
  void noMoreCasesRunAtOnceThanAllowed() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);

    EvalRun.of(dataset(30))
        .task(
            input -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              three.countDown();
              three.await(); // so that all that may run together do
              now.decrementAndGet();
              return input;
            })
        .parallelism(3)
        .evaluate(EXACT);

    assertThat(most).hasValue(3);
  }

  @Test
  void aTaskThatTakesTooLongIsInterruptedAndCounted() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);

    EvalReport report =
        EvalRun.of(dataset(1))
            .task(
                input -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                  return input;
                })
            .timeout(Duration.ofMillis(50))
            .evaluate(EXACT);

    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    CaseRun.TaskError error = Objects.requireNonNull(report.runs().get(0).error());
    assertThat(error.type()).isEqualTo("timeout");
    assertThat(error.message()).isEqualTo("no answer within PT0.05S");
  }

  @Test
  void theCaseAfterOneThatTakesTooLongIsRun() {
    CountDownLatch never = new CountDownLatch(1);

    EvalReport report =
        EvalRun.of(dataset(2))
            .task(
                input -> {
                  if (input.equals("q0")) {
                    never.await();
                  }
                  return input;
                })
            .parallelism(1)
            // long, as the second case has to answer within it on a busy machine too
            .timeout(Duration.ofSeconds(2))
            .evaluate(EXACT);

    assertThat(Objects.requireNonNull(report.runs().get(0).error()).type()).isEqualTo("timeout");
    assertThat(score(report.runs().get(1))).isEqualTo(1.0);
  }

  @Test
  void aTaskThatDoesNotListenToInterruptsIsLeftBehind() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);

    EvalReport report =
        EvalRun.of(dataset(1))
            .task(
                input -> {
                  boolean waiting = true;
                  while (waiting) {
                    try {
                      go.await();
                      waiting = false;
                    } catch (InterruptedException ignored) {
                      // deaf on purpose
                    }
                  }
                  left.countDown();
                  return "too late";
                })
            .timeout(Duration.ofMillis(50))
            .evaluate(EXACT);
    go.countDown();

    assertThat(Objects.requireNonNull(report.runs().get(0).error()).type()).isEqualTo("timeout");
    assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(report.runs()).hasSize(1);
  }

  @Test
  void aBudgetOfMoneyIsNeverPassed() {
    LlmOps ops =
        LlmOps.builder()
            .pricing(
                (request, response, start) ->
                    new Cost(new BigDecimal("0.30"), "USD", "test", false))
            .build();

    EvalReport report =
        EvalRun.of(dataset(10))
            .task(input -> ask(ops, input, TokenUsage.of(1, 1)))
            .budget(RunBudget.ofUsd(1))
            .evaluate(EXACT);

    // 0.30 three times is 0.90; a fourth would be 1.20
    assertThat(report.runs()).hasSize(3);
    assertThat(report.ending())
        .isEqualTo(
            new Ending(
                Ending.Kind.BUDGET, "0.90 of 1.0 USD are spent, and one more case may take 0.30"));
  }

  @Test
  void aBudgetOfTokensIsNeverPassed() {
    LlmOps ops = LlmOps.builder().build();

    EvalReport report =
        EvalRun.of(dataset(10))
            .task(input -> ask(ops, input, TokenUsage.of(30, 10)))
            .budget(RunBudget.ofTokens(100))
            .evaluate(EXACT);

    assertThat(report.runs()).hasSize(2);
    assertThat(report.ending().reason())
        .isEqualTo("80 of 100 tokens are spent, and one more case may take 40");
  }

  @Test
  void aCostThatNobodyKnowsCannotBeHeldToABudget() {
    LlmOps ops = LlmOps.builder().build();

    EvalReport report =
        EvalRun.of(dataset(10))
            .task(input -> ask(ops, input, TokenUsage.of(30, 10)))
            .budget(RunBudget.ofUsd(1))
            .evaluate(EXACT);

    assertThat(report.runs()).hasSize(1);
    assertThat(report.ending().reason()).startsWith("what a case cost is not known in USD");
  }

  @Test
  void anInterruptEndsTheRunAndKeepsWhatIsFinished() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    List<EvalReport> reports = Collections.synchronizedList(new ArrayList<>());
    List<Boolean> flag = Collections.synchronizedList(new ArrayList<>());
    Thread runner =
        new Thread(
            () -> {
              reports.add(
                  EvalRun.of(dataset(3))
                      .parallelism(1)
                      .task(
                          input -> {
                            if (input.equals("q1")) {
                              stuck.countDown();
                              never.await();
                            }
                            return input;
                          })
                      .evaluate(EXACT));
              flag.add(Thread.currentThread().isInterrupted());
            });
    runner.start();
    stuck.await();
    runner.interrupt();
    runner.join(20_000);

    assertThat(flag).containsExactly(true);
    assertThat(reports.get(0).ending().kind()).isEqualTo(Ending.Kind.INTERRUPTED);
    assertThat(reports.get(0).runs()).extracting(CaseRun::caseId).containsExactly("c0");
  }

  @Test
  void aStopRuleSeesCasesInTheOrderTheyBeganAndEndsTheRun() {
    long seed = 11;
    List<String> order = new ArrayList<>();
    EvalRun.of(dataset(50))
        .parallelism(1)
        .caseTask(
            each -> {
              order.add(each.id());
              return each.withOutput("x");
            })
        .shuffled(seed)
        .evaluate(EXACT);
    assertThat(order).hasSize(50).doesNotHaveDuplicates();
    assertThat(order.subList(0, 3)).isNotEqualTo(List.of("c0", "c1", "c2"));

    List<String> told = new ArrayList<>();
    CountDownLatch overtaken = new CountDownLatch(1);
    CountDownLatch decided = new CountDownLatch(1);
    StopRule rule =
        repetitions -> {
          assertThat(repetitions).hasSize(2);
          told.add(repetitions.get(0).caseId());
          if (told.size() < 3) {
            return null;
          }
          decided.countDown();
          return "three are enough";
        };

    EvalReport report =
        EvalRun.of(dataset(50))
            .repetitions(2)
            .parallelism(4)
            .caseTask(
                each -> {
                  int place = order.indexOf(each.id());
                  if (place == 0) {
                    overtaken.await(); // the second is done before the first
                  } else if (place > 2) {
                    decided.await();
                  }
                  return each.withOutput("x");
                })
            .listener(
                new RunListener() {
                  @Override
                  public void onCase(CaseRun run) {
                    if (run.caseId().equals(order.get(1))) {
                      overtaken.countDown();
                    }
                  }
                })
            .until(rule, seed)
            .evaluate(EXACT);

    assertThat(told).isEqualTo(order.subList(0, 3));
    assertThat(report.ending()).isEqualTo(new Ending(Ending.Kind.DECIDED, "three are enough"));
    // the six runs of these three, what ran beside them, and what was being begun
    assertThat(report.runs()).hasSizeBetween(6, 11);
  }

  @Test
  void withoutATaskTheDatasetsOutputsAreJudged() {
    Dataset dataset =
        Dataset.of(
            "recorded",
            List.of(
                EvalCase.of("Paris", "Paris").toBuilder().id("a").build(),
                EvalCase.of("Lyon", "Paris").toBuilder().id("b").build()));

    EvalReport report = EvalRun.of(dataset).evaluate(EXACT);

    assertThat(report.runs()).extracting(EvalRunTest::score).containsExactly(1.0, 0.0);
    assertThat(report.runs().get(0).latency()).isNull();
  }

  @Test
  void aRunThatMeasuresNothingIsRefused() {
    assertThatThrownBy(() -> EvalRun.of(dataset(1)).task(input -> input).evaluate())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "evaluators must not be empty; a run that measures nothing would always look fine");
    assertThatThrownBy(() -> EvalRun.of(dataset(1)).evaluate(EXACT, EXACT))
        .hasMessage("evaluators must have names that differ, but two are called exact_match");
  }

  @Test
  void aListenerThatThrowsDoesNotStopTheRun() {
    EvalReport report =
        EvalRun.of(dataset(3))
            .task(input -> input)
            .listener(
                new RunListener() {
                  @Override
                  public void onStart(String name, int total, int resumed) {
                    throw new IllegalStateException("broken");
                  }

                  @Override
                  public void onEnd(String sentence) {
                    throw new IllegalStateException("broken");
                  }

                  @Override
                  public void onCase(CaseRun run) {
                    throw new IllegalStateException("broken");
                  }
                })
            .evaluate(EXACT);

    assertThat(report.runs()).hasSize(3);
  }

  static Dataset dataset(int cases) {
    List<EvalCase> all = new ArrayList<>();
    for (int i = 0; i < cases; i++) {
      all.add(EvalCase.builder().id("c" + i).input("q" + i).references(List.of("q" + i)).build());
    }
    return Dataset.of("numbers", all);
  }

  private static @Nullable Double score(CaseRun run) {
    EvalResult result = run.results().get(0);
    return result instanceof Scored scored ? scored.score() : null;
  }

  private static String ask(LlmOps ops, String input, TokenUsage usage) {
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, "local")
            .model("m")
            .messages(List.of(Message.user(input)))
            .build();
    return ops.call(
        request,
        () -> input,
        answer ->
            LlmResponse.builder().outputs(List.of(Message.assistant(answer))).usage(usage).build());
  }
}
