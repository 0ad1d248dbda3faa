package dev.llmops.eval.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs the application over a whole dataset and holds the report against gates. It gets
 * an {@link dev.llmops.eval.run.EvalRun} that knows the dataset, the repetitions and its name.
 *
 * <pre>{@code
 * @EvalTest(dataset = "qa.jsonl", repetitions = 5)
 * void noRegression(EvalRun run) {
 *   EvalReport report = run.task(assistant::answer).evaluate(exactMatch());
 *   assertThat(report).hasNoErrors().passRateOf("exact_match").isAtLeast(0.85);
 * }
 * }</pre>
 *
 * <p>The system property {@code llmops.case} leaves the cases with these ids, divided by commas;
 * gates are then undecided, as they should be.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(EvalExtension.class)
public @interface EvalTest {

  /**
   * Where the dataset is: on the classpath, or in the file system from the working directory; see
   * {@link dev.llmops.eval.dataset.Dataset#load}.
   */
  String dataset();

  /** Only the cases that have any of these tags; all unless given. */
  String[] tags() default {};

  /** At most so many cases, chosen by {@link #seed}; 0 for all. */
  int sample() default 0;

  /** Of the {@link #sample}: the same seed chooses the same cases. */
  long seed() default 0;

  /** How often each case is run, 1 to 1,000. */
  int repetitions() default 1;

  /**
   * Whether each finished case is kept in a journal under the results' folder, so that a run that
   * was killed goes on where it was. The journal goes when the run is complete.
   */
  boolean journal() default false;
}
