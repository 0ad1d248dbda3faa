package dev.llmops.client.langchain4j;

import static dev.llmops.testing.LlmOpsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.output.TokenUsage;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Pricing;
import dev.llmops.ToolDefinition;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is recorded of a chat call, with the values of the fixtures. */
class ChatRecordingTest {

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final ChatModel bare =
      OpenAiChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("gpt-4o-mini")
          .temperature(0.5)
          .maxRetries(0)
          .build();
  private final ChatModel model = LangChain4jInstrumentation.wrap(bare, ops);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void usageHasItsDetails() {
    server.enqueue(Fixture.CHAT_TOKEN_DETAILS);

    var unused = model.chat("How high is the tide?");

    // input 2310 with 1920 cached; output 412 with 256 reasoning
    dev.llmops.TokenUsage usage = records.onlyCall().usage();
    assertThat(usage.inputTokens()).isEqualTo(2310);
    assertThat(usage.cachedInputTokens()).isEqualTo(1920);
    assertThat(usage.outputTokens()).isEqualTo(412);
    assertThat(usage.reasoningTokens()).isEqualTo(256);
  }

  @Test
  void countsThatAreKeptApartAreAddedUp() {
    assertThat(Usages.of(new Anthropic(10, 5, 100, 30)))
        .isEqualTo(
            dev.llmops.TokenUsage.builder()
                .inputTokens(140) // 10 + 100 read + 30 written
                .outputTokens(5)
                .cachedInputTokens(100)
                .cacheWriteInputTokens(30)
                .build());
    assertThat(Usages.of(new Gemini(50, 7, 20, 40)))
        .isEqualTo(
            dev.llmops.TokenUsage.builder()
                .inputTokens(50) // the 20 cached ones are part of it
                .outputTokens(47) // 7 + 40 thoughts
                .cachedInputTokens(20)
                .reasoningTokens(40)
                .build());
    assertThat(Usages.of(new TokenUsage(3, null)).outputTokens()).isNull();
    assertThat(Usages.of(null).isEmpty()).isTrue();
  }

  @Test
  void requestTellsWhatCounts() {
    ChatRequest request =
        ChatRequest.builder()
            .messages(
                SystemMessage.from("Be brief."),
                UserMessage.from(
                    TextContent.from("What is this?"), ImageContent.from("aGk=", "image/png")))
            .parameters(
                OpenAiChatRequestParameters.builder()
                    .modelName("gpt-4o")
                    .maxCompletionTokens(50)
                    .seed(7)
                    .reasoningEffort("low")
                    .user("u-7")
                    .stopSequences("END")
                    .responseFormat(ResponseFormat.JSON)
                    .toolSpecifications(
                        ToolSpecification.builder()
                            .name("get_tide")
                            .description("Looks up the tide")
                            .parameters(
                                JsonObjectSchema.builder().addStringProperty("port").build())
                            .build())
                    .build())
            .build();

    ChatResponse answer = model.chat(request);

    LlmCall call = records.onlyCall();
    assertThat(answer.aiMessage().text()).isNotEmpty();
    assertThat(call).hasProvider("openai").hasModel("gpt-4o").hasUser("u-7").hasNoProblems();
    assertThat(call.request().parameters().temperature()).as("the model's own").isEqualTo(0.5);
    assertThat(call.request().parameters().maxTokens()).isEqualTo(50);
    assertThat(call.request().parameters().seed()).isEqualTo(7);
    assertThat(call.request().parameters().reasoningLevel()).isEqualTo("low");
    assertThat(call.request().parameters().stopSequences()).containsExactly("END");
    assertThat(call.request().parameters().outputType()).isEqualTo("json");
    assertThat(call.request().messages())
        .containsExactly(
            Message.system("Be brief."),
            Message.of(
                "user",
                new MessagePart.Text("What is this?"),
                new MessagePart.Blob(MessagePart.Modality.IMAGE, "image/png", "aGk=")));
    ToolDefinition tool = call.request().tools().get(0);
    assertThat(tool.name()).isEqualTo("get_tide");
    assertThat(tool.description()).isEqualTo("Looks up the tide");
    assertThat(tool.parameters()).isNotNull();
    assertThat(tool.parameters().text()).contains("\"port\"", "\"string\"");
  }

  @Test
  void toolCallsAreOutputs() {
    server.enqueue(Fixture.CHAT_TOOL_CALL);

    AiMessage message = model.chat(List.of(UserMessage.from("The tide?"))).aiMessage();

    var asked = message.toolExecutionRequests().get(0);
    LlmCall call = records.onlyCall();
    assertThat(call.response().finishReasons()).containsExactly("tool_call");
    assertThat(call.response().outputs())
        .containsExactly(
            Message.of(
                "assistant",
                new MessagePart.ToolCall(asked.id(), "get_tide", JsonText.of(asked.arguments()))));
  }

  @Test
  void serverFactsOfTheProvidersOwnMetadata() {
    server.enqueue(Fixture.CHAT_SERVICE_TIER);

    var unused = model.chat("Hello");

    assertThat(records.onlyCall().response().serviceTier()).isEqualTo("priority");
    assertThat(records.onlyCall().response().systemFingerprint()).isEqualTo("fp_priority01");
  }

  @Test
  void errorsAreNamedAfterTheProvidersCode() {
    server.enqueue(Fixture.ERROR_401);
    Throwable thrown = catchThrowable(() -> model.chat("Hello"));

    assertThat(records.onlyCall().error()).isNotNull();
    assertThat(records.onlyCall().error().type()).isEqualTo("invalid_api_key");
    assertThat(records.onlyCall().error().httpStatus()).isEqualTo(401);
    assertThat(records.onlyCall().error().exceptionType()).isEqualTo(thrown.getClass().getName());
  }

  @Test
  void errorsWithoutACodeAreNamedAfterTheStatus() {
    server.enqueue(Fixture.ERROR_HTML); // 502 of a proxy
    Throwable thrown = catchThrowable(() -> model.chat("Hello"));

    assertThat(thrown).isNotNull();
    assertThat(records.onlyCall().error().type()).isEqualTo("502");
    assertThat(records.onlyCall().error().httpStatus()).isEqualTo(502);
  }

  @Test
  void aModelThatAnswersTextInItsOwnWayIsLeftToIt() {
    ChatModel own =
        new ChatModel() {
          @Override
          public String chat(String text) {
            return "mine: " + text;
          }
        };

    assertThat(LangChain4jInstrumentation.wrap(own, ops).chat("hi")).isEqualTo("mine: hi");

    assertThat(records.onlyCall()).hasProvider("langchain4j").hasText("mine: hi").hasNoUsage();
  }

  @Test
  void whatTheModelTellsIsDelegated() {
    assertThat(model.provider()).isEqualTo(bare.provider());
    assertThat(model.defaultRequestParameters()).isSameAs(bare.defaultRequestParameters());
    assertThat(model.listeners()).isEqualTo(bare.listeners());
    assertThat(model.supportedCapabilities()).isEqualTo(bare.supportedCapabilities());
  }

  @Test
  void theListenerRecordsTheSame() {
    server.enqueue(Reply.answer("It is Paris."));
    ChatModel listened =
        OpenAiChatModel.builder()
            .baseUrl(server.baseUrl())
            .apiKey("test")
            .modelName("gpt-4o-mini")
            .listeners(List.of(LangChain4jInstrumentation.listener(ops)))
            .build();

    var unused = listened.chat("What is the capital of France?");

    assertThat(records.onlyCall())
        .isCompleted()
        .hasProvider("openai")
        .hasModel("gpt-4o-mini")
        .hasText("It is Paris.")
        .hasNoProblems();
    assertThat(records.onlyCall().usage().outputTokens()).isEqualTo(3);
  }

  @Test
  void theListenerRecordsFailures() {
    server.enqueue(Fixture.ERROR_401);
    ChatModel listened =
        OpenAiChatModel.builder()
            .baseUrl(server.baseUrl())
            .apiKey("test")
            .modelName("gpt-4o-mini")
            .maxRetries(0)
            .listeners(List.of(LangChain4jInstrumentation.listener(ops)))
            .build();

    Throwable thrown = catchThrowable(() -> listened.chat("Hello"));

    assertThat(thrown).isNotNull();
    assertThat(records.onlyCall()).isFailedWith("invalid_api_key");
  }

  /** As the type of langchain4j-anthropic tells: what was cached is counted beside the input. */
  public static final class Anthropic extends TokenUsage {
    private final int read;
    private final int written;

    Anthropic(int input, int output, int read, int written) {
      super(input, output);
      this.read = read;
      this.written = written;
    }

    public Integer cacheReadInputTokens() {
      return read;
    }

    public Integer cacheCreationInputTokens() {
      return written;
    }
  }

  /** As the type of langchain4j-google-ai-gemini tells: thoughts are counted beside the output. */
  public static final class Gemini extends TokenUsage {
    private final int cached;
    private final int thoughts;

    Gemini(int input, int output, int cached, int thoughts) {
      super(input, output);
      this.cached = cached;
      this.thoughts = thoughts;
    }

    public Integer cachedContentTokenCount() {
      return cached;
    }

    public Integer thoughtsTokenCount() {
      return thoughts;
    }
  }
}
