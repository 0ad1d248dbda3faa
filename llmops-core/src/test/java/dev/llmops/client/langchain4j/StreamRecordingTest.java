package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.TokenUsage;
import dev.llmops.CallInterceptor;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Gate;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is recorded of a streamed call, and what its handler sees. */
class StreamRecordingTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final StreamingChatModel model =
      LangChain4jInstrumentation.wrap(
          OpenAiStreamingChatModel.builder()
              .baseUrl(server.baseUrl())
              .apiKey("test")
              .modelName("gpt-4o-mini")
              .build(),
          ops);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void recordIsMadeBeforeTheHandlerIsToldTheEnd() throws Exception {
    CompletableFuture<Integer> recordedBefore = new CompletableFuture<>();
    server.enqueue(Fixture.CHAT_STREAM_USAGE);

    model.chat(
        "Hello",
        new Collected() {
          @Override
          public void onCompleteResponse(ChatResponse response) {
            recordedBefore.complete(records.calls().size());
          }
        });

    assertThat(recordedBefore.get(20, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(1);
    // six pieces of text, 19 and 6 tokens; the end counts as a chunk
    assertThat(records.onlyCall()).isCompleted().hasUsage(19, 6);
    assertThat(records.onlyCall().timing().chunks()).isEqualTo(7);
  }

  @Test
  void toolCallsArrivePieceByPiece() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS);
    Collected collected = new Collected();

    model.chat("The tide and the wind?", collected);

    assertThat(collected.text()).isEmpty();
    LlmCall call = records.onlyCall();
    assertThat(call.response().outputs().get(0).parts()).hasSize(2);
    assertThat(call.response().finishReasons()).containsExactly("tool_call");
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
  }

  @Test
  void cancelledByItsHandleKeepsWhatArrived() throws Exception {
    server.enqueue(Reply.answer("one two three four").repeatChunkUntilClientGone(2));

    model.chat(
        "Count",
        new Collected() {
          @Override
          public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            context.streamingHandle().cancel();
            assertThat(context.streamingHandle().isCancelled()).isTrue();
          }
        });

    Awaitility.await().atMost(SOON).until(() -> !records.calls().isEmpty());
    assertThat(records.onlyCall()).isCancelled(Outcome.Reason.CLOSED).hasTextContaining("one");
    server.awaitClientGone(SOON);
    assertThat(ops.stats().ended()).isEqualTo(1);
  }

  @Test
  void handlerThatThrowsHasCancelled() {
    server.enqueue(Reply.answer("one two three four"));
    IllegalStateException mine = new IllegalStateException("on purpose");
    Collected collected =
        new Collected() {
          @Override
          public void onPartialResponse(String part) {
            throw mine;
          }
        };

    model.chat("Count", collected);

    Throwable told = catchThrowable(collected::text);
    assertThat(told).isSameAs(mine); // LangChain4j tells the handler its own exception
    Awaitility.await().atMost(SOON).until(() -> !records.calls().isEmpty()); // and reads on
    assertThat(records.onlyCall())
        .isCancelled(Outcome.Reason.CONSUMER_FAILED)
        .hasText("one two three four")
        .hasUsage(1, 4); // words
  }

  @Test
  void handlerThatThrowsOutOfTheModelHasCancelled() {
    IllegalStateException mine = new IllegalStateException("on purpose");
    StreamingChatModel direct =
        LangChain4jInstrumentation.wrap(new Direct(handler -> unsupported()), ops);

    Throwable thrown =
        catchThrowable(
            () ->
                direct.chat(
                    "Count",
                    new Collected() {
                      @Override
                      public void onPartialResponse(String part) {
                        throw mine;
                      }
                    }));

    assertThat(thrown).isSameAs(mine);
    assertThat(records.onlyCall()).isCancelled(Outcome.Reason.CONSUMER_FAILED).hasText("one");
  }

  @Test
  void aStreamThatCannotBeCancelledGoesOn() throws Exception {
    StreamingChatModel direct =
        LangChain4jInstrumentation.wrap(new Direct(handler -> unsupported()), ops);
    Collected collected =
        new Collected() {
          @Override
          public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            assertThatThrownBy(context.streamingHandle()::cancel)
                .isInstanceOf(UnsupportedFeatureException.class);
          }
        };

    direct.chat("Count", collected);

    assertThat(collected.text()).isEmpty(); // it came to its end
    assertThat(records.onlyCall()).isCompleted().hasUsage(1, 2);
  }

  @Test
  void whatACancelledClientReportsIsNoFailure() {
    StreamingChatModel direct =
        LangChain4jInstrumentation.wrap(
            new Direct(
                handler -> handler.onError(new IllegalStateException("the connection was closed"))),
            ops);

    direct.chat(
        "Count",
        new Collected() {
          @Override
          public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            context.streamingHandle().cancel();
          }
        });

    assertThat(records.onlyCall()).isCancelled(Outcome.Reason.CLOSED);
  }

  @Test
  void handlerRunsInTheCallersContext() throws Exception {
    List<String> users = new CopyOnWriteArrayList<>();
    Collected collected =
        new Collected() {
          @Override
          public void onPartialResponse(String part) {
            users.add(LlmContext.current().userId());
            assertThat(LlmContext.current().suppressed()).isFalse();
          }
        };

    try (LlmContext.Scope scope = LlmContext.extend().user("u-7").open()) {
      model.chat("Hello", collected);
    }

    assertThat(collected.text()).isEmpty();
    assertThat(users).isNotEmpty().containsOnly("u-7");
  }

  @Test
  void unfinishedStreamIsNotRecordedBeforeItsEnd() throws Exception {
    Gate gate = Gate.closed();
    server.enqueue(Reply.answer("one two three").holdAfterChunks(1, gate));
    Collected collected = new Collected();

    model.chat("Count", collected);

    gate.awaitReached(SOON);
    assertThat(records.calls()).isEmpty();
    assertThat(ops.stats().started()).isEqualTo(1);
    gate.open();
    assertThat(collected.text()).isEqualTo("one two three");
    assertThat(records.onlyCall()).isCompleted().hasText("one two three");
  }

  @Test
  void refusalGoesToTheHandler() {
    IllegalArgumentException refusal = new IllegalArgumentException("budget is spent");
    LlmOps refusing =
        LlmOps.builder()
            .interceptor(attempt -> CallInterceptor.Decision.refuse(refusal))
            .sink(records)
            .build();
    Collected collected = new Collected();

    LangChain4jInstrumentation.wrap(model, refusing)
        .chat(List.of(UserMessage.from("Hello")), collected);

    assertThat(catchThrowable(collected::text)).isSameAs(refusal);
    assertThat(server.requests()).isEmpty();
  }

  private static void unsupported() {
    throw new UnsupportedFeatureException("cannot cancel");
  }

  /**
   * Answers on the caller's thread, and lets its handler's exceptions out.
   *
   * @param onCancel what its handle does
   */
  private record Direct(Consumer<StreamingChatResponseHandler> onCancel)
      implements StreamingChatModel {

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
      StreamingHandle handle =
          new StreamingHandle() {
            @Override
            public void cancel() {
              onCancel.accept(handler);
            }

            @Override
            public boolean isCancelled() {
              return false;
            }
          };
      handler.onPartialResponse(new PartialResponse("one"), new PartialResponseContext(handle));
      handler.onCompleteResponse(
          ChatResponse.builder()
              .aiMessage(AiMessage.from("one"))
              .tokenUsage(new TokenUsage(1, 2))
              .build());
    }
  }
}
