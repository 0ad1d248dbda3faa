package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIIoException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.Response;
import dev.llmops.CallObserver;
import dev.llmops.CallRef;
import dev.llmops.CallSink;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.Outcome;
import dev.llmops.Outcome.Reason;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Gate;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of a user's call: it is untouched, and recorded exactly once. */
class CallsUntouchedTest extends OpenAiTest {

  private static final ChatCompletion READY =
      new ClientCodec<>(ChatCompletion.class)
          .decode(new dev.llmops.JsonText(Fixture.CHAT_BASIC.text()));

  private final OpenAIClientAsync async = client.async();

  @Nested
  class Sync {
    @Test
    void resultIsTheSameObject() {
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(StubClient.answering((method, args) -> READY), ops);

      assertThat(stub.chat().completions().create(chatParams())).isSameAs(READY);
      assertThat(onlyCall().response().id()).isEqualTo("chatcmpl-fake-basic");
    }

    @Test
    void exceptionIsTheSameObject() {
      Error error = new AssertionError("the client's own");
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(
              StubClient.answering(
                  (method, args) -> {
                    throw error;
                  }),
              ops);

      assertThat(catchThrowable(() -> stub.chat().completions().create(chatParams())))
          .isSameAs(error);
      assertThat(onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void theMethodThatWasCalledIsCalledOnOtherImplementations() {
      List<String> called = new ArrayList<>();
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(
              StubClient.answering(
                  (method, args) -> {
                    called.add(method.getName() + "/" + method.getParameterCount());
                    return READY;
                  }),
              ops);

      var unused = stub.chat().completions().create(chatParams());

      assertThat(called).containsExactly("create/1");
    }

    @Test
    void callRunsOnTheCallersThread() {
      AtomicReference<Thread> thread = new AtomicReference<>();
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(
              StubClient.answering(
                  (method, args) -> {
                    thread.set(Thread.currentThread());
                    return READY;
                  }),
              ops);

      var unused = stub.chat().completions().create(chatParams());

      assertThat(thread.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void anAnswerOfNullIsPassedOn() {
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(StubClient.answering((method, args) -> null), ops);

      assertThat(stub.chat().completions().create(chatParams())).isNull();
      assertThat(stub.chat().completions().createStreaming(chatParams())).isNull();
      assertThat(sink.calls).hasSize(2);
    }

    @Test
    void aMissingArgumentIsTheClientsToRefuse() {
      Throwable expected = catchThrowable(() -> bare.chat().completions().create(missing()));

      assertThatThrownBy(() -> client.chat().completions().create(missing()))
          .isExactlyInstanceOf(expected.getClass())
          .hasMessage(expected.getMessage());
    }

    @SuppressWarnings("NullAway")
    private static com.openai.models.chat.completions.ChatCompletionCreateParams missing() {
      return null;
    }

    @Test
    void anUndeclaredCheckedExceptionIsTheCauseOfTheProxys() {
      InterruptedException interrupted = new InterruptedException();
      OpenAIClient impatient =
          bare.withOptions(
              options ->
                  options
                      .maxRetries(1)
                      .sleeper(
                          new NoWait() {
                            @Override
                            public void sleep(Duration duration) {
                              throw Failures.<RuntimeException>sneaky(interrupted);
                            }
                          }));
      server.enqueue(Fixture.ERROR_500, Fixture.ERROR_500);
      assertThat(catchThrowable(() -> impatient.chat().completions().create(chatParams())))
          .isSameAs(interrupted);

      Throwable thrown =
          catchThrowable(
              () ->
                  OpenAiInstrumentation.wrap(impatient, ops)
                      .chat()
                      .completions()
                      .create(chatParams()));

      assertThat(thrown).isInstanceOf(UndeclaredThrowableException.class).hasCause(interrupted);
      assertThat(onlyCall().attempts()).isEqualTo(1);
      assertThat(onlyCall().error())
          .satisfies(error -> assertThat(error.type()).isEqualTo("java.lang.InterruptedException"));
    }

    @Test
    void interruptFlagStays() {
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(StubClient.answering((method, args) -> READY), ops);
      Thread.currentThread().interrupt();

      var unused = stub.chat().completions().create(chatParams());

      assertThat(Thread.interrupted()).isTrue();
      assertThat(sink.calls).hasSize(1);
    }

    @Test
    void everyOverloadIsRecordedOnce() {
      server.enqueue(
          Fixture.CHAT_BASIC, Fixture.CHAT_BASIC, Fixture.RESPONSES_BASIC, Fixture.RESPONSES_BASIC);
      var options = com.openai.core.RequestOptions.none();

      var one = client.chat().completions().create(chatParams());
      var two = client.chat().completions().create(chatParams(), options);
      var three = client.responses().create(responseParams(), options);
      var four = client.responses().retrieve("resp_1", options);

      assertThat(List.of(one.id(), two.id())).containsOnly("chatcmpl-fake-basic");
      assertThat(List.of(three.id(), four.id())).containsOnly(three.id());
      assertThat(sink.calls).hasSize(4);
    }
  }

  @Nested
  class Async {
    @Test
    void answerIsRecordedBeforeTheFutureCompletes() {
      server.enqueue(Fixture.CHAT_BASIC);

      CompletableFuture<Integer> seen =
          async.chat().completions().create(chatParams()).thenApply(chat -> sink.calls.size());

      assertThat(seen.join()).isEqualTo(1);
      assertThat(onlyCall().response().headers()).containsKey("x-request-id");
      assertThat(onlyCall().usage().inputTokens()).isEqualTo(17);
    }

    @Test
    void errorIsTheClientsAndIsNamed() {
      server.enqueue(Fixture.ERROR_400);

      Throwable thrown =
          catchThrowable(() -> async.chat().completions().create(chatParams()).join());

      assertThat(thrown)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(BadRequestException.class);
      assertThat(onlyCall().error())
          .satisfies(error -> assertThat(error.type()).isEqualTo("unsupported_value"));
    }

    @Test
    void cancelReachesTheClient() {
      CompletableFuture<ChatCompletion> clients = new CompletableFuture<>();
      OpenAIClientAsync stub =
          OpenAiInstrumentation.wrap(StubClient.answeringAsync((method, args) -> clients), ops);
      CompletableFuture<ChatCompletion> future = stub.chat().completions().create(chatParams());

      assertThat(future.cancel(true)).isTrue();

      assertThat(clients).isCancelled();
      assertCancelled(Reason.CANCELLED);
    }

    @Test
    void structuredOutputIsGivenAsSuch() {
      server.enqueue(Fixture.CHAT_STRUCTURED_OUTPUT);

      var answer =
          async
              .chat()
              .completions()
              .create(chatParams().toBuilder().responseFormat(Thing.class).build())
              .join();

      assertThat(answer.responseType()).isEqualTo(Thing.class);
      assertThat(onlyCall().response().id()).isEqualTo(answer.id());
    }
  }

  @Nested
  class Streams {
    @Test
    void closingEarlyKeepsWhatCame() throws InterruptedException {
      Gate gate = Gate.closed();
      server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().holdAfterChunks(3, gate));

      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(chatParams())) {
        Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
        for (int i = 0; i < 3; i++) {
          chunks.next();
        }
      }
      gate.open();

      assertCancelled(Reason.CLOSED);
      assertThat(onlyCall().timing().chunks()).isEqualTo(3);
      assertThat(onlyCall().response().text()).isNotEmpty();
    }

    @Test
    void nothingIsReadBeforeTheConsumerAsks() {
      AtomicInteger read = new AtomicInteger();
      AtomicInteger closed = new AtomicInteger();
      StreamResponse<ChatCompletionChunk> clients =
          new StreamResponse<>() {
            @Override
            public Stream<ChatCompletionChunk> stream() {
              return Stream.of(chunk(), chunk()).peek(chunk -> read.incrementAndGet());
            }

            @Override
            public void close() {
              closed.incrementAndGet();
            }
          };
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(StubClient.answering((method, args) -> clients), ops);

      StreamResponse<ChatCompletionChunk> stream =
          stub.chat().completions().createStreaming(chatParams());
      Stream<ChatCompletionChunk> chunks = stream.stream();
      assertThat(read).hasValue(0);
      assertThat(chunks.findFirst()).isPresent();

      assertThat(read).hasValue(1);
      assertThat(closed).hasValue(0);
      stream.close();
      stream.close();
      assertThat(closed).hasValue(2);
      assertCancelled(Reason.CLOSED);
    }

    @Test
    void chunksAreTheClientsObjects() {
      ChatCompletionChunk chunk = chunk();
      OpenAIClient stub = OpenAiInstrumentation.wrap(streaming(() -> Stream.of(chunk)), ops);

      try (var stream = stub.chat().completions().createStreaming(chatParams())) {
        assertThat(stream.stream().toList()).singleElement().isSameAs(chunk);
      }

      assertThat(onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
    }

    @Test
    void consumersExceptionIsTheSameObjectAndNoFailureOfTheModel() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      RuntimeException mine = new IllegalStateException("the consumer's");

      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(chatParams())) {
        assertThatThrownBy(
                () ->
                    stream.stream()
                        .forEach(
                            chunk -> {
                              throw mine;
                            }))
            .isSameAs(mine);
      }

      assertCancelled(Reason.CONSUMER_FAILED);
    }

    @Test
    void clientsExceptionIsTheSameObject() {
      RuntimeException clients = new OpenAIIoException("cut");
      OpenAIClient stub =
          OpenAiInstrumentation.wrap(
              streaming(
                  () ->
                      Stream.generate(
                          () -> {
                            throw clients;
                          })),
              ops);

      try (var stream = stub.chat().completions().createStreaming(chatParams())) {
        assertThatThrownBy(() -> stream.stream().toList()).isSameAs(clients);
      }

      assertThat(onlyCall().error())
          .satisfies(
              error -> assertThat(error.type()).isEqualTo(OpenAIIoException.class.getName()));
    }

    @Test
    void abandonedStreamEndsWhenItIsCollected() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      abandon();

      await()
          .until(
              () -> {
                System.gc();
                return !sink.calls.isEmpty();
              });

      assertCancelled(Reason.ABANDONED);
      assertThat(ops.stats().open()).isZero();
    }

    private void abandon() {
      var unused =
          client.chat().completions().createStreaming(chatParams()).stream().iterator().next();
      assertThat(ops.stats().open()).isEqualTo(1);
    }
  }

  @Nested
  class AsyncStreams {
    @Test
    void chunksAreRecordedBeforeTheHandlerSeesTheEnd() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      AtomicInteger chunks = new AtomicInteger();
      AtomicInteger callsAtTheEnd = new AtomicInteger();

      AsyncStreamResponse<ChatCompletionChunk> stream =
          async.chat().completions().createStreaming(chatParams());
      AsyncStreamResponse<ChatCompletionChunk> subscribed =
          stream.subscribe(
              new AsyncStreamResponse.Handler<>() {
                @Override
                public void onNext(ChatCompletionChunk chunk) {
                  chunks.incrementAndGet();
                }

                @Override
                public void onComplete(Optional<Throwable> error) {
                  callsAtTheEnd.set(sink.calls.size());
                }
              });
      var unused = stream.onCompleteFuture().join();

      assertThat(subscribed).isSameAs(stream);
      assertThat(callsAtTheEnd).hasValue(1);
      assertThat(onlyCall().timing().chunks()).isEqualTo(chunks.get());
      assertThat(onlyCall().usage().outputTokens()).isEqualTo(6);
    }

    @Test
    void handlerRunsWhereItsExecutorSays() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      List<Thread> threads = new CopyOnWriteArrayList<>();
      List<Thread> executors = new CopyOnWriteArrayList<>();

      var stream = async.chat().completions().createStreaming(chatParams());
      var unused =
          stream
              .subscribe(
                  chunk -> threads.add(Thread.currentThread()),
                  task -> {
                    Thread thread = new Thread(task);
                    executors.add(thread);
                    thread.start();
                  })
              .onCompleteFuture()
              .join();

      assertThat(threads).isNotEmpty();
      assertThat(executors).containsAll(threads);
    }

    @Test
    void failedRequestEndsTheCallOnceEvenIfNobodySubscribes() {
      server.enqueue(Fixture.ERROR_401);

      var stream = async.chat().completions().createStreaming(chatParams());
      Throwable thrown = catchThrowable(() -> stream.onCompleteFuture().join());

      assertThat(thrown).isNotNull();
      assertThat(onlyCall().error())
          .satisfies(error -> assertThat(error.type()).isEqualTo("invalid_api_key"));
    }

    @Test
    void closingEarlyKeepsWhatCame() throws InterruptedException {
      Gate gate = Gate.closed();
      server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().holdAfterChunks(3, gate));

      var stream = async.chat().completions().createStreaming(chatParams());
      AtomicInteger count = new AtomicInteger();
      // closed by the handler: from another thread, the client's close may wait for its reader
      var unused =
          stream
              .subscribe(
                  chunk -> {
                    if (count.incrementAndGet() == 3) {
                      stream.close();
                    }
                  })
              .onCompleteFuture()
              .join();
      gate.open();

      assertCancelled(Reason.CLOSED);
      assertThat(onlyCall().timing().chunks()).isEqualTo(3);
    }

    @Test
    void handlersExceptionIsNoFailureOfTheModel() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      RuntimeException mine = new IllegalStateException("the handler's");

      var stream = async.chat().completions().createStreaming(chatParams());
      Throwable thrown =
          catchThrowable(
              () ->
                  stream
                      .subscribe(
                          chunk -> {
                            throw mine;
                          })
                      .onCompleteFuture()
                      .join());

      assertThat(thrown).hasCause(mine);
      assertCancelled(Reason.CONSUMER_FAILED);
    }

    @Test
    void subscribingTwiceIsRefusedAsByTheClient() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);
      var stream = async.chat().completions().createStreaming(chatParams());
      var unused = stream.subscribe(chunk -> {}).onCompleteFuture().join();

      assertThatThrownBy(() -> stream.subscribe(chunk -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Nested
  class RawResponses {
    @Test
    void parsingEndsTheCallWithTheAnswer() {
      server.enqueue(Fixture.CHAT_BASIC);

      try (HttpResponseFor<ChatCompletion> response =
          client.chat().completions().withRawResponse().create(chatParams())) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.requestId()).isPresent();
        assertThat(sink.calls).isEmpty();
        assertThat(response.parse()).isSameAs(response.parse());
      }

      assertThat(onlyCall().usage().inputTokens()).isEqualTo(17);
      assertThat(onlyCall().response().headers()).containsKey("x-request-id");
    }

    @Test
    void closingUnparsedEndsTheCallWithTheHeadersOnly() throws Exception {
      server.enqueue(Fixture.CHAT_BASIC);

      try (HttpResponseFor<ChatCompletion> response =
          client.withRawResponse().chat().completions().create(chatParams())) {
        assertThat(
                new String(response.body().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
            .contains("chatcmpl-fake-basic");
      }

      assertThat(onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
      assertThat(onlyCall().response().outputs()).isEmpty();
      assertThat(onlyCall().response().headers()).containsKey("x-request-id");
    }

    @Test
    void parsedStreamIsRecorded() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);

      try (HttpResponseFor<StreamResponse<ChatCompletionChunk>> response =
          client.chat().completions().withRawResponse().createStreaming(chatParams())) {
        StreamResponse<ChatCompletionChunk> stream = response.parse();
        assertThat(response.parse()).isSameAs(stream);
        stream.stream().forEach(chunk -> {});
      }

      assertThat(onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
      assertThat(onlyCall().usage().outputTokens()).isEqualTo(6);
    }

    @Test
    void streamClosedUnparsedIsCancelled() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);

      client.chat().completions().withRawResponse().createStreaming(chatParams()).close();

      assertCancelled(Reason.CLOSED);
    }

    @Test
    void asyncResponseIsRecordedWhenItIsParsed() {
      server.enqueue(Fixture.RESPONSES_BASIC);

      try (HttpResponseFor<Response> response =
          async.responses().withRawResponse().create(responseParams()).join()) {
        assertThat(response.parse().id()).isNotEmpty();
      }

      assertThat(onlyCall().usage().inputTokens()).isEqualTo(21);
    }

    @Test
    void asyncStreamIsRecordedWhenItIsRead() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE);

      try (var response =
          async.chat().completions().withRawResponse().createStreaming(chatParams()).join()) {
        response.parse().stream().forEach(chunk -> {});
      }

      assertThat(onlyCall().usage().outputTokens()).isEqualTo(6);
    }

    @Test
    void cancelOfAnAsyncResponseReachesTheClient() {
      CompletableFuture<Object> clients = new CompletableFuture<>();
      OpenAIClientAsync stub =
          OpenAiInstrumentation.wrap(StubClient.answeringAsync((method, args) -> clients), ops);
      var future = stub.chat().completions().withRawResponse().create(chatParams());

      assertThat(future.cancel(true)).isTrue();

      assertThat(clients).isCancelled();
      assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
      assertCancelled(Reason.CANCELLED);
    }

    @Test
    void refusedRequestIsNamed() {
      server.enqueue(Fixture.ERROR_404_MODEL, Fixture.ERROR_404_MODEL);

      assertThat(
              catchThrowable(
                  () -> client.chat().completions().withRawResponse().create(chatParams())))
          .isNotNull();
      assertThat(
              catchThrowable(
                  () -> async.chat().completions().withRawResponse().create(chatParams()).join()))
          .isNotNull();

      assertThat(sink.calls)
          .extracting(call -> call.error() == null ? null : call.error().type())
          .containsExactly("model_not_found", "model_not_found");
    }
  }

  @Nested
  class OurSide {
    @Test
    void throwingObserverAndSinkDoNotReachTheCaller() {
      CallObserver observer =
          new CallObserver() {
            @Override
            public @Nullable CallObservation onStart(
                LlmRequest request, LlmContext context, Instant start) {
              throw new IllegalStateException("observer");
            }
          };
      CallSink broken =
          record -> {
            throw new StackOverflowError();
          };
      LlmOps noisy = LlmOps.builder().observer(observer).sink(broken).build();
      OpenAIClient wrapped = OpenAiInstrumentation.wrap(bare, noisy);
      server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_STREAM_USAGE, Fixture.CHAT_BASIC);

      assertThat(wrapped.chat().completions().create(chatParams()).id()).isNotEmpty();
      try (var stream = wrapped.chat().completions().createStreaming(chatParams())) {
        assertThat(stream.stream().count()).isPositive();
      }
      assertThat(wrapped.async().chat().completions().create(chatParams()).join().id())
          .isNotEmpty();

      assertThat(noisy.stats().started()).isEqualTo(3);
      assertThat(noisy.stats().ended()).isEqualTo(3);
    }

    @Test
    void switchedOffNothingIsRecorded() {
      ops.setEnabled(false);
      server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_STREAM_USAGE);

      var unused = client.chat().completions().create(chatParams());
      try (var stream = client.chat().completions().createStreaming(chatParams())) {
        assertThat(Proxy.isProxyClass(stream.getClass())).isFalse();
      }

      assertThat(ops.stats().started()).isZero();
    }

    @Test
    void contextOfTheCallIsRecorded() {
      server.enqueue(Fixture.CHAT_BASIC);
      AtomicReference<CallRef> told = new AtomicReference<>();

      try (var scope = LlmContext.builder().conversation("c1").onCall(told::set).build().open()) {
        var unused = client.chat().completions().create(chatParams());
      }

      LlmCall call = onlyCall();
      assertThat(call.conversationId()).isEqualTo("c1");
      assertThat(told.get()).isEqualTo(call.ref());
      assertThat(ops.lastCall()).isEqualTo(call.ref());
    }
  }

  private void assertCancelled(Reason reason) {
    assertThat(onlyCall().outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class, left -> assertThat(left.reason()).isEqualTo(reason));
  }

  private static OpenAIClient streaming(
      java.util.function.Supplier<Stream<ChatCompletionChunk>> chunks) {
    return StubClient.answering(
        (method, args) ->
            new StreamResponse<ChatCompletionChunk>() {
              @Override
              public Stream<ChatCompletionChunk> stream() {
                return chunks.get();
              }

              @Override
              public void close() {}
            });
  }

  private static ChatCompletionChunk chunk() {
    return new ClientCodec<>(ChatCompletionChunk.class)
        .decode(
            new dev.llmops.JsonText(
                "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                    + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}"));
  }

  /** The application's own type. */
  static final class Thing {
    public String name = "";
  }
}
