package dev.llmops;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several observers as one: each is guarded by itself, and the first that traces names the span.
 */
final class CompositeObserver implements CallObserver {

  private final List<CallObserver> observers;
  private final Guard guard;

  CompositeObserver(List<CallObserver> observers, Guard guard) {
    this.observers = List.copyOf(observers);
    this.guard = guard;
  }

  @Override
  public CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
    List<CallObservation> observations = new ArrayList<>(observers.size());
    for (CallObserver observer : observers) {
      guarded(
          observer,
          () -> {
            CallObservation observation = observer.onStart(request, context, start);
            if (observation != null) {
              observations.add(observation);
            }
          });
    }
    return new Calls(observations);
  }

  @Override
  public StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    List<StepObservation> observations = new ArrayList<>(observers.size());
    for (CallObserver observer : observers) {
      guarded(
          observer,
          () -> {
            StepObservation observation = observer.onStep(request, context, start);
            if (observation != null) {
              observations.add(observation);
            }
          });
    }
    return new Steps(observations);
  }

  @Override
  public void onScore(CallScore score) {
    for (CallObserver observer : observers) {
      guarded(observer, () -> observer.onScore(score));
    }
  }

  @Override
  public ContentPolicy content() {
    ContentPolicy.Builder all = ContentPolicy.builder();
    for (CallObserver observer : observers) {
      ContentPolicy policy = observer.content();
      if (policy.capturesAny()) {
        all.everything();
      }
    }
    return all.build();
  }

  @Override
  public void close(Duration deadline) {
    for (CallObserver observer : observers) {
      guarded(observer, () -> observer.close(deadline));
    }
  }

  private void guarded(CallObserver observer, Runnable action) {
    try {
      action.run();
    } catch (Throwable t) {
      guard.swallow("observer " + LlmOps.nameOf(observer), t);
    }
  }

  private void guardedObservation(Runnable action) {
    try {
      action.run();
    } catch (Throwable t) {
      guard.swallow("observation", t);
    }
  }

  /** Several observations as one; the first that has ids gives them. */
  private class Several<T extends Observation> implements Observation {
    final List<T> observations;

    Several(List<T> observations) {
      this.observations = observations;
    }

    @Override
    public @Nullable String traceId() {
      for (T observation : observations) {
        String id = observation.traceId();
        if (id != null) {
          return id;
        }
      }
      return null;
    }

    @Override
    public @Nullable String spanId() {
      for (T observation : observations) {
        String id = observation.spanId();
        if (id != null) {
          return id;
        }
      }
      return null;
    }

    @Override
    public LlmContext.@Nullable Scope makeCurrent() {
      List<LlmContext.Scope> scopes = new ArrayList<>(observations.size());
      for (T observation : observations) {
        guardedObservation(
            () -> {
              LlmContext.Scope scope = observation.makeCurrent();
              if (scope != null) {
                scopes.add(scope);
              }
            });
      }
      return scopes.isEmpty() ? null : () -> closeAll(scopes);
    }

    private void closeAll(List<LlmContext.Scope> scopes) {
      for (int i = scopes.size() - 1; i >= 0; i--) {
        LlmContext.Scope scope = scopes.get(i);
        guardedObservation(scope::close);
      }
    }
  }

  private final class Calls extends Several<CallObservation> implements CallObservation {
    Calls(List<CallObservation> observations) {
      super(observations);
    }

    @Override
    public void onFirstChunk() {
      for (CallObservation observation : observations) {
        guardedObservation(observation::onFirstChunk);
      }
    }

    @Override
    public boolean wantsChunks() {
      for (CallObservation observation : observations) {
        if (observation.wantsChunks()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void onChunk(long sincePreviousNanos) {
      for (CallObservation observation : observations) {
        guardedObservation(
            () -> {
              if (observation.wantsChunks()) {
                observation.onChunk(sincePreviousNanos);
              }
            });
      }
    }

    @Override
    public void onEnd(LlmCall call) {
      for (CallObservation observation : observations) {
        guardedObservation(() -> observation.onEnd(call));
      }
    }
  }

  private final class Steps extends Several<StepObservation> implements StepObservation {
    Steps(List<StepObservation> observations) {
      super(observations);
    }

    @Override
    public void onEnd(LlmStep step) {
      for (StepObservation observation : observations) {
        guardedObservation(() -> observation.onEnd(step));
      }
    }
  }
}
