package dev.llmops.otel;

import io.opentelemetry.api.common.AttributeKey;

/** Where an attribute goes: a span or an event. */
interface AttributeSetter {
  <T> void set(AttributeKey<T> key, T value);
}
