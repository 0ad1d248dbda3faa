package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.SseException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.CallError;
import dev.llmops.ContentPolicy;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Outcome;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import dev.llmops.ToolDefinition;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Reply;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read from chat completions. Expected values are those of the fixtures' files. */
@SuppressWarnings("deprecation") // parameters that applications still use
class ChatRecordingTest extends OpenAiTest {

  @Test
  void answerIsRead() {
    LlmCall call = chat(Fixture.CHAT_BASIC);

    LlmResponse response = call.response();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(response.id()).isEqualTo("chatcmpl-fake-basic");
    assertThat(response.model()).isEqualTo("gpt-4o-mini-2024-07-18");
    assertThat(response.finishReasons()).containsExactly("stop");
    assertThat(response.serviceTier()).isEqualTo("default");
    assertThat(response.systemFingerprint()).isEqualTo("fp_3c7a90d2be");
    assertThat(response.usage())
        .isEqualTo(
            TokenUsage.builder()
                .inputTokens(17)
                .outputTokens(11)
                .cachedInputTokens(0)
                .reasoningTokens(0)
                .build());
    assertThat(response.outputs())
        .containsExactly(Message.assistant("A lighthouse warns ships of rocks and shallow water."));
    assertThat(response.structuredOutputError()).isNull();
    assertThat(call.problems()).isEmpty();
    assertThat(call.attempts()).isEqualTo(1);
  }

  @Test
  void requestIsRead() {
    LlmCall call = chat(Fixture.CHAT_BASIC);

    LlmRequest request = call.request();
    assertThat(request.operation()).isEqualTo("chat");
    assertThat(request.provider()).isEqualTo("openai");
    assertThat(request.model()).isEqualTo("gpt-4o-mini");
    assertThat(request.serverAddress()).isEqualTo("127.0.0.1");
    assertThat(server.baseUrl()).isEqualTo("http://127.0.0.1:" + request.serverPort() + "/v1");
    assertThat(request.stream()).isFalse();
    assertThat(request.userId()).isNull();
    assertThat(request.parameters())
        .isEqualTo(RequestParameters.builder().apiType("chat_completions").build());
    assertThat(request.messages()).containsExactly(Message.user("What is a lighthouse for?"));
    assertThat(request.tools()).isEmpty();
  }

  @Test
  void everyParameterIsRead() {
    var unused =
        client
            .chat()
            .completions()
            .create(
                chatParams().toBuilder()
                    .temperature(0.25)
                    .topP(0.5)
                    .maxCompletionTokens(64)
                    .presencePenalty(0.125)
                    .frequencyPenalty(-0.5)
                    .seed(7)
                    .n(2)
                    .stopOfStrings(List.of("END", "STOP"))
                    .reasoningEffort(ReasoningEffort.LOW)
                    .serviceTier(ChatCompletionCreateParams.ServiceTier.FLEX)
                    .responseFormat(ResponseFormatJsonObject.builder().build())
                    .user("user-7")
                    .safetyIdentifier("hashed-user")
                    .build());

    LlmRequest request = onlyCall().request();
    assertThat(request.userId()).isEqualTo("user-7");
    assertThat(request.parameters())
        .isEqualTo(
            RequestParameters.builder()
                .apiType("chat_completions")
                .temperature(0.25)
                .topP(0.5)
                .maxTokens(64L)
                .presencePenalty(0.125)
                .frequencyPenalty(-0.5)
                .seed(7L)
                .choiceCount(2L)
                .stopSequences(List.of("END", "STOP"))
                .reasoningLevel("low")
                .serviceTier("flex")
                .outputType("json")
                .build());
  }

  @Test
  void oldMaxTokensAndASafetyIdentifierAlone() {
    var unused =
        client
            .chat()
            .completions()
            .create(chatParams().toBuilder().maxTokens(9).stop("X").safetyIdentifier("s").build());

    LlmRequest request = onlyCall().request();
    assertThat(request.parameters().maxTokens()).isEqualTo(9);
    assertThat(request.parameters().stopSequences()).containsExactly("X");
    assertThat(request.userId()).isNull(); // a safety identifier is a hash for OpenAI's eyes
  }

  @Test
  void aNumberGivenAsBareJsonIsReadAndAnImpossibleOneIsLeftOut() {
    var unused =
        client
            .chat()
            .completions()
            .create(
                chatParams().toBuilder()
                    .putAdditionalBodyProperty("min_p", JsonValue.from(0.1))
                    .temperature(bareJson(0.75))
                    .topP(Double.NaN)
                    .build());

    RequestParameters parameters = onlyCall().request().parameters();
    assertThat(parameters.temperature()).isEqualTo(0.75);
    assertThat(parameters.topP()).isNull();
  }

  @Test
  void messagesOfEveryRoleAreRead() {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model("gpt-4o-mini")
            .addDeveloperMessage("Be brief.")
            .addSystemMessage("You know the sea.")
            .addUserMessageOfArrayOfContentParts(
                List.of(
                    ChatCompletionContentPart.ofText(
                        ChatCompletionContentPartText.builder().text("What is this?").build()),
                    ChatCompletionContentPart.ofImageUrl(
                        ChatCompletionContentPartImage.builder()
                            .imageUrl(
                                ChatCompletionContentPartImage.ImageUrl.builder()
                                    .url("https://example.org/tower.png")
                                    .build())
                            .build())))
            .addMessage(
                com.openai.models.chat.completions.ChatCompletionAssistantMessageParam.builder()
                    .content("Let me look.")
                    .addToolCall(
                        ChatCompletionMessageFunctionToolCall.builder()
                            .id("call_1")
                            .function(
                                ChatCompletionMessageFunctionToolCall.Function.builder()
                                    .name("get_tide")
                                    .arguments("{\"harbour\":\"Brest\"}")
                                    .build())
                            .build())
                    .build())
            .addMessage(
                com.openai.models.chat.completions.ChatCompletionToolMessageParam.builder()
                    .toolCallId("call_1")
                    .content("{\"tide\":\"high\"}")
                    .build())
            .addFunctionTool(
                FunctionDefinition.builder()
                    .name("get_tide")
                    .description("The tide at a harbour")
                    .parameters(
                        FunctionParameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .build())
                    .build())
            .build();

    var unused = client.chat().completions().create(params);

    LlmRequest request = onlyCall().request();
    assertThat(request.messages())
        .containsExactly(
            Message.of("developer", new MessagePart.Text("Be brief.")),
            Message.system("You know the sea."),
            Message.of(
                "user",
                new MessagePart.Text("What is this?"),
                new MessagePart.UriRef(Modality.IMAGE, null, "https://example.org/tower.png")),
            Message.of(
                "assistant",
                new MessagePart.Text("Let me look."),
                new MessagePart.ToolCall(
                    "call_1", "get_tide", new JsonText("{\"harbour\":\"Brest\"}"))),
            Message.tool("call_1", "{\"tide\":\"high\"}"));
    assertThat(request.tools())
        .containsExactly(
            ToolDefinition.function(
                "get_tide", "The tide at a harbour", new JsonText("{\"type\":\"object\"}")));
  }

  @Test
  void withoutAConsumerOfContentNoneIsRead() {
    KeepingSink blind = new KeepingSink(ContentPolicy.none());
    LlmOps quiet = LlmOps.builder().sink(blind).build();

    var unused = OpenAiInstrumentation.wrap(bare, quiet).chat().completions().create(chatParams());

    LlmCall call = blind.calls.get(0);
    assertThat(call.request().messages()).isEmpty();
    assertThat(call.response().outputs()).isEmpty();
    assertThat(call.response().finishReasons()).containsExactly("stop");
  }

  @Test
  void tokenDetailsAreRead() {
    LlmCall call = chat(Fixture.CHAT_TOKEN_DETAILS);

    assertThat(call.usage())
        .isEqualTo(
            TokenUsage.builder()
                .inputTokens(2310)
                .outputTokens(412)
                .cachedInputTokens(1920)
                .reasoningTokens(256)
                .modalities(
                    List.of(
                        new ModalityUsage(Modality.TEXT, 2170L, 60L, null),
                        new ModalityUsage(Modality.AUDIO, 140L, 96L, null)))
                .build());
  }

  @Test
  void toolCallsAreRead() {
    LlmCall call = chat(Fixture.CHAT_TOOL_CALL);

    assertThat(call.response().finishReasons()).containsExactly("tool_call");
    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.ToolCall(
                    "call_tide01",
                    "get_tide",
                    new JsonText("{\"harbour\":\"Brest\",\"day\":\"2026-11-21\"}"))));
  }

  @Test
  void refusalIsRead() {
    LlmCall call = chat(Fixture.CHAT_REFUSAL);

    assertThat(call.response().outputs())
        .containsExactly(
            Message.of("assistant", new MessagePart.Refusal("I can't help with that.")));
  }

  @Test
  void soundIsKeptByReference() {
    server.enqueue(
        Reply.json(
            """
            {"id":"x","object":"chat.completion","created":1,"model":"gpt-audio","choices":[
              {"index":0,"finish_reason":"stop","message":{"role":"assistant","content":null,
                "audio":{"id":"audio_1","expires_at":2,"data":"UklGRg==","transcript":"Hello."}}}]}
            """));

    var unused =
        client
            .chat()
            .completions()
            .create(
                chatParams().toBuilder()
                    .modalities(
                        List.of(
                            ChatCompletionCreateParams.Modality.TEXT,
                            ChatCompletionCreateParams.Modality.AUDIO))
                    .build());

    assertThat(onlyCall().request().parameters().outputType()).isEqualTo("speech");
    assertThat(onlyCall().response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.Text("Hello."),
                new MessagePart.FileRef(Modality.AUDIO, null, "audio_1")));
  }

  @Test
  void bothChoicesAreRead() {
    LlmCall call = chat(Fixture.CHAT_TWO_CHOICES);

    assertThat(call.response().outputs())
        .containsExactly(
            Message.assistant("Call it Beacon."), Message.assistant("Call it Harbour."));
    assertThat(call.response().finishReasons()).hasSize(2);
  }

  @Test
  void reasoningOfOtherServersIsRead() {
    LlmCall call = chat(Fixture.CHAT_UNKNOWN_FIELDS);

    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.Reasoning("The part that only some servers send."),
                new MessagePart.Text("The known part of the answer.")));
  }

  @Test
  void whatIsMissingStaysUnknown() {
    assertThat(chat(Fixture.CHAT_NO_USAGE).usage()).isEqualTo(TokenUsage.NONE);
    sink.calls.clear();
    LlmCall call = chat(Fixture.CHAT_NO_FINISH_REASON);

    assertThat(call.response().finishReasons()).isEmpty();
    assertThat(call.problems()).isEmpty();
  }

  @Test
  void countsThatCannotBeAreLeftOut() {
    server.enqueue(
        Reply.json(
            """
            {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[],
             "usage":{"prompt_tokens":10,"completion_tokens":-5,"total_tokens":9223372036854775807,
               "prompt_tokens_details":{"cached_tokens":11,"audio_tokens":-1},
               "completion_tokens_details":{"reasoning_tokens":4000000000000}}}"""));

    var unused = client.chat().completions().create(chatParams());

    assertThat(onlyCall().usage()).isEqualTo(TokenUsage.builder().inputTokens(10).build());
    assertThat(onlyCall().problems()).isEmpty();
  }

  @Test
  void fieldsOfWrongTypesAreLeftOut() {
    server.enqueue(
        Reply.json(
            """
            {"id":7,"object":"chat.completion","created":"soon","model":["m"],
             "choices":[{"index":"first","finish_reason":3,"message":{"content":{"a":1},
               "tool_calls":[{"type":"function","function":"f"},{"type":"new"},5]}},"x"],
             "usage":"lots","service_tier":{},"system_fingerprint":[]}"""));

    var chat = client.chat().completions().create(chatParams());

    assertThat(chat).isNotNull();
    LlmCall call = onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
    assertThat(ops.stats().swallowed()).isEmpty();
  }

  @Test
  void headersOfTheServerAreReadButNoSecrets() {
    server.enqueue(
        Fixture.CHAT_BASIC
            .reply()
            .header("Set-Cookie", "session=1")
            .header("x-litellm-key-spend", "12.5")
            .header("llm_provider-x-request-id", "up-1")
            .header("llm_provider-set-cookie", "a=b"));

    var unused = client.chat().completions().create(chatParams());

    assertThat(onlyCall().response().headers())
        .containsEntry("openai-processing-ms", "0")
        .containsEntry("x-ratelimit-remaining-tokens", "199900")
        .containsEntry("llm_provider-x-request-id", "up-1")
        .containsKey("x-request-id")
        .doesNotContainKeys(
            "set-cookie", "x-litellm-key-spend", "llm_provider-set-cookie", "openai-organization");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fixture.class,
      names = {
        "ERROR_400", "ERROR_400_INT_CODE", "ERROR_401", "ERROR_404_MODEL", "ERROR_429_RATE_LIMIT",
        "ERROR_429_QUOTA", "ERROR_500", "ERROR_503_LOADING", "ERROR_HTML", "ERROR_EMPTY_BODY"
      })
  void errorsAreNamedByWhatTheProviderCallsThem(Fixture fixture) {
    server.enqueue(fixture);

    Throwable thrown = catchThrowable(() -> client.chat().completions().create(chatParams()));

    assertThat(thrown).isInstanceOf(OpenAIServiceException.class);
    CallError error = Objects.requireNonNull(onlyCall().error());
    assertThat(error.httpStatus()).isEqualTo(fixture.status());
    assertThat(error.exceptionType()).isEqualTo(thrown.getClass().getName());
    assertThat(error.message()).isEqualTo(thrown.getMessage());
    assertThat(error.type())
        .isEqualTo(
            switch (fixture) {
              case ERROR_400 -> "unsupported_value";
              case ERROR_400_INT_CODE -> "400";
              case ERROR_401 -> "invalid_api_key";
              case ERROR_404_MODEL -> "model_not_found";
              case ERROR_429_RATE_LIMIT -> "rate_limit_exceeded";
              case ERROR_429_QUOTA -> "insufficient_quota";
              case ERROR_500 -> "server_error";
              case ERROR_503_LOADING, ERROR_EMPTY_BODY -> "503";
              case ERROR_HTML -> "502";
              default -> throw new AssertionError(fixture);
            });
  }

  @Test
  void anAnswerThatIsNotJsonIsAFailure() {
    server.enqueue(Fixture.CHAT_BASIC.reply().malformedBody());

    Throwable thrown = catchThrowable(() -> client.chat().completions().create(chatParams()));

    assertThat(Objects.requireNonNull(onlyCall().error()).type())
        .isEqualTo(thrown.getClass().getName());
  }

  @Test
  void streamIsRead() {
    server.enqueue(Fixture.CHAT_STREAM_USAGE);
    StringBuilder text = new StringBuilder();

    try (StreamResponse<ChatCompletionChunk> stream =
        client
            .chat()
            .completions()
            .createStreaming(
                chatParams().toBuilder()
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .build())) {
      stream.stream()
          .forEach(
              chunk ->
                  chunk
                      .choices()
                      .forEach(choice -> choice.delta().content().ifPresent(text::append)));
    }

    LlmCall call = onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.request().stream()).isTrue();
    assertThat(call.usage().inputTokens()).isEqualTo(19);
    assertThat(call.usage().outputTokens()).isEqualTo(6);
    assertThat(call.response().text()).isEqualTo(text.toString()).isNotEmpty();
    assertThat(call.response().finishReasons()).containsExactly("stop");
    assertThat(call.timing().timeToFirstChunk()).isNotNull();
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
  }

  @Test
  void streamWithoutUsageHasNone() {
    LlmCall call = readStream(Fixture.CHAT_STREAM_NO_USAGE);

    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
    assertThat(call.response().text()).isNotEmpty();
  }

  @Test
  void toolCallsOfAStreamArePutTogether() {
    LlmCall call = readStream(Fixture.CHAT_STREAM_TOOL_CALLS);

    assertThat(call.response().finishReasons()).containsExactly("tool_call");
    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.ToolCall(
                    "call_tide01", "get_tide", new JsonText("{\"harbour\":\"Brest\"}")),
                new MessagePart.ToolCall(
                    "call_wind02",
                    "get_wind",
                    new JsonText("{\"harbour\":\"Vigo\",\"unit\":\"kn\"}"))));
    assertThat(call.usage()).extracting(TokenUsage::inputTokens).isEqualTo(131L);
  }

  @Test
  void choicesOfAStreamAreKeptApart() {
    LlmCall call = readStream(Fixture.CHAT_STREAM_TWO_CHOICES);

    assertThat(call.response().outputs()).hasSize(2);
    assertThat(call.response().finishReasons()).containsExactlyInAnyOrder("stop", "length");
  }

  @Test
  void refusalOfAStreamIsPutTogether() {
    LlmCall call = readStream(Fixture.CHAT_STREAM_REFUSAL);

    assertThat(call.response().outputs().get(0).parts())
        .singleElement()
        .isInstanceOf(MessagePart.Refusal.class);
  }

  @Test
  void errorInsideAStreamKeepsWhatCame() {
    server.enqueue(Fixture.CHAT_STREAM_ERROR);

    Throwable thrown = catchThrowable(() -> readAll());

    assertThat(thrown).isInstanceOf(SseException.class);
    LlmCall call = onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(Objects.requireNonNull(call.error()).exceptionType())
        .isEqualTo(SseException.class.getName());
    assertThat(call.response().text()).isNotEmpty();
    assertThat(call.timing().chunks()).isEqualTo(3); // the role, then two pieces of text
  }

  @Test
  void anErrorBeforeTheStreamIsNamedToo() {
    server.enqueue(Fixture.ERROR_401);

    Throwable thrown = catchThrowable(() -> readAll());

    CallError error = Objects.requireNonNull(onlyCall().error());
    assertThat(error.type()).isEqualTo("invalid_api_key");
    assertThat(error.exceptionType()).isEqualTo(thrown.getClass().getName());
  }

  @Test
  void aStreamKeepsTheHeadersOfTheServer() {
    server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().header("Set-Cookie", "session=1"));

    try (var chunks = client.chat().completions().createStreaming(chatParams())) {
      chunks.stream().forEach(chunk -> {});
    }

    assertThat(onlyCall().response().headers())
        .containsEntry("openai-processing-ms", "0")
        .doesNotContainKey("set-cookie");
  }

  @Test
  void structuredOutputIsRecordedAsItsText() {
    server.enqueue(Fixture.CHAT_STRUCTURED_OUTPUT);

    StructuredChatCompletion<Anything> answer =
        client.chat().completions().create(structuredParams());

    LlmCall call = onlyCall();
    assertThat(answer.rawChatCompletion().id()).isEqualTo(call.response().id());
    assertThat(call.request().parameters().outputType()).isEqualTo("json");
    assertThat(call.request().messages()).hasSize(1);
    assertThat(call.response().text()).startsWith("{");
    assertThat(call.response().structuredOutputError()).isNull();
    assertThat(call.response().headers()).containsKey("x-request-id");
  }

  @Test
  void structuredOutputThatIsNotJsonIsPartOfTheOutcome() {
    server.enqueue(Fixture.CHAT_BASIC); // prose

    var answer = client.chat().completions().create(structuredParams());

    LlmCall call = onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.response().structuredOutputError())
        .isEqualTo("com.fasterxml.jackson.core.JsonParseException");
    assertThat(catchThrowable(() -> answer.choices().get(0).message().content())).isNotNull();
  }

  @Test
  void usageIsReadWithoutTheAccessorsThatThrow() {
    // a usage that the client built itself, with nothing in its details
    CompletionUsage usage =
        CompletionUsage.builder().promptTokens(3).completionTokens(4).totalTokens(7).build();

    assertThat(Usages.of(usage)).isEqualTo(TokenUsage.of(3, 4));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // as applications do that hold bare JSON
  private static JsonField<Double> bareJson(double value) {
    return (JsonField) JsonValue.from(value);
  }

  private LlmCall readStream(Fixture fixture) {
    server.enqueue(fixture);
    readAll();
    return onlyCall();
  }

  private void readAll() {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(chatParams())) {
      stream.stream().forEach(chunk -> {});
    }
  }

  private static StructuredChatCompletionCreateParams<Anything> structuredParams() {
    return chatParams().toBuilder().responseFormat(Anything.class).build();
  }

  /** The application's own type. */
  static final class Anything {
    public String name = "";
  }
}
