package dev.llmops.eval.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What {@link CompletableFuture} does not bring. */
final class Futures {

  private Futures() {}

  /** All values in order; fails when all are done and one failed, with the first failure. */
  static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
    return CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0]))
        .handle(
            (done, error) -> {
              List<T> values = new ArrayList<>(futures.size());
              futures.forEach(each -> values.add(each.join()));
              return values;
            });
  }

  static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
