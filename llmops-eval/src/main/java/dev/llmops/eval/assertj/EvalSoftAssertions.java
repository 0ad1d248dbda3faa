package dev.llmops.eval.assertj;

import dev.llmops.LlmCall;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.report.EvalReport;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractSoftAssertions;
import org.jspecify.annotations.Nullable;

/**
 * The assertions of {@link EvalAssertions}, all of them checked before the first failure is thrown.
 *
 * <pre>{@code
 * EvalSoftAssertions.assertSoftly(softly -> {
 *   softly.assertThat(c).passes(containsAll(..));
 *   softly.assertThat(c).scoresAtLeast(0.8, faithfulness(judge));
 * });
 * }</pre>
 *
 * <p>Collected are the assertions declared by our types, and conditions; other ones that AssertJ
 * gives every type are thrown at once. Not thread-safe.
 */
public final class EvalSoftAssertions extends AbstractSoftAssertions {

  /** Collects until {@link #assertAll}. */
  public EvalSoftAssertions() {}

  /**
   * Runs the body and throws what failed in it.
   *
   * @throws AssertionError with all failures, if there is one
   */
  public static void assertSoftly(Consumer<EvalSoftAssertions> body) {
    EvalSoftAssertions softly = new EvalSoftAssertions();
    body.accept(softly);
    softly.assertAll();
  }

  /** See {@link EvalAssertions#assertThat(EvalCase)}. */
  public EvalCaseAssert assertThat(@Nullable EvalCase actual) {
    return new EvalCaseAssert(actual, this::collectAssertionError);
  }

  /** See {@link EvalAssertions#assertThat(LlmCall)}. */
  public LlmCallAssert assertThat(@Nullable LlmCall actual) {
    return new LlmCallAssert(actual, this::collectAssertionError);
  }

  /** See {@link EvalAssertions#assertThat(EvalResult)}. */
  public EvalResultAssert assertThat(@Nullable EvalResult actual) {
    return new EvalResultAssert(actual, this::collectAssertionError);
  }

  /** See {@link EvalAssertions#assertThat(EvalReport)}. */
  public EvalReportAssert assertThat(@Nullable EvalReport actual) {
    return new EvalReportAssert(actual, this::collectAssertionError);
  }

  /** See {@link EvalAssertions#assertThatAnswer}. */
  public AnswerAssert assertThatAnswer(@Nullable String actual) {
    return new AnswerAssert(actual, this::collectAssertionError);
  }
}
