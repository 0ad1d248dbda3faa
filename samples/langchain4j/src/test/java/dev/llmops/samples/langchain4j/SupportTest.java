package dev.llmops.samples.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sample as it runs, with the embedded model. */
class SupportTest {

  private final RecordTree tree = new RecordTree();

  @Test
  void answersFromTheHandbookAndTheOrders() {
    try (LlmOps ops = LlmOps.builder().sink(tree).build()) {
      Assistant assistant = Support.assistant(new EmbeddedChatModel(), ops);

      assertThat(assistant.chat("c-1", "How long can I send a parcel back?"))
          .contains("within 30 days");
      assertThat(assistant.chat("c-1", "Where is my order A-1001?"))
          .isEqualTo("Order A-1001 is on its way, arrives on Tuesday.");
      assertThat(assistant.chat("c-2", "And order B-9999?")).isEqualTo("There is no order B-9999.");
    }
  }

  @Test
  void whatWasRecordedIsATree() {
    try (LlmOps ops = LlmOps.builder().sink(tree).build()) {
      Assistant assistant = Support.assistant(new EmbeddedChatModel(), ops);
      assertThat(assistant.chat("customer-7", "Where is my order A-1002?")).isNotEmpty();
    }

    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    tree.print(new PrintStream(printed, true, StandardCharsets.UTF_8));

    List<String> lines =
        printed.toString(StandardCharsets.UTF_8).lines().map(SupportTest::withoutNumbers).toList();
    assertThat(lines)
        .containsExactly(
            "embeddings, n tokens in", // of the handbook, when it was indexed
            "agent Assistant.chat (customer-7)",
            "  retrieval handbook, 2 documents",
            "    embeddings, n tokens in",
            "  chat embedded-rules, n tokens in, n out, [tool_call]",
            "  tool order_status",
            "  chat embedded-rules, n tokens in, n out, [stop]");
  }

  private static String withoutNumbers(String line) {
    return line.replaceAll("\\d+ (tokens in|out)", "n $1");
  }
}
