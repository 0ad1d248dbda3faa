package dev.llmops.client.openai;

import dev.llmops.CallCodec;
import dev.llmops.JsonText;

/** Stores a structured output as the plain answer that it was read from. */
record StructuredCodec<R>(Format<?, R, ?> format, Class<?> type) implements CallCodec<Object> {

  @Override
  @SuppressWarnings("unchecked") // the format's own answers
  public JsonText encode(Object value) {
    Object raw = format.rawResult(value);
    return format.codec().encode((R) java.util.Objects.requireNonNull(raw));
  }

  @Override
  public Object decode(JsonText json) {
    return format.structured(type, (Object) format.codec().decode(json));
  }
}
