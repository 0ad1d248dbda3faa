package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * A call whose end its caller reports: for callbacks, reactive streams and event loops. Made by
 * {@link LlmOps#open}. Thread-safe; it ends exactly once, later ends are ignored. Nothing here
 * throws for reasons of its own, but {@link #issue} throws what the call throws, or the exception
 * with which an interceptor refused it.
 *
 * <p>An open call that is neither completed nor cancelled shows as started and never ended in
 * {@link LlmOps#stats()}.
 */
public sealed interface OpenCall permits Recording, NoopCall {

  /** Names the call. */
  CallRef ref();

  /** Whether any consumer wants content; if not, leave text out of what you report. */
  boolean capturesContent();

  /** The stored answer when an interceptor answered; then decode it instead of issuing the call. */
  @Nullable EncodedResponse replay();

  /**
   * Issues the request: starts the clock, makes the call's span current for as long as {@code
   * issue} runs, and records its failure. Returning from it does not end the call.
   */
  <T, E extends Exception> T issue(ModelCall<T, E> issue) throws E;

  /** A chunk arrived: call before the consumer sees it. */
  <C> void chunk(C chunk, ChunkReader<? super C> reader);

  /** How many times the client has sent the request so far, 1 or more. */
  void attempts(int attempts);

  /** The call ended well, with what the chunks told. */
  void complete();

  /** The call ended well with this result. */
  <R> void complete(R result, ResponseReader<? super R> reader);

  /** The call failed. */
  default void fail(Throwable error) {
    fail(error, CallError::of);
  }

  /** The call failed; the function names the error. */
  void fail(Throwable error, java.util.function.Function<Throwable, CallError> reader);

  /** The caller lost interest. */
  void cancel(Outcome.Reason reason);
}
