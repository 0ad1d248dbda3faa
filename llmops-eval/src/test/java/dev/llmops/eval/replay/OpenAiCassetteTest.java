package dev.llmops.eval.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.Pricing;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.judge.Judge;
import dev.llmops.eval.judge.JudgeEvaluators;
import dev.llmops.eval.judge.OpenAiJudgeModel;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real client got from a server comes back without the server. */
@Timeout(60)
class OpenAiCassetteTest {

  @TempDir Path folder;

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final OpenAIClient bare =
      OpenAIOkHttpClient.builder()
          .baseUrl(server.baseUrl())
          .apiKey("dummy-key")
          .maxRetries(0)
          .timeout(Duration.ofSeconds(20))
          .build();
  private final OpenAIClient client = OpenAiInstrumentation.wrap(bare, ops);

  @AfterEach
  void close() {
    bare.close();
    server.close();
    ops.close();
  }

  @Test
  void aChatIsReplayedWithoutTheServer() throws Exception {
    server.enqueue(Fixture.CHAT_UNKNOWN_FIELDS);

    assertReplayed(() -> client.chat().completions().create(chat("Why is the sea salty?")));
  }

  @Test
  void toolCallsAreReplayed() throws Exception {
    server.enqueue(Fixture.CHAT_PARALLEL_TOOL_CALLS);

    assertReplayed(() -> client.chat().completions().create(withTool()));
  }

  @Test
  void streamsAreReplayedChunkByChunk() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS);
    server.enqueue(Fixture.CHAT_STREAM_USAGE);
    server.enqueue(Fixture.RESPONSES_STREAM_REASONING);

    assertReplayed(
        () -> {
          List<Object> chunks = new ArrayList<>();
          try (StreamResponse<ChatCompletionChunk> stream =
              client.chat().completions().createStreaming(withTool())) {
            stream.stream().forEach(chunks::add);
          }
          AsyncStreamResponse<ChatCompletionChunk> later =
              client.async().chat().completions().createStreaming(chat("Tell me more."));
          List<Object> more = new CopyOnWriteArrayList<>();
          var unused = later.subscribe(more::add).onCompleteFuture().join();
          chunks.addAll(more);
          try (StreamResponse<ResponseStreamEvent> stream =
              client.responses().createStreaming(response())) {
            stream.stream().forEach(chunks::add);
          }
          return chunks;
        });
    assertThat(records.calls()).extracting(call -> call.timing().chunks()).doesNotContain(0L);
  }

  @Test
  void responsesAndAsyncCallsAreReplayed() throws Exception {
    server.enqueue(Fixture.RESPONSES_REASONING, Fixture.RESPONSES_TOOL_CALL);
    server.enqueue(Fixture.CHAT_TOKEN_DETAILS);

    assertReplayed(
        () ->
            List.of(
                client.responses().create(response()),
                client.async().responses().create(response()).join(),
                client.async().chat().completions().create(chat("And now?")).join()));
  }

  @Test
  void aStructuredAnswerIsReplayedAndItsSchemaIsPartOfTheKey() throws Exception {
    server.enqueue(Fixture.CHAT_STRUCTURED_OUTPUT);
    var params = chat("Name a thing.").toBuilder().responseFormat(Thing.class).build();
    var other = chat("Name a thing.").toBuilder().responseFormat(Other.class).build();

    assertReplayed(() -> client.chat().completions().create(params));

    assertThatThrownBy(
            () ->
                CassetteStore.at(folder, CassetteMode.REPLAY)
                    .use(() -> client.chat().completions().create(other)))
        .isInstanceOf(CassetteException.class);
  }

  @Test
  void embeddingsOfOtherTextsAreOtherEntries() throws Exception {
    assertReplayed(
        () ->
            List.of(
                client.embeddings().create(embedding("one")),
                client.embeddings().create(embedding("two")),
                client.embeddings().create(embedding("three"))));

    assertThat(CassetteStore.at(folder).entries()).hasSize(3);
  }

  @Test
  void aRefusalOfTheModelIsStored() throws Exception {
    server.enqueue(Fixture.CHAT_REFUSAL);

    assertReplayed(() -> client.chat().completions().create(chat("How do I pick a lock?")));

    assertThat(records.calls().get(1).response().outputs().get(0).parts())
        .anyMatch(MessagePart.Refusal.class::isInstance);
  }

  @Test
  void errorsAreNotStoredAndARetryTakesTheirPlace() throws Exception {
    CassetteStore recording = CassetteStore.at(folder, CassetteMode.RECORD);
    server.enqueue(Fixture.ERROR_429_RATE_LIMIT, Fixture.ERROR_400, Fixture.CHAT_BASIC);
    server.enqueue(Fixture.RESPONSES_FAILED);

    ChatCompletion answer;
    try (CassetteSession session = recording.open()) {
      assertThatThrownBy(() -> client.chat().completions().create(chat("Hi")))
          .isInstanceOf(RateLimitException.class);
      assertThatThrownBy(() -> client.chat().completions().create(chat("Hi")))
          .isInstanceOf(BadRequestException.class);
      answer = client.chat().completions().create(chat("Hi"));
      var unused = client.responses().create(response()); // says server_error inside
      assertThat(session.recorded()).isEqualTo(1);
      assertThat(session.notStored()).isEqualTo(3);
      assertThat(session.problems())
          .anySatisfy(
              problem ->
                  assertThat(problem)
                      .endsWith(
                          "the call failed: rate_limit_exceeded; failures are not stored, so the"
                              + " replay is refused here unless a retry succeeds"));
    }
    server.close();

    ChatCompletion replayed =
        CassetteStore.at(folder, CassetteMode.REPLAY)
            .use(() -> client.chat().completions().create(chat("Hi")));
    assertThat(replayed).isEqualTo(answer);
  }

  @Test
  void aStreamThatWasLeftEarlyIsNotStored() {
    server.enqueue(Fixture.CHAT_STREAM_USAGE);

    try (CassetteSession session = CassetteStore.at(folder, CassetteMode.RECORD).open()) {
      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(chat("Hi"))) {
        assertThat(stream.stream().findFirst()).isPresent();
      }
      assertThat(session.recorded()).isZero();
      assertThat(session.problems())
          .singleElement()
          .asString()
          .endsWith(
              "it was left before its end (closed); read streams to their end when recording");
    }
    assertThat(CassetteStore.at(folder).entries()).isEmpty();
  }

  @Test
  void aRawResponseIsRefusedBeforeItIsSent() {
    for (CassetteMode mode : List.of(CassetteMode.REPLAY, CassetteMode.RECORD)) {
      assertThatThrownBy(
              () ->
                  CassetteStore.at(folder, mode)
                      .use(() -> client.chat().completions().withRawResponse().create(chat("Hi"))))
          .isInstanceOf(CassetteException.class)
          .hasMessage(
              "cassette ["
                  + folder
                  + "] cannot hold this call (chat openai gpt-4o-mini): its client has no CallCodec"
                  + " to bring an answer back; use a wrapped client (without withRawResponse()),"
                  + " Spring AI's ChatClient with the SpringAiAdvisor, or a reader whose codec() is"
                  + " given; or leave the call out of the cassette with CassetteMode.OFF");
    }
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aJudgeIsReplayedAsTheProductIs() throws Exception {
    Judge judge = Judge.of(OpenAiJudgeModel.create(client, "gpt-4o"));
    server.enqueue(
        Reply.json(
            """
            {"id":"chatcmpl-1","object":"chat.completion","created":1763769600,"model":"gpt-4o",
             "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",
               "content":"{\\"reason\\": \\"same city\\", \\"choice\\": \\"correct\\"}"}}]}
            """));
    EvalCase qa =
        EvalCase.builder()
            .id("q1")
            .input("What is the capital of France?")
            .output("It is Paris.")
            .references(List.of("Paris"))
            .build();
    Supplier<EvalResult> judged = () -> JudgeEvaluators.correctness(judge).evaluate(qa);

    EvalResult first = CassetteStore.at(folder, CassetteMode.RECORD).use(judged::get);
    server.close();
    EvalResult second = CassetteStore.at(folder, CassetteMode.REPLAY).use(judged::get);

    assertThat(second).isInstanceOf(EvalResult.Scored.class);
    assertThat(((EvalResult.Scored) second).score()).isEqualTo(1.0);
    assertThat(((EvalResult.Scored) first).score()).isEqualTo(1.0);
    assertThat(records.calls()).extracting(LlmCall::origin).containsOnly(Origin.JUDGE);
    assertThat(records.calls()).extracting(LlmCall::attempts).containsExactly(null, 0);
    assertThat(CassetteStore.at(folder).entries())
        .singleElement()
        .satisfies(file -> assertThat(file.getFileName().toString()).startsWith("q1."));
  }

  @Test
  void noKeyOfTheClientIsInTheFiles() throws IOException {
    CassetteStore recording = CassetteStore.at(folder, CassetteMode.RECORD);

    try (CassetteSession session = recording.open()) {
      var unused = client.chat().completions().create(chat("Hi"));
      assertThat(session.recorded()).isEqualTo(1);
    }

    assertThat(Files.readString(recording.entries().get(0))).doesNotContain("dummy-key", "Bearer");
  }

  private <T> void assertReplayed(Supplier<T> calls) throws Exception {
    T recorded = CassetteStore.at(folder, CassetteMode.RECORD).use(calls::get);
    List<LlmCall> sent = records.calls();
    server.close();
    CassetteStore replaying = CassetteStore.at(folder, CassetteMode.REPLAY);

    T replayed = replaying.use(calls::get);

    assertThat(replayed).isEqualTo(recorded).isNotSameAs(recorded);
    assertThat(replaying.unused()).isEmpty();
    List<LlmCall> answered = records.calls().subList(sent.size(), 2 * sent.size());
    for (int i = 0; i < sent.size(); i++) {
      assertThat(sent.get(i).attempts()).isNotEqualTo(Integer.valueOf(0));
      assertThat(answered.get(i).attempts()).isZero();
      assertThat(answered.get(i).cost()).isNull();
      assertThat(answered.get(i).usage()).isEqualTo(sent.get(i).usage());
      assertThat(answered.get(i).timing().chunks()).isEqualTo(sent.get(i).timing().chunks());
      assertThat(answered.get(i).response().outputs()).isEqualTo(sent.get(i).response().outputs());
    }
  }

  private static ChatCompletionCreateParams chat(String question) {
    return ChatCompletionCreateParams.builder()
        .model("gpt-4o-mini")
        .temperature(0.2)
        .addUserMessage(question)
        .build();
  }

  private static ChatCompletionCreateParams withTool() {
    return chat("What is the weather?").toBuilder()
        .addFunctionTool(
            FunctionDefinition.builder()
                .name("weather")
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .build())
                .build())
        .build();
  }

  private static ResponseCreateParams response() {
    return ResponseCreateParams.builder().model("gpt-4o-mini").input("Tell me.").build();
  }

  private static EmbeddingCreateParams embedding(String text) {
    return EmbeddingCreateParams.builder().model("text-embedding-3-small").input(text).build();
  }

  /** An application's own type. */
  static final class Thing {
    public String name = "";
  }

  /** Another of them. */
  static final class Other {
    public String title = "";
  }
}
