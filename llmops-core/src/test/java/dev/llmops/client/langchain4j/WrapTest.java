package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiModerationModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Wraps of all kinds, once, twice, and not at all. */
class WrapTest {

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void everyMethodOfTheWrappedTypesIsPassedOn() {
    Map<Class<?>, Class<?>> wraps =
        Map.of(
            ChatModel.class, RecordedChatModelWithOptions.class,
            StreamingChatModel.class, RecordedStreamingChatModelWithOptions.class,
            EmbeddingModel.class, RecordedEmbeddingModelWithRequests.class,
            ScoringModel.class, RecordedScoringModel.class,
            ModerationModel.class, RecordedModerationModel.class,
            ContentRetriever.class, RecordedContentRetriever.class,
            ToolExecutor.class, RecordedTool.class,
            TokenStream.class, RecordedTokenStream.class,
            StreamingChatResponseHandler.class, RecordedHandler.class);

    // a newer LangChain4j may add default methods, which would bypass the wrapped object
    wraps.forEach(
        (type, wrap) -> {
          for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
              assertThat(wrap.getMethods())
                  .as("%s.%s", type.getSimpleName(), method.getName())
                  .anySatisfy(
                      own -> {
                        assertThat(own.getName()).isEqualTo(method.getName());
                        assertThat(own.getParameterTypes()).isEqualTo(method.getParameterTypes());
                        assertThat(own.getDeclaringClass().isInterface()).isFalse();
                      });
            }
          }
        });
  }

  @Test
  void noopReturnsItsArgument() {
    ChatModel model = chat();
    ContentRetriever retriever = query -> List.of();
    ScoringModel scoring = scoring();

    assertThat(LangChain4jInstrumentation.wrap(model, LlmOps.noop())).isSameAs(model);
    assertThat(LangChain4jInstrumentation.wrap(retriever, LlmOps.noop(), "docs"))
        .isSameAs(retriever);
    assertThat(LangChain4jInstrumentation.wrap(scoring, LlmOps.noop())).isSameAs(scoring);
  }

  @Test
  void wrappedTwiceIsWrappedOnce() {
    ChatModel once = LangChain4jInstrumentation.wrap(chat(), ops);

    assertThat(LangChain4jInstrumentation.wrap(once, ops)).isSameAs(once);
    assertThat(LangChain4jInstrumentation.wrap(once, ops, "vllm")).isSameAs(once);
  }

  @Test
  void wrappedForTwoIsRecordedByTheOuterAlone() {
    Records inner = Records.withoutContent();
    ChatModel twice =
        LangChain4jInstrumentation.wrap(
            LangChain4jInstrumentation.wrap(chat(), LlmOps.builder().sink(inner).build()), ops);

    assertThat(twice.chat("Hello")).isNotEmpty();

    assertThat(records.calls()).hasSize(1);
    assertThat(inner.calls()).isEmpty();
  }

  @Test
  void aRecordedClientBelowTheModelStandsBack() {
    server.enqueue(Reply.answer("It is Paris."), Reply.answer("It is Paris."));
    OpenAIClient client =
        OpenAiInstrumentation.wrap(
            OpenAIOkHttpClient.builder().baseUrl(server.baseUrl()).apiKey("test").build(), ops);
    ChatModel overClient = new OverOpenAiJava(client);
    ChatModel recorded = LangChain4jInstrumentation.wrap(overClient, ops);

    assertThat(recorded.chat("What is the capital of France?")).isEqualTo("It is Paris.");

    assertThat(records.calls()).hasSize(1);
    assertThat(records.onlyCall()).hasText("It is Paris.").hasProvider("langchain4j");
    assertThat(ops.stats().started()).isEqualTo(1);
    // and records again where nothing is around it
    assertThat(overClient.chat("And now?")).isEqualTo("It is Paris.");
    assertThat(records.calls()).hasSize(2);
  }

  @Test
  void aListenerInsideAWrapStandsBack() {
    ChatModel model =
        LangChain4jInstrumentation.wrap(
            OpenAiChatModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("test")
                .modelName("gpt-4o-mini")
                .listeners(List.of(LangChain4jInstrumentation.listener(ops)))
                .build(),
            ops);

    assertThat(model.chat("Hello")).isNotEmpty();

    assertThat(records.calls()).hasSize(1);
  }

  @Test
  void embeddings() {
    server.enqueue(Fixture.EMBEDDINGS_FLOAT);
    EmbeddingModel model =
        LangChain4jInstrumentation.wrap(
            OpenAiEmbeddingModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("test")
                .modelName("text-embedding-3-small")
                .build(),
            ops);

    var answer = model.embedAll(List.of(TextSegment.from("one"), TextSegment.from("two")));

    assertThat(answer.content()).hasSize(2);
    LlmCall call = records.onlyCall();
    assertThat(call).hasProvider("openai").hasModel("text-embedding-3-small").hasNoProblems();
    assertThat(call.request().operation()).isEqualTo("embeddings");
    assertThat(call.request().messages()).isEmpty();
    assertThat(call.usage().inputTokens()).isEqualTo(13); // as the fixture counts
  }

  @Test
  void moderations() {
    server.enqueue(Fixture.MODERATION);
    ModerationModel model =
        LangChain4jInstrumentation.wrap(
            OpenAiModerationModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("test")
                .modelName("omni-moderation-latest")
                .build(),
            ops);

    assertThat(model.moderate("Words").content().flagged()).isTrue();

    LlmCall call = records.onlyCall();
    assertThat(call.request().operation()).isEqualTo("moderation");
    assertThat(call.request().model()).isEqualTo("omni-moderation-latest");
    assertThat(call.request().messages().get(0).text()).isEqualTo("Words");
    assertThat(call.problems()).isEmpty();
    assertThat(call.response().outputs()).hasSize(1);
  }

  @Test
  void scores() {
    ScoringModel model = LangChain4jInstrumentation.wrap(scoring(), ops);

    assertThat(model.scoreAll(List.of(TextSegment.from("a"), TextSegment.from("b")), "q").content())
        .containsExactly(0.5, 0.5);

    LlmCall call = records.onlyCall();
    assertThat(call.request().operation()).isEqualTo("rerank");
    assertThat(call.usage().inputTokens()).isEqualTo(4);
    assertThat(call.request().messages()).hasSize(3); // the query and both texts
  }

  @Test
  void namesMustNotBeBlank() {
    assertThatThrownBy(() -> LangChain4jInstrumentation.wrap(chat(), ops, " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("provider must not be blank, but was \" \"");
    assertThatThrownBy(
            () -> LangChain4jInstrumentation.wrap((ContentRetriever) query -> List.of(), ops, ""))
        .hasMessage("dataSource must not be blank, but was \"\"");
    assertThatThrownBy(() -> LangChain4jInstrumentation.wrap(String.class, "x", ops))
        .hasMessage("type must be the interface of the AI service, but was java.lang.String");
  }

  private ChatModel chat() {
    return OpenAiChatModel.builder()
        .baseUrl(server.baseUrl())
        .apiKey("test")
        .modelName("gpt-4o-mini")
        .build();
  }

  private static ScoringModel scoring() {
    return (segments, query) ->
        Response.from(segments.stream().map(segment -> 0.5).toList(), new TokenUsage(4));
  }

  /** What langchain4j-open-ai-official does: LangChain4j's model over the official client. */
  private record OverOpenAiJava(OpenAIClient client) implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      String question = ((UserMessage) request.messages().get(0)).singleText();
      var answer =
          client
              .chat()
              .completions()
              .create(
                  ChatCompletionCreateParams.builder()
                      .model("gpt-4o-mini")
                      .addUserMessage(question)
                      .build());
      return ChatResponse.builder()
          .aiMessage(AiMessage.from(answer.choices().get(0).message().content().orElse("")))
          .build();
    }
  }
}
