package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.llmops.CallInterceptor;
import dev.llmops.ContentPolicy;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.Outcome;
import dev.llmops.testing.Fixture;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A second call is answered from memory, with objects equal to the first one's. */
class ReplayTest extends OpenAiTest {

  private final KeepingSink records = new KeepingSink(ContentPolicy.full());
  private final LlmOps replaying = LlmOps.builder().interceptor(new Memory()).sink(records).build();
  private final OpenAIClient client = OpenAiInstrumentation.wrap(bare, replaying);

  @Test
  void answers() {
    server.enqueue(Fixture.CHAT_UNKNOWN_FIELDS);
    assertReplayed(() -> client.chat().completions().create(chatParams()));
    server.enqueue(Fixture.RESPONSES_REASONING);
    assertReplayed(() -> client.responses().create(responseParams()));
    server.enqueue(Fixture.COMPLETION_BASIC);
    assertReplayed(
        () ->
            client
                .completions()
                .create(
                    CompletionCreateParams.builder()
                        .model("gpt-3.5-turbo-instruct")
                        .prompt("The sea")
                        .build()));
    server.enqueue(Fixture.EMBEDDINGS_BASE64);
    assertReplayed(() -> client.embeddings().create(embeddingParams()));
    server.enqueue(Fixture.MODERATION);
    assertReplayed(
        () -> client.moderations().create(ModerationCreateParams.builder().input("Words").build()));
  }

  @Test
  void asyncAnswers() {
    server.enqueue(Fixture.CHAT_TOKEN_DETAILS);

    assertReplayed(() -> client.async().chat().completions().create(chatParams()).join());
  }

  @Test
  void structuredAnswers() {
    server.enqueue(Fixture.CHAT_STRUCTURED_OUTPUT);
    var params = chatParams().toBuilder().responseFormat(Thing.class).build();

    assertReplayed(() -> client.chat().completions().create(params));
  }

  @Test
  void streams() {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS);
    assertReplayed(
        () -> {
          try (StreamResponse<ChatCompletionChunk> stream =
              client.chat().completions().createStreaming(chatParams())) {
            return stream.stream().toList();
          }
        });
    server.enqueue(Fixture.RESPONSES_STREAM_REASONING);
    assertReplayed(
        () -> {
          try (StreamResponse<ResponseStreamEvent> stream =
              client.responses().createStreaming(responseParams())) {
            return stream.stream().toList();
          }
        });
  }

  @Test
  void asyncStreams() {
    server.enqueue(Fixture.CHAT_STREAM_USAGE);

    assertReplayed(
        () -> {
          List<ChatCompletionChunk> chunks = new CopyOnWriteArrayList<>();
          AsyncStreamResponse<ChatCompletionChunk> stream =
              client.async().chat().completions().createStreaming(chatParams());
          var unused = stream.subscribe(chunks::add).onCompleteFuture().join();
          return chunks;
        });
  }

  @Test
  void aStoredAnswerOfAnotherKindIsRefusedInPlainWords() {
    EncodedResponse whole = EncodedResponse.of(new dev.llmops.JsonText("{}"));
    EncodedResponse chunks = EncodedResponse.ofChunks(List.of(new dev.llmops.JsonText("{}")));

    assertThatThrownBy(() -> answered(whole).chat().completions().createStreaming(chatParams()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a streamed call with a whole answer, so nothing was sent;"
                + " answer it with EncodedResponse.ofChunks(chunks), or record the call again as it"
                + " is made now");
    assertThatThrownBy(() -> answered(chunks).chat().completions().create(chatParams()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a call that is not streamed with a stream of 1 chunks, so"
                + " nothing was sent; answer it with EncodedResponse.of(body), or record the call"
                + " again as it is made now");
    assertThat(records.calls)
        .hasSize(2)
        .allSatisfy(call -> assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class));
    assertThat(server.requests()).isEmpty();
  }

  /** A client whose every call is answered with this. */
  private OpenAIClient answered(EncodedResponse stored) {
    return OpenAiInstrumentation.wrap(
        bare,
        LlmOps.builder()
            .sink(records)
            .interceptor(attempt -> CallInterceptor.Decision.answer(stored))
            .build());
  }

  @Test
  void aRefusedAsynchronousRawCallFailsItsFuture() {
    IllegalStateException refusal = new IllegalStateException("not today");
    LlmOps refusing =
        LlmOps.builder()
            .sink(records)
            .interceptor(attempt -> CallInterceptor.Decision.refuse(refusal))
            .build();
    var raw =
        OpenAiInstrumentation.wrap(bare, refusing).async().chat().completions().withRawResponse();
    List<Throwable> handled = new CopyOnWriteArrayList<>();

    var whole = raw.create(chatParams());
    var streamed = raw.createStreaming(chatParams());
    whole.exceptionally(
        error -> {
          handled.add(error);
          return null;
        });

    assertThat(handled).containsExactly(refusal);
    assertThat(whole).failsWithin(SOON).withThrowableThat().withCause(refusal);
    assertThat(streamed).failsWithin(SOON).withThrowableThat().withCause(refusal);
    assertThat(records.calls)
        .hasSize(2)
        .allSatisfy(
            call -> {
              assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
              assertThat(call.attempts()).isZero();
            });
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void rawResponsesAreNotReplayed() {
    LlmOps answering =
        LlmOps.builder()
            .interceptor(
                attempt ->
                    CallInterceptor.Decision.answer(
                        EncodedResponse.of(new dev.llmops.JsonText("{}"))))
            .build();
    OpenAIClient raw = OpenAiInstrumentation.wrap(bare, answering);

    assertThatThrownBy(() -> raw.chat().completions().withRawResponse().create(chatParams()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CallCodec");
  }

  @Test
  void anInterceptorSeesTheWholeBody() {
    List<String> bodies = new CopyOnWriteArrayList<>();
    LlmOps looking =
        LlmOps.builder()
            .interceptor(
                attempt -> {
                  bodies.add(String.valueOf(attempt.body()));
                  return CallInterceptor.Decision.proceed();
                })
            .build();
    OpenAIClient seen = OpenAiInstrumentation.wrap(bare, looking);

    var chat = seen.chat().completions().create(chatParams());
    var embeddings = seen.embeddings().create(embeddingParams());
    var response = seen.responses().create(responseParams());
    var fetched = seen.responses().retrieve(response.id());

    assertThat(List.of(chat, embeddings, response, fetched)).hasSize(4);
    assertThat(bodies)
        .satisfiesExactly(
            body -> assertThat(body).contains("\"What is a lighthouse for?\"", "gpt-4o-mini"),
            body -> assertThat(body).contains("[\"one\",\"two\"]"),
            body -> assertThat(body).contains("\"What is a lighthouse for?\""),
            body -> assertThat(body).contains(response.id()));
  }

  private void assertReplayed(Supplier<Object> call) {
    int before = server.requests().size();
    records.calls.clear();

    Object first = call.get();
    Object second = call.get();

    assertThat(server.requests()).hasSize(before + 1);
    assertThat(second).isEqualTo(first).isNotSameAs(first);
    assertThat(records.calls).hasSize(2);
    LlmCall sent = records.calls.get(0);
    LlmCall replayed = records.calls.get(1);
    assertThat(replayed.attempts()).isZero();
    assertThat(replayed.response().outputs()).isEqualTo(sent.response().outputs());
    assertThat(replayed.response().finishReasons()).isEqualTo(sent.response().finishReasons());
    assertThat(replayed.usage()).isEqualTo(sent.usage());
    assertThat(replayed.timing().chunks()).isEqualTo(sent.timing().chunks());
  }

  /** Remembers the answer to each request. */
  private static final class Memory implements CallInterceptor {
    private final Map<LlmRequest, EncodedResponse> answers = new ConcurrentHashMap<>();

    @Override
    public Decision before(Attempt attempt) {
      assertThat(attempt.replayable()).isTrue();
      EncodedResponse known = answers.get(attempt.request());
      return known != null
          ? Decision.answer(known)
          : Decision.proceed(
              (call, response) -> {
                if (response != null) {
                  answers.put(call.request(), response);
                }
              });
    }
  }

  /** The application's own type. */
  static final class Thing {
    public String name = "";
  }
}
