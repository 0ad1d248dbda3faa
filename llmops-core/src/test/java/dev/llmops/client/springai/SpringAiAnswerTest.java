package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.MessagePart;
import dev.llmops.OpenCall;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.model.MessageAggregator;
import reactor.core.publisher.Flux;

/** Answers, whole and streamed, in the shapes that the models of several providers give them. */
class SpringAiAnswerTest {

  /**
   * The constants of anthropic-java 2.52, AWS SDK 2.32 (Bedrock), google-genai 1.37 and of Spring
   * AI's own clients for Mistral and OpenAI.
   */
  @ParameterizedTest
  @CsvSource({
    "stop, stop",
    "STOP, stop",
    "end_turn, stop",
    "stop_sequence, stop",
    "length, length",
    "max_tokens, length",
    "MAX_TOKENS, length",
    "model_length, length",
    "model_context_window_exceeded, length",
    "tool_use, tool_call",
    "TOOL_CALLS, tool_call",
    "function_call, tool_call",
    "content_filter, content_filter",
    "content_filtered, content_filter",
    "guardrail_intervened, content_filter",
    "refusal, content_filter",
    "SAFETY, content_filter",
    "PROHIBITED_CONTENT, content_filter",
    "BLOCKLIST, content_filter",
    "SPII, content_filter",
    "IMAGE_SAFETY, content_filter",
    "IMAGE_PROHIBITED_CONTENT, content_filter",
    "pause_turn, pause_turn",
    "RECITATION, RECITATION",
  })
  void finishReasonsHaveTheWordsOfTheConventions(String told, String word) {
    Generation generation = generation("Noon.", told, Map.of());

    assertThat(Responses.chat(answer(generation), false, null).finishReasons())
        .containsExactly(word);
    assertThat(streamed(answer(generation)).finishReasons()).containsExactly(word);
  }

  @Test
  void callsOfToolsInSeveralChunksAreSeveral() {
    LlmResponse read =
        streamed(
            calls(new AssistantMessage.ToolCall("c1", "function", "tide", "{\"at\":\"Brest\"}")),
            calls(new AssistantMessage.ToolCall("c2", "function", "tide", "{\"at\":\"Roscoff\"}")),
            // Gemini gives no ids
            calls(
                new AssistantMessage.ToolCall("", "function", "moon", "{}"),
                new AssistantMessage.ToolCall("", "function", "moon", "{\"next\":1}")));

    assertThat(read.outputs()).hasSize(1);
    assertThat(read.outputs().get(0).parts())
        .containsExactly(
            new MessagePart.ToolCall("c1", "tide", new JsonText("{\"at\":\"Brest\"}")),
            new MessagePart.ToolCall("c2", "tide", new JsonText("{\"at\":\"Roscoff\"}")),
            new MessagePart.ToolCall(null, "moon", new JsonText("{}")),
            new MessagePart.ToolCall(null, "moon", new JsonText("{\"next\":1}")));
  }

  @Test
  void aCallOfAToolMayComeInPieces() {
    LlmResponse read =
        streamed(
            calls(new AssistantMessage.ToolCall("c1", "function", "tide", "{\"at\":")),
            calls(new AssistantMessage.ToolCall("", "function", "", "\"Brest\"")),
            calls(new AssistantMessage.ToolCall("c1", "function", "", "}")));

    assertThat(read.outputs().get(0).parts())
        .containsExactly(
            new MessagePart.ToolCall("c1", "tide", new JsonText("{\"at\":\"Brest\"}")));
  }

  @Test
  void theNextCallOfTheSameStreamCountsItsToolsAnew() {
    Records records = Records.withContent();
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
    ChatChunks reader = new ChatChunks();

    for (String id : List.of("c1", "c2")) {
      OpenCall call = open(ops);
      call.chunk(calls(new AssistantMessage.ToolCall(id, "function", "tide", "{}")), reader);
      call.complete();
    }

    assertThat(records.calls())
        .extracting(call -> call.response().outputs().get(0).parts())
        .containsExactly(
            List.of(new MessagePart.ToolCall("c1", "tide", new JsonText("{}"))),
            List.of(new MessagePart.ToolCall("c2", "tide", new JsonText("{}"))));
  }

  /** As {@code GoogleGenAiChatModel.responseCandidateToGeneration} of 2.0 does. */
  @Test
  void geminisPartsAreOneChoice() {
    ChatResponse told =
        answer(
            generation("Tides follow the moon.", "STOP", candidate(0, true)),
            generation("At noon.", "STOP", candidate(0, false)));

    LlmResponse whole = Responses.chat(told, true, null);
    LlmResponse streamed = streamed(told);

    for (LlmResponse read : List.of(whole, streamed)) {
      assertThat(read.finishReasons()).containsExactly("stop");
      assertThat(read.outputs()).hasSize(1);
      assertThat(read.outputs().get(0).parts())
          .containsExactly(
              new MessagePart.Reasoning("Tides follow the moon."),
              new MessagePart.Text("At noon."));
    }
  }

  @Test
  void geminisCandidatesStayApart() {
    ChatResponse told =
        answer(
            generation("At noon.", "STOP", candidate(0, false)),
            generation("At midnight.", "MAX_TOKENS", candidate(1, false)));

    for (LlmResponse read : List.of(Responses.chat(told, true, null), streamed(told))) {
      assertThat(read.finishReasons()).containsExactly("stop", "length");
      assertThat(read.outputs())
          .extracting(each -> each.text())
          .containsExactly("At noon.", "At midnight.");
    }
  }

  /** As {@code AnthropicChatModel} of both lines does: no index, thoughts have a signature. */
  @Test
  void anthropicsBlocksAreOneChoice() {
    Map<String, Object> unsigned = new HashMap<>();
    unsigned.put("signature", null); // in 1.1's streams
    for (Map<String, Object> signature :
        List.of(Map.<String, Object>of("signature", "Eq"), unsigned)) {
      Generation thought = generation("Tides follow the moon.", "tool_use", signature);
      Generation text = generation("I look it up.", "tool_use", Map.of());
      Generation calls =
          new Generation(
              AssistantMessage.builder()
                  .content("")
                  .toolCalls(List.of(new AssistantMessage.ToolCall("c1", "function", "tide", "{}")))
                  .build(),
              ChatGenerationMetadata.builder().finishReason("tool_use").build());

      LlmResponse whole = Responses.chat(answer(thought, text, calls), true, null);
      LlmResponse streamed = streamed(answer(thought), answer(text), answer(calls));

      for (LlmResponse read : List.of(whole, streamed)) {
        assertThat(read.finishReasons()).containsExactly("tool_call");
        assertThat(read.outputs()).hasSize(1);
        assertThat(read.outputs().get(0).parts())
            .containsExactly(
                new MessagePart.Reasoning("Tides follow the moon."),
                new MessagePart.Text("I look it up."),
                new MessagePart.ToolCall("c1", "tide", new JsonText("{}")));
      }
    }
  }

  @Test
  void aStoredThoughtOfAnthropicIsStillOne() {
    Map<String, Object> unsigned = new HashMap<>();
    unsigned.put("signature", null);
    ChatResponse told = answer(generation("Tides follow the moon.", "end_turn", unsigned));

    ChatResponse stored = ChatCodec.INSTANCE.decode(ChatCodec.INSTANCE.encode(told));

    assertThat(streamed(stored)).isEqualTo(streamed(told));
  }

  /** What {@code MessageAggregator} makes of a stream that nobody taps. */
  @Test
  void aStreamThatSpringAiPutTogetherHasItsThoughtsApart() {
    Assumptions.assumeTrue(Models.TWO, "1.1 does not tell Gemini's thoughts from its text");
    List<ChatResponse> whole = new ArrayList<>();
    new MessageAggregator()
        .aggregate(
            Flux.just(
                answer(generation("The moon. ", "STOP", candidate(0, true))),
                answer(generation("At noon.", "STOP", candidate(0, false)))),
            whole::add)
        .blockLast();

    LlmResponse read = Responses.chat(whole.get(0), true, null);

    assertThat(read.outputs().get(0).parts())
        .containsExactly(new MessagePart.Reasoning("The moon. "), new MessagePart.Text("At noon."));
  }

  /** Azure's module names it otherwise than OpenAI's. */
  @Test
  void azuresChoicesStayApart() {
    ChatResponse told =
        answer(
            generation("At noon.", "stop", Map.of("choiceIndex", 0)),
            generation("At midnight.", "length", Map.of("choiceIndex", 1)));

    for (LlmResponse read : List.of(Responses.chat(told, true, null), streamed(told))) {
      assertThat(read.finishReasons()).containsExactly("stop", "length");
      assertThat(read.outputs()).hasSize(2);
    }
  }

  @Test
  void openAisChoicesStayTwo() {
    Records records = Records.withContent();
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(SpringAiObservationHandler.create(ops));
    try (FakeModelServer server = FakeModelServer.start()) {
      String choice =
          "{\"index\":%d,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},"
              + "\"finish_reason\":\"stop\"}";
      server.enqueue(
          Reply.json(
              "{\"id\":\"chatcmpl-2\",\"object\":\"chat.completion\",\"created\":1,"
                  + "\"model\":\"gpt-4o\",\"choices\":["
                  + choice.formatted(0, "At noon.")
                  + ","
                  + choice.formatted(1, "At midnight.")
                  + "]}"));
      ChatModel model = Models.chat(server, registry);

      String unused = model.call("When?");
    }

    LlmResponse read = records.onlyCall().response();
    assertThat(read.finishReasons()).containsExactly("stop", "stop");
    assertThat(read.outputs())
        .extracting(each -> each.text())
        .containsExactly("At noon.", "At midnight.");
  }

  @Test
  void eachChoiceHasReasoningOfItsOwn() {
    List<ChatResponse> told =
        Models.TWO // all of it so far
            ? List.of(
                answer(reasoning(0, "The moon"), reasoning(1, "The sun")),
                answer(reasoning(0, "The moon pulls."), reasoning(1, "The sun too.")))
            : List.of(
                answer(reasoning(0, "The moon"), reasoning(1, "The sun")),
                answer(reasoning(0, " pulls."), reasoning(1, " too.")));

    LlmResponse read = streamed(told.toArray(new ChatResponse[0]));

    assertThat(read.outputs())
        .extracting(each -> each.parts())
        .containsExactly(
            List.of(new MessagePart.Reasoning("The moon pulls.")),
            List.of(new MessagePart.Reasoning("The sun too.")));
  }

  @Test
  void spacesOfReasoningAreKept() {
    LlmResponse read =
        Models.TWO
            ? streamed(
                answer(reasoning(0, "The")),
                answer(reasoning(0, "The ")),
                answer(reasoning(0, "The moon")))
            : streamed(
                answer(reasoning(0, "The")),
                answer(reasoning(0, " ")),
                answer(reasoning(0, "moon")));

    assertThat(read.outputs().get(0).parts())
        .containsExactly(new MessagePart.Reasoning("The moon"));
  }

  /** On 1.1 a piece that begins as the one before it is a piece; nothing of it may be cut. */
  @Test
  void theVersionIsToldWithoutTheModuleOfOpenAi() throws ReflectiveOperationException {
    ClassLoader without = new WithoutOpenAi();
    Class<?> type = Class.forName(Pieces.class.getName(), true, without);

    Object read = ((Supplier<?>) type.getDeclaredConstructor().newInstance()).get();

    assertThat(type.getClassLoader()).isSameAs(without);
    assertThat(read).isEqualTo(Models.TWO ? "therefore" : "the" + "therefore");
  }

  /** Reads two pieces of reasoning; public for the other class loader. */
  public static final class Pieces implements Supplier<String> {
    @Override
    public String get() {
      LlmResponse read = streamed(answer(reasoning(0, "the")), answer(reasoning(0, "therefore")));
      return read.outputs().get(0).parts().stream()
          .map(part -> ((MessagePart.Reasoning) part).content())
          .reduce("", String::concat);
    }
  }

  /** Loads this package anew, and sees no class of Spring AI's module for OpenAI. */
  private static final class WithoutOpenAi extends ClassLoader {
    WithoutOpenAi() {
      super(SpringAiAnswerTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.springframework.ai.openai.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(SpringAiAnswerTest.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream bytes = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (bytes == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] all = bytes.readAllBytes();
        return defineClass(name, all, 0, all.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Map<String, Object> candidate(int index, boolean thought) {
    return Models.TWO || thought
        ? Map.of("candidateIndex", index, "isThought", thought)
        : Map.of("candidateIndex", index);
  }

  private static Generation generation(
      String text, String finishReason, Map<String, Object> metadata) {
    return new Generation(
        AssistantMessage.builder().content(text).properties(metadata).build(),
        ChatGenerationMetadata.builder().finishReason(finishReason).build());
  }

  private static Generation reasoning(int index, String text) {
    return new Generation(
        AssistantMessage.builder()
            .content("")
            .properties(Map.of("index", index, "reasoningContent", text))
            .build());
  }

  private static ChatResponse calls(AssistantMessage.ToolCall... calls) {
    return answer(
        new Generation(AssistantMessage.builder().content("").toolCalls(List.of(calls)).build()));
  }

  private static ChatResponse answer(Generation... generations) {
    return new ChatResponse(List.of(generations));
  }

  private static OpenCall open(LlmOps ops) {
    return ops.open(LlmRequest.builder(LlmRequest.CHAT, "test").stream(true).build());
  }

  private static LlmResponse streamed(ChatResponse... chunks) {
    Records records = Records.withContent();
    LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
    OpenCall call = open(ops);
    ChatChunks reader = new ChatChunks();
    for (ChatResponse chunk : chunks) {
      call.chunk(chunk, reader);
    }
    call.complete();
    assertThat(ops.stats().swallowed()).isEmpty();
    return records.onlyCall().response();
  }
}
