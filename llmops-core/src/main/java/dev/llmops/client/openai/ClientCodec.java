package dev.llmops.client.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.openai.core.ObjectMappers;
import dev.llmops.CallCodec;
import dev.llmops.JsonText;

/** Stores a value of the client's in the client's own JSON, unknown fields included. */
record ClientCodec<T>(Class<T> type) implements CallCodec<T> {

  @Override
  public JsonText encode(T value) {
    try {
      return new JsonText(ObjectMappers.jsonMapper().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a " + type.getSimpleName() + " as JSON", e);
    }
  }

  @Override
  public T decode(JsonText json) {
    try {
      T value = ObjectMappers.jsonMapper().readValue(json.text(), type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      // without its message and cause: they quote the content
      throw new IllegalArgumentException(
          "stored answer must be the JSON of a "
              + type.getSimpleName()
              + ", but it could not be read: "
              + e.getClass().getSimpleName());
    }
    throw new IllegalArgumentException(
        "stored answer must be the JSON of a " + type.getSimpleName() + ", but was null");
  }
}
