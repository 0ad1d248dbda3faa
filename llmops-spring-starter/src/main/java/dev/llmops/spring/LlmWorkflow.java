package dev.llmops.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Records each call of a bean's method as a step of kind workflow, a span {@code invoke_workflow}:
 * model calls and other steps made in it name it as their parent. Works through Spring's proxies:
 * not for calls of a bean to itself. A method that returns a {@code CompletableFuture}, {@code
 * Mono} or {@code Flux} is a step until that completes, fails or is cancelled, for publishers one a
 * subscription.
 *
 * <p>Arguments, and results that are text, are content: they go where {@code llmops.content} lets
 * them.
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LlmWorkflow {

  /** The workflow's name, low cardinality; the method's name unless said. */
  String value() default "";

  /** What it is for. */
  String description() default "";
}
