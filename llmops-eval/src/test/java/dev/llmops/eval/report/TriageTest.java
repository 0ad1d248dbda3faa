package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.report.Triage.Change;
import dev.llmops.eval.report.Triage.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TriageTest {

  @Test
  void aSliceThatFailsStandsOut() {
    // Fisher: all 4 failures of 8 cases in the slice of 4 is 1 of C(8, 4) = 70 tables
    List<CaseRun> runs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      runs.add(run("c" + i, i < 4 ? "refund" : "other", i < 4 ? 0 : 1, "x"));
    }

    List<Slice> slices = Triage.of(Reports.of(runs)).slices();

    Slice first = slices.get(0);
    assertThat(first.slice()).isEqualTo("refund");
    assertThat(first.cases()).isEqualTo(4);
    assertThat(first.failing()).isEqualTo(4);
    assertThat(first.mean()).isZero();
    assertThat(first.rest()).isOne();
    assertThat(first.pValue()).isCloseTo(1 / 70.0, within(1e-12));
    // two slices: Benjamini and Hochberg double the lesser of 1/70 and 1
    assertThat(first.adjusted()).isCloseTo(2 / 70.0, within(1e-12));
    assertThat(slices.get(1).slice()).isEqualTo("other");
    assertThat(slices.get(1).pValue()).isCloseTo(1, within(1e-12));
  }

  @Test
  void reasonsAreOneWhenOnlyNumbersAndQuotesDiffer() {
    Triage triage =
        Triage.of(
            Reports.of(
                List.of(
                    run("a", "t", 0, "missing \"Paris\" in 3 of 4 claims"),
                    run("b", "t", 0, "Missing \"Rome\"  in 12 of 40 claims"),
                    run("c", "t", 0, "too long"),
                    run("d", "t", 1, "missing \"Oslo\" in 1 of 2 claims"))));

    assertThat(triage.reasons())
        .containsExactly(
            new Triage.Reason(
                "exact_match", "missing “…” in # of # claims", 2, 2, List.of("a", "b")),
            new Triage.Reason("exact_match", "too long", 1, 1, List.of("c")));
  }

  @Test
  void lostAndGainedCasesComeWithWhatTheyWere() {
    Baseline baseline =
        Baseline.of(Reports.of(List.of(run("a", "t", 1, ""), run("b", "t", 0, ""))));
    EvalReport now = Reports.of(List.of(run("a", "t", 0, ""), run("b", "t", 1, "")));

    Triage triage = Triage.of(now, baseline, Map.of());

    assertThat(triage.lost()).containsExactly(new Change("a", "exact_match", 1, 0));
    assertThat(triage.gained()).containsExactly(new Change("b", "exact_match", 0, 1));
  }

  @Test
  void theCommandIsQuotedForAShell() {
    Triage test = named("com.example.QaTest#grounded");

    assertThat(test.command("qa-7"))
        .isEqualTo("mvn test -Dtest=com.example.QaTest#grounded -Dllmops.case=qa-7");
    assertThat(test.command("it's $(rm -rf) `x`"))
        .isEqualTo(
            "mvn test -Dtest=com.example.QaTest#grounded"
                + " -Dllmops.case='it'\\''s $(rm -rf) `x`'");
    assertThat(test.command("two\nlines")).isNull();
    assertThat(named("nightly; rm -rf /").command("qa-7")).isNull();
  }

  private static Triage named(String name) {
    EvalReport report = Reports.ofPassed(1, 1);
    return Triage.of(
        EvalReport.builder(name)
            .runId("r")
            .time(report.started(), report.elapsed())
            .dataset(report.dataset())
            .build());
  }

  private static CaseRun run(String id, String tag, double score, String reason) {
    return new CaseRun(
        EvalCase.builder().id(id).tag(tag).output("o").build(),
        0,
        null,
        null,
        List.of(Scored.of(Reports.EXACT, score, reason)),
        Spend.NONE,
        List.of());
  }
}
