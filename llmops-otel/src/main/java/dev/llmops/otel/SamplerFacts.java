package dev.llmops.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.samplers.Sampler;

/**
 * Knows of which spans the SDK's sampler is certain to drop, so that a call in an unsampled trace
 * need not make a span first: its builder alone is most of what an unsampled call costs. Says no
 * where it cannot know: any sampler that is not the SDK's own, and any OpenTelemetry that hides its
 * SDK, as the Java agent does.
 */
enum SamplerFacts {
  /** Nothing is certain. */
  UNKNOWN,
  /** A span under an unsampled parent is dropped: the SDK's parent-based samplers. */
  FOLLOWS_UNSAMPLED_PARENT,
  /** Only a span under a sampled parent is kept: parent-based, with a root that drops. */
  FOLLOWS_SAMPLED_PARENT,
  /** Every span is dropped. */
  DROPS_ALL;

  static SamplerFacts of(OpenTelemetry openTelemetry) {
    try {
      return openTelemetry instanceof OpenTelemetrySdk sdk
          ? of(sdk.getSdkTracerProvider().getSampler())
          : UNKNOWN;
    } catch (LinkageError e) { // an application with the agent may leave the SDK's jars out
      return UNKNOWN;
    }
  }

  static SamplerFacts of(Sampler sampler) {
    if (sampler.equals(Sampler.alwaysOff()) || sampler.equals(Sampler.traceIdRatioBased(0))) {
      return DROPS_ALL;
    }
    String description = sampler.getDescription();
    boolean follows =
        sampler.getClass() == Sampler.parentBased(Sampler.alwaysOn()).getClass()
            && description.contains("remoteParentNotSampled:AlwaysOffSampler")
            && description.contains("localParentNotSampled:AlwaysOffSampler");
    if (!follows) {
      return UNKNOWN;
    }
    return description.contains("root:AlwaysOffSampler")
        ? FOLLOWS_SAMPLED_PARENT
        : FOLLOWS_UNSAMPLED_PARENT;
  }

  /** Whether a span that starts in this context is certainly dropped. */
  boolean drops(Context parent) {
    if (this == UNKNOWN) {
      return false;
    }
    if (this == DROPS_ALL) {
      return true;
    }
    SpanContext span = Span.fromContext(parent).getSpanContext();
    return !span.isSampled() && (this == FOLLOWS_SAMPLED_PARENT || span.isValid());
  }
}
