package dev.llmops.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of heap an item keeps busy while it waits, rounded up: two bytes a character (a
 * Latin-1 string needs one) and flat amounts for objects. Resource, scope and attribute keys are
 * shared and not counted.
 */
final class ItemSize implements BiConsumer<AttributeKey<?>, Object> {
  private static final int ITEM = 512;
  private static final int PART = 128;
  private static final int ENTRY = 48;
  // a hostile or cyclic-looking body must not overflow the stack of the user's thread
  private static final int MAX_DEPTH = 64;

  private long bytes;

  static long of(SpanData span) {
    ItemSize size = new ItemSize();
    size.bytes = ITEM;
    size.text(span.getName());
    size.text(span.getStatus().getDescription());
    size.attributes(span.getAttributes());
    for (EventData event : span.getEvents()) {
      size.bytes += PART;
      size.text(event.getName());
      size.attributes(event.getAttributes());
    }
    for (LinkData link : span.getLinks()) {
      size.bytes += PART;
      size.attributes(link.getAttributes());
    }
    return size.bytes;
  }

  static long of(LogRecordData log) {
    ItemSize size = new ItemSize();
    size.bytes = ITEM;
    size.text(log.getSeverityText());
    size.attributes(log.getAttributes());
    size.value(log.getBodyValue(), 0);
    return size.bytes;
  }

  @Override
  public void accept(AttributeKey<?> key, Object value) {
    bytes += ENTRY;
    value(value, 0);
  }

  private void attributes(Attributes attributes) {
    attributes.forEach(this);
  }

  private void text(@Nullable String text) {
    if (text != null) {
      bytes += 2L * text.length();
    }
  }

  private void value(@Nullable Object value, int depth) {
    if (value instanceof String text) {
      text(text);
    } else if (value instanceof List<?> list) {
      bytes += ENTRY;
      if (depth < MAX_DEPTH) {
        for (Object element : list) {
          bytes += 16;
          value(element, depth + 1);
        }
      }
    } else if (value instanceof KeyValue entry) {
      bytes += ENTRY;
      text(entry.getKey());
      value(entry.getValue(), depth + 1);
    } else if (value instanceof LazyMessages messages) {
      bytes += messages.heapBytes(); // to look into it would make it on the user's thread
    } else if (value instanceof Value<?> structured) {
      bytes += 16;
      value(structured.getValue(), depth);
    } else if (value instanceof ByteBuffer buffer) {
      bytes += ENTRY + buffer.remaining();
    } else if (value != null) {
      bytes += 16;
    }
  }
}
