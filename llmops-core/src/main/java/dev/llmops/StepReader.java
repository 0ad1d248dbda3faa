package dev.llmops;

/**
 * Tells what a step gave back. Runs after the body, inside the guard.
 *
 * @param <T> what the body returns
 */
@FunctionalInterface
public interface StepReader<T> {

  /** What the body's result says; must not change it. */
  StepResult read(T result);
}
