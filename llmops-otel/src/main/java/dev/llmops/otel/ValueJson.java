package dev.llmops.otel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** A structured value as JSON text, for APIs whose attributes cannot hold the value itself. */
final class ValueJson {

  private static final JsonFactory JSON = new JsonFactory();

  private ValueJson() {}

  static String write(Value<?> value) {
    StringWriter text = new StringWriter(1024);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(value, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter does not throw
    }
    return text.toString();
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
