package dev.llmops.otel;

import dev.llmops.CallError;
import dev.llmops.CallObserver.CallObservation;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call while it runs. */
final class CallSpan implements CallObservation {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final OtelCallObserver observer;
  private final CallTarget target;
  private final Span span;
  private final Context context;

  /**
   * A call of this target.
   *
   * @param span the invalid span when only metrics are wanted
   * @param context with the span in it
   */
  CallSpan(OtelCallObserver observer, CallTarget target, Span span, Context context) {
    this.observer = observer;
    this.target = target;
    this.span = span;
    this.context = context;
  }

  @Override
  public @Nullable String traceId() {
    SpanContext named = span.getSpanContext();
    return named.isValid() ? named.getTraceId() : null;
  }

  /** None that is not sampled: nobody would find it, and what refers to it would be sampled. */
  @Override
  public @Nullable String spanId() {
    SpanContext named = span.getSpanContext();
    return named.isSampled() ? named.getSpanId() : null;
  }

  @Override
  public LlmContext.@Nullable Scope makeCurrent() {
    if (!span.getSpanContext().isValid()) {
      return null;
    }
    Scope scope = context.makeCurrent();
    return scope::close;
  }

  @Override
  public boolean wantsChunks() {
    return observer.chunkTimes;
  }

  @Override
  public void onChunk(long sincePreviousNanos) {
    observer.instruments.chunk(sincePreviousNanos, target.startAttributes, context);
  }

  @Override
  public void onEnd(LlmCall call) {
    Duration total = call.timing().total(); // once: it is made anew each time
    long end = epochNanos(call.timing().start()) + total.toNanos();
    try {
      measure(call, total);
      if (span.isRecording()) {
        describe(call, end);
      }
    } finally {
      observer.ended(span.isRecording());
      span.end(end, TimeUnit.NANOSECONDS);
    }
  }

  /** Measures a call whose span is another's. */
  void measure(LlmCall call) {
    measure(call, call.timing().total());
  }

  /** What an ended call says of itself, those of its start as well. */
  void describeAll(LlmCall call, AttributeSetter out) {
    target.startAttributes.forEach(
        (key, value) -> {
          @SuppressWarnings("unchecked") // attributes hold values of their key's type
          AttributeKey<Object> typed = (AttributeKey<Object>) key;
          out.set(typed, value);
        });
    attributes(observer.seen(call), out);
  }

  private void measure(LlmCall call, Duration total) {
    observer.instruments.call(call, total, target, observer.seriesOf(target, call), context);
  }

  private void attributes(LlmCall seen, AttributeSetter out) {
    CallAttributes.describe(seen, target, observer.dialect, out);
    observer.tags.put(out, seen.context().tags());
    observer.tags.put(out, seen.request().tags());
    if (observer.contentOnSpan && !target.isEmbeddings()) { // no content by the convention
      observer.content.onSpan(seen, out);
    }
  }

  /** Whether {@link #event} sends anything: asked before a call is redacted only for it. */
  boolean hasEvent() {
    return observer.emitsEvent && observer.events.hasLogs() && !target.isEmbeddings();
  }

  /** The event of a whole call, if it is wanted. */
  void event(LlmCall seen, long end) {
    if (hasEvent()) {
      observer.events.details(
          seen, target, observer.contentOnEvent ? observer.content : null, end, context);
    }
  }

  private void describe(LlmCall call, long end) {
    LlmCall seen = observer.seen(call);
    attributes(seen, span::setAttribute);
    CallError error = seen.error();
    if (error != null) {
      CallError shown = observer.keepsErrorMessages() ? error : error.withoutMessage();
      fail(span, shown.message());
      observer.events.exception(shown, end, span, context);
    }
    event(seen, end);
  }

  static void fail(Span span, @Nullable String message) {
    if (message == null) {
      span.setStatus(StatusCode.ERROR);
    } else {
      span.setStatus(StatusCode.ERROR, message);
    }
  }

  static long epochNanos(Instant instant) {
    return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
  }
}
