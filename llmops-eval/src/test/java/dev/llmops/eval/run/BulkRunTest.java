package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.report.RunTotals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BulkRunTest {

  private static final Evaluator EXACT = Evaluators.byName("exact_match");
  private static final Evaluator ROUGE = Evaluators.byName("rouge_l");

  @Test
  void sumsAreThoseOfEachCase() {
    AtomicInteger seen = new AtomicInteger();

    RunTotals totals =
        BulkRun.of(EXACT)
            .parallelism(3)
            .each((judged, results) -> seen.incrementAndGet())
            .judge(IntStream.range(0, 1_000).mapToObj(BulkRunTest::oneOfFourRight));

    assertThat(totals.cases()).isEqualTo(1_000);
    assertThat(seen).hasValue(1_000);
    RunTotals.Metric exact = totals.metrics().values().iterator().next();
    assertThat(exact.full()).isEqualTo(250);
    assertThat(exact.mean()).isEqualTo(0.25);
    // Wilson, 250 of 1000, z 1.959964: (0.25 + 0.00192073) / 1.00384146 ± 0.02682...
    assertThat(exact.fullShare()).isNotNull();
    assertThat(exact.fullShare().low()).isCloseTo(0.2241, within(0.0001));
    assertThat(exact.fullShare().high()).isCloseTo(0.2778, within(0.0001));
  }

  @Test
  void partsAddUpToTheSameInAnyOrderAndAfterATripToAnotherMachine() throws Exception {
    List<EvalCase> cases =
        new ArrayList<>(IntStream.range(0, 300).mapToObj(BulkRunTest::graded).toList());
    RunTotals whole = BulkRun.of(EXACT, ROUGE).judge(cases.stream());
    Collections.shuffle(cases, new Random(5));

    RunTotals parts = RunTotals.NONE;
    for (int i = 0; i < 300; i += 37) {
      List<EvalCase> part = cases.subList(i, Math.min(i + 37, 300));
      parts = copy(BulkRun.of(EXACT, ROUGE).judge(part.stream())).plus(parts);
    }

    assertThat(parts).isEqualTo(whole);
  }

  @Test
  void whatCannotBeMeasuredIsCountedAndNeverAZero() {
    RunTotals totals =
        BulkRun.of(EXACT).judge(Stream.of(EvalCase.builder().output("no reference").build()));

    RunTotals.Metric exact = totals.metrics().values().iterator().next();
    assertThat(exact.skipped()).isEqualTo(1);
    assertThat(exact.mean()).isNull();
    assertThat(totals.toString()).endsWith("not measured over 0 (skipped 1, errored 0)");
  }

  @Test
  void whatTheStreamThrowsEndsTheRun() {
    Stream<EvalCase> broken =
        Stream.generate(
            () -> {
              throw new IllegalStateException("line 7");
            });

    assertThatThrownBy(() -> BulkRun.of(EXACT).judge(broken)).hasMessage("line 7");
  }

  private static EvalCase oneOfFourRight(int i) {
    return EvalCase.of(i % 4 == 0 ? "right" : "wrong", "right");
  }

  private static EvalCase graded(int i) {
    return EvalCase.of("a " + "b ".repeat(i % 7) + "c", "a b b c");
  }

  private static RunTotals copy(RunTotals totals) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(totals);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (RunTotals) in.readObject();
    }
  }
}
