package dev.llmops.otel;

import dev.llmops.Message;
import dev.llmops.MessagePart;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.common.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that become a structured value when someone looks: the exporter on its own thread, and
 * not the caller, pays for it. The messages are immutable and were filtered by their policy before.
 */
final class LazyMessages implements Value<List<Value<?>>> {

  private static final int BYTES_A_MESSAGE = 512; // of heap, once it is a value

  private final List<Message> messages;
  private final List<String> finishReasons;
  private @Nullable Value<List<Value<?>>> made; // guarded by this

  LazyMessages(List<Message> messages, List<String> finishReasons) {
    this.messages = messages;
    this.finishReasons = finishReasons;
  }

  @Override
  public ValueType getType() {
    return ValueType.ARRAY;
  }

  @Override
  public List<Value<?>> getValue() {
    return made().getValue();
  }

  @Override
  public String asString() {
    return made().asString();
  }

  /** How much heap it keeps busy, rounded up; tells it without making the value. */
  long heapBytes() {
    long bytes = 0;
    for (Message message : messages) {
      bytes += BYTES_A_MESSAGE;
      for (MessagePart part : message.parts()) {
        bytes += BYTES_A_MESSAGE + 2L * MessageValues.chars(part);
      }
    }
    return bytes;
  }

  private synchronized Value<List<Value<?>>> made() {
    Value<List<Value<?>>> value = made;
    if (value == null) {
      value = MessageValues.made(messages, finishReasons);
      made = value;
    }
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Value<?> that && getValue().equals(that.getValue());
  }

  @Override
  public int hashCode() {
    return made().hashCode();
  }

  @Override
  public String toString() {
    return made().toString();
  }
}
