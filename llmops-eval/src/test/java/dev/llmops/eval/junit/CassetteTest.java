package dev.llmops.eval.junit;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.assertj.EvalAssertions;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.run.EvalRun;
import dev.llmops.eval.text.TextEvaluators;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.testkit.engine.EngineExecutionResults;

@Tag("junit-versions")
class CassetteTest {

  private static final String CAPITALS = "dev/llmops/eval/junit/capitals.jsonl";
  private static final Map<String, String> RECORD = Map.of("llmops.cassette", "record");
  private static final Map<String, String> REPLAY = Map.of("llmops.cassette", "replay");

  // the tests that JUnit makes inside of these tests cannot be given an application
  private static OpenAIClient openai;

  @TempDir Path folder;

  private final FakeModelServer server = FakeModelServer.start();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).build();

  @BeforeEach
  void start() {
    openai =
        OpenAiInstrumentation.wrap(
            OpenAIOkHttpClient.builder()
                .baseUrl(server.baseUrl())
                .apiKey("dummy-key")
                .maxRetries(0)
                .build(),
            ops);
  }

  @AfterEach
  void close() {
    openai.close();
    server.close();
    ops.close();
  }

  static String ask(String question) {
    return openai
        .chat()
        .completions()
        .create(
            ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .addUserMessage(question)
                .build())
        .choices()
        .get(0)
        .message()
        .content()
        .orElse("");
  }

  @Test
  void casesAreRecordedOnceAndReplayedWithoutTheServer() {
    server.enqueue(Reply.answer("Paris"), Reply.answer("Tokyo"), Reply.answer("Lima"));
    Jupiter.run(folder, Capitals.class, RECORD)
        .testEvents()
        .assertStatistics(stats -> stats.succeeded(3));
    int sent = server.requests().size();

    EngineExecutionResults replayed = Jupiter.run(folder, Capitals.class, REPLAY);

    replayed.testEvents().assertStatistics(stats -> stats.succeeded(3));
    assertThat(sent).isEqualTo(3);
    assertThat(server.requests()).hasSize(3);
    assertThat(folder.resolve("cassettes/CassetteTest/Capitals/answers")).isNotEmptyDirectory();
    Path written = folder.resolve("results/" + Capitals.class.getName() + "/answers/cases/jp");
    assertThat(written.resolve("case.json"))
        .content()
        .contains("cassettes/CassetteTest/Capitals/answers\"");
    assertThat(written.resolve("calls.jsonl")).content().contains("Tokyo").contains("\"jp\"");
  }

  @Cassette
  static class Capitals {
    @ParameterizedTest
    @EvalSource(CAPITALS)
    void answers(EvalCase c) {
      EvalAssertions.assertThat(c.withOutput(ask(String.valueOf(c.input()))))
          .passes(TextEvaluators.exactMatch());
    }
  }

  @Test
  void aCallThatIsNotStoredFailsWithTheCommandThatRecordsIt() {
    EngineExecutionResults results = Jupiter.run(folder, Named.class, REPLAY);

    assertThat(Jupiter.failures(results))
        .singleElement()
        .asString()
        .startsWith("cassette [" + folder.resolve("cassettes/shared/qa") + "] does not hold")
        .endsWith(
            "record it with: mvn test -Dtest='CassetteTest$Named#asks' -Dllmops.cassette=record");
    assertThat(server.requests()).isEmpty();
  }

  static class Named {
    @Test
    @Cassette("shared/qa")
    void asks() {
      assertThat(ask("What is the capital of Italy?")).isNotEmpty();
    }
  }

  @Test
  void anApplicationThatSwallowsARefusalFailsAtItsEnd() {
    EngineExecutionResults results = Jupiter.run(folder, Swallowing.class, REPLAY);

    assertThat(Jupiter.failures(results)).singleElement().asString().contains("record it with");
  }

  static class Swallowing {
    @Test
    @Cassette
    void asks() {
      String answer = "I do not know.";
      try {
        answer = ask("What is the capital of Italy?");
      } catch (RuntimeException e) {
        // as an application with a fallback would
      }
      assertThat(answer).isEqualTo("I do not know.");
    }
  }

  @Test
  void aMissingKeyAndNoCassetteAbortsTheTest() {
    EngineExecutionResults results = Jupiter.run(folder, Keyed.class, REPLAY);

    results.testEvents().assertStatistics(stats -> stats.aborted(1));
    assertThat(Jupiter.aborts(results))
        .containsExactly(
            "cassette ["
                + folder.resolve("cassettes/CassetteTest/Keyed/asks")
                + "] holds nothing yet and environment variable LLMOPS_NO_SUCH_KEY is not set; set"
                + " it, and record with: mvn test -Dtest='CassetteTest$Keyed#asks'"
                + " -Dllmops.cassette=record");
  }

  @Test
  void recordingWithoutTheKeyAbortsTheTest() {
    EngineExecutionResults results = Jupiter.run(folder, Keyed.class, RECORD);

    assertThat(Jupiter.aborts(results))
        .containsExactly(
            "environment variable LLMOPS_NO_SUCH_KEY is not set, which llmops.cassette=record"
                + " needs to call the model; set it, or replay with llmops.cassette=replay");
    assertThat(server.requests()).isEmpty();
  }

  static class Keyed {
    @Test
    @Cassette(requiresEnv = "LLMOPS_NO_SUCH_KEY")
    void asks() {
      assertThat(ask("What is the capital of Italy?")).isNotEmpty();
    }
  }

  @Test
  void aWholeRunReplaysOnItsOwnThreads() throws IOException {
    Jupiter.run(folder, Run.class, RECORD)
        .testEvents()
        .assertStatistics(stats -> stats.succeeded(1));
    int sent = server.requests().size();

    EngineExecutionResults replayed = Jupiter.run(folder, Run.class, REPLAY);

    replayed.testEvents().assertStatistics(stats -> stats.succeeded(1));
    assertThat(sent).isEqualTo(6);
    assertThat(server.requests()).hasSize(6);
    try (Stream<Path> stored = Files.list(folder.resolve("cassettes/CassetteTest/Run/holds"))) {
      assertThat(stored).hasSize(6);
    }
    List<String> calls =
        Files.readAllLines(folder.resolve("results/" + Run.class.getName() + "/holds/calls.jsonl"));
    assertThat(calls).hasSize(6);
  }

  static class Run {
    @EvalTest(dataset = CAPITALS, repetitions = 2)
    @Cassette
    void holds(EvalRun run) {
      EvalReport report = run.task(CassetteTest::ask).evaluate(TextEvaluators.exactMatch());
      EvalAssertions.assertThat(report).hasNoErrors();
    }
  }
}
