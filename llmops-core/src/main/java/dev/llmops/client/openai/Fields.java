package dev.llmops.client.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.openai.core.JsonField;
import com.openai.core.JsonNumber;
import com.openai.core.JsonString;
import com.openai.core.JsonValue;
import com.openai.core.KnownValue;
import com.openai.core.ObjectMappers;
import dev.llmops.JsonText;
import dev.llmops.MessagePart;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the client's fields without its accessors, which throw when a server left a field out or
 * sent another type. Allocates nothing.
 */
final class Fields {

  private Fields() {}

  /** The value if it is there and of the type it should be. */
  static <T> @Nullable T known(JsonField<T> field) {
    return field instanceof KnownValue<T> known ? known.value() : null;
  }

  /** The elements if they are there. */
  static <T> List<T> list(JsonField<List<T>> field) {
    List<T> known = known(field);
    return known == null ? List.of() : known;
  }

  /** A number that a request may also hold as bare JSON; only if finite. */
  static @Nullable Double decimal(JsonField<Double> field) {
    Double value = known(field);
    if (value == null && (Object) field instanceof JsonNumber number) {
      value = number.value().doubleValue();
    }
    return value == null || !Double.isFinite(value) ? null : value;
  }

  /** A whole number that a request may also hold as bare JSON. */
  static @Nullable Long whole(JsonField<Long> field) {
    Long value = known(field);
    return value == null && (Object) field instanceof JsonNumber number
        ? Long.valueOf(number.value().longValue())
        : value;
  }

  /** An index, 0 when it is not there. */
  static int index(JsonField<Long> field) {
    Long value = known(field);
    return value == null ? 0 : (int) Math.max(0, Math.min(Integer.MAX_VALUE, value));
  }

  /** A text among the fields that the client does not know. */
  static @Nullable String text(Map<String, JsonValue> properties, String name) {
    return properties.get(name) instanceof JsonString text ? text.value() : null;
  }

  /** The value as JSON, empty if the client cannot write it. */
  static JsonText json(Object value) {
    try {
      return new JsonText(ObjectMappers.jsonMapper().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      return new JsonText("");
    }
  }

  /** A part of a kind that llmops has no type for. */
  static MessagePart other(String type, Object value) {
    return new MessagePart.Other(type, json(value));
  }
}
