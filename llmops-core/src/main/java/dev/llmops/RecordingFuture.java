package dev.llmops;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The future a user gets: records before it completes, and hands everything the user does to it on
 * to the client's future, which then completes this one. So cancel, complete and time-outs reach
 * the client, and dependent stages run after the record is made.
 */
final class RecordingFuture<R extends @Nullable Object> extends CompletableFuture<R> {

  private final CompletableFuture<R> client;
  private volatile Outcome.@Nullable Reason left;

  RecordingFuture(CompletableFuture<R> client, OpenCall.FutureEnd<R> end, Guard guard) {
    this.client = client;
    CompletableFuture<R> unused =
        client.whenComplete(
            (result, error) -> {
              R value = result;
              try {
                value = end.onEnd(result, error, left);
              } catch (Throwable t) {
                guard.swallow("recording of a future", t);
              } finally {
                if (error == null) {
                  super.complete(value);
                } else {
                  super.completeExceptionally(error);
                }
              }
            });
    Objects.requireNonNull(unused);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!client.isDone()) {
      left = Outcome.Reason.CANCELLED;
    }
    client.cancel(mayInterruptIfRunning);
    return isCancelled();
  }

  @Override
  public boolean complete(R value) {
    if (!client.isDone()) {
      left = Outcome.Reason.COMPLETED_BY_CALLER;
    }
    return client.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable error) {
    if (!client.isDone()) {
      left = Outcome.Reason.COMPLETED_BY_CALLER;
    }
    return client.completeExceptionally(error);
  }

  @Override
  public void obtrudeValue(R value) {
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
}
