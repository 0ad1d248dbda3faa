package dev.llmops.eval.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Feeds a {@code @ParameterizedTest} with the cases of a dataset, one an invocation.
 *
 * <pre>{@code
 * @ParameterizedTest
 * @EvalSource("qa.jsonl")
 * void answersAreRight(EvalCase c) throws Exception {
 *   assertThat(c.withOutput(assistant.answer(c.input()))).passes(exactMatch());
 * }
 * }</pre>
 *
 * <p>An invocation is named by the case's id and the beginning of its input. The model calls that
 * it makes carry the case and the repetition in their {@link dev.llmops.LlmContext}, so that a
 * {@link Cassette} tells them apart. The system property {@code llmops.case} leaves the cases with
 * these ids, divided by commas: {@code mvn test -Dtest=QaTest#answersAreRight -Dllmops.case=q-12}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(EvalSourceProvider.class)
@ExtendWith(EvalExtension.class)
public @interface EvalSource {

  /**
   * Where the dataset is: on the classpath, or in the file system from the working directory; see
   * {@link dev.llmops.eval.dataset.Dataset#load}.
   */
  String value();

  /** Only the cases that have any of these tags; all unless given. */
  String[] tags() default {};

  /** At most so many cases, chosen by {@link #seed}; 0 for all. */
  int sample() default 0;

  /** Of the {@link #sample}: the same seed chooses the same cases. */
  long seed() default 0;

  /** How often each case is run, 1 to 1,000. */
  int repetitions() default 1;
}
