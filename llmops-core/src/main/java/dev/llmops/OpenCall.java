package dev.llmops;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
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

  /** Like {@link #issue(ModelCall)}; the function names the error of a call that throws. */
  <T, E extends Exception> T issue(ModelCall<T, E> issue, Function<Throwable, CallError> errors)
      throws E;

  /**
   * Makes the call's span current on this thread until the scope is closed, on the same thread: for
   * an adapter that is told when a request is being issued instead of issuing it itself. {@link
   * #issue} needs no such scope.
   */
  LlmContext.Scope makeCurrent();

  /**
   * The request is issued next on this thread, by code around which no scope can be opened, and
   * maybe through a client that is recorded as well. The next call that starts on this thread while
   * this one runs, by whichever {@link LlmOps}, is then left to this one.
   *
   * @param inner whether the call that starts is this very one: asked on its thread, in its stack;
   *     must be quick and not throw. A call of which it says no is recorded, and the next is asked
   *     about.
   */
  void expectInner(BooleanSupplier inner);

  /** A chunk arrived: call before the consumer sees it. */
  <C> void chunk(C chunk, ChunkReader<? super C> reader);

  /**
   * The client's stream of chunks, recorded as it is consumed and as lazy as the client's: the call
   * ends with the last chunk, when the stream fails or its consumer does, or when it is closed.
   *
   * @param lifetime what {@link #cancelWhenCollected} watches, if it does; kept alive by the stream
   */
  <C> Stream<C> stream(Stream<C> chunks, ChunkReader<? super C> reader, Object lifetime);

  /**
   * A future that behaves as the client's: cancelling, completing and timing it out reach the
   * client's, and it completes after {@code end} was told. Does not end the call by itself.
   */
  <R extends @Nullable Object> CompletableFuture<R> future(
      CompletableFuture<R> client, FutureEnd<R> end);

  /**
   * Ends the call as {@link Outcome.Reason#ABANDONED} when this object is collected before the call
   * has ended: give it something that lives as long as anything by which the caller could still end
   * the call, and that does not lead back to this call's end. At most once a call.
   */
  void cancelWhenCollected(Object lifetime);

  /** How many times the client has sent the request so far, 1 or more. */
  void attempts(int attempts);

  /**
   * Like {@link #attempts(int)}, with how long the client waited in all before it sent the request
   * again.
   */
  void attempts(int attempts, Duration backOff);

  /**
   * The consumer of a stream gets a chunk now.
   *
   * @return for {@link #consumed}; 0 where nobody asks for its time, which then costs nothing
   */
  long consuming();

  /** The consumer is done with the chunk; its time is added to {@link Timing#consumer()}. */
  void consumed(long consuming);

  /** The call ended well, with what the chunks told. */
  void complete();

  /** The call ended well with this result. */
  <R> void complete(R result, ResponseReader<? super R> reader);

  /** The call failed. */
  default void fail(Throwable error) {
    fail(error, CallError::of);
  }

  /** The call failed; the function names the error. */
  void fail(Throwable error, Function<Throwable, CallError> errors);

  /** The caller lost interest. */
  void cancel(Outcome.Reason reason);

  /** Is told how a client's future ended, before the user's completes. */
  @FunctionalInterface
  interface FutureEnd<R extends @Nullable Object> {

    /**
     * Records the end. What it throws is counted, and the user's future completes as the client's
     * did.
     *
     * @param result null where there is an error
     * @param error null where there is a result
     * @param left how the user ended the future, null if the client did
     * @return what the user's future completes with, usually {@code result}
     */
    R onEnd(R result, @Nullable Throwable error, Outcome.@Nullable Reason left);
  }
}
