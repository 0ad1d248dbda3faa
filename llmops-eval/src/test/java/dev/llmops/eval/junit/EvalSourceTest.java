package dev.llmops.eval.junit;

import static dev.llmops.eval.assertj.EvalAssertions.assertThat;
import static dev.llmops.eval.text.TextEvaluators.exactMatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmContext;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.report.EvalCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.testkit.engine.EngineExecutionResults;

@Tag("junit-versions")
class EvalSourceTest {

  private static final String CAPITALS = "dev/llmops/eval/junit/capitals.jsonl";

  private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

  @TempDir Path folder;

  @BeforeEach
  @AfterEach
  void forget() {
    SEEN.clear();
  }

  /** The executions of the pom that bring another JUnit say which. */
  @Test
  void theJunitThatWasAskedForRuns() {
    String asked = System.getProperty("llmops.test.junit", "5.12.2");

    for (Class<?> part : List.of(Test.class, ParameterizedTest.class)) {
      assertThat(part.getProtectionDomain().getCodeSource().getLocation().getPath())
          .endsWith("-" + asked + ".jar");
    }
  }

  @Test
  void aCaseIsAnInvocationNamedByIdAndInput() {
    EngineExecutionResults results = Jupiter.run(folder, Rows.class);

    results.testEvents().assertStatistics(stats -> stats.started(3).succeeded(3));
    List<String> names = Jupiter.displayNames(results);
    assertThat(names.get(0)).endsWith("fr: What is the capital of France?");
    assertThat(names.get(1)).endsWith("jp: What is the capital of Japan?");
    assertThat(names.get(2)).endsWith("pe: What is the capital of Peru?");
  }

  static class Rows {
    @ParameterizedTest
    @EvalSource(CAPITALS)
    void answers(EvalCase c) {
      assertThat(c.withOutput(c.references().get(0))).scoresAtLeast(0.8, exactMatch());
    }
  }

  @Test
  void aFailureSaysWhatWasMeasuredWhyAndHowToSeeItAgain() {
    EngineExecutionResults results = Jupiter.run(folder, WrongAboutJapan.class);

    results.testEvents().assertStatistics(stats -> stats.succeeded(2).failed(1));
    assertThat(Jupiter.failures(results))
        .containsExactly(
            """
            exact_match of case jp: score 0.000, but it must be at least 0.8
              why       got "Kyoto", expected "Tokyo"
              input     What is the capital of Japan?
              output    Kyoto
              reproduce mvn test -Dtest='EvalSourceTest$WrongAboutJapan#answers' -Dllmops.case=jp\
            """);
  }

  static class WrongAboutJapan {
    @ParameterizedTest
    @EvalSource(CAPITALS)
    void answers(EvalCase c) {
      String answer = c.references().get(0).replace("Tokyo", "Kyoto");
      assertThat(c.withOutput(answer)).scoresAtLeast(0.8, exactMatch());
    }
  }

  @Test
  void theResultsAreWrittenEvenThoughTheAssertionThrew() throws IOException {
    Jupiter.run(folder, WrongAboutJapan.class);

    Path written = folder.resolve("results").resolve(WrongAboutJapan.class.getName() + "/answers");
    List<String> report = Files.readAllLines(written.resolve("report.jsonl"));
    assertThat(report).hasSize(4);
    assertThat(report.get(0))
        .contains("\"name\":\"EvalSourceTest.WrongAboutJapan#answers\"")
        .contains("\"dataset\":{\"name\":\"capitals\"");
    assertThat(report.get(2)).contains("\"id\":\"jp\"").contains("\"score\":0.0");
    assertThat(written.resolve("cases/jp/case.json"))
        .content()
        .contains("\"passed\" : false")
        .contains("-Dllmops.case=jp")
        .contains("\"output\" : \"Kyoto\"");
    assertThat(written.resolve("cases/fr/case.json")).content().contains("\"passed\" : true");
  }

  @Test
  void oneCaseIsReproducedById() {
    EngineExecutionResults results =
        Jupiter.run(folder, WrongAboutJapan.class, Map.of("llmops.case", "jp"));

    results.testEvents().assertStatistics(stats -> stats.started(1).failed(1));
  }

  @Test
  void aTestWithoutTheCaseIsAborted() {
    EngineExecutionResults results =
        Jupiter.run(folder, WrongAboutJapan.class, Map.of("llmops.case", "us"));

    assertThat(Jupiter.aborts(results))
        .containsExactly("llmops.case=us names none of the 3 cases of " + CAPITALS);
  }

  @Test
  void rowsAreSelectedByTag() {
    Jupiter.run(folder, Asia.class);

    assertThat(SEEN).containsExactly("jp");
  }

  static class Asia {
    @ParameterizedTest
    @EvalSource(value = CAPITALS, tags = "asia")
    void answers(EvalCase c) {
      SEEN.add(String.valueOf(c.id()));
    }
  }

  @Test
  void aTagThatNoCaseHasFails() {
    EngineExecutionResults results = Jupiter.run(folder, Atlantis.class);

    assertThat(Jupiter.failures(results))
        .containsExactly(
            "dataset ["
                + CAPITALS
                + "] has no case with a tag of [atlantis]; it has [america, asia, europe]");
  }

  static class Atlantis {
    @ParameterizedTest
    @EvalSource(value = CAPITALS, tags = "atlantis")
    void answers(EvalCase c) {}
  }

  @Test
  void theContextKnowsCaseAndRepetitionAlsoOnTheThreadOfATimeout() {
    EngineExecutionResults results = Jupiter.run(folder, Repeated.class);

    assertThat(SEEN).containsExactlyInAnyOrder("fr 0", "fr 1", "jp 0", "jp 1", "pe 0", "pe 1");
    assertThat(Jupiter.displayNames(results).get(1))
        .endsWith("fr (repetition 1): What is the capital of France?");
    assertThat(LlmContext.current().caseId()).isNull();
    assertThat(EvalCollector.current()).isSameAs(EvalCollector.NONE);
  }

  static class Repeated {
    @ParameterizedTest
    @EvalSource(value = CAPITALS, repetitions = 2)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void answers(EvalCase c) {
      LlmContext context = LlmContext.current();
      SEEN.add(context.caseId() + " " + context.iteration());
      assertThat(c.withOutput("Paris").id()).isEqualTo(context.caseId());
    }
  }

  @Test
  void parallelTestsKeepTheirResultsApart() throws IOException {
    EngineExecutionResults results =
        Jupiter.run(
            folder,
            Many.class,
            Map.of(
                "junit.jupiter.execution.parallel.enabled", "true",
                "junit.jupiter.execution.parallel.mode.default", "concurrent"));

    results.testEvents().assertStatistics(stats -> stats.succeeded(600));
    for (String method : List.of("one", "other")) {
      List<String> report =
          Files.readAllLines(
              folder.resolve("results/" + Many.class.getName() + "/" + method + "/report.jsonl"));
      assertThat(report).hasSize(301);
      assertThat(report.stream().skip(1)).allMatch(line -> line.contains("\"output\":\"" + method));
    }
  }

  static class Many {
    @ParameterizedTest
    @EvalSource(value = CAPITALS, repetitions = 100)
    void one(EvalCase c) {
      assertThat(c.withOutput("one")).doesNotPass(exactMatch());
    }

    @ParameterizedTest
    @EvalSource(value = CAPITALS, repetitions = 100)
    void other(EvalCase c) {
      assertThat(c.withOutput("other")).doesNotPass(exactMatch());
    }
  }

  @Test
  void aCaseWhoseApplicationFailedIsInTheReport() throws IOException {
    Jupiter.run(folder, Failing.class, Map.of("llmops.case", "fr"));

    assertThat(folder.resolve("results/" + Failing.class.getName() + "/answers/report.jsonl"))
        .content()
        .contains("\"error\":{\"type\":\"java.lang.IllegalStateException\"}");
  }

  static class Failing {
    @ParameterizedTest
    @EvalSource(CAPITALS)
    void answers(EvalCase c) {
      throw new IllegalStateException("the application is broken");
    }
  }

  @Test
  void aPlainTestIsCollectedWhereTheExtensionIsAsked() {
    EngineExecutionResults results = Jupiter.run(folder, Plain.class);

    assertThat(Jupiter.failures(results))
        .containsExactly(
            """
            exact_match: score 0.000, but it must pass
              why       got "Lyon", expected "Paris"
              output    Lyon
              reproduce mvn test -Dtest='EvalSourceTest$Plain#answers'\
            """);
    assertThat(folder.resolve("results/" + Plain.class.getName() + "/answers/report.jsonl"))
        .content()
        .contains("\"id\":\"answer-1\"");
  }

  @ExtendWith(EvalExtension.class)
  static class Plain {
    @Test
    void answers() {
      dev.llmops.eval.assertj.EvalAssertions.assertThatAnswer("Lyon")
          .against("Paris")
          .passes(exactMatch());
    }
  }
}
