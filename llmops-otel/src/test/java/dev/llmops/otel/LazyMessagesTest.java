package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.Message;
import dev.llmops.MessagePart;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.common.ValueType;
import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LazyMessagesTest {

  private static final Value<?> EXPECTED =
      Value.of(
          List.of(
              Value.of(
                  KeyValue.of("role", Value.of("user")),
                  KeyValue.of(
                      "parts",
                      Value.of(
                          Value.of(
                              KeyValue.of("type", Value.of("text")),
                              KeyValue.of("content", Value.of("hi"))))))));

  @Test
  void isTheSameValueAsOneMadeAtOnce() {
    Value<?> lazy = new LazyMessages(List.of(Message.user("hi")), List.of());

    assertThat(lazy.getType()).isEqualTo(ValueType.ARRAY);
    assertThat(lazy.getValue()).isEqualTo(EXPECTED.getValue());
    assertThat(lazy.asString()).isEqualTo(EXPECTED.asString());
    assertThat(lazy.equals(EXPECTED)).isTrue();
    assertThat(EXPECTED.equals(lazy)).isTrue();
    assertThat(lazy).hasSameHashCodeAs(EXPECTED);
  }

  @Test
  void isMadeOnce() {
    Value<?> lazy = new LazyMessages(List.of(Message.user("hi")), List.of());

    assertThat(lazy.getValue()).isSameAs(lazy.getValue());
  }

  @Test
  void tellsItsSizeWithoutBeingMade() {
    String text = "x".repeat(10_000);
    int[] reads = {0};
    List<Message> messages =
        new AbstractList<>() {
          @Override
          public Message get(int index) {
            reads[0]++;
            return Message.of("user", new MessagePart.Text(text));
          }

          @Override
          public int size() {
            return 2;
          }
        };

    long bytes = new LazyMessages(messages, List.of()).heapBytes();

    // 2 messages of 10,000 characters, 2 bytes each, and 512 for each message and each part
    assertThat(bytes).isEqualTo(2 * (20_000 + 512 + 512));
    assertThat(reads[0]).isEqualTo(2);
  }
}
