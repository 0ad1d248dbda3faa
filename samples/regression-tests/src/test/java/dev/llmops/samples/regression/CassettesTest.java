package dev.llmops.samples.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.assertj.EvalAssertions;
import dev.llmops.eval.junit.Cassette;
import dev.llmops.eval.junit.EvalSource;
import dev.llmops.eval.text.TextEvaluators;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What a user sees when an answer is wrong, and how the cassettes came about. */
class CassettesTest {

  @TempDir Path folder;

  @Test
  void theTestThatIsMeantToFailSaysWhatToDo() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(MeantToFail.class))
            .configurationParameter("llmops.results", folder.toString())
            .execute();

    results.testEvents().assertStatistics(stats -> stats.started(1).failed(1));
    assertThat(
            results.testEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage()))
        .containsExactly(
            """
            normalized_exact_match of case java-floor: score 0.000, but it must pass
              why       got "Java 21", expected "17"
              input     Which Java version is the oldest that llmops runs on?
              output    Java 21
              reproduce mvn test -Dtest='CassettesTest$MeantToFail#knowsTheHardOnes' \
            -Dllmops.case=java-floor\
            """);
    Path written = folder.resolve(MeantToFail.class.getName()).resolve("knowsTheHardOnes");
    assertThat(written.resolve("report.jsonl")).content().contains("\"score\":0.0");
    assertThat(written.resolve("cases/java-floor/calls.jsonl")).content().contains("Java 21");
  }

  @Cassette("assistant")
  static class MeantToFail {
    @ParameterizedTest
    @EvalSource(value = "assistant.jsonl", tags = "hard")
    void knowsTheHardOnes(EvalCase c) {
      try (var openai = new Closing()) {
        EvalAssertions.assertThat(c.withOutput(openai.assistant.answer(c.input())))
            .passes(TextEvaluators.normalizedExactMatch());
      }
    }
  }

  /** Recording needs no key with the local model, so anybody can check what is committed. */
  @Test
  void theCassettesAreWhatTheLocalModelAnswers() throws Exception {
    Path committed = Path.of("src/test/resources/cassettes/assistant");
    String before = System.getProperty("sample.model");
    try (LocalModel model = LocalModel.start()) {
      System.setProperty("sample.model", model.baseUrl());
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(AssistantTest.class))
          .configurationParameter("llmops.results", folder.resolve("results").toString())
          .configurationParameter("llmops.cassette.folder", folder.resolve("tapes").toString())
          .configurationParameter("llmops.cassette", "record")
          .execute()
          .testEvents()
          .assertStatistics(stats -> stats.succeeded(24));
    } finally {
      if (before == null) {
        System.clearProperty("sample.model");
      } else {
        System.setProperty("sample.model", before);
      }
    }
    if (Boolean.getBoolean("sample.keep")) {
      Files.createDirectories(committed);
      try (var all = Files.list(folder.resolve("tapes/assistant"))) {
        for (Path each : all.toList()) {
          Files.copy(
              each,
              committed.resolve(each.getFileName()),
              java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    assertThat(names(folder.resolve("tapes/assistant"))).isEqualTo(names(committed)).hasSize(48);
  }

  private static java.util.Set<String> names(Path of) throws java.io.IOException {
    try (var all = Files.list(of)) {
      return all.map(each -> each.getFileName().toString())
          .collect(java.util.stream.Collectors.toSet());
    }
  }

  private static final class Closing implements AutoCloseable {
    private final com.openai.client.OpenAIClient client = Model.open();
    private final Assistant assistant = new Assistant(client);

    @Override
    public void close() {
      client.close();
    }
  }
}
