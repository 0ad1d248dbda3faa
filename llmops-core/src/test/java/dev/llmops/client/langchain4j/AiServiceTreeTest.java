package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.router.DefaultQueryRouter;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.memory.ChatMemoryAccess;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.StepRequest.Kind;
import dev.llmops.StepResult;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** An AI service with memory, a retriever and a tool becomes one tree of records. */
class AiServiceTreeTest {

  private static final Duration WAIT = Duration.ofSeconds(20);

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void retrievalCallsAndToolsAreInTheAgentStep() {
    server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("High tide is at noon."));

    String answer = assistant().chat("conversation-7", "When is high tide in Brest?");

    assertThat(answer).isEqualTo("High tide is at noon.");
    assertTree();
    LlmStep agent = step(Kind.AGENT);
    assertThat(agent.request().name()).isEqualTo("Assistant.chat");
    assertThat(agent.request().input()).isEqualTo("When is high tide in Brest?");
    assertThat(agent.result().text()).isEqualTo("High tide is at noon.");
    LlmStep tool = step(Kind.TOOL);
    assertThat(tool.request().name()).isEqualTo("get_tide");
    assertThat(tool.request().id()).isEqualTo("call_tide01");
    assertThat(tool.request().input()).contains("\"Brest\"");
    assertThat(tool.result().text()).isEqualTo("noon");
    LlmStep search = step(Kind.RETRIEVAL);
    assertThat(search.request().name()).isEqualTo("almanac");
    assertThat(search.result().documents())
        .containsExactly(
            new StepResult.Document("doc-1", 0.75, "Tides follow the moon."),
            new StepResult.Document("tides.md#2", null, "Springs and neaps."),
            new StepResult.Document("rank 2", null, "No source."));
  }

  @Test
  void streamingServicesMakeTheSameTree() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS.reply(), Reply.answer("At noon, little wind."));
    CompletableFuture<String> end = new CompletableFuture<>();

    streaming()
        .chat("conversation-7", "The tide and the wind?")
        .onPartialResponse(part -> {})
        .onCompleteResponse(response -> end.complete(response.aiMessage().text()))
        .onError(end::completeExceptionally)
        .start();

    assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("At noon, little wind.");
    assertThat(step(Kind.AGENT).result().text()).isEqualTo("At noon, little wind.");
    assertThat(records.steps().stream().filter(step -> step.request().kind() == Kind.TOOL))
        .extracting(step -> step.request().name())
        .containsExactly("get_tide", "get_wind");
    assertTree();
  }

  @Test
  void toolsOnOtherThreadsAreInTheAgentStep() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS.reply(), Reply.answer("At noon, little wind."));
    CompletableFuture<String> end = new CompletableFuture<>();
    StreamingAssistant service =
        wrap(
            StreamingAssistant.class, builder(StreamingAssistant.class).executeToolsConcurrently());

    service
        .chat("conversation-7", "The tide and the wind?")
        .onPartialResponse(part -> {})
        .onCompleteResponse(response -> end.complete(response.aiMessage().text()))
        .onError(end::completeExceptionally)
        .start();

    assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("At noon, little wind.");
    assertThat(step(Kind.AGENT).error()).isNull();
    assertThat(records.steps().stream().filter(step -> step.request().kind() == Kind.TOOL))
        .extracting(step -> step.request().name())
        .containsExactlyInAnyOrder("get_tide", "get_wind");
    assertTree();
  }

  @Test
  void searchesOnOtherThreadsAreInTheAgentStep() {
    server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("High tide is at noon."));
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ContentRetriever watched =
        LangChain4jInstrumentation.wrap(
            query -> {
              threads.add(Thread.currentThread());
              return List.of();
            },
            ops,
            "logbook");
    Assistant service =
        wrap(
            Assistant.class,
            builder(Assistant.class)
                .retrievalAugmentor(
                    DefaultRetrievalAugmentor.builder()
                        .queryRouter(new DefaultQueryRouter(retriever(), watched))
                        .build()));

    assertThat(service.chat("conversation-7", "When?")).isEqualTo("High tide is at noon.");

    assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    assertThat(records.steps()).hasSize(4); // two searches, the tool, the agent
    assertTree();
  }

  @Test
  void aFluxEndsTheStepOfItsService() {
    server.enqueue(Reply.answer("High tide is at noon."));
    FluxAssistant service = wrap(FluxAssistant.class, builder(FluxAssistant.class));

    Flux<String> answer = service.chat("conversation-7", "When?");
    List<Boolean> recorded = new ArrayList<>();
    String text =
        String.join(
            "", answer.doOnComplete(() -> recorded.add(hasAgent())).collectList().block(WAIT));

    assertThat(text).isEqualTo("High tide is at noon.");
    assertThat(recorded).containsExactly(true); // before its subscriber is told
    assertThat(step(Kind.AGENT).error()).isNull();
    assertThat(step(Kind.AGENT).result().text()).isEqualTo("High tide is at noon.");
    assertThat(records.onlyCall().parent()).isEqualTo(step(Kind.AGENT).ref());
  }

  @Test
  void aFluxThatFailsFailsItsStep() {
    server.enqueue(Fixture.ERROR_401);
    FluxAssistant service = wrap(FluxAssistant.class, builder(FluxAssistant.class));

    Throwable failed = catchThrowable(() -> service.chat("c", "When?").collectList().block(WAIT));

    assertThat(failed).isNotNull();
    assertThat(step(Kind.AGENT).error()).isNotNull();
  }

  @Test
  void aFluxThatIsCancelledFailsItsStep() {
    FluxAssistant service = wrap(FluxAssistant.class, builder(FluxAssistant.class));
    server.enqueue(Reply.answer("High tide is at noon."));
    assertThat(service.chat("c", "When?").blockFirst(WAIT)).isEqualTo("High");
    assertThat(step(Kind.AGENT).error().type()).isEqualTo(CancellationException.class.getName());
  }

  @Test
  void eachSubscriptionOfAFluxHasItsOwnText() {
    Flux<String> parts = Flux.just("High tide", " is at noon.");
    FluxAssistant service =
        LangChain4jInstrumentation.wrap(FluxAssistant.class, (id, question) -> parts, ops);
    Flux<String> answer = service.chat("c", "When?");
    List<String> first = new ArrayList<>();
    answer.subscribe(
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            request(1);
          }

          @Override
          protected void hookOnNext(String part) {
            first.add(part);
          }
        });
    assertThat(first).containsExactly("High tide");

    assertThat(answer.collectList().block(WAIT)).containsExactly("High tide", " is at noon.");

    assertThat(step(Kind.AGENT).result().text()).isEqualTo("High tide is at noon.");
  }

  @Test
  void aStreamCanBeStartedTwice() { // as LangChain4j's can
    server.enqueue(Reply.answer("Hello."), Reply.answer("Hello again."));
    TokenStream stream = streaming().chat("c", "Hi").ignoreErrors();

    stream.start();
    Awaitility.await().atMost(WAIT).until(() -> hasAgent());
    stream.start();

    Awaitility.await().atMost(WAIT).until(() -> records.calls().size() == 2);
    assertThat(step(Kind.AGENT).result().text()).isEqualTo("Hello.");
  }

  @Test
  void memoryOfTheServiceIsNoStep() {
    Assistant service = assistant();
    var unused = service.chat("c", "Hi");
    int steps = records.steps().size();

    assertThat(service.getChatMemory("c").messages()).isNotEmpty();
    assertThat(service.evictChatMemory("c")).isTrue();

    assertThat(records.steps()).hasSize(steps);
  }

  @Test
  void streamingServiceWithoutHandlersOfTheEndStillEndsItsStep() {
    server.enqueue(Reply.answer("Hello."));

    streaming().chat("c", "Hi").onPartialResponse(part -> {}).ignoreErrors().start();

    Awaitility.await().until(() -> records.steps().size() == 2); // the search, and the agent
    assertThat(step(Kind.AGENT).error()).isNull();
  }

  @Test
  void streamingServiceThatFailsFailsItsStep() throws Exception {
    server.enqueue(Fixture.ERROR_401);
    CompletableFuture<Throwable> told = new CompletableFuture<>();

    streaming().chat("c", "Hi").onPartialResponse(part -> {}).onError(told::complete).start();

    assertThat(told.get(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(step(Kind.AGENT).error()).isNotNull();
    assertThat(records.onlyCall().error()).isNotNull();
  }

  @Test
  void aStreamThatIsCancelledByItsTextFailsItsStep() throws Exception {
    server.enqueue(Reply.answer("one two three").repeatChunkUntilClientGone(2));

    assertCancelled(
        stream ->
            stream.onPartialResponseWithContext(
                (part, from) -> {
                  from.streamingHandle().cancel();
                  assertThat(from.streamingHandle().isCancelled()).isTrue();
                }));
  }

  @Test
  void aStreamThatIsCancelledByItsThinkingFailsItsStep() throws Exception {
    server.enqueue(
        Reply.sse(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm\"}}]}",
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\".\"}}]}")
            .repeatChunkUntilClientGone(2));

    assertCancelled(
        stream ->
            stream.onPartialThinkingWithContext((part, from) -> from.streamingHandle().cancel()));
  }

  @Test
  void aStreamThatIsCancelledByItsToolCallFailsItsStep() throws Exception {
    server.enqueue(Fixture.CHAT_STREAM_TOOL_CALLS.reply().repeatChunkUntilClientGone(3));

    assertCancelled(
        stream ->
            stream.onPartialToolCallWithContext((part, from) -> from.streamingHandle().cancel()));
  }

  @Test
  void aStreamThatIsNeverStartedFailsItsStepOnceItIsCollected() {
    abandon();

    Awaitility.await()
        .atMost(WAIT)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              System.gc();
              return hasAgent();
            });

    assertThat(step(Kind.AGENT).error().type()).isEqualTo(CancellationException.class.getName());
    assertThat(step(Kind.AGENT).error().message()).isEqualTo("the stream was abandoned");
    assertThat(step(Kind.RETRIEVAL).parent()).isEqualTo(step(Kind.AGENT).ref());
  }

  /** Nobody holds the stream once this returns. */
  private void abandon() {
    TokenStream stream =
        streaming().chat("c", "Hi").onCompleteResponse(response -> {}).ignoreErrors();
    assertThat(stream).isNotNull();
  }

  /** LangChain4j tells neither of the end nor of an error then. */
  private void assertCancelled(UnaryOperator<TokenStream> cancelling) throws Exception {
    Set<Object> told = ConcurrentHashMap.newKeySet();

    cancelling
        .apply(streaming().chat("conversation-7", "Count"))
        .onCompleteResponse(told::add)
        .onError(told::add)
        .start();

    LlmStep agent = step(Kind.AGENT);
    assertThat(agent.error().type()).isEqualTo(CancellationException.class.getName());
    assertThat(agent.error().message()).isEqualTo("the stream was cancelled");
    server.awaitClientGone(WAIT);
    assertThat(told).isEmpty();
    assertThat(agent.context().conversationId()).isEqualTo("conversation-7");
    assertThat(step(Kind.RETRIEVAL).parent()).isEqualTo(agent.ref());
    assertThat(records.onlyCall()).isCancelled(Outcome.Reason.CLOSED);
    assertThat(records.onlyCall().parent()).isEqualTo(agent.ref());
    assertThat(records.all()).last().isSameAs(agent); // a call ends before its step does
  }

  @Test
  void aHandlerThatThrowsDoesNotFailTheServiceThatGoesOn() throws Exception {
    server.enqueue(Reply.answer("High tide is at noon."));
    IllegalStateException mine = new IllegalStateException("on purpose");
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    CompletableFuture<String> end = new CompletableFuture<>();

    streaming()
        .chat("conversation-7", "When?")
        .onPartialResponse(
            part -> {
              throw mine;
            })
        .onCompleteResponse(response -> end.complete(response.aiMessage().text()))
        .onError(told::complete)
        .start();

    assertThat(told.get(20, TimeUnit.SECONDS)).isSameAs(mine);
    assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("High tide is at noon.");
    assertThat(step(Kind.AGENT).error()).isNull();
    assertThat(step(Kind.AGENT).result().text()).isEqualTo("High tide is at noon.");
    assertThat(records.onlyCall()).isCancelled(Outcome.Reason.CONSUMER_FAILED);
    assertThat(records.onlyCall().usage().outputTokens()).isEqualTo(5); // words
    assertThat(records.all()).last().isSameAs(step(Kind.AGENT));
  }

  @Test
  void failuresAreRecordedWhereTheyHappen() {
    server.enqueue(Fixture.ERROR_401);

    Throwable bare = catchThrowable(() -> bareAssistant().chat("c", "Hi"));
    server.enqueue(Fixture.ERROR_401);
    Throwable recorded = catchThrowable(() -> assistant().chat("c", "Hi"));

    assertThat(recorded).hasSameClassAs(bare).hasMessage(bare.getMessage());
    assertThat(step(Kind.AGENT).error()).isNotNull();
    assertThat(records.calls()).last().satisfies(call -> assertThat(call.error()).isNotNull());
  }

  @Test
  void aToolThatThrowsFailsItsStepAndTheServiceGoesOn() {
    harbour.broken = true;
    server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("I do not know."));

    assertThat(assistant().chat("c", "When?")).isEqualTo("I do not know.");

    assertThat(step(Kind.TOOL).error()).isNotNull();
  }

  @Test
  void offIsOff() {
    ops.setEnabled(false);
    server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("At noon."));

    assertThat(assistant().chat("c", "When?")).isEqualTo("At noon.");

    assertThat(records.all()).isEmpty();
  }

  @Test
  void contextIsWhatItWasAfterwards() {
    var unused = assistant().chat("c", "Hi");

    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  /** Everything that is not the agent step is a child of it, in its conversation. */
  private void assertTree() {
    LlmStep agent = step(Kind.AGENT);
    assertThat(agent.parent()).isNull();
    assertThat(agent.context().conversationId()).isEqualTo("conversation-7");
    for (LlmStep step : records.steps()) {
      if (step != agent) {
        assertThat(step.parent()).as(step.request().name()).isEqualTo(agent.ref());
        assertThat(step.context().conversationId()).isEqualTo("conversation-7");
      }
    }
    assertThat(records.calls()).hasSize(2);
    for (LlmCall call : records.calls()) {
      assertThat(call.parent()).isEqualTo(agent.ref());
      assertThat(call.conversationId()).isEqualTo("conversation-7");
    }
  }

  private LlmStep step(Kind kind) {
    Awaitility.await()
        .until(() -> records.steps().stream().anyMatch(step -> step.request().kind() == kind));
    return records.steps().stream()
        .filter(step -> step.request().kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  private Assistant bareAssistant() {
    return AiServices.builder(Assistant.class)
        .chatModel(model())
        .chatMemoryProvider(id -> MessageWindowChatMemory.withMaxMessages(10))
        .build();
  }

  private Assistant assistant() {
    return wrap(Assistant.class, builder(Assistant.class));
  }

  private StreamingAssistant streaming() {
    return wrap(StreamingAssistant.class, builder(StreamingAssistant.class));
  }

  private <T> T wrap(Class<T> type, AiServices<T> builder) {
    return LangChain4jInstrumentation.wrap(type, builder.build(), ops);
  }

  private <T> AiServices<T> builder(Class<T> type) {
    AiServices<T> builder =
        AiServices.builder(type)
            .chatMemoryProvider(id -> MessageWindowChatMemory.withMaxMessages(10))
            .retrievalAugmentor(
                DefaultRetrievalAugmentor.builder().contentRetriever(retriever()).build())
            .tools(LangChain4jInstrumentation.tools(ops, harbour));
    return type == Assistant.class
        ? builder.chatModel(LangChain4jInstrumentation.wrap(model(), ops))
        : builder.streamingChatModel(
            LangChain4jInstrumentation.wrap(
                OpenAiStreamingChatModel.builder()
                    .baseUrl(server.baseUrl())
                    .apiKey("test")
                    .modelName("gpt-4o-mini")
                    .returnThinking(true)
                    .build(),
                ops));
  }

  private boolean hasAgent() {
    return records.steps().stream().anyMatch(step -> step.request().kind() == Kind.AGENT);
  }

  private OpenAiChatModel model() {
    return OpenAiChatModel.builder()
        .baseUrl(server.baseUrl())
        .apiKey("test")
        .modelName("gpt-4o-mini")
        .maxRetries(0)
        .build();
  }

  private ContentRetriever retriever() {
    return LangChain4jInstrumentation.wrap(
        query ->
            List.of(
                Content.from(
                    TextSegment.from("Tides follow the moon."),
                    Map.of(ContentMetadata.EMBEDDING_ID, "doc-1", ContentMetadata.SCORE, 0.75)),
                Content.from(
                    TextSegment.from(
                        "Springs and neaps.",
                        dev.langchain4j.data.document.Metadata.from(
                            Map.of("file_name", "tides.md", "index", "2")))),
                Content.from("No source.")),
        ops,
        "almanac");
  }

  interface Assistant extends ChatMemoryAccess {
    String chat(@MemoryId String conversation, @UserMessage String question);
  }

  interface StreamingAssistant {
    TokenStream chat(@MemoryId String conversation, @UserMessage String question);
  }

  interface FluxAssistant {
    Flux<String> chat(@MemoryId String conversation, @UserMessage String question);
  }

  /** Tools with the names of the fixtures. */
  static final class Harbour {
    boolean broken;

    @Tool(name = "get_tide", value = "Looks up the tide")
    String tide(String harbour) {
      if (broken) {
        throw new IllegalStateException("on purpose");
      }
      return "noon";
    }

    @Tool(name = "get_wind", value = "Looks up the wind")
    String wind(String harbour) {
      return "little";
    }
  }
}
