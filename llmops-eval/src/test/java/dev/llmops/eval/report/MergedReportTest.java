package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.report.EvalReport.DatasetRef;
import dev.llmops.eval.report.EvalReport.Ending;
import dev.llmops.eval.stats.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MergedReportTest {

  private final EvalReport whole = SampleReport.of(30, 2, 3, 0.8, false);

  @Test
  void partsOfOneRunAreTheRun() {
    EvalReport merged = EvalReport.merge(List.of(part(2), part(0), part(1)));

    // in the same order, as sums of doubles are their order's
    assertThat(merged.metrics()).isEqualTo(EvalReport.merge(List.of(whole)).metrics());
    assertThat(merged.metric("exact_match")).isEqualTo(whole.metric("exact_match"));
    assertThat(merged.runs()).containsExactlyInAnyOrderElementsOf(whole.runs());
    assertThat(merged.ending()).isEqualTo(Ending.COMPLETE);
    assertThat(merged.started()).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
    assertThat(merged.elapsed()).isEqualTo(Duration.ofSeconds(30)); // from 0 s to 20 s + 10 s
    assertThat(merged.info()).isEqualTo(Map.of("host", "host-0 | host-1 | host-2"));
    assertThat(merged.runId()).isEqualTo("run-0");
  }

  @Test
  void theOrderAndTheGroupingDoNotMatter() {
    EvalReport a = part(0);
    EvalReport b = part(1);
    EvalReport c = part(2);
    EvalReport flat = EvalReport.merge(List.of(a, b, c));

    for (EvalReport other :
        List.of(
            EvalReport.merge(List.of(c, b, a)),
            EvalReport.merge(List.of(EvalReport.merge(List.of(a, b)), c)),
            EvalReport.merge(List.of(a, EvalReport.merge(List.of(c, b)))),
            EvalReport.merge(List.of(flat, a, b)))) {
      ReportJsonTest.assertSame(other, flat);
    }
  }

  @Test
  void aMergeThatLacksCasesPassesNoGate() {
    EvalReport merged = EvalReport.merge(List.of(part(0), part(2)));

    assertThat(merged.ending().reason())
        .isEqualTo("the parts that were merged hold 20 of 30 cases");
    GateResult gate = Gate.passRate("exact_match").atLeast(0.1).check(merged);
    assertThat(gate.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(gate.blocks()).isTrue();
  }

  @Test
  void aPartThatWasStoppedMakesTheWholeStopped() {
    EvalReport stopped =
        part(1).toBuilder().ending(new Ending(Ending.Kind.BUDGET, "1 USD was spent")).build();

    assertThat(EvalReport.merge(List.of(part(0), stopped, part(2))).ending())
        .isEqualTo(stopped.ending());
  }

  @Test
  void partsOfOtherRunsAreRefused() {
    EvalReport other =
        part(1).toBuilder().dataset(new DatasetRef("support.jsonl", "other", 30)).build();

    assertThatThrownBy(() -> EvalReport.merge(List.of(part(0), other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "parts must be of one run, but have different dataset version: 9b1f03aa77c2 and other;"
                + " give every part the name, dataset and evaluators of the whole run");
    assertThatThrownBy(
            () -> EvalReport.merge(List.of(part(0), SampleReport.of(30, 2, 4, 0.1, false))))
        .hasMessageContaining("is in two parts with different results");
    assertThatThrownBy(() -> EvalReport.merge(List.of())).hasMessage("parts must not be empty");
  }

  private EvalReport part(int n) {
    List<CaseRun> some = new ArrayList<>();
    for (int i = 0; i < whole.runs().size(); i++) {
      if (i / 2 % 3 == n) {
        some.add(whole.runs().get(i));
      }
    }
    return whole.toBuilder()
        .runId("run-" + n)
        .time(Instant.parse("2026-03-01T12:00:00Z").plusSeconds(10L * n), Duration.ofSeconds(10))
        .runs(some)
        .runMetrics(List.of())
        .info(Map.of("host", "host-" + n))
        .build();
  }
}
