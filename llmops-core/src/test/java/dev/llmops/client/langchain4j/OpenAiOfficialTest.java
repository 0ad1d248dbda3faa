package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.openaiofficial.OpenAiOfficialChatModel;
import dev.langchain4j.model.openaiofficial.OpenAiOfficialEmbeddingModel;
import dev.langchain4j.model.openaiofficial.OpenAiOfficialStreamingChatModel;
import dev.llmops.CallObserver;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.Pricing;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * LangChain4j's models over the official client, both wrapped: one call is one record and one
 * observation (a span, where the observer is OpenTelemetry's).
 */
class OpenAiOfficialTest {

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final List<LlmRequest> observed = new CopyOnWriteArrayList<>();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).observer(new Observing()).sink(records).build();
  private final OpenAIClient client =
      OpenAiInstrumentation.wrap(
          OpenAIOkHttpClient.builder().baseUrl(server.baseUrl()).apiKey("test").build(), ops);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void chat() {
    server.enqueue(Reply.answer("It is Paris."));
    ChatModel model = LangChain4jInstrumentation.wrap(new Chat(client, server.baseUrl()), ops);

    assertThat(model.chat("What is the capital of France?")).isEqualTo("It is Paris.");

    assertThat(onlyCall()).hasText("It is Paris.").hasProvider("openai").hasNoProblems();
  }

  @Test
  void streams() throws Exception {
    server.enqueue(Reply.answer("It is Paris."));
    var model =
        LangChain4jInstrumentation.wrap(new Streaming(client.async(), server.baseUrl()), ops);
    Collected collected = new Collected();

    model.chat("What is the capital of France?", collected);

    assertThat(collected.text()).isEqualTo("It is Paris.");
    assertThat(onlyCall()).hasText("It is Paris.").hasProvider("openai").hasNoProblems();
    assertThat(records.onlyCall().timing().timeToFirstChunk()).isNotNull();
  }

  @Test
  void embeddings() {
    server.enqueue(Fixture.EMBEDDINGS_FLOAT);
    EmbeddingModel model =
        LangChain4jInstrumentation.wrap(
            OpenAiOfficialEmbeddingModel.builder()
                .openAIClient(client)
                .modelName("text-embedding-3-small")
                .build(),
            ops);

    assertThat(model.embedAll(List.of(TextSegment.from("one"), TextSegment.from("two"))).content())
        .hasSize(2);

    assertThat(onlyCall()).hasModel("text-embedding-3-small").hasNoProblems();
    assertThat(records.onlyCall().usage().inputTokens()).isEqualTo(13); // as the fixture counts
  }

  private LlmCall onlyCall() {
    assertThat(observed).hasSize(1);
    assertThat(ops.stats().started()).isEqualTo(1);
    return records.onlyCall();
  }

  /** 1.11.0-beta19 forgets all other settings when its builder is given a client. */
  private static final class Chat extends OpenAiOfficialChatModel {
    Chat(OpenAIClient client, String baseUrl) {
      super(builder().baseUrl(baseUrl).apiKey("test").modelName("gpt-4o-mini"));
      this.client = client;
    }
  }

  /** The same for streams. */
  private static final class Streaming extends OpenAiOfficialStreamingChatModel {
    Streaming(OpenAIClientAsync client, String baseUrl) {
      super(builder().baseUrl(baseUrl).apiKey("test").modelName("gpt-4o-mini"));
      this.asyncClient = client;
    }
  }

  private final class Observing implements CallObserver {
    @Override
    public @Nullable CallObservation onStart(
        LlmRequest request, LlmContext context, Instant start) {
      observed.add(request);
      return null;
    }
  }
}
