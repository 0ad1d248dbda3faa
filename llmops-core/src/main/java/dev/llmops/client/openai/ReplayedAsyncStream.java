package dev.llmops.client.openai;

import com.openai.core.http.AsyncStreamResponse;
import dev.llmops.ChunkReader;
import dev.llmops.EncodedResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stored stream, handed again to a handler, where the client would run it. */
final class ReplayedAsyncStream implements AsyncStreamResponse<Object> {

  private final List<Object> chunks;
  private final Executor executor;
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean closed;

  private ReplayedAsyncStream(List<Object> chunks, Executor executor) {
    this.chunks = chunks;
    this.executor = executor;
  }

  static ReplayedAsyncStream of(
      ChunkReader<?> reader, EncodedResponse stored, @Nullable Executor executor) {
    return new ReplayedAsyncStream(
        ReplayedStream.of(reader, stored).chunks(),
        executor == null ? ForkJoinPool.commonPool() : executor);
  }

  @Override
  public AsyncStreamResponse<Object> subscribe(Handler<? super Object> handler) {
    return subscribe(handler, executor);
  }

  @Override
  public AsyncStreamResponse<Object> subscribe(Handler<? super Object> handler, Executor on) {
    if (!subscribed.compareAndSet(false, true)) {
      throw new IllegalStateException("Cannot subscribe more than once"); // as the client says it
    }
    if (closed) {
      throw new IllegalStateException("Cannot subscribe after the response is closed");
    }
    on.execute(() -> run(handler));
    return this;
  }

  private void run(Handler<? super Object> handler) {
    Throwable error = null;
    try {
      for (Object chunk : chunks) {
        if (closed) {
          return;
        }
        handler.onNext(chunk);
      }
    } catch (Throwable t) {
      error = t;
    }
    try {
      handler.onComplete(Optional.ofNullable(error));
    } finally {
      if (error == null) {
        end.complete(null);
      } else {
        end.completeExceptionally(error);
      }
    }
  }

  @Override
  public CompletableFuture<Void> onCompleteFuture() {
    return end;
  }

  @Override
  public void close() {
    closed = true;
    end.complete(null);
  }
}
