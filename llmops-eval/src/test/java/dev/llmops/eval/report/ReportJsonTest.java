package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.Scale;
import dev.llmops.eval.report.EvalReport.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportJsonTest {

  @Test
  void aReportComesBackAsItWas() {
    EvaluatorSpec unbounded = EvaluatorSpec.free("edit_rate", Scale.lowerUnbounded(0.5));
    EvalReport report =
        SampleReport.of(40, 3, 5, 0.8).toBuilder()
            .runMetrics(
                List.of(
                    new RunResult(
                        Scored.of(unbounded, 0.25, "over all"), Map.of("nan", Double.NaN))))
            .ending(new Ending(Ending.Kind.BUDGET, "1 USD was spent"))
            .build()
            .check(Gate.passRate("exact_match").atLeast(0.5));

    assertSame(ReportJson.read(ReportJson.write(report)), report);
    assertSame(ReportJson.read(ReportJson.writeLines(report)), report);
  }

  @Test
  void decisionsComeBackWithIntervalAndPower() {
    EvalReport report =
        SampleReport.of(60, 1, 5, 0.8, false)
            .check(
                Gate.passRate("exact_match").atLeast(0.5),
                Gate.latency().shareWithin(Duration.ofSeconds(2), 0.9));

    EvalReport read = ReportJson.read(ReportJson.write(report));

    assertThat(read.gates()).isEqualTo(report.gates());
    assertThat(read.gates().get(0).decision().power()).isNotNull();
  }

  @Test
  void whatIsNoReportIsRefusedWithoutQuotingIt() {
    assertThatThrownBy(() -> ReportJson.read("{\"secret\": 1}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("report must be an object with \"type\": \"eval_report\" and \"schema\": 1");
    assertThatThrownBy(() -> ReportJson.read("{\"secret\": tru"))
        .hasMessage("report line 1: not JSON");
    assertThatThrownBy(() -> ReportJson.read("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ReportJson.read("{\"type\":\"eval_report\",\"schema\":1}"))
        .hasMessage("report: field \"name\" is missing");
  }

  static void assertSame(EvalReport read, EvalReport report) {
    assertThat(read.name()).isEqualTo(report.name());
    assertThat(read.runId()).isEqualTo(report.runId());
    assertThat(read.started()).isEqualTo(report.started());
    assertThat(read.elapsed()).isEqualTo(report.elapsed());
    assertThat(read.dataset()).isEqualTo(report.dataset());
    assertThat(read.ending()).isEqualTo(report.ending());
    assertThat(read.evaluators()).isEqualTo(report.evaluators());
    assertThat(read.runMetrics()).isEqualTo(report.runMetrics());
    assertThat(read.gates()).isEqualTo(report.gates());
    assertThat(read.info()).isEqualTo(report.info());
    assertThat(read.runs().stream().map(CaseRunJson::write))
        .isEqualTo(report.runs().stream().map(CaseRunJson::write).toList());
  }
}
