package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.core.Ordered;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** What is recorded of each observation, and how records hang together. */
class SpringAiRecordingTest {

  private static final String QUESTION = "When is high tide in Brest?";

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final ObservationRegistry registry = ObservationRegistry.create();
  private final SpringAiObservationHandler handler = SpringAiObservationHandler.create(ops);
  private final SpringAiAdvisor advisor = SpringAiAdvisor.create();

  SpringAiRecordingTest() {
    registry.observationConfig().observationHandler(handler);
  }

  @AfterEach
  void nothingWentWrong() {
    server.close();
    assertThat(handler.note()).isNull();
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  @Test
  void runsOnTheSpringAiThatTheBuildNames() {
    String version = ChatModel.class.getPackage().getImplementationVersion();

    assertThat(Models.TWO).isEqualTo(version.startsWith("2."));
    assertThat(version).isEqualTo(System.getProperty("llmops.test.spring-ai", "1.1.6"));
  }

  @Test
  void readsWhatTheProviderCountedInItsOwnUsage() {
    server.enqueue(Fixture.CHAT_TOKEN_DETAILS);

    String unused = model().call(QUESTION);

    LlmCall call = records.onlyCall();
    // chat-token-details.json
    assertThat(call.usage().inputTokens()).isEqualTo(2310);
    assertThat(call.usage().cachedInputTokens()).isEqualTo(1920);
    assertThat(call.usage().outputTokens()).isEqualTo(412);
    assertThat(call.usage().reasoningTokens()).isEqualTo(256);
    assertThat(call.response().finishReasons()).containsExactly("stop");
    assertThat(call.response().id()).startsWith("chatcmpl-");
    assertThat(call.response().model()).isNotEqualTo(Models.MODEL);
    assertThat(call.request().provider()).isEqualTo("openai");
    assertThat(call.request().parameters().temperature()).isEqualTo(0.7);
  }

  @Test
  void anAnswerWithoutUsageHasNone() {
    server.enqueue(Fixture.CHAT_NO_USAGE);

    String unused = model().call(QUESTION);

    assertThat(records.onlyCall().usage().isEmpty()).isTrue();
  }

  @Test
  void aToolIsAStepAndEachCallOfItsLoopHasItsOwnTokens() {
    server.enqueue(Fixture.CHAT_TOOL_CALL);
    server.enqueue(Reply.answer("At noon."));

    String answer =
        ChatClient.builder(model(), registry, null, null)
            .build()
            .prompt(QUESTION)
            .tools(new Tides())
            .call()
            .content();

    assertThat(answer).isEqualTo("At noon.");
    LlmStep client = step(StepRequest.Kind.WORKFLOW, "chat_client");
    LlmStep tool = step(StepRequest.Kind.TOOL, "get_tide");
    assertThat(tool.request().input()).contains("Brest");
    assertThat(tool.result().text()).contains("noon");
    assertThat(client.parent()).isNull();
    assertThat(client.request().input()).isEqualTo(QUESTION);
    assertThat(client.result().text()).isEqualTo("At noon.");
    assertThat(records.calls()).hasSize(2);
    LlmCall asking = records.calls().get(0);
    LlmCall answering = records.calls().get(1);
    assertThat(asking.response().finishReasons()).containsExactly("tool_call");
    assertThat(asking.response().outputs().get(0).parts())
        .filteredOn(MessagePart.ToolCall.class::isInstance)
        .hasSize(1);
    assertThat(asking.request().tools())
        .extracting(each -> each.name())
        .containsExactly("get_tide");
    assertThat(asking.usage().inputTokens()).isEqualTo(88); // chat-tool-call.json
    assertThat(asking.usage().outputTokens()).isEqualTo(23);
    // "At noon." is two words: not 23 more
    assertThat(answering.usage().outputTokens()).isEqualTo(2);
    assertThat(answering.usage().inputTokens()).isLessThan(88);
    assertThat(answering.request().messages())
        .extracting(message -> message.role())
        .containsExactly("user", "assistant", "tool");
    // advisors between client and model, as Spring AI 2 has for tools, are steps as well
    assertThat(records.ancestors(tool.parent())).contains(client.ref());
    assertThat(records.ancestors(asking.parent())).contains(client.ref());
    assertThat(records.ancestors(answering.parent())).contains(client.ref());
  }

  @Test
  void aToolThatThrowsFailsItsStepAndTheLoopGoesOn() {
    server.enqueue(Fixture.CHAT_TOOL_CALL);

    String answer =
        ChatClient.builder(model(), registry, null, null)
            .defaultAdvisors(Models.inTheChain(Models.tools(registry)))
            .build()
            .prompt(QUESTION)
            .tools(new Storm())
            .call()
            .content();

    assertThat(answer).isNotEmpty();
    LlmStep tool = step(StepRequest.Kind.TOOL, "get_tide");
    assertThat(tool.error()).isNotNull();
    assertThat(tool.error().type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(tool.result()).isEqualTo(StepResult.NONE);
    assertThat(records.calls()).hasSize(2);
    assertThat(step(StepRequest.Kind.WORKFLOW, "chat_client").error()).isNull();
  }

  @Test
  void aStreamedLoopOfToolsHasACallForEachTurn() {
    server.enqueue(Reply.sse(toolCallChunks()));
    server.enqueue(Reply.answer("At noon."));

    String answer =
        SpringAiContractTest.streamed(
            ChatClient.builder(model(), registry, null, null)
                .defaultAdvisors(advisor)
                .defaultTools(new Tides())
                .build(),
            QUESTION);

    assertThat(answer).isEqualTo("At noon.");
    awaitSteps(Models.TWO ? 3 : 2);
    assertThat(records.calls()).hasSize(2);
    LlmCall asking = records.calls().get(0);
    LlmCall answering = records.calls().get(1);
    LlmStep tool = step(StepRequest.Kind.TOOL, "get_tide");
    LlmStep client = step(StepRequest.Kind.WORKFLOW, "chat_client");
    assertThat(asking.response().finishReasons()).containsExactly("tool_call");
    assertThat(asking.timing().end()).isBeforeOrEqualTo(tool.timing().end());
    assertThat(answering.response().text()).isEqualTo("At noon.");
    assertThat(answering.timing().timeToFirstOutput()).isNotNull();
    assertThat(answering.timing().start()).isAfterOrEqualTo(tool.timing().start());
    assertThat(records.ancestors(tool.parent())).contains(client.ref());
    assertThat(records.ancestors(asking.parent())).contains(client.ref());
    assertThat(records.ancestors(answering.parent())).contains(client.ref());
    long input = sum(asking.usage().inputTokens(), answering.usage().inputTokens());
    long output = sum(asking.usage().outputTokens(), answering.usage().outputTokens());
    assertThat(output).isEqualTo(7 + 2); // toolCallChunks(), and two words: nothing twice
    assertThat(input).isGreaterThan(40);
  }

  @Test
  void aCancelledStreamKeepsWhatArrived() throws Exception {
    server.enqueue(Reply.answer("one two three four").repeatChunkUntilClientGone(2));
    CountDownLatch seen = new CountDownLatch(1);

    Disposable subscription =
        SpringAiContractTest.client(model(), true).prompt(QUESTION).stream()
            .content()
            .subscribe(
                text -> {
                  if (text.contains("one")) {
                    seen.countDown();
                  }
                });
    assertThat(seen.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    subscription.dispose();
    LlmCall call = awaitCall();

    assertThat(call.outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            left -> assertThat(left.reason()).isEqualTo(Outcome.Reason.CLOSED));
    assertThat(call.response().text()).startsWith("one");
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
    assertThat(call.timing().chunks()).isPositive();
  }

  @Test
  void aStreamOfTheModelItselfHasTheWholeButNoChunks() {
    server.enqueue(Reply.answer("It is noon."));

    List<ChatResponse> chunks = model().stream(new Prompt(QUESTION)).collectList().block();

    LlmCall call = awaitCall();
    assertThat(chunks).isNotEmpty();
    assertThat(call.request().stream()).isTrue();
    assertThat(call.response().text()).isEqualTo("It is noon.");
    assertThat(call.usage().outputTokens()).isEqualTo(3);
    assertThat(call.timing().chunks()).isZero();
    assertThat(call.timing().timeToFirstChunk()).isNull();
  }

  @Test
  void aCancelledStreamOfTheModelItselfIsCancelled() {
    server.enqueue(Reply.answer("one two three four").repeatChunkUntilClientGone(1));

    ChatResponse first = model().stream(new Prompt(QUESTION)).blockFirst();
    LlmCall call = awaitCall();

    assertThat(first).isNotNull();
    assertThat(call.outcome()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void namesTheStatusOfAnAnswerThatWasAnError() {
    Assumptions.assumeFalse(Models.TWO, "Spring AI 2 throws the official client's exceptions");
    server.enqueue(Fixture.ERROR_401);

    Throwable thrown = catchThrowable(() -> model().call(QUESTION));

    assertThat(thrown).isNotNull();
    assertThat(records.onlyCall().error())
        .satisfies(
            error -> {
              assertThat(error.type()).isEqualTo("401");
              assertThat(error.httpStatus()).isEqualTo(401);
            });
  }

  @Test
  void embeddingsAreCalls() {
    EmbeddingModel embeddings = Models.embeddings(server, registry);

    float[] vector = embeddings.embed("high tide");

    LlmCall call = records.onlyCall();
    assertThat(vector).isNotEmpty();
    assertThat(call.request().operation()).isEqualTo("embeddings");
    assertThat(call.request().model()).isEqualTo("text-embedding-3-small");
    assertThat(call.usage().inputTokens()).isPositive();
    assertThat(call.usage().outputTokens()).isNull();
  }

  @Test
  void aVectorStoreIsAskedInAStepWithItsEmbeddingInside() {
    Assumptions.assumeTrue(
        Features.isPresent("org.springframework.ai.vectorstore.SimpleVectorStore"));

    Stores.askIn(Models.embeddings(server, registry), registry);

    LlmStep step = step(StepRequest.Kind.RETRIEVAL, "in-memory-map");
    assertThat(records.steps()).as("adding is no retrieval").hasSize(1);
    assertThat(step.request().topK()).isEqualTo(1);
    assertThat(step.request().provider()).isEqualTo("simple");
    assertThat(step.request().input()).isEqualTo("High tide is at noon.");
    assertThat(step.result().documents()).hasSize(1);
    assertThat(step.result().documents().get(0).text()).isEqualTo("High tide is at noon.");
    LlmCall adding = records.calls().get(0);
    LlmCall asking = records.calls().get(records.calls().size() - 1);
    assertThat(adding.parent()).isNull();
    assertThat(asking.parent()).isEqualTo(step.ref());
  }

  @Test
  void theConversationOfAChatMemoryIsTheCalls() {
    for (ChatClient client :
        List.of(
            ChatClient.builder(model(), registry, null, null).build(),
            ChatClient.builder(model()).defaultAdvisors(advisor).build())) {
      String unused =
          client
              .prompt(QUESTION)
              .advisors(spec -> spec.param(ChatMemory.CONVERSATION_ID, "c-42"))
              .call()
              .content();
    }

    assertThat(records.calls()).extracting(LlmCall::conversationId).containsExactly("c-42", "c-42");
  }

  @Test
  void advisorsAreStepsBetweenClientAndModel() {
    String unused =
        ChatClient.builder(model(), registry, null, null)
            .defaultAdvisors(advisor, new Guardrail())
            .build()
            .prompt(QUESTION)
            .call()
            .content();

    LlmStep guardrail = step(StepRequest.Kind.WORKFLOW, "guardrail");
    LlmStep client = step(StepRequest.Kind.WORKFLOW, "chat_client");
    assertThat(records.ancestors(records.onlyCall().parent()))
        .contains(guardrail.ref(), client.ref());
    assertThat(records.ancestors(guardrail.parent())).contains(client.ref());
    assertThat(records.steps())
        .extracting(each -> each.request().name())
        .as("what leads to the model, and our own, are none")
        .doesNotContain("call", "stream", "llmops");
  }

  @Test
  void reactorCarriesTheContextToWhereTheStreamIsSubscribedTo() {
    ChatClient client = SpringAiContractTest.client(model(), true);

    client.prompt(QUESTION).stream()
        .content()
        .subscribeOn(Schedulers.boundedElastic())
        .contextWrite(
            context ->
                context.put(LlmContextAccessor.KEY, LlmContext.builder().user("u-7").build()))
        .blockLast();

    assertThat(awaitCall().userId()).isEqualTo("u-7");
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  @Test
  void theAccessorSetsAndRestores() {
    LlmContextAccessor accessor = new LlmContextAccessor();
    LlmContext first = LlmContext.builder().user("1").build();
    LlmContext second = LlmContext.builder().user("2").build();

    accessor.setValue(first);
    accessor.setValue(second);
    assertThat(accessor.getValue()).isSameAs(second);
    accessor.restore(first);
    assertThat(accessor.getValue()).isSameAs(first);
    accessor.restore();

    assertThat(accessor.getValue()).isNull();
  }

  @Test
  void theOfficialClientUnderneathIsNotRecordedAgain() {
    Assumptions.assumeTrue(Models.TWO, "Spring AI 1.1 has a client of its own");
    ChatModel model =
        Models.chat(
            server,
            registry,
            client -> OpenAiInstrumentation.wrap(client, ops),
            client -> OpenAiInstrumentation.wrap(client, ops));

    String sync = model.call(QUESTION);
    String streamed =
        SpringAiContractTest.streamed(SpringAiContractTest.client(model, true), QUESTION);

    assertThat(sync).isNotEmpty();
    assertThat(streamed).isNotEmpty();
    Awaitility.await().until(() -> records.calls().size() >= 2);
    assertThat(records.calls()).hasSize(2);
    assertThat(ops.stats().started()).isEqualTo(2);
  }

  @Test
  void aModelThatReportsNothingIsTold() {
    String answer =
        SpringAiContractTest.streamed(
            ChatClient.builder(Models.chat(server, ObservationRegistry.NOOP))
                .defaultAdvisors(advisor)
                .build(),
            QUESTION);

    assertThat(answer).isNotEmpty();
    assertThat(records.calls()).isEmpty();
    Awaitility.await().until(() -> advisor.note() != null);
    assertThat(advisor.note()).contains("1 streamed answers came from a ChatModel that reports no");
  }

  @Test
  void nothingThatIsThrownInHereReachesTheApplication() {
    SpringAiObservationHandler broken =
        SpringAiObservationHandler.create(
            () -> {
              throw new StackOverflowError("on purpose");
            });
    ObservationRegistry other = ObservationRegistry.create();
    other.observationConfig().observationHandler(broken);

    assertThat(Models.chat(server, other).call(QUESTION)).isNotEmpty();

    assertThat(broken.note()).contains("1 observations", "StackOverflowError at the start");
  }

  @Test
  void leavesOtherObservationsAlone() {
    assertThat(handler.supportsContext(new Observation.Context())).isFalse();
    assertThat(
            handler.supportsContext(
                ChatModelObservationContext.builder()
                    .prompt(new Prompt(QUESTION))
                    .provider("openai")
                    .build()))
        .isTrue();
  }

  private ChatModel model() {
    return Models.chat(server, registry);
  }

  private LlmCall awaitCall() {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !records.calls().isEmpty());
    return records.onlyCall();
  }

  private void awaitSteps(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> records.steps().size() >= count && records.calls().size() >= 2);
  }

  private LlmStep step(StepRequest.Kind kind, String name) {
    List<LlmStep> found =
        records.steps().stream()
            .filter(step -> step.request().kind() == kind && step.request().name().equals(name))
            .toList();
    assertThat(found).as(kind + " " + name + " among " + records.steps()).hasSize(1);
    return found.get(0);
  }

  private static long sum(Long one, Long two) {
    return (one == null ? 0 : one) + (two == null ? 0 : two);
  }

  /** A streamed call of one tool, in 40 and out 7 tokens. */
  static String[] toolCallChunks() {
    String head =
        "data: {\"id\":\"chatcmpl-tool\",\"object\":\"chat.completion.chunk\",\"created\":1,"
            + "\"model\":\"gpt-4o-2024-08-06\",\"choices\":[";
    return new String[] {
      head
          + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{"
          + "\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":"
          + "\"get_tide\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}",
      head
          + "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"
          + "\"{\\\"harbour\\\":\\\"Brest\\\"}\"}}]},\"finish_reason\":null}]}",
      head + "{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
      head + "],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":7,\"total_tokens\":47}}",
      "data: [DONE]"
    };
  }

  /** A tool. */
  static final class Tides {
    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      return "High tide in " + harbour + " is at noon.";
    }
  }

  /** A tool that fails. */
  static final class Storm {
    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      throw new IllegalStateException("no tide in " + harbour);
    }
  }

  /** Linked only where vector stores are. */
  private static final class Stores {
    static void askIn(EmbeddingModel embeddings, ObservationRegistry registry) {
      var store =
          org.springframework.ai.vectorstore.SimpleVectorStore.builder(embeddings)
              .observationRegistry(registry)
              .build();
      store.add(
          List.of(new org.springframework.ai.document.Document("High tide is at noon.", Map.of())));
      store.similaritySearch(
          org.springframework.ai.vectorstore.SearchRequest.builder()
              .query("High tide is at noon.") // the same text: a similarity of 1
              .topK(1)
              .build());
    }
  }

  private static final class Guardrail implements CallAdvisor {
    @Override
    public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
      return chain.nextCall(request);
    }

    @Override
    public String getName() {
      return "guardrail";
    }

    @Override
    public int getOrder() {
      return Ordered.LOWEST_PRECEDENCE - 100;
    }
  }
}
