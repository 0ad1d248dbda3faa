package dev.llmops.eval.junit;

import static dev.llmops.eval.assertj.EvalAssertions.assertThat;
import static dev.llmops.eval.text.TextEvaluators.exactMatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.BaselineFile;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.Gate;
import dev.llmops.eval.run.EvalRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineExecutionResults;

@Tag("junit-versions")
class EvalTestTest {

  private static final String CAPITALS = "dev/llmops/eval/junit/capitals.jsonl";

  @TempDir Path folder;

  @Test
  void theRunKnowsDatasetRepetitionsAndName() {
    EngineExecutionResults results = Jupiter.run(folder, Whole.class);

    results.testEvents().assertStatistics(stats -> stats.started(1).succeeded(1));
  }

  static class Whole {
    @EvalTest(
        dataset = CAPITALS,
        repetitions = 2,
        tags = {"asia", "europe"})
    void holds(EvalRun run) {
      EvalReport report = run.task(question -> "Paris").evaluate(exactMatch());

      assertThat(report.name()).isEqualTo("EvalTestTest.Whole#holds");
      assertThat(report.dataset().name()).isEqualTo("capitals");
      assertThat(report.runs()).hasSize(4);
    }
  }

  @Test
  void aGateThatBlocksIsSaidAndIsInTheReport() throws IOException {
    EngineExecutionResults results = Jupiter.run(folder, Wrong.class);

    String failure = Jupiter.failures(results).get(0);
    assertThat(failure)
        .startsWith(
            """
            EvalTestTest.Wrong#holds: 1 of 1 gates block

            FAIL  pass rate of exact_match at least 0.9
              measured  0.3333\
            """)
        .contains(
            """

              look at   jp  0.000  got "Paris", expected "Tokyo"
                        pe  0.000  got "Paris", expected "Lima"
              reproduce mvn test -Dtest='EvalTestTest$Wrong#holds' -Dllmops.case=jp\
            """);
    List<String> report =
        Files.readAllLines(
            folder.resolve("results/" + Wrong.class.getName() + "/holds/report.jsonl"));
    assertThat(report).hasSize(4);
    assertThat(report.get(0))
        .contains("{\"gate\":\"pass rate of exact_match at least 0.9\"")
        .contains("\"verdict\":\"FAIL\",\"blocks\":true");
  }

  static class Wrong {
    @EvalTest(dataset = CAPITALS)
    void holds(EvalRun run) {
      EvalReport report = run.task(question -> "Paris").evaluate(exactMatch());
      assertThat(report).hasNoErrors().passRateOf("exact_match").isAtLeast(0.9);
    }
  }

  @Test
  void verifyWithoutAssertJIsInTheReportAsWell() {
    Jupiter.run(folder, Plain.class);

    assertThat(folder.resolve("results/" + Plain.class.getName() + "/holds/report.jsonl"))
        .content()
        .contains("\"verdict\":\"FAIL\"");
  }

  static class Plain {
    @EvalTest(dataset = CAPITALS)
    void holds(EvalRun run) {
      EvalReport unused =
          run.task(question -> "Paris")
              .evaluate(exactMatch())
              .verify(Gate.passRate("exact_match").atLeast(0.9));
    }
  }

  @Test
  void aMissingBaselineIsSaidWithTheCommandThatWritesIt() {
    EngineExecutionResults results = Jupiter.run(folder, AgainstBaseline.class);

    assertThat(Jupiter.failures(results))
        .containsExactly(
            """
            EvalTestTest.AgainstBaseline#holds: there is no baseline [no/such/baseline.json], and \
            without one nothing is proved
              write it  mvn test -Dtest='EvalTestTest$AgainstBaseline#holds' -Dllmops.baseline=update
              then      look at the file, and commit it\
            """);
  }

  static class AgainstBaseline {
    @EvalTest(dataset = CAPITALS)
    void holds(EvalRun run) {
      EvalReport report = run.task(question -> "Paris").evaluate(exactMatch());
      assertThat(report).isNotWorseThan(BaselineFile.at(Path.of("no/such/baseline.json")), 0.05);
    }
  }

  @Test
  void aCompleteRunLeavesNoJournal() throws IOException {
    EngineExecutionResults results = Jupiter.run(folder, Journalled.class);

    results.testEvents().assertStatistics(stats -> stats.succeeded(1));
    Path journals = folder.resolve("results/journals");
    assertThat(journals).isDirectoryRecursivelyContaining("glob:**/*").isNotEmptyDirectory();
    try (var files = Files.walk(journals)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  static class Journalled {
    @EvalTest(dataset = CAPITALS, journal = true)
    void holds(EvalRun run) {
      EvalReport report = run.task(question -> "Paris").evaluate(exactMatch());
      assertThat(report).hasNoErrors().isComplete();
    }
  }

  @Test
  void oneCaseIsReproducedById() {
    EngineExecutionResults results =
        Jupiter.run(folder, OnlyJapan.class, Map.of("llmops.case", "jp"));

    results.testEvents().assertStatistics(stats -> stats.succeeded(1));
  }

  static class OnlyJapan {
    @EvalTest(dataset = CAPITALS)
    void holds(EvalRun run) {
      EvalReport report = run.task(question -> "Tokyo").evaluate(exactMatch());
      assertThat(report.runs()).singleElement().matches(only -> only.caseId().equals("jp"));
    }
  }

  @Test
  void aBaselineIsUpdatedOnceAndComparedWithFromThenOn() {
    // the property itself is tested beside BaselineFile: it is of the whole process
    Path file = folder.resolve("main.json");
    EvalReport report =
        EvalRun.of(dev.llmops.eval.dataset.Dataset.load(CAPITALS))
            .task(question -> "Paris")
            .evaluate(exactMatch());
    Baseline.of(report).save(file);

    assertThat(BaselineFile.at(file).updated(report)).isFalse();
    assertThat(BaselineFile.at(file).load()).hasToString("Baseline[capitals, 3 cases]");
  }
}
