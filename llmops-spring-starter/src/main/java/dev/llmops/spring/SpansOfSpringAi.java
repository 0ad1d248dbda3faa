package dev.llmops.spring;

import dev.llmops.CallObserver;
import dev.llmops.CallScore;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import dev.llmops.otel.ForeignSpan;
import dev.llmops.otel.OtelCallObserver;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Our observer, but for what Spring AI has a span for: that gets our metrics only, and what llmops
 * knows goes onto the span that is there.
 */
final class SpansOfSpringAi implements CallObserver {

  private static final ThreadLocal<@Nullable Shared> STARTING = new ThreadLocal<>();

  private final OtelCallObserver ours;

  SpansOfSpringAi(OtelCallObserver ours) {
    this.ours = ours;
  }

  /**
   * The next call or step that starts on this thread, until the scope is closed, has a span of
   * Spring AI's, which is current then.
   */
  static LlmContext.Scope starting(Shared shared) {
    STARTING.set(shared);
    return STARTING::remove;
  }

  @Override
  public @Nullable CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
    Shared shared = take();
    return shared == null
        ? ours.onStart(request, context, start)
        : shared.of(ours.onStart(Span.current(), request, context, start));
  }

  @Override
  public @Nullable StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    Shared shared = take();
    return shared == null
        ? ours.onStep(request, context, start)
        : shared.of(ours.onStep(Span.current(), request, context, start));
  }

  @Override
  public void onScore(CallScore score) {
    ours.onScore(score);
  }

  @Override
  public ContentPolicy content() {
    return ours.content();
  }

  @Override
  public ComponentStats stats() {
    return ours.stats();
  }

  @Override
  public void close(Duration deadline) {
    ours.close(deadline);
  }

  private static @Nullable Shared take() {
    Shared shared = STARTING.get();
    if (shared != null) {
      STARTING.remove(); // what an application's callback starts has none
    }
    return shared;
  }

  /**
   * One observation of Spring AI with its span and our record. They end at different moments: a
   * stream hands its last chunks over to another thread while its observation stops, and a
   * cancelled one is recorded before. The span is completed and ended when both have.
   */
  static final class Shared implements CallObservation, StepObservation {
    // guarded by this
    private @Nullable ForeignSpan span;
    private boolean recorded;
    private @Nullable Runnable end;
    private Set<String> names = Set.of();

    Shared of(ForeignSpan made) {
      synchronized (this) {
        span = made;
      }
      return this;
    }

    /** Whether there is a record. */
    synchronized boolean isRecorded() {
      return span != null;
    }

    /**
     * The observation has stopped.
     *
     * @param names of the attributes that it gives its span
     * @param end ends the span; run now, or when the record has ended
     * @return whether it was run
     */
    boolean stopped(Set<String> names, Runnable end) {
      synchronized (this) {
        if (span != null && !recorded) {
          this.names = names;
          this.end = end;
          return false;
        }
      }
      finish(names, end);
      return true;
    }

    @Override
    public void onEnd(LlmCall call) {
      ForeignSpan made = made();
      if (made != null) {
        try {
          made.onEnd(call);
        } finally {
          recorded();
        }
      }
    }

    @Override
    public void onEnd(LlmStep step) {
      ForeignSpan made = made();
      if (made != null) {
        try {
          made.onEnd(step);
        } finally {
          recorded();
        }
      }
    }

    @Override
    public @Nullable String traceId() {
      ForeignSpan made = made();
      return made == null ? null : made.traceId();
    }

    @Override
    public @Nullable String spanId() {
      ForeignSpan made = made();
      return made == null ? null : made.spanId();
    }

    @Override
    public LlmContext.@Nullable Scope makeCurrent() {
      ForeignSpan made = made();
      return made == null ? null : made.makeCurrent();
    }

    @Override
    public boolean wantsChunks() {
      ForeignSpan made = made();
      return made != null && made.wantsChunks();
    }

    @Override
    public void onChunk(long sincePreviousNanos) {
      ForeignSpan made = made();
      if (made != null) {
        made.onChunk(sincePreviousNanos);
      }
    }

    private synchronized @Nullable ForeignSpan made() {
      return span;
    }

    private void recorded() {
      Runnable waiting;
      Set<String> theirs;
      synchronized (this) {
        recorded = true;
        waiting = end;
        theirs = names;
        end = null;
      }
      if (waiting != null) {
        finish(theirs, waiting);
      }
    }

    private void finish(Set<String> theirs, Runnable ending) {
      ForeignSpan made = made();
      try {
        if (made != null) {
          made.describe(theirs::contains);
        }
      } finally {
        ending.run();
      }
    }
  }
}
