package dev.llmops;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@link LlmOps#open} gives while llmops is off: issues the request and records nothing. */
final class NoopCall implements OpenCall {

  static final NoopCall INSTANCE = new NoopCall();

  private static final CallRef REF = CallRef.of("0".repeat(32));

  private NoopCall() {}

  @Override
  public CallRef ref() {
    return REF;
  }

  @Override
  public boolean capturesContent() {
    return false;
  }

  @Override
  public @Nullable EncodedResponse replay() {
    return null;
  }

  @Override
  public <T, E extends Exception> T issue(ModelCall<T, E> issue) throws E {
    return issue.call();
  }

  @Override
  public <T, E extends Exception> T issue(
      ModelCall<T, E> issue, Function<Throwable, CallError> errors) throws E {
    return issue.call();
  }

  @Override
  public LlmContext.Scope makeCurrent() {
    return () -> {};
  }

  @Override
  public <C> Stream<C> stream(Stream<C> chunks, ChunkReader<? super C> reader, Object lifetime) {
    return chunks;
  }

  @Override
  public <R extends @Nullable Object> CompletableFuture<R> future(
      CompletableFuture<R> client, FutureEnd<R> end) {
    return client;
  }

  @Override
  public void cancelWhenCollected(Object lifetime) {}

  @Override
  public <C> void chunk(C chunk, ChunkReader<? super C> reader) {}

  @Override
  public void expectInner(BooleanSupplier inner) {}

  @Override
  public void attempts(int attempts) {}

  @Override
  public void attempts(int attempts, Duration backOff) {}

  @Override
  public long consuming() {
    return 0;
  }

  @Override
  public void consumed(long consuming) {}

  @Override
  public void complete() {}

  @Override
  public <R> void complete(R result, ResponseReader<? super R> reader) {}

  @Override
  public void fail(Throwable error, Function<Throwable, CallError> reader) {}

  @Override
  public void cancel(Outcome.Reason reason) {}
}
