package dev.llmops.eval.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Answers the model calls of a test, or of every test of a class, from files beside the tests; see
 * {@link dev.llmops.eval.replay.CassetteStore}. It reaches every {@link dev.llmops.LlmOps} that
 * records the test's calls, on the test's thread and where its {@link dev.llmops.LlmContext} is
 * carried.
 *
 * <pre>{@code
 * @Cassette(requiresEnv = "OPENAI_API_KEY")
 * class AssistantTest { .. }
 * }</pre>
 *
 * <p>The mode is that of the configuration parameter or system property {@code llmops.cassette},
 * else of the environment variable {@code LLMOPS_CASSETTE}, else {@code replay}: nothing is sent,
 * and a call that is not stored fails with the command that records it. A test whose application
 * swallowed that failure fails at its end.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EvalExtension.class)
public @interface Cassette {

  /**
   * The folder, under that of all cassettes ({@code src/test/resources/cassettes}, or the
   * configuration parameter {@code llmops.cassette.folder}): names of ASCII letters, digits, {@code
   * _}, {@code -} and {@code .}, divided by {@code /}. Unless given, the class's simple name and
   * the method's name: {@code AssistantTest/answersAreRight}.
   */
  String value() default "";

  /**
   * The environment variable that a call which is sent needs, such as {@code OPENAI_API_KEY}. Where
   * it is not set, a test that would record or send is aborted (skipped) and says so; so is one
   * that would replay while nothing at all is stored. Nothing is checked unless given.
   */
  String requiresEnv() default "";
}
