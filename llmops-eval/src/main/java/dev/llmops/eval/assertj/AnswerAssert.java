package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalCase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a bare answer. What evaluators hold it against is given first: {@code
 * assertThatAnswer(answer).to(question).against("Paris").passes(..)}.
 */
public final class AnswerAssert extends AbstractScoreAssert<AnswerAssert, String> {

  private final List<String> references = new ArrayList<>();
  private final List<String> documents = new ArrayList<>();
  private @Nullable String input;

  AnswerAssert(@Nullable String actual, Failures failures) {
    super(actual, AnswerAssert.class, failures);
  }

  /** The question that it answers. */
  public AnswerAssert to(String question) {
    input = question;
    return this;
  }

  /** Right answers; any of them is right. */
  public AnswerAssert against(String... rightAnswers) {
    references.addAll(List.of(rightAnswers));
    return this;
  }

  /** Documents that it should rest on. */
  public AnswerAssert restingOn(String... texts) {
    documents.addAll(List.of(texts));
    return this;
  }

  @Override
  EvalCase evalCase(String answer) {
    EvalCase.Builder builder =
        EvalCase.builder().input(input).output(answer).references(references);
    documents.forEach(text -> builder.document(null, text));
    return builder.build();
  }
}
