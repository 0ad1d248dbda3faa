package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * Reads a client's result into an {@link LlmResponse}. Runs after the call, inside the guard: what
 * it throws is counted and named in {@link LlmCall#problems()}, and the user still gets the result.
 *
 * @param <R> what the client returns
 */
@FunctionalInterface
public interface ResponseReader<R> {

  /** What the result says; must not change it, must not block. */
  LlmResponse read(R result);

  /**
   * The failure that the provider reports inside a result which it sent as a good one; null when it
   * reports none. The call then ends as {@link Outcome.Failed} with what was read.
   */
  default @Nullable CallError readFailure(R result) {
    return null;
  }

  /** Names the error of a failed call; by default after the exception's class. */
  default CallError readError(Throwable error) {
    return CallError.of(error);
  }

  /** How the result is stored and brought back; null when interceptors cannot replay such calls. */
  default @Nullable CallCodec<?> codec() {
    return null;
  }
}
