package dev.llmops.otel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SegmentedStringWriter;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A structured value as JSON text, for APIs whose attributes cannot hold the value itself. */
final class ValueJson {

  private static final JsonFactory JSON = new JsonFactory();

  private ValueJson() {}

  static String write(Value<?> value) {
    // of a prompt's size, where a StringWriter would copy and widen its buffer again and again
    SegmentedStringWriter text = new SegmentedStringWriter(JSON._getBufferRecycler());
    try {
      try (JsonGenerator json = JSON.createGenerator(text)) {
        write(value, json);
      }
      return text.getAndClear();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a writer to memory does not throw
    }
  }

  private static void write(Value<?> value, JsonGenerator json) throws IOException {
    switch (value.getType()) {
      case STRING -> json.writeString((String) value.getValue());
      case BOOLEAN -> json.writeBoolean((Boolean) value.getValue());
      case LONG -> json.writeNumber((Long) value.getValue());
      case DOUBLE -> json.writeNumber((Double) value.getValue());
      case ARRAY -> {
        json.writeStartArray();
        for (Object item : (List<?>) value.getValue()) {
          write((Value<?>) item, json);
        }
        json.writeEndArray();
      }
      case KEY_VALUE_LIST -> {
        json.writeStartObject();
        for (Object field : (List<?>) value.getValue()) {
          KeyValue entry = (KeyValue) field;
          json.writeFieldName(entry.getKey());
          write(entry.getValue(), json);
        }
        json.writeEndObject();
      }
      default -> json.writeString(value.asString());
    }
  }
}
