package dev.llmops.eval.junit;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.internal.ShortText;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;

/** The cases of an {@link EvalSource}, one an invocation. */
final class EvalSourceProvider implements ArgumentsProvider, AnnotationConsumer<EvalSource> {

  private static final int MAX_INPUT = 60;

  private @Nullable EvalSource source;

  @Override
  public void accept(EvalSource annotation) {
    source = annotation;
  }

  // JUnit 5.13 added a form with ParameterDeclarations, whose default calls this one, in 6 too; but
  // what is thrown here it takes for a missing override, so everything happens inside of the stream
  @Override
  public Stream<? extends Arguments> provideArguments(ExtensionContext context) {
    return Stream.of(context).flatMap(this::rows);
  }

  private Stream<Arguments> rows(ExtensionContext context) {
    EvalSource given = source;
    if (given == null) {
      throw new IllegalStateException("@EvalSource must stand on a @ParameterizedTest");
    }
    Selection selection = Selection.of(given);
    Dataset dataset = selection.load(context);
    Rows rows = Rows.of(context);
    return dataset.cases().stream()
        .flatMap(
            each ->
                IntStream.range(0, selection.repetitions())
                    .mapToObj(
                        iteration -> arguments(rows.add(dataset, each, iteration), iteration)));
  }

  private static Arguments arguments(EvalCase evalCase, int iteration) {
    String input = evalCase.input();
    String name =
        evalCase.id()
            + (iteration == 0 ? "" : " (repetition " + iteration + ")")
            + (input == null ? "" : ": " + ShortText.of(input, MAX_INPUT));
    return Arguments.of(Named.of(name, evalCase));
  }
}
