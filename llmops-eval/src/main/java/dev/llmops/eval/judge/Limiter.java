package dev.llmops.eval.judge;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Lets so many asynchronous tasks run at once and keeps the others waiting, without a thread. */
final class Limiter {

  private final int permits;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger drains = new AtomicInteger();

  Limiter(int permits) {
    this.permits = permits;
  }

  <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    waiting.add(() -> start(task, result));
    drain();
    return result;
  }

  private <T> void start(Supplier<CompletableFuture<T>> task, CompletableFuture<T> result) {
    if (result.isDone()) { // cancelled while it waited: not worth a call
      running.decrementAndGet();
      return;
    }
    CompletableFuture<T> started;
    try {
      started = task.get();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      started = CompletableFuture.failedFuture(e);
    }
    var unused =
        started.whenComplete(
            (value, error) -> {
              running.decrementAndGet();
              if (error == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(error);
              }
              drain();
            });
  }

  /** One thread at a time starts tasks, in a loop: tasks that end at once must not nest. */
  private void drain() {
    if (drains.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      while (running.get() < permits) {
        Runnable next = waiting.poll();
        if (next == null) {
          break;
        }
        running.incrementAndGet();
        next.run();
      }
      missed = drains.addAndGet(-missed);
    } while (missed != 0);
  }
}
