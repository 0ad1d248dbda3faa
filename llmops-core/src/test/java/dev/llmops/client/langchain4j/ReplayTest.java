package dev.llmops.client.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.Moderation;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiModerationModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.llmops.CallInterceptor;
import dev.llmops.CallInterceptor.Decision;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A second call is answered from memory, with what the first one's caller got. */
class ReplayTest {

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).interceptor(memory()).sink(records).build();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void wholeAnswers() {
    for (Fixture fixture :
        List.of(Fixture.CHAT_TOKEN_DETAILS, Fixture.CHAT_TOOL_CALL, Fixture.CHAT_NO_USAGE)) {
      server.enqueue(fixture);
      ChatModel model = chat();
      int sent = server.requests().size();

      ChatResponse first = model.chat(UserMessage.from(fixture.name()));
      ChatResponse second = model.chat(UserMessage.from(fixture.name()));

      assertThat(server.requests()).hasSize(sent + 1);
      assertThat(second.aiMessage()).isEqualTo(first.aiMessage());
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(second.modelName()).isEqualTo(first.modelName());
      assertThat(second.finishReason()).isEqualTo(first.finishReason());
      if (first.tokenUsage() != null) {
        assertThat(second.tokenUsage().totalTokenCount())
            .isEqualTo(first.tokenUsage().totalTokenCount());
      }
      assertSameRecords();
    }
  }

  @Test
  void streams() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_USAGE);
    assertReplayed("Tell me");
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS);
    assertReplayed("The tide and the wind?");
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
                .maxRetries(0)
                .build(),
            ops);
    List<TextSegment> segments = List.of(TextSegment.from("one"), TextSegment.from("two"));

    var first = model.embedAll(segments);
    var second = model.embedAll(segments);

    assertThat(server.requests()).hasSize(1);
    assertThat(second.content()).isEqualTo(first.content()).hasSize(2);
    assertThat(second.content().get(0).vector()).containsExactly(0.5f, -0.25f, 0.125f, -1.0f);
    assertSameRecords();
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
                .maxRetries(0)
                .build(),
            ops);

    var first = model.moderate("Words");
    var second = model.moderate("Words");

    assertThat(server.requests()).hasSize(1);
    assertThat(second.content()).isEqualTo(first.content());
    assertThat(second.content().flagged()).isTrue(); // as the fixture says
    assertThat(second.content().flaggedText()).isEqualTo("Words");
    assertSameRecords();
  }

  @Test
  void scores() {
    AtomicInteger asked = new AtomicInteger();
    ScoringModel bare =
        (segments, query) -> {
          asked.incrementAndGet();
          return Response.from(
              segments.stream().map(segment -> 1.0 / segment.text().length()).toList(),
              new TokenUsage(4));
        };
    ScoringModel model = LangChain4jInstrumentation.wrap(bare, ops);
    List<TextSegment> segments = List.of(TextSegment.from("four"), TextSegment.from("to"));

    var first = model.scoreAll(segments, "q");
    var second = model.scoreAll(segments, "q");
    var one = model.score("four", "q");
    var again = model.score("four", "q");

    assertThat(asked).hasValue(2);
    assertThat(second.content()).isEqualTo(first.content()).containsExactly(0.25, 0.5);
    assertThat(second.tokenUsage().inputTokenCount()).isEqualTo(4);
    assertThat(again.content()).isEqualTo(one.content()).isEqualTo(0.25);
    assertThat(model.score("to", "q").content()).isEqualTo(0.5); // another text, another question
    assertThat(asked).hasValue(3);
  }

  @Test
  void aDamagedVerdictIsNoVerdict() {
    for (String damaged :
        List.of(
            "{\"flagged\":\"true\",\"text\":\"Words\"}",
            "{\"flagged\":1}",
            "{\"flagged\":null}",
            "{\"text\":\"Words\"}")) {
      ModerationModel model = LangChain4jInstrumentation.wrap(unasked(), answering(damaged));

      assertThat(catchThrowable(() -> model.moderate("Words")))
          .as(damaged)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "stored answer must be the JSON of a LangChain4j moderation, but it could not be"
                  + " read: IllegalArgumentException");
    }
  }

  @Test
  void aDamagedScoreIsNoScore() {
    ScoringModel bare =
        (segments, query) -> {
          throw new AssertionError("asked");
        };
    for (String damaged :
        List.of(
            "{\"scores\":[\"0.5\"]}",
            "{\"scores\":[null]}",
            "{\"scores\":[true]}",
            "{\"scores\":[1e999]}", // no double is as large
            "{\"scores\":{\"a\":0.5}}",
            "{\"scores\":0.5}",
            "{}")) {
      ScoringModel model = LangChain4jInstrumentation.wrap(bare, answering(damaged));

      assertThat(catchThrowable(() -> model.scoreAll(List.of(TextSegment.from("a")), "q")))
          .as(damaged)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "stored answer must be the JSON of LangChain4j scores, but it could not be read:"
                  + " IllegalArgumentException");
    }
  }

  @Test
  void aDamagedVectorIsNoVector() {
    for (String damaged :
        List.of(
            "{\"embeddings\":[[\"0.5\"]]}",
            "{\"embeddings\":[[null]]}",
            "{\"embeddings\":[0.5]}",
            "{\"embeddings\":{\"a\":[0.5]}}",
            "{}")) {
      EmbeddingModel model = LangChain4jInstrumentation.wrap(unaskedVectors(), answering(damaged));

      assertThat(catchThrowable(() -> model.embedAll(List.of(TextSegment.from("a")))))
          .as(damaged)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "stored answer must be the JSON of LangChain4j embeddings, but it could not be read:"
                  + " IllegalArgumentException");
    }
  }

  @Test
  void aScoreThatIsNoNumberIsNotStored() {
    for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      AtomicInteger asked = new AtomicInteger();
      ScoringModel bare =
          (segments, query) -> {
            asked.incrementAndGet();
            return Response.from(List.of(odd));
          };
      ScoringModel model = LangChain4jInstrumentation.wrap(bare, ops);

      Double first = model.score("four", "q" + odd).content();
      Double second = model.score("four", "q" + odd).content();

      assertThat(List.of(first, second)).containsExactly(odd, odd);
      assertThat(asked).as("nothing was kept to answer from").hasValue(2);
    }
    assertThat(records.calls())
        .hasSize(4)
        .allSatisfy(
            call ->
                assertThat(call.problems())
                    .containsExactly(
                        "the response could not be stored: java.lang.IllegalArgumentException"));
  }

  @Test
  void theWholeQuestionIsSeen() {
    var unused = chat().chat(UserMessage.from("How high is the tide?"));

    assertThat(bodies)
        .singleElement()
        .asString()
        .contains("\"How high is the tide?\"", "\"gpt-4o-mini\"", "\"temperature\":0.5");
  }

  @Test
  void aStoredAnswerOfAnotherKindIsRefusedInPlainWords() {
    LlmOps wrong =
        LlmOps.builder()
            .sink(records)
            .interceptor(attempt -> Decision.answer(EncodedResponse.of(new JsonText("{}"))))
            .build();
    Collected collected = new Collected();

    Throwable chat = catchThrowable(() -> LangChain4jInstrumentation.wrap(chat(), wrong).chat("x"));
    LangChain4jInstrumentation.wrap(stream(), wrong).chat("x", collected);

    assertThat(chat)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("stored answer must be the JSON of a LangChain4j chat response");
    assertThat(catchThrowable(collected::text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a streamed call with a whole answer, so nothing was sent;"
                + " answer it with EncodedResponse.ofChunks(chunks), or record the call again as it"
                + " is made now");
    assertThat(server.requests()).isEmpty();
  }

  /** Whose every call is answered with this. */
  private static EmbeddingModel unaskedVectors() {
    return new EmbeddingModel() {
      @Override
      public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        throw new AssertionError("asked");
      }
    };
  }

  private static LlmOps answering(String stored) {
    return LlmOps.builder()
        .interceptor(attempt -> Decision.answer(EncodedResponse.of(new JsonText(stored))))
        .build();
  }

  private static ModerationModel unasked() {
    return new ModerationModel() {
      @Override
      public Response<Moderation> moderate(String text) {
        throw new AssertionError("asked");
      }

      @Override
      public Response<Moderation> moderate(List<ChatMessage> messages) {
        throw new AssertionError("asked");
      }
    };
  }

  private void assertReplayed(String question) throws Exception {
    StreamingChatModel model = stream();
    int sent = server.requests().size();
    ToolPieces first = new ToolPieces();
    ToolPieces second = new ToolPieces();

    model.chat(question, first);
    String text = first.text();
    model.chat(question, second);

    assertThat(server.requests()).hasSize(sent + 1);
    assertThat(second.text()).isEqualTo(text);
    assertThat(second.pieces).isEqualTo(first.pieces);
    assertThat(second.end.get().aiMessage()).isEqualTo(first.end.get().aiMessage());
    assertSameRecords();
  }

  private void assertSameRecords() {
    List<LlmCall> calls = records.calls();
    LlmCall sent = calls.get(calls.size() - 2);
    LlmCall replayed = calls.get(calls.size() - 1);
    assertThat(replayed.attempts()).isZero();
    assertThat(replayed.response().outputs()).isEqualTo(sent.response().outputs());
    assertThat(replayed.response().finishReasons()).isEqualTo(sent.response().finishReasons());
    assertThat(replayed.usage()).isEqualTo(sent.usage());
    assertThat(replayed.timing().chunks()).isEqualTo(sent.timing().chunks());
    assertThat(replayed.problems()).isEmpty();
  }

  private ChatModel chat() {
    return LangChain4jInstrumentation.wrap(
        OpenAiChatModel.builder()
            .baseUrl(server.baseUrl())
            .apiKey("test")
            .modelName("gpt-4o-mini")
            .temperature(0.5)
            .maxRetries(0)
            .build(),
        ops);
  }

  private StreamingChatModel stream() {
    return LangChain4jInstrumentation.wrap(
        OpenAiStreamingChatModel.builder()
            .baseUrl(server.baseUrl())
            .apiKey("test")
            .modelName("gpt-4o-mini")
            .build(),
        ops);
  }

  /** Remembers the answer to each question. */
  private CallInterceptor memory() {
    Map<String, EncodedResponse> answers = new ConcurrentHashMap<>();
    return attempt -> {
      String body = String.valueOf(attempt.body());
      bodies.add(body);
      EncodedResponse known = answers.get(body);
      return known != null
          ? Decision.answer(known)
          : Decision.proceed(
              (call, response) -> {
                if (response != null) {
                  answers.put(body, response);
                }
              });
    };
  }

  private static final class ToolPieces extends Collected {
    final List<PartialToolCall> pieces = new ArrayList<>();

    @Override
    public void onPartialToolCall(PartialToolCall piece) {
      pieces.add(piece);
    }
  }
}
