package dev.llmops.otel;

/** Where captured content goes; the names of the convention's setting. */
public enum ContentPlacement {
  /** On the span ({@code SPAN_ONLY}). */
  SPAN,
  /** On the event {@code gen_ai.client.inference.operation.details} ({@code EVENT_ONLY}). */
  EVENT,
  /** On both ({@code SPAN_AND_EVENT}). */
  SPAN_AND_EVENT;

  boolean onSpan() {
    return this != EVENT;
  }

  boolean onEvent() {
    return this != SPAN;
  }
}
