package dev.llmops.spring;

import dev.llmops.CallObserver;
import dev.llmops.CallScore;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import dev.llmops.otel.OtelCallObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Our observer, but for what Spring AI has a span for: that gets our metrics only, and the cost
 * goes onto the span that is there.
 */
final class SpansOfSpringAi implements CallObserver {

  /** Whether what starts on this thread has a span of Spring AI's, which is current then. */
  static final ThreadLocal<Boolean> STARTING = new ThreadLocal<>();

  // the names under which OtelCallObserver has them
  private static final String COST = "llmops.cost.amount";
  private static final String CURRENCY = "llmops.cost.currency";

  private final OtelCallObserver ours;
  private final OtelCallObserver withoutSpans;

  SpansOfSpringAi(OtelCallObserver ours, OtelCallObserver withoutSpans) {
    this.ours = ours;
    this.withoutSpans = withoutSpans;
  }

  @Override
  public @Nullable CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
    return isTheirs()
        ? new TheirCall(Span.current(), withoutSpans.onStart(request, context, start))
        : ours.onStart(request, context, start);
  }

  @Override
  public @Nullable StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    return isTheirs()
        ? new TheirStep(Span.current(), withoutSpans.onStep(request, context, start))
        : ours.onStep(request, context, start);
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
    withoutSpans.close(deadline);
  }

  private static boolean isTheirs() {
    return Boolean.TRUE.equals(STARTING.get());
  }

  private record TheirCall(Span span, @Nullable CallObservation metrics)
      implements CallObservation {

    @Override
    public @Nullable String traceId() {
      return idOf(span.getSpanContext(), true);
    }

    @Override
    public @Nullable String spanId() {
      return idOf(span.getSpanContext(), false);
    }

    @Override
    public void onFirstChunk() {
      if (metrics != null) {
        metrics.onFirstChunk();
      }
    }

    @Override
    public boolean wantsChunks() {
      return metrics != null && metrics.wantsChunks();
    }

    @Override
    public void onChunk(long sincePreviousNanos) {
      if (metrics != null) {
        metrics.onChunk(sincePreviousNanos);
      }
    }

    @Override
    public void onEnd(LlmCall call) {
      Cost cost = call.cost();
      if (cost != null) {
        span.setAttribute(COST, cost.amount().doubleValue());
        span.setAttribute(CURRENCY, cost.currency());
      }
      if (metrics != null) {
        metrics.onEnd(call);
      }
    }
  }

  private record TheirStep(Span span, @Nullable StepObservation metrics)
      implements StepObservation {

    @Override
    public @Nullable String traceId() {
      return idOf(span.getSpanContext(), true);
    }

    @Override
    public @Nullable String spanId() {
      return idOf(span.getSpanContext(), false);
    }

    @Override
    public void onEnd(LlmStep step) {
      if (metrics != null) {
        metrics.onEnd(step);
      }
    }
  }

  private static @Nullable String idOf(SpanContext span, boolean trace) {
    return !span.isValid() ? null : trace ? span.getTraceId() : span.getSpanId();
  }
}
