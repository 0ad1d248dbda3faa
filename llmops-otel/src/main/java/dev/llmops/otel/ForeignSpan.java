package dev.llmops.otel;

import dev.llmops.CallObserver.CallObservation;
import dev.llmops.CallObserver.StepObservation;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmStep;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A call or step whose span another instrumentation made, names and ends: it is measured, its
 * record names that span, and the span can be given what it lacks while it is open. Made by {@link
 * OtelCallObserver#onStart(Span, dev.llmops.LlmRequest, LlmContext, java.time.Instant)}.
 * Thread-safe.
 */
public final class ForeignSpan implements CallObservation, StepObservation {

  private final OtelCallObserver observer;
  private final Span span;
  private final @Nullable CallSpan call;
  private final @Nullable StepSpan step;
  private volatile @Nullable Consumer<AttributeSetter> ended;

  ForeignSpan(
      OtelCallObserver observer, Span span, @Nullable CallSpan call, @Nullable StepSpan step) {
    this.observer = observer;
    this.span = span;
    this.call = call;
    this.step = step;
  }

  /**
   * Gives the span what the ended call or step says of itself: cost, server, tokens, times, tags
   * and, where the observer's policy allows it, content. Nothing before the call has ended, and
   * nothing that a span shows which has ended itself. Neither its name nor its status changes.
   *
   * @param has names of attributes that the span has or will get from its own instrumentation,
   *     which are left alone: two of one name and different types would both be sent
   */
  public void describe(Predicate<String> has) {
    Consumer<AttributeSetter> told = ended;
    if (told != null && span.isRecording()) {
      told.accept(
          new AttributeSetter() {
            @Override
            public <T> void set(AttributeKey<T> key, T value) {
              if (!has.test(key.getKey())) {
                span.setAttribute(key, value);
              }
            }
          });
    }
  }

  @Override
  public @Nullable String traceId() {
    SpanContext named = span.getSpanContext();
    return named.isValid() ? named.getTraceId() : null;
  }

  /** None that is not sampled: nobody would find it, and what refers to it would be sampled. */
  @Override
  public @Nullable String spanId() {
    return isSampled() ? span.getSpanContext().getSpanId() : null;
  }

  /** What an agent counts for itself; the span is made current by who made it. */
  @Override
  public LlmContext.@Nullable Scope makeCurrent() {
    return step == null ? null : step.makeCurrent();
  }

  @Override
  public boolean wantsChunks() {
    return call != null && call.wantsChunks();
  }

  @Override
  public void onChunk(long sincePreviousNanos) {
    if (call != null) {
      call.onChunk(sincePreviousNanos);
    }
  }

  @Override
  public void onEnd(LlmCall told) {
    CallSpan measured = call;
    if (measured != null) {
      ended = out -> measured.describeAll(told, out);
      observer.ended(isSampled());
      measured.measure(told);
      if (isSampled() && measured.hasEvent()) {
        measured.event(
            observer.seen(told),
            CallSpan.epochNanos(told.timing().start()) + told.timing().total().toNanos());
      }
    }
  }

  @Override
  public void onEnd(LlmStep told) {
    StepSpan measured = step;
    if (measured != null) {
      ended = out -> measured.describeAll(told, out);
      observer.ended(isSampled());
      measured.measure(told);
    }
  }

  /** Not whether it is recording: one that was sampled is not any more once its owner ended it. */
  private boolean isSampled() {
    return span.getSpanContext().isSampled();
  }
}
