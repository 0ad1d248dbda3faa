package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tools and passages, as the official client sends them to the embedded server. */
class EmbeddedToolsTest {
  private static final String PRICE = "What does the gas kettle cost?";
  private static final String GREEN_TEA = "How hot should the water for green tea be?";

  private static DocIndex docs;
  private static EmbeddedModelServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    docs = DocIndex.of(DocCorpus.fromClasspath("test-docs"), new MiniLm());
    server = EmbeddedModelServer.start(docs);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void theToolThatIsNearToTheQuestionIsAskedForAndItsResultIsTheAnswer() {
    ChatCompletionCreateParams.Builder chat = asking(PRICE).addTool(kettlePrice());

    ChatCompletion first = client.chat().completions().create(chat.build());

    assertThat(first.choices().get(0).finishReason().asString()).isEqualTo("tool_calls");
    ChatCompletionMessage message = first.choices().get(0).message();
    assertThat(message.content()).isEmpty();
    ChatCompletionMessageFunctionToolCall call = onlyCall(message);
    assertThat(call.function().name()).isEqualTo("kettle_price");
    assertThat(call.function().arguments()).isEqualTo("{\"kettle\":\"" + PRICE + "\"}");
    assertThat(first.usage().orElseThrow().completionTokens()).isPositive();

    ChatCompletion second =
        client
            .chat()
            .completions()
            .create(
                chat.addMessage(message)
                    .addMessage(
                        ChatCompletionToolMessageParam.builder()
                            .toolCallId(call.id())
                            .content("\"12 euros\"") // a text in JSON, as frameworks send it
                            .build())
                    .build());

    assertThat(second.choices().get(0).message().content())
        .contains("From kettle_price:\n12 euros");
    assertThat(second.choices().get(0).finishReason().asString()).isEqualTo("stop");
    assertThat(second.usage().orElseThrow().promptTokens())
        .as("the call and its result are part of the prompt")
        .isGreaterThan(first.usage().orElseThrow().promptTokens());
  }

  @Test
  void aStreamedCallComesInPiecesThatAddUp() {
    ChatCompletion whole =
        client.chat().completions().create(asking(PRICE).addTool(kettlePrice()).build());
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> stream =
        client
            .chat()
            .completions()
            .createStreaming(
                asking(PRICE)
                    .addTool(kettlePrice())
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .build())) {
      chunks = stream.stream().peek(accumulator::accumulate).toList();
    }

    ChatCompletion streamed = accumulator.chatCompletion();
    assertThat(onlyCall(streamed.choices().get(0).message()).function().arguments())
        .isEqualTo(onlyCall(whole.choices().get(0).message()).function().arguments());
    assertThat(streamed.choices().get(0).finishReason().asString()).isEqualTo("tool_calls");
    assertThat(streamed.usage()).isEqualTo(whole.usage());
    assertThat(chunks).as("name, two pieces, finish, usage").hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {GREEN_TEA, "Under which licence is it published?", "How do I run the tests?"})
  void otherQuestionsAreAnsweredFromTheDocs(String question) {
    ChatCompletionMessage message = answer(asking(question).addTool(kettlePrice()));

    assertThat(message.toolCalls()).isEmpty();
    assertThat(message.content().orElseThrow()).contains("(README.md");
  }

  @Test
  void aToolCanBeNamedForbiddenOrInsistedOn() {
    ChatCompletionMessage named = answer(asking("Use kettle_price, tea").addTool(kettlePrice()));
    ChatCompletionMessage forbidden =
        answer(
            asking(PRICE)
                .addTool(kettlePrice())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.NONE));
    ChatCompletionMessage insisted =
        answer(
            asking(GREEN_TEA)
                .addTool(kettlePrice())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED));

    assertThat(onlyCall(named).function().name()).isEqualTo("kettle_price");
    assertThat(forbidden.toolCalls()).isEmpty();
    assertThat(onlyCall(insisted).function().name()).isEqualTo("kettle_price");
  }

  @Test
  void aToolThatTheQuestionCannotFillIsNotAskedFor() {
    ChatCompletionFunctionTool two =
        tool(
            "kettle_price",
            "Looks up what a kettle costs.",
            Map.of("kettle", Map.of("type", "string"), "day", Map.of("type", "string")),
            List.of("kettle", "day"));

    assertThat(answer(asking(PRICE).addTool(two)).toolCalls()).isEmpty();
  }

  @Test
  void passagesOfTheSystemMessageTakeTheDocsPlace() {
    ChatCompletionMessage message =
        answer(
            asking(GREEN_TEA)
                .addSystemMessage(
                    """
                    Answer from the passages below.

                    [tea.md, "Water"]
                    Green tea takes water of 70 degrees. It is bitter otherwise.

                    [tea.md, "Cups"]
                    A cup holds a quarter of a litre.
                    """));

    assertThat(message.content().orElseThrow())
        .startsWith("Green tea takes water of 70 degrees.")
        .doesNotContain("80 degrees")
        .contains("(tea.md, \"Water\"");
  }

  @Test
  void passagesThatDoNotAnswerAreNotRepeated() {
    ChatCompletionMessage message =
        answer(asking(GREEN_TEA).addSystemMessage("[moon.md]\nThe moon has no atmosphere."));

    assertThat(message.content()).contains(DocIndex.NOT_IN_THE_DOCS);
  }

  static ChatCompletionFunctionTool kettlePrice() {
    return tool(
        "kettle_price",
        "Looks up what a kettle costs.",
        Map.of("kettle", Map.of("type", "string")),
        List.of("kettle"));
  }

  private static ChatCompletionFunctionTool tool(
      String name, String description, Map<String, ?> properties, List<String> required) {
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name(name)
                .description(description)
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(properties))
                        .putAdditionalProperty("required", JsonValue.from(required))
                        .build())
                .build())
        .build();
  }

  private static ChatCompletionCreateParams.Builder asking(String question) {
    return ChatCompletionCreateParams.builder().model("docs-extractive").addUserMessage(question);
  }

  private static ChatCompletionMessage answer(ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build()).choices().get(0).message();
  }

  private static ChatCompletionMessageFunctionToolCall onlyCall(ChatCompletionMessage message) {
    assertThat(message.toolCalls().orElseThrow()).hasSize(1);
    return message.toolCalls().orElseThrow().get(0).asFunction();
  }
}
