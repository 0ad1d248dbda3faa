package dev.llmops.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LogRecordBuilder;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * What newer OpenTelemetry APIs can do and 1.49 cannot, asked once: the API on the class path is
 * the application's choice (Spring Boot 3.5 manages 1.49, 4.0 1.55, 4.1 1.62).
 */
final class ApiFeatures {

  // 1.50
  private static final @Nullable MethodHandle SET_EVENT_NAME =
      find(
          () ->
              MethodHandles.publicLookup()
                  .findVirtual(
                      LogRecordBuilder.class,
                      "setEventName",
                      MethodType.methodType(LogRecordBuilder.class, String.class)));

  // 1.62
  private static final @Nullable MethodHandle VALUE_KEY =
      find(
          () ->
              MethodHandles.publicLookup()
                  .findStatic(
                      AttributeKey.class,
                      "valueKey",
                      MethodType.methodType(AttributeKey.class, String.class)));

  private ApiFeatures() {}

  /** Whether attributes can hold structured values, from 1.62. */
  static boolean hasStructuredAttributes() {
    return VALUE_KEY != null;
  }

  /** The key of a structured attribute, null before 1.62. */
  @SuppressWarnings("unchecked") // AttributeKey.valueKey returns AttributeKey<Value<?>>
  static @Nullable AttributeKey<Value<?>> valueKey(String name) {
    if (VALUE_KEY == null) {
      return null;
    }
    try {
      return (AttributeKey<Value<?>>) (AttributeKey<?>) VALUE_KEY.invoke(name);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Names the event: by its field from 1.50, by the attribute {@code event.name} before. */
  static void setEventName(LogRecordBuilder event, String name) {
    if (SET_EVENT_NAME == null) {
      event.setAttribute(GenAiAttributes.EVENT_NAME, name);
      return;
    }
    try {
      Object ignored = SET_EVENT_NAME.invoke(event, name);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private interface Lookup {
    MethodHandle find() throws ReflectiveOperationException;
  }

  private static @Nullable MethodHandle find(Lookup lookup) {
    try {
      return lookup.find();
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }
}
