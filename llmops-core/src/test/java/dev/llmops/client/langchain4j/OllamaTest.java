package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another provider's client, of another wire format: Ollama's own API, answered by hand. */
class OllamaTest {

  // the shape of Ollama's POST /api/chat; 11 tokens in, 4 out
  private static final String END =
      "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":11,\"eval_count\":4}";

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void chat() {
    server.enqueue(Reply.json(message("It is Paris.") + END));
    ChatModel model =
        LangChain4jInstrumentation.wrap(
            OllamaChatModel.builder().baseUrl(root()).modelName("llama3.2").maxRetries(0).build(),
            ops);

    assertThat(model.chat("What is the capital of France?")).isEqualTo("It is Paris.");

    assertRecorded(records.onlyCall());
  }

  @Test
  void stream() throws Exception {
    server.enqueue(
        Reply.text(
            "application/x-ndjson",
            message("It is ")
                + "\"done\":false}\n"
                + message("Paris.")
                + "\"done\":false}\n"
                + message("")
                + END
                + "\n"));
    StreamingChatModel model =
        LangChain4jInstrumentation.wrap(
            OllamaStreamingChatModel.builder().baseUrl(root()).modelName("llama3.2").build(), ops);
    Collected collected = new Collected();

    model.chat("What is the capital of France?", collected);

    assertThat(collected.text()).isEqualTo("It is Paris.");
    assertRecorded(records.onlyCall());
    assertThat(records.onlyCall().timing().chunks()).isEqualTo(3); // two pieces and the end
  }

  private static void assertRecorded(LlmCall call) {
    assertThat(call)
        .isCompleted()
        .hasProvider("ollama")
        .hasModel("llama3.2")
        .hasUsage(11, 4)
        .hasText("It is Paris.")
        .hasNoProblems();
    assertThat(call.response().finishReasons()).containsExactly("stop");
  }

  private static String message(String text) {
    return "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-21T00:00:00Z\",\"message\":"
        + "{\"role\":\"assistant\",\"content\":\""
        + text
        + "\"},";
  }

  private String root() {
    return server.baseUrl().replaceFirst("/v1$", "");
  }
}
