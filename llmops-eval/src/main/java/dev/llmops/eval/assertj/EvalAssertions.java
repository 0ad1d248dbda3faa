package dev.llmops.eval.assertj;

import dev.llmops.LlmCall;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.report.EvalReport;
import org.jspecify.annotations.Nullable;

/**
 * Assertions over what evaluators say. {@code assertThat} is ours for our own types only, so that
 * it stands beside AssertJ's; a bare answer has {@link #assertThatAnswer} of its own.
 *
 * <pre>{@code
 * assertThat(c.withOutput(assistant.answer(c.input()))).scoresAtLeast(0.8, faithfulness(judge));
 * assertThatAnswer(answer).against("Paris").passes(exactMatch());
 * assertThat(report).hasNoErrors().passRateOf("exact_match").isAtLeast(0.85);
 * }</pre>
 *
 * <p>What could not be measured (skipped, errored) never holds, not even a negation. What was
 * evaluated reaches the report of the running test, see {@link
 * dev.llmops.eval.report.EvalCollector}.
 */
public final class EvalAssertions {

  private EvalAssertions() {}

  /** About one case with its output. */
  public static EvalCaseAssert assertThat(@Nullable EvalCase actual) {
    return new EvalCaseAssert(actual, Failures.THROW);
  }

  /** About a recorded call: what was asked and answered, and how it went. */
  public static LlmCallAssert assertThat(@Nullable LlmCall actual) {
    return new LlmCallAssert(actual, Failures.THROW);
  }

  /** About what one evaluator found. */
  public static EvalResultAssert assertThat(@Nullable EvalResult actual) {
    return new EvalResultAssert(actual, Failures.THROW);
  }

  /** About a whole run. */
  public static EvalReportAssert assertThat(@Nullable EvalReport actual) {
    return new EvalReportAssert(actual, Failures.THROW);
  }

  /** About a bare answer. */
  public static AnswerAssert assertThatAnswer(@Nullable String actual) {
    return new AnswerAssert(actual, Failures.THROW);
  }
}
