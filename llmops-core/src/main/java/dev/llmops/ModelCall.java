package dev.llmops;

/**
 * The user's own call of a model, as it would be written without llmops.
 *
 * @param <R> what the client returns
 * @param <E> the checked exception it declares; {@code RuntimeException} when it declares none
 */
@FunctionalInterface
public interface ModelCall<R, E extends Exception> {

  /** Issues the call. */
  R call() throws E;
}
