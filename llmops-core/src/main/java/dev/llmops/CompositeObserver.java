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

  private LlmContext.@Nullable Scope all(List<LlmContext.Scope> scopes) {
    return scopes.isEmpty()
        ? null
        : () -> {
          for (int i = scopes.size() - 1; i >= 0; i--) {
            try {
              scopes.get(i).close();
            } catch (Throwable t) {
              guard.swallow("observation scope", t);
            }
          }
        };
  }

  private final class Calls implements CallObservation {
    private final List<CallObservation> observations;

    Calls(List<CallObservation> observations) {
      this.observations = observations;
    }

    @Override
    public @Nullable String traceId() {
      for (CallObservation observation : observations) {
        String id = observation.traceId();
        if (id != null) {
          return id;
        }
      }
      return null;
    }

    @Override
    public @Nullable String spanId() {
      for (CallObservation observation : observations) {
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
      for (CallObservation observation : observations) {
        guardedObservation(
            () -> {
              LlmContext.Scope scope = observation.makeCurrent();
              if (scope != null) {
                scopes.add(scope);
              }
            });
      }
      return all(scopes);
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

  private final class Steps implements StepObservation {
    private final List<StepObservation> observations;

    Steps(List<StepObservation> observations) {
      this.observations = observations;
    }

    @Override
    public @Nullable String traceId() {
      for (StepObservation observation : observations) {
        String id = observation.traceId();
        if (id != null) {
          return id;
        }
      }
      return null;
    }

    @Override
    public @Nullable String spanId() {
      for (StepObservation observation : observations) {
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
      for (StepObservation observation : observations) {
        guardedObservation(
            () -> {
              LlmContext.Scope scope = observation.makeCurrent();
              if (scope != null) {
                scopes.add(scope);
              }
            });
      }
      return all(scopes);
    }

    @Override
    public void onEnd(LlmStep step) {
      for (StepObservation observation : observations) {
        guardedObservation(() -> observation.onEnd(step));
      }
    }
  }

  private void guardedObservation(Runnable action) {
    try {
      action.run();
    } catch (Throwable t) {
      guard.swallow("observation", t);
    }
  }
}
