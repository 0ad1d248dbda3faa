package dev.llmops;

import dev.llmops.CallObserver.StepObservation;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One step while it runs; ends exactly once. */
final class StepRecording implements OpenStep {

  private final LlmOps ops;
  private final StepRequest request;
  private final LlmContext context;
  private final CallRef ref;
  private final Instant start;
  private final @Nullable StepObservation observation;
  private final AtomicBoolean ended = new AtomicBoolean();
  private long startNanos;

  StepRecording(LlmOps ops, StepRequest request, LlmContext context) {
    this.ops = ops;
    this.request = java.util.Objects.requireNonNull(request, "step must not be null");
    this.context = context;
    this.start = ops.now();
    StepObservation observed = null;
    String traceId = null;
    String spanId = null;
    CallObserver observer = ops.observer();
    if (observer != null) {
      try {
        observed = observer.onStep(request, context, start);
        if (observed != null) {
          traceId = observed.traceId();
          spanId = observed.spanId();
        }
      } catch (Throwable t) {
        ops.guard().swallow("observer " + LlmOps.nameOf(observer), t);
      }
    }
    this.observation = observed;
    this.ref = CallRef.next(start.toEpochMilli(), traceId, spanId);
    this.startNanos = ops.nanoTime();
  }

  <T extends @Nullable Object, E extends Exception> T run(
      ModelCall<T, E> body, StepReader<? super T> reader) throws E {
    Scopes scopes = enter();
    T result;
    try {
      result = body.call();
    } catch (Throwable t) {
      exit(scopes);
      end(StepResult.NONE, CallError.of(t), List.of());
      throw t;
    }
    exit(scopes);
    end(result, reader);
    return result;
  }

  <T> CompletableFuture<T> runAsync(
      Supplier<CompletableFuture<T>> body, StepReader<? super T> reader) {
    Scopes scopes = enter();
    CompletableFuture<T> future;
    try {
      future = body.get();
    } catch (Throwable t) {
      exit(scopes);
      end(StepResult.NONE, CallError.of(t), List.of());
      throw t;
    }
    exit(scopes);
    if (future == null) {
      end(StepResult.NONE, null, List.of("the body returned no future"));
      return future;
    }
    return new RecordingFuture<>(
        future,
        (result, error, left) -> {
          if (error == null) {
            end(result, reader);
          } else {
            Throwable cause = error.getCause();
            end(
                StepResult.NONE,
                CallError.of(error instanceof CompletionException && cause != null ? cause : error),
                List.of());
          }
          return result;
        },
        ops.guard());
  }

  @Override
  public CallRef ref() {
    return ref;
  }

  @Override
  public LlmContext.Scope makeCurrent() {
    Scopes scopes = scopes();
    return () -> exit(scopes);
  }

  @Override
  public void complete(StepResult result) {
    end(result, null, List.of());
  }

  @Override
  public void fail(Throwable error) {
    end(StepResult.NONE, CallError.of(error), List.of());
  }

  private Scopes enter() {
    Scopes scopes = scopes();
    startNanos = ops.nanoTime();
    return scopes;
  }

  private Scopes scopes() {
    boolean interrupted = Thread.currentThread().isInterrupted();
    LlmContext.Scope observed = null;
    LlmContext.Scope ours = null;
    try {
      if (observation != null) {
        observed = observation.makeCurrent();
      }
    } catch (Throwable t) {
      ops.guard().swallow("observation.makeCurrent", t);
    }
    try {
      ours = context.withParent(ref).open();
    } catch (Throwable t) {
      ops.guard().swallow("step context", t);
    }
    LlmOps.restoreInterrupt(interrupted);
    return new Scopes(observed, ours);
  }

  private void exit(Scopes scopes) {
    close(scopes.ours());
    close(scopes.observed());
  }

  private void close(LlmContext.@Nullable Scope scope) {
    if (scope != null) {
      try {
        scope.close();
      } catch (Throwable t) {
        ops.guard().swallow("step scope", t);
      }
    }
  }

  private <T extends @Nullable Object> void end(T result, StepReader<? super T> reader) {
    StepResult read = StepResult.NONE;
    List<String> problems = List.of();
    try {
      StepResult told = reader.read(result);
      if (told != null) {
        read = told;
      }
    } catch (Throwable t) {
      ops.guard().swallow("step reader", t);
      problems = List.of("the result could not be read: " + t.getClass().getName());
    }
    end(read, null, problems);
  }

  private void end(StepResult result, @Nullable CallError error, List<String> problems) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      Timing timing = Timing.ofNanos(start, ops.nanoTime() - startNanos, -1, -1, 0, -1, -1);
      ops.ended(
          new LlmStep(
              ref,
              context.parent(),
              context.withoutListeners(),
              request,
              result,
              error,
              timing,
              1,
              problems),
          context,
          observation);
    } catch (Throwable t) {
      ops.guard().swallow("step", t);
    } finally {
      LlmOps.restoreInterrupt(interrupted);
    }
  }

  private record Scopes(LlmContext.@Nullable Scope observed, LlmContext.@Nullable Scope ours) {}
}
