package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Gate;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;

/** Whose context a record has where contexts and models lie within each other. */
class SpringAiContextTest {

  private static final String QUESTION = "When is high tide in Brest?";
  private static final Duration SOON = Duration.ofSeconds(20);

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final ObservationRegistry registry = ObservationRegistry.create();
  private final SpringAiObservationHandler handler = SpringAiObservationHandler.create(ops);
  private final SpringAiAdvisor advisor = SpringAiAdvisor.create();

  SpringAiContextTest() {
    registry.observationConfig().observationHandler(handler);
  }

  @AfterEach
  void nothingWentWrong() {
    Hooks.disableAutomaticContextPropagation();
    server.close();
    assertThat(handler.note()).isNull();
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aContextThatIsOpenedInAToolIsThatOfTheCallsInside(boolean propagated) {
    propagate(propagated);
    server.enqueue(Fixture.CHAT_TOOL_CALL);

    String answer = client(new AskingAsAnn()).prompt(QUESTION).call().content();

    assertThat(answer).isNotEmpty();
    assertThat(records.calls()).extracting(LlmCall::userId).containsExactly(null, "ann", null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aContextThatIsOpenedInAnAdvisorIsThatOfTheCallsInside(boolean propagated) {
    propagate(propagated);

    String answer =
        ChatClient.builder(model(), registry, null, null)
            .defaultAdvisors(new AsAnn())
            .build()
            .prompt(QUESTION)
            .call()
            .content();

    assertThat(answer).isNotEmpty();
    assertThat(records.onlyCall().userId()).isEqualTo("ann");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStreamHasItsRequestsContextAndItsOwnParents(boolean propagated) {
    propagate(propagated);
    server.enqueue(Reply.sse(SpringAiRecordingTest.toolCallChunks()));

    try (LlmContext.Scope scope = LlmContext.builder().user("bob").open()) {
      ops.step(
          StepRequest.workflow("outer").build(),
          () ->
              client(new AskingAsAnn())
                  .prompt(QUESTION)
                  .advisors(spec -> spec.param(ChatMemory.CONVERSATION_ID, "c-42"))
                  .stream()
                  .content()
                  .collectList()
                  .block(SOON),
          done -> StepResult.NONE);
    }

    awaitRecords(3, Models.TWO ? 4 : 3);
    LlmStep outer = step("outer");
    LlmStep client = step("chat_client");
    LlmStep tool = step("get_tide");
    assertThat(client.parent()).isEqualTo(outer.ref());
    assertThat(records.ancestors(tool.parent())).contains(client.ref(), outer.ref());
    List<LlmCall> own =
        records.calls().stream().filter(each -> !"ann".equals(each.userId())).toList();
    assertThat(own).hasSize(2);
    for (LlmCall each : own) {
      assertThat(records.ancestors(each.parent())).contains(client.ref(), outer.ref());
      assertThat(each.userId()).isEqualTo("bob");
      assertThat(each.conversationId()).isEqualTo("c-42");
    }
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aModelThatHasAnotherAnswerIsOneCall(boolean propagated) {
    propagate(propagated);
    ChatModel outer = new Handing();

    String answer = outer.call(QUESTION);

    assertThat(answer).isNotEmpty();
    LlmCall call = records.onlyCall();
    assertThat(call.request().provider()).isEqualTo("handing");
    assertThat(call.usage().outputTokens()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aModelThatHandsTheStreamOfAnotherOnIsOneCall(boolean propagated) {
    propagate(propagated);
    ChatModel outer = new Handing();

    List<ChatResponse> direct = outer.stream(new Prompt(QUESTION)).collectList().block(SOON);
    awaitRecords(1, 0);
    String throughClient =
        SpringAiContractTest.streamed(SpringAiContractTest.client(outer, true), QUESTION);

    awaitRecords(2, 0);
    assertThat(direct).isNotEmpty();
    assertThat(records.calls()).hasSize(2);
    LlmCall call = records.calls().get(1);
    assertThat(call.request().provider()).isEqualTo("handing");
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.response().text()).isEqualTo(throughClient);
    assertThat(call.response().finishReasons()).containsExactly("stop");
    assertThat(call.usage().outputTokens()).isPositive();
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsAskedToChooseAModelIsACallOfItsOwn(boolean observed) {
    server.enqueue(Reply.answer("the small one"));
    server.enqueue(Reply.answer("At noon it is."));
    ChatModel inner = model();
    ChatModel router =
        new Around(inner) {
          @Override
          public ChatResponse call(Prompt prompt) {
            return inner.call(prompt);
          }

          @Override
          public Flux<ChatResponse> stream(Prompt prompt) {
            return Flux.defer(
                () -> {
                  String choice = inner.call("Which model?");
                  assertThat(choice).isEqualTo("the small one");
                  return inner.stream(prompt);
                });
          }
        };
    ChatClient.Builder client =
        observed
            ? ChatClient.builder(router, registry, null, null)
            : ChatClient.builder(router, ObservationRegistry.NOOP, null, null);

    String answer =
        SpringAiContractTest.streamed(client.defaultAdvisors(advisor).build(), QUESTION);

    awaitRecords(2, 0);
    assertThat(answer).isEqualTo("At noon it is.");
    LlmCall choice = records.calls().get(0);
    LlmCall answering = records.calls().get(1);
    assertThat(choice.request().stream()).isFalse();
    assertThat(choice.usage().outputTokens()).isEqualTo(3);
    assertThat(choice.response().text()).isEqualTo("the small one");
    assertThat(answering.request().stream()).isTrue();
    assertThat(answering.usage().outputTokens()).isEqualTo(4);
    assertThat(answering.timing().timeToFirstOutput()).isNotNull();
    assertThat(records.calls()).hasSize(2);
  }

  @Test
  void anApplicationsModelIsRecordedWhileAStreamOfTheSameThreadRuns() throws Exception {
    Gate gate = Gate.closed();
    server.enqueue(Reply.answer("one two three four").holdAfterChunks(2, gate));
    ChatModel own =
        prompt ->
            ops.call(
                LlmRequest.chat("local", "own"),
                () -> new ChatResponse(List.of()),
                answered -> LlmResponse.ofText("own"));

    Disposable running = model().stream(new Prompt(QUESTION)).subscribe();
    gate.awaitReached(SOON);
    ChatResponse answer = own.call(new Prompt(QUESTION));

    assertThat(answer.getResults()).isEmpty();
    assertThat(records.onlyCall().request().model()).isEqualTo("own");
    assertThat(running.isDisposed()).isFalse();
    gate.open();
    awaitRecords(2, 0);
  }

  @Test
  void whatIsNotRecordedBecauseRecordingIsOffIsNotMissed() {
    ops.setEnabled(false);

    assertThat(SpringAiContractTest.streamed(client(), QUESTION)).isNotEmpty();

    assertThat(advisor.note()).isNull();
  }

  @Test
  void anAdvisorThatIsThereTwiceIsLikeOne() {
    ChatClient twice = client().mutate().defaultAdvisors(SpringAiAdvisor.create(), advisor).build();

    assertThat(SpringAiContractTest.streamed(twice, QUESTION)).isNotEmpty();

    awaitRecords(1, 1);
    LlmCall call = records.onlyCall();
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
    assertThat(advisor.note()).isNull();
  }

  @Test
  void theStepOfACancelledStreamIsCancelled() throws Exception {
    server.enqueue(Reply.answer("one two three four").repeatChunkUntilClientGone(2));
    CountDownLatch seen = new CountDownLatch(1);

    Disposable subscription =
        client().prompt(QUESTION).stream().content().subscribe(text -> seen.countDown());
    assertThat(seen.await(20, TimeUnit.SECONDS)).isTrue();
    subscription.dispose();

    awaitRecords(1, 1);
    assertThat(step("chat_client").error().type())
        .isEqualTo("java.util.concurrent.CancellationException");
  }

  private static void propagate(boolean propagated) {
    if (propagated) {
      Hooks.enableAutomaticContextPropagation();
    }
  }

  private ChatModel model() {
    return Models.chat(server, registry);
  }

  private ChatClient client(Object... tools) {
    return ChatClient.builder(model(), registry, null, null)
        .defaultAdvisors(advisor)
        .defaultTools(tools)
        .build();
  }

  private void awaitRecords(int calls, int steps) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> records.calls().size() >= calls && records.steps().size() >= steps);
  }

  private LlmStep step(String name) {
    return records.steps().stream()
        .filter(each -> each.request().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** A tool that asks a model for somebody else. */
  final class AskingAsAnn {
    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      try (LlmContext.Scope scope = LlmContext.builder().user("ann").open()) {
        return model().call("Translate noon in " + harbour);
      }
    }
  }

  private static final class AsAnn implements CallAdvisor {
    @Override
    public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
      try (LlmContext.Scope scope = LlmContext.builder().user("ann").open()) {
        return chain.nextCall(request);
      }
    }

    @Override
    public String getName() {
      return "as_ann";
    }

    @Override
    public int getOrder() {
      return 0;
    }
  }

  private abstract static class Around implements ChatModel {
    final ChatModel inner;

    Around(ChatModel inner) {
      this.inner = inner;
    }

    @Override
    public ChatOptions getDefaultOptions() {
      return inner.getDefaultOptions();
    }

    /** What Spring AI 2 asks for. */
    @SuppressWarnings({"unused", "MissingOverride"})
    public ChatOptions getOptions() {
      return inner.getDefaultOptions();
    }
  }

  /** A model that is observed itself, and has another answer. */
  private final class Handing extends Around {
    Handing() {
      super(model());
    }

    @Override
    public ChatResponse call(Prompt prompt) {
      ChatModelObservationContext context = context(prompt, false);
      return Observation.createNotStarted("gen_ai.client.operation", () -> context, registry)
          .observe(
              () -> {
                ChatResponse answer = inner.call(prompt);
                context.setResponse(answer);
                return answer;
              });
    }

    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
      return Flux.deferContextual(
          view -> {
            Observation observation =
                Observation.createNotStarted(
                        "gen_ai.client.operation", () -> context(prompt, true), registry)
                    .parentObservation(
                        view.<Observation>getOrDefault(ObservationThreadLocalAccessor.KEY, null))
                    .start();
            return inner.stream(prompt)
                .doOnError(observation::error)
                .doFinally(signal -> observation.stop())
                .contextWrite(
                    inside -> inside.put(ObservationThreadLocalAccessor.KEY, observation));
          });
    }

    private ChatModelObservationContext context(Prompt prompt, boolean streaming) {
      Prompt asked =
          new Prompt(prompt.getInstructions(), ChatOptions.builder().model("of choice").build());
      return Models.observation(asked, "handing", streaming);
    }
  }
}
