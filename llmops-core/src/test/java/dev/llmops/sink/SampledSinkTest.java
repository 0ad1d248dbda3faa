package dev.llmops.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.Outcome;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampledSinkTest {

  private static final Duration FAST = Duration.ofMillis(100);

  private final List<LlmRecord> kept = new ArrayList<>();

  @Test
  void weightsEstimateCountsAndCostsOfEachStratumWithoutBias() {
    // 100,000 calls: 1 % fail, 2 % are slow, 3 % are dear, the rest is plain; all in random traces.
    Sampling sampling =
        Sampling.builder()
            .rate(0.1)
            .keepErrors(true)
            .keepSlowerThan(Duration.ofSeconds(5))
            .keepDearerThan(new BigDecimal("0.50"), "USD")
            .build();
    SampledSink sink = SampledSink.of(kept::add, sampling);
    Random random = new Random(42);
    for (int i = 0; i < 100_000; i++) {
      CallRef ref = TestRecords.ref(i, random.nextLong());
      int kind = i % 100;
      sink.accept(
          kind == 0
              ? call(ref, TestRecords.failed(), FAST, "0.01")
              : kind <= 2
                  ? call(ref, TestRecords.completed("x"), Duration.ofSeconds(6), "0.01")
                  : kind <= 5
                      ? call(ref, TestRecords.completed("x"), FAST, "0.75")
                      : call(ref, TestRecords.completed("x"), FAST, "0.01"));
    }

    // What a tail rule keeps is kept whole, with weight 1: 1,000 + 2,000 + 3,000.
    List<LlmCall> calls = kept.stream().map(LlmCall.class::cast).toList();
    assertThat(calls.stream().filter(sampling::alwaysKeeps))
        .hasSize(6_000)
        .allSatisfy(call -> assertThat(call.weight()).isEqualTo(1));
    // The plain 94,000: kept K is binomial(n = 94,000, p = 0.1), sd = sqrt(94,000 × 0.1 × 0.9)
    // = 91.98; the estimate is 10 K, sd 919.8; five sd = 4,599.
    List<LlmCall> plain = calls.stream().filter(call -> !sampling.alwaysKeeps(call)).toList();
    assertThat(plain).allSatisfy(call -> assertThat(call.weight()).isEqualTo(10));
    assertThat(sum(plain)).isCloseTo(94_000, within(4_599.0));
    assertThat(sum(calls)).isCloseTo(100_000, within(4_599.0));
    // True cost: 3,000 × 0.75 + 97,000 × 0.01 = 2,250 + 970 = 3,220; the only error is that of the
    // plain ones, 0.01 × 4,599 = 45.99.
    assertThat(cost(calls)).isCloseTo(3_220, within(45.99));
    // Of the dear ones it is exact.
    assertThat(cost(calls.stream().filter(call -> amount(call) > 0.5).toList()))
        .isCloseTo(2_250, within(1e-6));
    assertThat(sink.stats().accepted()).isEqualTo(100_000);
    assertThat(sink.stats().delivered() + sink.stats().dropped()).isEqualTo(100_000);
  }

  @Test
  void theRuleForErrorsIsNotAboutCancelledCalls() {
    SampledSink sink = SampledSink.of(kept::add, Sampling.builder().keepErrors(true).build());

    sink.accept(
        call(TestRecords.ref(1), new Outcome.Cancelled(null, Outcome.Reason.CLOSED), FAST, "0"));
    sink.accept(call(TestRecords.ref(2), TestRecords.failed(), FAST, "0"));

    assertThat(kept).hasSize(1);
  }

  @Test
  void limitsAreExclusiveAndCurrenciesAreNotCompared() {
    Sampling sampling =
        Sampling.builder()
            .keepSlowerThan(FAST)
            .keepDearerThan(new BigDecimal("0.5"), "usd")
            .build();

    assertThat(
            sampling.alwaysKeeps(
                call(TestRecords.ref(1), TestRecords.completed("x"), FAST, "0.50")))
        .isFalse();
    assertThat(
            sampling.alwaysKeeps(
                call(TestRecords.ref(1), TestRecords.completed("x"), FAST.plusNanos(1), "0")))
        .isTrue();
    Cost euros = new Cost(BigDecimal.TEN, "EUR", "test", false);
    assertThat(
            sampling.alwaysKeeps(
                TestRecords.call(
                    TestRecords.ref(1), LlmContext.EMPTY, TestRecords.completed("x"), FAST, euros)))
        .isFalse();
    assertThat(sampling.alwaysKeeps(TestRecords.call(1))).isTrue(); // 1.234 s, cost not known
  }

  @Test
  void aTraceIsKeptOrLeftOutAsAWholeAndScoresAreAlwaysKept() {
    SampledSink sink = SampledSink.of(kept::add, Sampling.ofRate(0.5));
    Random random = new Random(3);
    for (int trace = 0; trace < 1_000; trace++) {
      long id = random.nextLong();
      sink.accept(call(TestRecords.ref(3L * trace, id), TestRecords.completed("x"), FAST, "0"));
      sink.accept(call(TestRecords.ref(3L * trace + 1, id), TestRecords.completed("x"), FAST, "0"));
      sink.accept(TestRecords.step(TestRecords.ref(3L * trace + 2, id), LlmContext.EMPTY));
      sink.accept(CallScore.of(TestRecords.ref(3L * trace, id), "liked").value(1.0).build());
    }

    long scores = kept.stream().filter(CallScore.class::isInstance).count();
    assertThat(scores).isEqualTo(1_000);
    List<LlmRecord> others = kept.stream().filter(r -> !(r instanceof CallScore)).toList();
    // binomial(1,000, 0.5): sd 15.8, five sd = 79 traces
    assertThat(others.size() / 3.0).isCloseTo(500, within(79.0));
    for (int i = 0; i < others.size(); i += 3) {
      assertThat(others.subList(i, i + 3))
          .extracting(
              r ->
                  r instanceof LlmCall call
                      ? call.ref().traceId()
                      : ((dev.llmops.LlmStep) r).ref().traceId())
          .containsOnly(((LlmCall) others.get(i)).ref().traceId());
    }
  }

  @Test
  void onlyTheRandomPartOfATraceIdDecides() {
    SampledSink sink = SampledSink.of(kept::add, Sampling.ofRate(0.5));
    Random random = new Random(4);

    for (int i = 0; i < 1_000; i++) { // an all-ones ninth byte, as an id with a prefix may have
      long id = 0xFF00_0000_0000_0000L | (random.nextLong() >>> 8);
      sink.accept(call(TestRecords.ref(i, id), TestRecords.completed("x"), FAST, "0"));
    }

    assertThat((double) kept.size()).isCloseTo(500, within(79.0));
  }

  @Test
  void aSampleOfASampleIsUnbiasedAndItsWeightsMultiply() {
    SampledSink inner = SampledSink.of(kept::add, Sampling.ofRate(0.5));
    SampledSink outer = SampledSink.of(inner, Sampling.ofRate(0.2));
    Random random = new Random(5);
    for (int i = 0; i < 50_000; i++) {
      outer.accept(
          call(TestRecords.ref(i, random.nextLong()), TestRecords.completed("x"), FAST, "0"));
    }

    // kept with p = 0.1: sd of K = sqrt(50,000 × 0.1 × 0.9) = 67.1, of 10 K = 671; five sd = 3,354
    List<LlmCall> calls = kept.stream().map(LlmCall.class::cast).toList();
    assertThat(calls).allSatisfy(call -> assertThat(call.weight()).isEqualTo(10));
    assertThat(sum(calls)).isCloseTo(50_000, within(3_354.0));
  }

  @Test
  void rateOneKeepsAllAsTheyAreAndRateNoneOnlyTheTail() {
    SampledSink all = SampledSink.of(kept::add, Sampling.ofRate(1));
    LlmCall call = TestRecords.call(1);
    all.accept(call);
    assertThat(kept).hasSize(1);
    assertThat(((LlmCall) kept.get(0)).weight()).isEqualTo(1);

    SampledSink none = SampledSink.of(kept::add, Sampling.ofRate(0));
    none.accept(call);
    none.accept(TestRecords.step(TestRecords.ref(2), LlmContext.EMPTY));
    assertThat(kept).hasSize(1);
  }

  @Test
  void canBeChangedWhileItRuns() {
    SampledSink sink = SampledSink.of(kept::add, Sampling.ofRate(0));
    sink.accept(TestRecords.call(1));
    assertThat(sink.stats().note()).isEqualTo("1 left out by sampling (rate=0.0)");

    sink.update(Sampling.builder().rate(1).keepSlowerThan(Duration.ofSeconds(5)).build());
    sink.accept(TestRecords.call(2));

    assertThat(kept).hasSize(1);
    assertThat(sink.sampling().rate()).isEqualTo(1);
    assertThat(sink.stats().note())
        .isEqualTo("1 left out by sampling (rate=1.0, slower than PT5S)");
  }

  @Test
  void thePolicyOfTheSinkBehindIsAppliedToWhatIsKeptOnly() {
    int[] redacted = new int[1];
    RingSink ring =
        RingSink.builder()
            .content(
                ContentPolicy.builder()
                    .captureOutput(true)
                    .redactor(
                        text -> {
                          redacted[0]++;
                          return "***";
                        })
                    .build())
            .build();
    SampledSink sink = SampledSink.of(ring, Sampling.builder().keepErrors(true).build());

    sink.accept(TestRecords.call(1));
    assertThat(redacted[0]).isZero();
    sink.update(Sampling.ofRate(1));
    sink.accept(TestRecords.call(2));

    assertThat(ring.calls().get(0).response().text()).isEqualTo("***");
    assertThat(sink.content()).isSameAs(ring.content());
  }

  @Test
  void aSinkThatBlocksGetsItsQueueBehindTheSample(@TempDir Path directory) {
    Path file = directory.resolve("calls.jsonl");
    SampledSink sink = SampledSink.of(JsonlSink.at(file), Sampling.ofRate(1));

    assertThat(sink.blocks()).isFalse();
    sink.accept(TestRecords.call(1));
    sink.close(Duration.ofSeconds(30));

    assertThat(JsonlReaderTest.ids(JsonlReader.at(file))).containsExactly(1L);
    ComponentStats stats = sink.stats();
    assertThat(stats.name()).isEqualTo("SampledSink > AsyncSink > JsonlSink(calls.jsonl)");
    assertThat(stats.delivered()).isEqualTo(1);
  }

  @Test
  void whatTheSinkBehindThrowsIsCountedAndPassedOn() {
    CallSink broken =
        record -> {
          throw new IllegalStateException("broken");
        };
    SampledSink sink = SampledSink.of(broken, Sampling.ofRate(1));

    assertThatThrownBy(() -> sink.accept(TestRecords.call(1))).hasMessage("broken");

    assertThat(sink.stats().failed()).isEqualTo(1);
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> Sampling.ofRate(1.5))
        .hasMessage("rate must be 0 or between 1.0E-9 and 1.0, but was 1.5");
    assertThatThrownBy(() -> Sampling.ofRate(Double.NaN))
        .hasMessage("rate must be 0 or between 1.0E-9 and 1.0, but was NaN");
    assertThatThrownBy(() -> Sampling.builder().keepSlowerThan(Duration.ofSeconds(-1)).build())
        .hasMessage("keepSlowerThan must not be negative, but was PT-1S");
    assertThatThrownBy(
            () -> Sampling.builder().keepDearerThan(BigDecimal.ONE.negate(), "USD").build())
        .hasMessage("keepDearerThan must not be negative, but was -1");
    assertThatThrownBy(() -> new Sampling(1, false, null, BigDecimal.ONE, null))
        .hasMessage("keepDearerThan and currency must be given together, but currency is missing");
    assertThatThrownBy(() -> Sampling.builder().keepDearerThan(BigDecimal.ONE, "DOLLAR").build())
        .hasMessage("currency must be an ISO 4217 code of three letters, but was \"DOLLAR\"");
  }

  private static LlmCall call(CallRef ref, Outcome outcome, Duration total, String usd) {
    return TestRecords.call(ref, LlmContext.EMPTY, outcome, total, TestRecords.usd(usd));
  }

  private static double sum(List<LlmCall> calls) {
    return calls.stream().mapToDouble(LlmCall::weight).sum();
  }

  private static double cost(List<LlmCall> calls) {
    return calls.stream().mapToDouble(call -> call.weight() * amount(call)).sum();
  }

  private static double amount(LlmCall call) {
    return call.cost() == null ? 0 : call.cost().amount().doubleValue();
  }
}
