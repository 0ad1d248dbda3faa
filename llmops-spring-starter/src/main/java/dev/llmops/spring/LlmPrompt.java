package dev.llmops.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Says which prompt template the model calls made in a bean's method are made from; alone, or
 * beside {@link LlmTool}, {@link LlmAgent} or {@link LlmWorkflow}. Works through Spring's proxies:
 * not for calls of a bean to itself. For a method that returns a {@code Mono} or {@code Flux} it
 * holds for the calls made in the subscription. A template that is known only at run time: {@code
 * LlmContext.extend().prompt(Prompt.of(name, version)).open()}.
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LlmPrompt {

  /** The template's name, low cardinality; not blank. */
  String value();

  /** Its version; none unless said. */
  String version() default "";
}
