package dev.llmops.otel;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The convention's events, as log records. Without a pipeline for logs an exception becomes a span
 * event {@code exception}, as it was before the convention had one of its own; content is never
 * moved from an event to a span, where nobody asked for it.
 */
final class Events {

  private static final String SPAN_EVENT_EXCEPTION = "exception";

  private final @Nullable Logger logger;
  private final SemConvDialect dialect;

  /** Events to this logger, null when logs go nowhere. */
  Events(@Nullable Logger logger, SemConvDialect dialect) {
    this.logger = logger;
    this.dialect = dialect;
  }

  /** Whether events go anywhere as log records. */
  boolean hasLogs() {
    return logger != null;
  }

  /** The exception of a failed call; its message is there only if the policy left it. */
  void exception(CallError error, long endNanos, Span span, Context context) {
    String type = error.exceptionType();
    String message = error.message();
    if (type == null && message == null) {
      return; // the provider told the failure inside a good answer: nothing was thrown
    }
    AttributesBuilder attributes = Attributes.builder();
    if (type != null) {
      attributes.put(GenAiAttributes.EXCEPTION_TYPE, CallTarget.cut(type));
    }
    if (message != null) {
      attributes.put(GenAiAttributes.EXCEPTION_MESSAGE, message);
    }
    if (logger == null || dialect == SemConvDialect.V1_41) {
      span.addEvent(SPAN_EVENT_EXCEPTION, attributes.build(), endNanos, TimeUnit.NANOSECONDS);
      return;
    }
    event(logger, GenAiAttributes.EVENT_EXCEPTION, endNanos, context)
        .setSeverity(Severity.WARN)
        .setSeverityText("WARN")
        .setAllAttributes(attributes.build())
        .emit();
  }

  /** A whole call as an event; with content where that is wanted. */
  void details(
      LlmCall seen,
      CallTarget target,
      @Nullable ContentAttributes content,
      long endNanos,
      Context context) {
    if (logger == null) {
      return;
    }
    LogRecordBuilder event =
        event(logger, GenAiAttributes.EVENT_OPERATION_DETAILS, endNanos, context)
            .setAllAttributes(target.startAttributes);
    CallAttributes.describe(seen, target, dialect, event::setAttribute);
    if (content != null) {
      content.onEvent(seen, event);
    }
    event.emit();
  }

  /**
   * A score, under the span that was judged, which may have ended days ago.
   *
   * @return whether it went anywhere
   */
  boolean evaluation(CallScore score, long nanos) {
    if (logger == null) {
      return false;
    }
    CallRef ref = score.ref();
    SpanContext judged = ref == null ? null : remote(ref);
    Context context = judged == null ? Context.root() : Context.root().with(Span.wrap(judged));
    LogRecordBuilder event = event(logger, GenAiAttributes.EVENT_EVALUATION_RESULT, nanos, context);
    AttributeSetter out = event::setAttribute;
    CallAttributes.put(out, GenAiAttributes.EVALUATION_NAME, score.name());
    Double value = score.value();
    if (value != null) {
      out.set(GenAiAttributes.EVALUATION_SCORE_VALUE, value);
    }
    CallAttributes.put(out, GenAiAttributes.EVALUATION_SCORE_LABEL, score.label());
    String explanation = score.explanation();
    if (explanation != null) {
      out.set(GenAiAttributes.EVALUATION_EXPLANATION, explanation);
    }
    CallAttributes.put(out, GenAiAttributes.RESPONSE_ID, score.responseId());
    CallAttributes.put(out, GenAiAttributes.ERROR_TYPE, score.errorType());
    CallAttributes.put(out, GenAiAttributes.EVALUATION_SOURCE, score.source());
    CallAttributes.put(out, GenAiAttributes.EVALUATION_KEY, score.key());
    if (ref != null && judged == null) {
      CallAttributes.put(out, GenAiAttributes.CALL_ID, ref.id());
    }
    event.emit();
    return true;
  }

  /** The span that a reference names, null if it names none. */
  static @Nullable SpanContext remote(CallRef ref) {
    String traceId = ref.traceId();
    String spanId = ref.spanId();
    if (traceId == null || spanId == null) {
      return null;
    }
    // the reference does not say whether the span was sampled; a judged call is worth keeping
    SpanContext named =
        SpanContext.createFromRemoteParent(
            traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    return named.isValid() ? named : null;
  }

  private static LogRecordBuilder event(Logger logger, String name, long nanos, Context context) {
    LogRecordBuilder event =
        logger.logRecordBuilder().setContext(context).setTimestamp(nanos, TimeUnit.NANOSECONDS);
    ApiFeatures.setEventName(event, name);
    return event;
  }
}
