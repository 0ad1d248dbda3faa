package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.CallInterceptor;
import dev.llmops.CallInterceptor.Decision;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.ToolCallAdvisor;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.annotation.Tool;

/** A second call is answered from memory, with what the first one's caller got. */
class SpringAiReplayTest {

  private static final String QUESTION = "When is high tide in Brest?";

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<Boolean> replayable = new CopyOnWriteArrayList<>();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).interceptor(memory()).sink(records).build();
  private final ObservationRegistry registry = ObservationRegistry.create();
  private final SpringAiObservationHandler handler = SpringAiObservationHandler.create(ops);
  private final Tides tides = new Tides();

  SpringAiReplayTest() {
    registry.observationConfig().observationHandler(handler);
  }

  @AfterEach
  void nothingWentWrong() {
    server.close();
    assertThat(handler.note()).isNull();
    assertThat(ops.stats().swallowed()).isEmpty();
    assertThat(ops.stats().started()).isEqualTo(records.calls().size());
  }

  @Test
  void wholeAnswers() {
    for (Fixture fixture : List.of(Fixture.CHAT_TOKEN_DETAILS, Fixture.CHAT_NO_USAGE)) {
      server.enqueue(fixture);
      int sent = server.requests().size();
      int steps = records.steps().size();

      ChatResponse first = client().prompt(fixture.name()).call().chatResponse();
      ChatResponse second = client().prompt(fixture.name()).call().chatResponse();

      assertThat(server.requests()).hasSize(sent + 1);
      assertSame(second, first);
      assertSameRecords(steps, 1);
    }
  }

  @Test
  void streams() {
    server.enqueue(Fixture.CHAT_STREAM_USAGE);

    List<ChatResponse> first = streamed(client());
    awaitRecords(1, 2); // the steps of client and advisor end after the stream
    List<ChatResponse> second = streamed(client());

    assertThat(server.requests()).hasSize(1);
    assertThat(second).hasSameSizeAs(first).hasSizeGreaterThan(1);
    for (int i = 0; i < first.size(); i++) {
      assertSame(second.get(i), first.get(i));
    }
    awaitRecords(2, 4);
    assertSameRecords(0, 1);
    assertThat(records.calls().get(1).timing().timeToFirstOutput()).isNotNull();
  }

  @Test
  void aLoopOfToolsIsReplayedRoundByRoundAndRunsTheTools() {
    server.enqueue(Fixture.CHAT_TOOL_CALL);
    server.enqueue(Reply.answer("At noon."));

    String first = client().prompt(QUESTION).tools(tides).call().content();
    String second = client().prompt(QUESTION).tools(tides).call().content();

    assertThat(List.of(first, second)).containsExactly("At noon.", "At noon.");
    assertThat(server.requests()).hasSize(2);
    assertThat(tides.asked).isEqualTo(List.of("Brest", "Brest"));
    assertSameRecords(0, 2);
  }

  @Test
  void aStreamedLoopOfToolsIsReplayedRoundByRoundAndRunsTheTools() {
    server.enqueue(Reply.sse(SpringAiRecordingTest.toolCallChunks()));
    server.enqueue(Reply.answer("At noon."));
    ChatClient client = builder().defaultTools(tides).build();

    String first = SpringAiContractTest.streamed(client, QUESTION);
    awaitRecords(2, 3);
    String second = SpringAiContractTest.streamed(client, QUESTION);

    assertThat(List.of(first, second)).containsExactly("At noon.", "At noon.");
    assertThat(server.requests()).hasSize(2);
    assertThat(tides.asked).isEqualTo(List.of("Brest", "Brest"));
    awaitRecords(4, 6);
    assertSameRecords(0, 2);
  }

  @Test
  void structuredAnswers() {
    server.enqueue(Reply.answer("{\"when\":\"noon\"}"));

    Tide first = client().prompt(QUESTION).call().entity(Tide.class);
    Tide second = client().prompt(QUESTION).call().entity(Tide.class);

    assertThat(List.of(first, second)).containsExactly(new Tide("noon"), new Tide("noon"));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theQuestionIsSeen() {
    String unused = client().prompt(QUESTION).tools(tides).call().content();

    assertThat(bodies)
        .singleElement()
        .asString()
        .contains(
            "\"role\":\"user\",\"text\":\"" + QUESTION + "\"",
            "\"model\":\"gpt-4o\"",
            "\"temperature\":0.7",
            "\"name\":\"get_tide\"")
        .doesNotContain("apiKey", server.baseUrl());
  }

  @Test
  void aModelThatIsNotAskedByTheAdvisorCannotBeReplayed() {
    ChatModel model = Models.chat(server, registry);

    String itself = model.call(QUESTION);
    List<ChatResponse> streamed =
        model.stream(new Prompt("Streamed")).collectList().block(Duration.ofSeconds(60));
    String unadvised = ChatClient.create(model).prompt("Unadvised").call().content();
    String wrapped =
        ChatClient.builder(new Shouting(model))
            .defaultAdvisors(SpringAiAdvisor.create())
            .build()
            .prompt("Wrapped")
            .call()
            .content();

    assertThat(List.of(itself, unadvised)).doesNotContain("");
    assertThat(streamed).isNotEmpty();
    assertThat(wrapped).endsWith("!");
    assertThat(replayable).containsExactly(false, false, false, false);
    awaitRecords(4, 0);
  }

  @Test
  void toolsThatTheModelRunsCannotBeReplayed() {
    Assumptions.assumeFalse(Models.TWO, "the models of Spring AI 2 run no tools");
    ChatClient client =
        ChatClient.builder(Models.chat(server, registry))
            .defaultAdvisors(SpringAiAdvisor.create())
            .defaultTools(tides)
            .build();

    String whole = client.prompt(QUESTION).call().content();
    String streamed = SpringAiContractTest.streamed(client, QUESTION);

    assertThat(List.of(whole, streamed)).doesNotContain("");
    assertThat(replayable).containsExactly(false, false);
    awaitRecords(2, 0);
  }

  @Test
  void aStoredAnswerOfAnotherKindIsRefusedInPlainWords() {
    EncodedResponse whole = EncodedResponse.of(new JsonText("{\"secret\":1}"));

    Throwable unreadable = catchThrowable(() -> answered(whole).call().content());
    Throwable notAStream =
        catchThrowable(
            () -> answered(whole).stream().content().collectList().block(Duration.ofSeconds(60)));
    Throwable notWhole =
        catchThrowable(
            () -> answered(EncodedResponse.ofChunks(List.of(new JsonText("{}")))).call().content());

    assertThat(unreadable)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "stored answer must be the JSON of a Spring AI chat response, but it could not be read:"
                + " IllegalArgumentException");
    assertThat(notAStream)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a streamed call with a whole answer, so nothing was sent;"
                + " answer it with EncodedResponse.ofChunks(chunks), or record the call again as it"
                + " is made now");
    assertThat(notWhole)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an interceptor answered a call that is not streamed with a stream of 1 chunks, so"
                + " nothing was sent; answer it with EncodedResponse.of(body), or record the call"
                + " again as it is made now");
    assertThat(server.requests()).isEmpty();
  }

  /** Asks a client whose every call is answered with this. */
  private ChatClient.ChatClientRequestSpec answered(EncodedResponse stored) {
    LlmOps other = LlmOps.builder().interceptor(attempt -> Decision.answer(stored)).build();
    ObservationRegistry own = ObservationRegistry.create();
    own.observationConfig().observationHandler(SpringAiObservationHandler.create(other));
    return SpringAiContractTest.client(Models.chat(server, own), true).prompt(QUESTION);
  }

  private static void assertSame(ChatResponse second, ChatResponse first) {
    assertThat(second.getResults())
        .extracting(Generation::getOutput)
        .extracting(said -> said.getText(), said -> said.getToolCalls())
        .isEqualTo(
            first.getResults().stream()
                .map(Generation::getOutput)
                .map(
                    said ->
                        org.assertj.core.groups.Tuple.tuple(said.getText(), said.getToolCalls()))
                .toList());
    assertThat(second.getResults())
        .extracting(each -> each.getMetadata().getFinishReason())
        .isEqualTo(
            first.getResults().stream().map(each -> each.getMetadata().getFinishReason()).toList());
    assertThat(second.getMetadata().getId()).isEqualTo(first.getMetadata().getId());
    assertThat(second.getMetadata().getModel()).isEqualTo(first.getMetadata().getModel());
    Object created = first.getMetadata().get("created");
    Object createdAgain = second.getMetadata().get("created");
    assertThat(createdAgain).isEqualTo(created);
    Usage expected = first.getMetadata().getUsage();
    Usage usage = second.getMetadata().getUsage();
    assertThat(usage.getPromptTokens()).isEqualTo(expected.getPromptTokens());
    assertThat(usage.getCompletionTokens()).isEqualTo(expected.getCompletionTokens());
    assertThat(usage.getTotalTokens()).isEqualTo(expected.getTotalTokens());
  }

  /**
   * @param steps how many there were before
   * @param rounds how many calls were sent, and then replayed
   */
  private void assertSameRecords(int steps, int rounds) {
    List<LlmCall> calls = records.calls();
    for (int i = 0; i < rounds; i++) {
      LlmCall sent = calls.get(calls.size() - 2 * rounds + i);
      LlmCall replayed = calls.get(calls.size() - rounds + i);
      assertThat(sent.attempts()).as("Spring AI does not tell").isNull();
      assertThat(replayed.attempts()).isZero();
      assertThat(replayed.outcome()).isEqualTo(sent.outcome());
      assertThat(replayed.request()).isEqualTo(sent.request());
      assertThat(replayed.response()).isEqualTo(sent.response());
      assertThat(replayed.usage()).isEqualTo(sent.usage());
      assertThat(replayed.timing().chunks()).isEqualTo(sent.timing().chunks());
      assertThat(replayed.parent() == null).isEqualTo(sent.parent() == null);
      assertThat(replayed.problems()).isEmpty();
    }
    List<String> names =
        records.steps().stream()
            .skip(steps)
            .map((LlmStep step) -> step.request().name() + " " + step.error())
            .toList();
    assertThat(names.size()).isPositive().isEven();
    assertThat(names.subList(names.size() / 2, names.size()))
        .containsExactlyInAnyOrderElementsOf(names.subList(0, names.size() / 2));
  }

  private void awaitRecords(int calls, int steps) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> records.calls().size() >= calls && records.steps().size() >= steps);
  }

  private static List<ChatResponse> streamed(ChatClient client) {
    return client.prompt(QUESTION).stream()
        .chatResponse()
        .collectList()
        .block(Duration.ofSeconds(60));
  }

  private ChatClient client() {
    return builder().build();
  }

  private ChatClient.Builder builder() {
    ChatClient.Builder builder =
        ChatClient.builder(Models.chat(server, registry), registry, null, null)
            .defaultAdvisors(SpringAiAdvisor.create());
    return Models.TWO ? builder : One.withToolsInTheChain(builder, registry);
  }

  /** What Spring AI 2 does by itself. */
  private static final class One {
    static ChatClient.Builder withToolsInTheChain(
        ChatClient.Builder builder, ObservationRegistry registry) {
      return builder.defaultAdvisors(
          ToolCallAdvisor.builder()
              .toolCallingManager(
                  ToolCallingManager.builder().observationRegistry(registry).build())
              .build());
    }
  }

  /** Remembers the answer to each question. */
  private CallInterceptor memory() {
    Map<String, EncodedResponse> answers = new ConcurrentHashMap<>();
    return attempt -> {
      String key = attempt.request().stream() + String.valueOf(attempt.body());
      bodies.add(key);
      replayable.add(attempt.replayable());
      EncodedResponse known = answers.get(key);
      return known != null
          ? Decision.answer(known)
          : Decision.proceed(
              (call, response) -> {
                if (response != null) {
                  answers.put(key, response);
                }
              });
    };
  }

  record Tide(String when) {}

  /** A tool. */
  static final class Tides {
    final List<String> asked = new CopyOnWriteArrayList<>();

    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      asked.add(harbour);
      return "High tide in " + harbour + " is at noon.";
    }
  }

  /** A model of the application's own, which changes the answer of another. */
  private record Shouting(ChatModel model) implements ChatModel {
    @Override
    public ChatResponse call(Prompt prompt) {
      List<Generation> louder = new ArrayList<>();
      for (Generation each : model.call(prompt).getResults()) {
        louder.add(
            new Generation(
                org.springframework.ai.chat.messages.AssistantMessage.builder()
                    .content(each.getOutput().getText() + "!")
                    .build()));
      }
      return new ChatResponse(louder);
    }

    @Override
    public ChatOptions getDefaultOptions() {
      return model.getDefaultOptions();
    }

    /** Of Spring AI 2's interface. */
    public ChatOptions getOptions() {
      return model.getDefaultOptions();
    }
  }
}
