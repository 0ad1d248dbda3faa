package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponsePrompt;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.StructuredResponseCreateParams;
import com.openai.models.responses.WebSearchTool;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import dev.llmops.ToolDefinition;
import dev.llmops.testing.Fixture;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is read from Responses. Expected values are those of the fixtures' files. */
@SuppressWarnings("deprecation") // parameters that applications still use
class ResponsesRecordingTest extends OpenAiTest {

  @Test
  void answerIsRead() {
    LlmCall call = respond(Fixture.RESPONSES_BASIC);

    LlmResponse response = call.response();
    assertThat(call.request().operation()).isEqualTo("chat");
    assertThat(call.request().parameters().apiType()).isEqualTo("responses");
    assertThat(call.request().messages())
        .containsExactly(Message.user("What is a lighthouse for?"));
    assertThat(response.status()).isEqualTo("completed");
    assertThat(response.finishReasons()).containsExactly("stop");
    assertThat(response.model()).isEqualTo("gpt-4o-mini-2024-07-18");
    assertThat(response.usage().inputTokens()).isEqualTo(21);
    assertThat(response.usage().outputTokens()).isEqualTo(7);
    assertThat(response.text()).isNotEmpty();
    assertThat(response.headers()).containsKey("x-request-id");
    assertThat(call.problems()).isEmpty();
  }

  @Test
  void cachedAndCacheWritingTokensAreRead() {
    assertThat(respond(Fixture.RESPONSES_CACHED_TOKENS).usage())
        .isEqualTo(
            TokenUsage.builder()
                .inputTokens(2100)
                .outputTokens(14)
                .cachedInputTokens(1792)
                .cacheWriteInputTokens(256)
                .reasoningTokens(0)
                .build());
  }

  @Test
  void reasoningIsRead() {
    LlmCall call = respond(Fixture.RESPONSES_REASONING);

    assertThat(call.usage().outputTokens()).isEqualTo(152);
    assertThat(call.usage().reasoningTokens()).isEqualTo(128);
    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.Reasoning(
                    "**Working out the tide**\n\nHigh water moves by about fifty minutes a day."),
                new MessagePart.Text("High water is at 07:10.")));
  }

  @Test
  void toolCallIsRead() {
    LlmCall call = respond(Fixture.RESPONSES_TOOL_CALL);

    assertThat(call.response().finishReasons()).containsExactly("tool_call");
    assertThat(call.response().outputs().get(0).parts())
        .singleElement()
        .isInstanceOfSatisfying(
            MessagePart.ToolCall.class,
            tool -> {
              assertThat(tool.id()).isEqualTo("call_tide01");
              assertThat(tool.name()).isEqualTo("get_tide");
            });
  }

  @Test
  void incompleteAnswerTellsWhy() {
    LlmCall call = respond(Fixture.RESPONSES_INCOMPLETE);

    assertThat(call.response().status()).isEqualTo("incomplete");
    assertThat(call.response().finishReasons()).containsExactly("length");
  }

  @Test
  void refusalIsRead() {
    assertThat(respond(Fixture.RESPONSES_REFUSAL).response().outputs().get(0).parts())
        .singleElement()
        .isInstanceOf(MessagePart.Refusal.class);
  }

  @Test
  void failedAnswerIsAFailedCallThatKeepsItsStatus() {
    LlmCall call = respond(Fixture.RESPONSES_FAILED);

    assertThat(call.error()).isNotNull();
    assertThat(call.error().type()).isEqualTo("server_error");
    assertThat(call.error().exceptionType()).as("the client threw nothing").isNull();
    assertThat(call.response().status()).isEqualTo("failed");
    assertThat(call.response().finishReasons()).containsExactly("error");
    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
  }

  @Test
  void everyParameterIsRead() {
    var unused =
        client
            .responses()
            .create(
                responseParams().toBuilder()
                    .temperature(0.25)
                    .topP(0.5)
                    .maxOutputTokens(64)
                    .reasoning(Reasoning.builder().effort(ReasoningEffort.HIGH).build())
                    .previousResponseId("resp_1")
                    .conversation("conv_1")
                    .serviceTier(ResponseCreateParams.ServiceTier.PRIORITY)
                    .text(
                        ResponseTextConfig.builder()
                            .format(ResponseFormatJsonObject.builder().build())
                            .build())
                    .prompt(ResponsePrompt.builder().id("pmpt_1").version("3").build())
                    .user("user-7")
                    .build());

    LlmRequest request = onlyCall().request();
    assertThat(request.model()).isEqualTo("gpt-4o-mini");
    assertThat(request.conversationId()).isEqualTo("conv_1");
    assertThat(request.userId()).isEqualTo("user-7");
    assertThat(request.prompt()).isEqualTo(Prompt.of("pmpt_1", "3"));
    assertThat(request.parameters())
        .isEqualTo(
            RequestParameters.builder()
                .apiType("responses")
                .temperature(0.25)
                .topP(0.5)
                .maxTokens(64L)
                .reasoningLevel("high")
                .previousResponseId("resp_1")
                .serviceTier("priority")
                .outputType("json")
                .build());
  }

  @Test
  void inputItemsInstructionsAndToolsAreRead() {
    var unused =
        client
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model("gpt-4o-mini")
                    .instructions("Be brief.")
                    .inputOfResponse(
                        List.of(
                            ResponseInputItem.ofEasyInputMessage(
                                EasyInputMessage.builder()
                                    .role(EasyInputMessage.Role.USER)
                                    .content("High tide?")
                                    .build()),
                            ResponseInputItem.ofFunctionCall(
                                ResponseFunctionToolCall.builder()
                                    .callId("call_1")
                                    .name("get_tide")
                                    .arguments("{}")
                                    .build()),
                            ResponseInputItem.ofFunctionCallOutput(
                                ResponseInputItem.FunctionCallOutput.builder()
                                    .callId("call_1")
                                    .output("07:10")
                                    .build())))
                    .addTool(
                        FunctionTool.builder()
                            .name("get_tide")
                            .description("The tide")
                            .parameters(
                                FunctionTool.Parameters.builder()
                                    .putAdditionalProperty("type", JsonValue.from("object"))
                                    .build())
                            .strict(false)
                            .build())
                    .addTool(WebSearchTool.builder().type(WebSearchTool.Type.WEB_SEARCH).build())
                    .build());

    LlmRequest request = onlyCall().request();
    assertThat(request.systemInstructions()).containsExactly(new MessagePart.Text("Be brief."));
    assertThat(request.messages())
        .containsExactly(
            Message.user("High tide?"),
            Message.of(
                "assistant", new MessagePart.ToolCall("call_1", "get_tide", new JsonText("{}"))),
            Message.tool("call_1", "07:10"));
    assertThat(request.tools())
        .extracting(ToolDefinition::type, ToolDefinition::name)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("function", "get_tide"),
            org.assertj.core.api.Assertions.tuple("web_search", "web_search"));
  }

  @Test
  void streamIsRead() {
    LlmCall call = readStream(Fixture.RESPONSES_STREAM_BASIC);

    assertThat(call.request().stream()).isTrue();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.response().status()).isEqualTo("completed");
    assertThat(call.usage().inputTokens()).isEqualTo(21);
    assertThat(call.response().text()).isNotEmpty();
    assertThat(call.response().finishReasons()).containsExactly("stop");
    assertThat(call.timing().timeToFirstOutput()).isNotNull();
  }

  @Test
  void streamThatIsLeftEarlyKeepsWhatCame() {
    server.enqueue(Fixture.RESPONSES_STREAM_TOOL_CALL);
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(responseParams())) {
      Iterator<ResponseStreamEvent> events = stream.stream().iterator();
      while (!events.next().isFunctionCallArgumentsDone()) {
        // up to the end of the arguments, before the response is complete
      }
    }

    LlmCall call = onlyCall();
    assertThat(call.outcome())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            left -> assertThat(left.reason()).isEqualTo(Outcome.Reason.CLOSED));
    assertThat(call.response().id()).isEqualTo("resp_fake_stream-tool-call");
    assertThat(call.response().status()).isEqualTo("in_progress");
    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.ToolCall(
                    "call_tide01", "get_tide", new JsonText("{\"harbour\":\"Brest\"}"))));
  }

  @Test
  void failureInsideAStreamFailsTheCall() {
    LlmCall call = readStream(Fixture.RESPONSES_STREAM_FAILED);

    assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(Objects.requireNonNull(call.error()).type()).isEqualTo("server_error");
    assertThat(call.error().exceptionType()).isNull();
    assertThat(call.response().status()).isEqualTo("failed");
  }

  @Test
  void incompleteStreamTellsWhy() {
    LlmCall call = readStream(Fixture.RESPONSES_STREAM_INCOMPLETE);

    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.response().finishReasons()).containsExactly("length");
  }

  @Test
  void fetchingAResponseSpendsNoTokens() {
    server.enqueue(Fixture.RESPONSES_BASIC);

    var fetched = client.responses().retrieve("resp_fake_basic");

    LlmCall call = onlyCall();
    assertThat(call.request().operation()).isEqualTo("fetch_response");
    assertThat(call.request().model()).isNull();
    assertThat(call.response().id()).isEqualTo(fetched.id());
    assertThat(call.response().status()).isEqualTo("completed");
    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
  }

  @Test
  void fetchingAStreamSpendsNoTokens() {
    server.enqueue(Fixture.RESPONSES_STREAM_BASIC);

    try (StreamResponse<ResponseStreamEvent> stream =
        client
            .responses()
            .retrieveStreaming(
                ResponseRetrieveParams.builder().responseId("resp_1").startingAfter(2).build())) {
      stream.stream().forEach(event -> {});
    }

    LlmCall call = onlyCall();
    assertThat(call.request().operation()).isEqualTo("fetch_response");
    assertThat(call.request().stream()).isTrue();
    assertThat(call.response().text()).isNotEmpty();
    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
  }

  @Test
  void structuredOutputIsRecordedAsItsText() {
    server.enqueue(Fixture.RESPONSES_BASIC); // prose
    StructuredResponseCreateParams<Anything> params =
        responseParams().toBuilder().text(Anything.class).build();

    var answer = client.responses().create(params);

    LlmCall call = onlyCall();
    assertThat(answer.rawResponse().id()).isEqualTo(call.response().id());
    assertThat(call.request().parameters().outputType()).isEqualTo("json");
    assertThat(call.response().structuredOutputError())
        .isEqualTo("com.fasterxml.jackson.core.JsonParseException");
  }

  private LlmCall readStream(Fixture fixture) {
    server.enqueue(fixture);
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(responseParams())) {
      stream.stream().forEach(event -> {});
    }
    return onlyCall();
  }

  /** The application's own type. */
  static final class Anything {
    public String name = "";
  }
}
