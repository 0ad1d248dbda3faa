package dev.llmops.samples.regression;

import static dev.llmops.eval.assertj.EvalAssertions.assertThat;
import static dev.llmops.eval.text.TextEvaluators.normalizedExactMatch;

import com.openai.client.OpenAIClient;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.junit.Cassette;
import dev.llmops.eval.junit.EvalSource;
import dev.llmops.eval.junit.EvalTest;
import dev.llmops.eval.report.BaselineFile;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.run.EvalRun;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * The assistant's regression tests. They replay what is in {@code src/test/resources/cassettes}, so
 * they need neither a key nor a network.
 */
@Cassette("assistant")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssistantTest {

  private static final BaselineFile MAIN =
      BaselineFile.at(Path.of("src/test/resources/baselines/assistant.json"));

  private OpenAIClient openai;
  private Assistant assistant;

  @BeforeAll
  void start() {
    openai = Model.open();
    assistant = new Assistant(openai);
  }

  @AfterAll
  void close() {
    openai.close();
  }

  @ParameterizedTest
  @EvalSource(
      value = "assistant.jsonl",
      tags = {"modes", "junit", "gates", "results", "modules"})
  void knowsTheNames(EvalCase c) {
    assertThat(c.withOutput(assistant.answer(c.input()))).passes(normalizedExactMatch());
  }

  @EvalTest(dataset = "assistant.jsonl", repetitions = 2)
  void isGoodEnoughAndNotWorseThanMain(EvalRun run) {
    EvalReport report = run.task(assistant::answer).evaluate(normalizedExactMatch());

    assertThat(report)
        .hasNoErrors()
        .passRateOf("normalized_exact_match")
        .withConfidence(0.95)
        .isAtLeast(0.8)
        .passRateOf("normalized_exact_match")
        .isNotWorseThan(MAIN, 0.15);
  }
}
