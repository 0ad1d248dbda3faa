package dev.llmops.spring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A row of the table in {@code docs/spring.md}: the test shows it, on every Boot that the build
 * runs the tests on unless it names some. {@link FeatureTableTest} writes and checks the table.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Feature {

  String value();

  /** The beginnings of the Boot versions that have it. */
  String[] on() default {"3.5", "4.0", "4.1"};
}
