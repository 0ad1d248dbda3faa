package dev.llmops.client.openai;

import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a future of the client's: what the application does to it reaches the client's, and it
 * completes after the record was made.
 */
final class RelayFuture<T> extends CompletableFuture<T> {

  private final CompletableFuture<T> client;
  private volatile Outcome.@Nullable Reason left;

  private RelayFuture(CompletableFuture<T> client) {
    this.client = client;
  }

  /**
   * @param step told the end of the client's future; gives the value to complete with
   */
  static <T> CompletableFuture<T> of(CompletableFuture<T> client, Step<T> step) {
    RelayFuture<T> relay = new RelayFuture<>(client);
    CompletableFuture<T> unused =
        client.whenComplete(
            (result, error) -> {
              @Nullable T value = result;
              try {
                value = step.done(result, error, relay.left);
              } finally {
                relay.finish(value, error);
              }
            });
    Objects.requireNonNull(unused);
    return relay;
  }

  /** Ends a call with a future's error. */
  static void fail(OpenCall call, Throwable error) {
    if (error instanceof CancellationException) {
      call.cancel(Outcome.Reason.CANCELLED);
    } else {
      call.fail(Failures.cause(error), Failures::of);
    }
  }

  private void finish(@Nullable T value, @Nullable Throwable error) {
    if (error == null) {
      super.complete(value);
    } else {
      super.completeExceptionally(error);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    leave(Outcome.Reason.CANCELLED);
    client.cancel(mayInterruptIfRunning);
    return isCancelled();
  }

  @Override
  public boolean complete(T value) {
    leave(Outcome.Reason.COMPLETED_BY_CALLER);
    return client.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable error) {
    leave(Outcome.Reason.COMPLETED_BY_CALLER);
    return client.completeExceptionally(error);
  }

  @Override
  public void obtrudeValue(T value) {
    client.obtrudeValue(value);
    super.obtrudeValue(value);
  }

  @Override
  public void obtrudeException(Throwable error) {
    client.obtrudeException(error);
    super.obtrudeException(error);
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return client.newIncompleteFuture();
  }

  @Override
  public Executor defaultExecutor() {
    return client.defaultExecutor();
  }

  private void leave(Outcome.Reason reason) {
    if (!client.isDone()) {
      left = reason;
    }
  }

  /** What is done when the client's future ends, before the application learns of it. */
  @FunctionalInterface
  interface Step<T> {

    /**
     * @param result null where there is an error
     * @param left how the application ended the future, null if the client did
     */
    @Nullable T done(@Nullable T result, @Nullable Throwable error, Outcome.@Nullable Reason left);
  }
}
