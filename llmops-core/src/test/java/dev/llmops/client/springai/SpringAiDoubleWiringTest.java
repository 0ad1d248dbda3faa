package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.Pricing;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Gate;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Spring AI's models are recorded, and so is the official client, which is below those of Spring AI
 * 2 and beside those of 1.1.
 */
class SpringAiDoubleWiringTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final String QUESTION = "When is high tide in Brest?";

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final ObservationRegistry registry = ObservationRegistry.create();
  private final SpringAiObservationHandler handler = SpringAiObservationHandler.create(ops);
  private final OpenAIClient direct = OpenAiInstrumentation.wrap(Models.client(server), ops);

  SpringAiDoubleWiringTest() {
    registry.observationConfig().observationHandler(handler);
  }

  @AfterEach
  void nothingWentWrong() {
    server.close();
    assertThat(handler.note()).isNull();
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  /** The ways in which an application asks. */
  enum Way {
    MODEL {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        String unused = test.model().call(QUESTION);
      }
    },
    MODEL_STREAM {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        List<ChatResponse> unused =
            test.model().stream(new Prompt(QUESTION)).collectList().block(WAIT);
      }
    },
    MODEL_STREAM_ELSEWHERE {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        List<ChatResponse> unused =
            test.model().stream(new Prompt(QUESTION))
                .subscribeOn(Schedulers.boundedElastic())
                .publishOn(Schedulers.parallel())
                .collectList()
                .block(WAIT);
      }
    },
    CLIENT {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        String unused = test.client(true).prompt(QUESTION).call().content();
      }
    },
    CLIENT_WITHOUT_ADVISOR {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        String unused = test.client(false).prompt(QUESTION).call().content();
      }
    },
    CLIENT_STREAM {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        String unused = SpringAiContractTest.streamed(test.client(true), QUESTION);
      }
    },
    CLIENT_STREAM_WITHOUT_ADVISOR {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        String unused = SpringAiContractTest.streamed(test.client(false), QUESTION);
      }
    },
    EMBEDDING {
      @Override
      void ask(SpringAiDoubleWiringTest test) {
        float[] unused =
            Models.embeddings(
                    test.server, test.registry, each -> OpenAiInstrumentation.wrap(each, test.ops))
                .embed(QUESTION);
      }
    };

    abstract void ask(SpringAiDoubleWiringTest test);
  }

  @ParameterizedTest
  @EnumSource
  void aCallIsRecordedOnce(Way way) {
    way.ask(this);

    awaitCalls(1);
    assertThat(ops.stats().started()).isEqualTo(1);
    assertThat(records.calls()).hasSize(1);
    assertThat(records.calls().get(0).request().provider()).isEqualTo("openai");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = "MODEL_STREAM_ELSEWHERE", mode = EnumSource.Mode.EXCLUDE)
  void aCallInAStepHasTheStepAboveItAndIsRecordedOnce(Way way) {
    ops.step(
        StepRequest.workflow("outer").build(),
        () -> {
          way.ask(this);
          return "";
        },
        done -> StepResult.NONE);

    awaitCalls(1);
    assertThat(records.calls()).hasSize(1);
    // a stream's steps of Spring AI end after it has told that it is complete
    LlmStep outer =
        records.steps().stream()
            .filter(step -> step.request().name().equals("outer"))
            .findFirst()
            .orElseThrow();
    Awaitility.await()
        .atMost(WAIT)
        .untilAsserted(
            () ->
                assertThat(records.ancestors(records.calls().get(0).parent()))
                    .contains(outer.ref()));
  }

  @ParameterizedTest
  @EnumSource
  void theClientItselfIsRecordedAfterwardsOnTheSameThread(Way way) {
    way.ask(this);
    awaitCalls(1);

    ask(direct);

    assertThat(records.calls()).hasSize(2);
    assertThat(records.calls().get(1).parent()).isNull();
  }

  @Test
  void theClientItselfIsRecordedWhileAStreamOfTheSameThreadRuns() throws Exception {
    for (ChatModel model : List.of(model(), Models.chat(server, registry))) {
      Gate gate = Gate.closed();
      server.enqueue(Reply.answer("one two three four").holdAfterChunks(2, gate));
      int before = records.calls().size();

      Disposable running = model.stream(new Prompt(QUESTION)).subscribe();
      try {
        gate.awaitReached(WAIT);
        ask(direct);

        assertThat(records.calls()).hasSize(before + 1);
        assertThat(records.calls().get(before).request().stream()).isFalse();
        assertThat(running.isDisposed()).isFalse();
      } finally {
        gate.open(); // or the server waits for it when it is closed
      }
      awaitCalls(before + 2);
      assertThat(records.calls()).hasSize(before + 2);
    }
  }

  @Test
  void aModelAskedWhileAStreamOfTheSameThreadRunsIsRecorded() throws Exception {
    Gate gate = Gate.closed();
    server.enqueue(Reply.answer("one two three four").holdAfterChunks(2, gate));

    Disposable running = Models.chat(server, registry).stream(new Prompt(QUESTION)).subscribe();
    try {
      gate.awaitReached(WAIT);
      String unused = model().call(QUESTION);
      List<ChatResponse> alsoUnused =
          model().stream(new Prompt(QUESTION)).collectList().block(WAIT);
      assertThat(running.isDisposed()).isFalse();
    } finally {
      gate.open();
    }

    awaitCalls(3);
    assertThat(records.calls()).hasSize(3);
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void theClientItselfIsRecordedWhereChunksAreConsumed() {
    List<ChatResponse> unused =
        model().stream(new Prompt(QUESTION))
            .take(1)
            .doOnNext(chunk -> ask(direct))
            .collectList()
            .block(WAIT);

    awaitCalls(2);
    assertThat(records.calls()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"CLIENT", "CLIENT_STREAM", "CLIENT_STREAM_WITHOUT_ADVISOR"})
  void theClientItselfInsideAToolIsACallOfItsOwnUnderTheTool(Way way) {
    boolean streamed = way != Way.CLIENT;
    server.enqueue(
        streamed
            ? Reply.sse(SpringAiRecordingTest.toolCallChunks())
            : Fixture.CHAT_TOOL_CALL.reply());

    way.ask(this);

    awaitCalls(3);
    assertThat(server.requests()).hasSize(3);
    assertThat(records.calls()).hasSize(3);
    LlmStep tool =
        records.steps().stream()
            .filter(step -> step.request().kind() == StepRequest.Kind.TOOL)
            .findFirst()
            .orElseThrow();
    List<LlmCall> inside =
        records.calls().stream().filter(call -> tool.ref().equals(call.parent())).toList();
    assertThat(inside).hasSize(1);
    assertThat(inside.get(0).request().messages().get(0).text()).isEqualTo("inside");
  }

  @Test
  void independentCallsAtTheSameTimeAreAllRecordedOnce() throws Exception {
    int threads = 4;
    int rounds = 8;
    ChatModel model = model();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        asked.add(
            executor.submit(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    List<ChatResponse> first =
                        model.stream(new Prompt(QUESTION)).collectList().block(WAIT);
                    ask(direct);
                    String second = model.call(QUESTION);
                    assertThat(first).isNotEmpty();
                    assertThat(second).isNotEmpty();
                  }
                }));
      }
      for (Future<?> each : asked) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      executor.shutdownNow();
    }

    awaitCalls(3 * threads * rounds);
    assertThat(records.calls()).hasSize(3 * threads * rounds);
    assertThat(ops.stats().started()).isEqualTo(3L * threads * rounds);
  }

  private ChatModel model() {
    return Models.chat(
        server,
        registry,
        client -> OpenAiInstrumentation.wrap(client, ops),
        client -> OpenAiInstrumentation.wrap(client, ops));
  }

  private ChatClient client(boolean advisor) {
    ChatClient.Builder builder =
        ChatClient.builder(model(), registry, null, null).defaultTools(new Asking());
    return advisor ? builder.defaultAdvisors(SpringAiAdvisor.create()).build() : builder.build();
  }

  private static void ask(OpenAIClient client) {
    Object unused =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model(Models.MODEL)
                    .addUserMessage("inside")
                    .build());
  }

  private void awaitCalls(int count) {
    Awaitility.await()
        .atMost(WAIT)
        .until(() -> records.calls().size() >= count && ops.stats().open() == 0);
  }

  /** A tool that asks a model itself. */
  final class Asking {
    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      ask(direct);
      return "At noon in " + harbour + ".";
    }
  }
}
