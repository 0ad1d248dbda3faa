package dev.llmops.client.springai;

import dev.llmops.CallRef;
import dev.llmops.LlmContext;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** What is kept with one observation while it runs. */
abstract class Observed {

  private LlmContext startedIn = LlmContext.EMPTY;

  // guarded by this
  private @Nullable OpenScope scopes;

  /** Makes the record and its span current on this thread. */
  abstract LlmContext.Scope makeCurrent();

  /** What is current while a child starts on a thread where this observation is not. */
  abstract LlmContext.Scope childContext();

  /** The observation has ended. */
  abstract void stop(Observation.Context context);

  /** Names the record. */
  abstract CallRef ref();

  /** This, if it is a call. */
  @Nullable ObservedCall call() {
    return null;
  }

  /** The exception with which an interceptor refused the call. */
  @Nullable RuntimeException refusal() {
    return null;
  }

  /** What was current outside of it; told once, before anything else sees this. */
  final void startedIn(LlmContext outside) {
    startedIn = outside;
  }

  @SuppressWarnings("ReferenceEquality") // an equal one may be the application's, opened inside
  final boolean isStartedIn(LlmContext context) {
    return startedIn == context;
  }

  /**
   * A stream is subscribed to wherever its subscriber is: there the parent is not current.
   *
   * @param covered whether what is current on this thread is what this, or one around it, was
   *     started in
   * @return null where what is current can stay
   */
  final LlmContext.@Nullable Scope childScope(boolean covered) {
    ObservedCall call = call();
    return !covered && isCurrent() && (call == null || !call.streams()) ? null : childContext();
  }

  final void openScope() {
    LlmContext.Scope scope = makeCurrent();
    synchronized (this) {
      scopes = new OpenScope(scope, Thread.currentThread(), scopes);
    }
  }

  final void closeScope() {
    LlmContext.Scope scope = null;
    synchronized (this) {
      OpenScope after = null;
      for (OpenScope each = scopes; each != null; after = each, each = each.before) {
        if (each.thread == Thread.currentThread()) {
          scope = each.scope;
          if (after == null) {
            scopes = each.before;
          } else {
            after.before = each.before;
          }
          break;
        }
      }
    }
    if (scope != null) {
      scope.close();
    }
  }

  private synchronized boolean isCurrent() {
    for (OpenScope each = scopes; each != null; each = each.before) {
      if (each.thread == Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /** The scopes that are open, newest first; several threads may have one of the same stream. */
  private static final class OpenScope {
    final LlmContext.Scope scope;
    final Thread thread;
    @Nullable OpenScope before;

    OpenScope(LlmContext.Scope scope, Thread thread, @Nullable OpenScope before) {
      this.scope = scope;
      this.thread = thread;
      this.before = before;
    }
  }
}
