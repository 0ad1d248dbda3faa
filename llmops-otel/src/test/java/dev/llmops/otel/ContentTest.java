package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.ContentPolicy;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Pricing;
import dev.llmops.Prompt;
import dev.llmops.StepResult;
import dev.llmops.ToolDefinition;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Content: nothing by default, where it goes, in which shape, and its bounds. */
@Tag("otel-versions")
class ContentTest {

  private static final LlmRequest REQUEST =
      LlmRequest.builder(LlmRequest.CHAT, "openai")
          .model("gpt-4o")
          .systemInstructions(List.of(new MessagePart.Text("be brief")))
          .message(Message.user("weather in Paris?"))
          .tools(
              List.of(
                  ToolDefinition.function(
                      "weather", "tells it", JsonText.of("{\"type\":\"object\"}"))))
          .prompt(Prompt.of("support", "3").withVariables(Map.of("city", "Paris")))
          .build();
  private static final LlmResponse ANSWER =
      LlmResponse.builder()
          .outputs(
              List.of(
                  Message.of(
                      "assistant",
                      new MessagePart.ToolCall("call_1", "weather", JsonText.of("{\"city\":")))))
          .finishReasons(List.of("tool_calls"))
          .build();

  private static final Map<String, Object> EXPECTED =
      Map.of(
          "gen_ai.system_instructions",
          List.of(Map.of("type", "text", "content", "be brief")),
          "gen_ai.input.messages",
          List.of(
              Map.of(
                  "role",
                  "user",
                  "parts",
                  List.of(Map.of("type", "text", "content", "weather in Paris?")))),
          "gen_ai.tool.definitions",
          List.of(Map.of("type", "function", "name", "weather")),
          "gen_ai.output.messages",
          List.of(
              Map.of(
                  "role",
                  "assistant",
                  "parts",
                  List.of(
                      Map.of(
                          "type", "tool_call",
                          "id", "call_1",
                          "name", "weather",
                          "arguments", "{\"city\":")),
                  "finish_reason",
                  "tool_call")));

  private final TestSdk sdk = TestSdk.sampled();

  @Test
  void nothingLeavesByDefault() {
    LlmOps ops = sdk.ops();

    ops.call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(ops.capturesContent()).isFalse();
    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .doesNotContainKeys(EXPECTED.keySet().toArray(new String[0]))
        .doesNotContainKey("gen_ai.prompt.variable.city")
        .containsEntry("gen_ai.prompt.name", "support");
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void contentOnTheSpanHasTheShapeOfTheSchemas() {
    sdk.ops(builder -> builder.content(ContentPolicy.full()))
        .call(REQUEST, () -> "hi", r -> ANSWER);

    Map<String, Object> attributes = TestSdk.plain(sdk.onlySpan().getAttributes());
    EXPECTED.forEach((name, value) -> assertThat(read(attributes.get(name))).isEqualTo(value));
    assertThat(attributes).containsEntry("gen_ai.prompt.variable.city", "Paris");
    assertThat(attributes).containsEntry("gen_ai.response.finish_reasons", List.of("tool_calls"));
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void contentOnTheEventIsStructured() {
    sdk.ops(
            builder ->
                builder.content(ContentPolicy.full()).contentPlacement(ContentPlacement.EVENT))
        .call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .doesNotContainKeys(EXPECTED.keySet().toArray(new String[0]))
        .doesNotContainKey("gen_ai.prompt.variable.city");
    LogRecordData event = sdk.onlyLog();
    assertThat(TestSdk.eventName(event)).isEqualTo("gen_ai.client.inference.operation.details");
    assertThat(event.getSpanContext().getSpanId()).isEqualTo(sdk.onlySpan().getSpanId());
    Map<String, Object> attributes = TestSdk.eventAttributes(event);
    assertThat(attributes)
        .contains(
            entry("gen_ai.operation.name", "chat"),
            entry("gen_ai.provider.name", "openai"),
            entry("gen_ai.request.model", "gpt-4o"),
            entry("gen_ai.prompt.variable.city", "Paris"));
    if (ApiFeatures.hasStructuredAttributes()) {
      EXPECTED.forEach((name, value) -> assertThat(read(attributes.get(name))).isEqualTo(value));
    } else { // its attributes cannot hold them: the same fields are the body
      assertThat(plain(event.getBodyValue())).isEqualTo(EXPECTED);
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-,              -,     false, false",
        "NO_CONTENT,     -,     false, false",
        "span_only,      -,     true,  false",
        "true,           -,     true,  false",
        "EVENT_ONLY,     -,     false, true",
        "EVENT_ONLY,     false, false, false",
        "SPAN_AND_EVENT, -,     true,  true",
        "SPAN_ONLY,      true,  true,  true",
        "NO_CONTENT,     true,  false, true",
        "everything,     -,     false, false",
        "SPAN_ONLY,      yes,   true,  false",
      })
  void theEnvironmentDecidesWhereCodeIsSilent(
      String capture, String emitEvent, boolean onSpan, boolean event) {
    sdk.ops(
            builder ->
                builder.environment(
                    name -> name.equals(ContentSettings.CAPTURE) ? capture : emitEvent))
        .call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()).containsKey("gen_ai.input.messages"))
        .isEqualTo(onSpan);
    assertThat(sdk.logs.getFinishedLogRecordItems()).hasSize(event ? 1 : 0);
  }

  @Test
  void anEventWithoutContentHasNone() {
    sdk.ops(builder -> builder.emitEvent(true)).call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.eventAttributes(sdk.onlyLog()))
        .containsEntry("gen_ai.operation.name", "chat")
        .doesNotContainKeys(EXPECTED.keySet().toArray(new String[0]));
    assertThat(sdk.onlyLog().getBodyValue()).isNull();
  }

  @Test
  void settingsInCodeWinOverTheEnvironment() {
    sdk.ops(
            builder ->
                builder
                    .environment(name -> "SPAN_AND_EVENT")
                    .content(ContentPolicy.none())
                    .emitEvent(false))
        .call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .doesNotContainKey("gen_ai.input.messages");
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void contentMeantForEventsNeverMovesToTheSpan() {
    TestSdk quiet = TestSdk.withoutLogs();
    OtelCallObserver observer =
        quiet.observer(
            builder ->
                builder.content(ContentPolicy.full()).contentPlacement(ContentPlacement.EVENT));

    quiet.ops(observer, Pricing.NONE).call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(quiet.onlySpan().getAttributes()))
        .doesNotContainKey("gen_ai.input.messages");
    assertThat(quiet.onlySpan().getEvents()).isEmpty();
    assertThat(observer.stats().note())
        .isEqualTo(
            "no events of calls: they are log events, and this OpenTelemetry exports no logs"
                + " (OTEL_LOGS_EXPORTER)");
  }

  @Test
  void embeddingsCarryNoContent() {
    LlmRequest request =
        LlmRequest.builder(LlmRequest.EMBEDDINGS, "openai")
            .model("text-embedding-3-small")
            .message(Message.user("a document"))
            .build();

    sdk.ops(
            builder ->
                builder
                    .content(ContentPolicy.full())
                    .contentPlacement(ContentPlacement.SPAN_AND_EVENT))
        .call(request, () -> "x", r -> LlmResponse.EMPTY);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .doesNotContainKey("gen_ai.input.messages");
    assertThat(sdk.logs.getFinishedLogRecordItems()).isEmpty();
  }

  @Test
  void aRedactorThatThrowsDropsTheContentAndIsSaid() {
    ContentPolicy broken =
        ContentPolicy.redacted(
            text -> {
              throw new IllegalStateException(text);
            });

    sdk.ops(builder -> builder.content(broken)).call(REQUEST, () -> "hi", r -> ANSWER);

    assertThat(TestSdk.plain(sdk.onlySpan().getAttributes()))
        .doesNotContainKeys(EXPECTED.keySet().toArray(new String[0]))
        .containsEntry(
            "llmops.problems",
            List.of("content dropped: the redactor threw java.lang.IllegalStateException"));
  }

  @Test
  void everyKindOfPartHasItsShape() {
    Message all =
        Message.of(
            "developer",
            new MessagePart.Text(""),
            new MessagePart.Reasoning("hm"),
            new MessagePart.Refusal("no"),
            new MessagePart.ToolCall(null, "f", null),
            new MessagePart.ToolResponse("call_1", "42"),
            new MessagePart.Blob(Modality.IMAGE, "image/png", "iVBORw0="),
            new MessagePart.FileRef(Modality.DOCUMENT, null, "file-1"),
            new MessagePart.UriRef(Modality.AUDIO, "audio/wav", "https://example.org/a.wav"),
            new MessagePart.Other("hologram", JsonText.of("{}")));

    Object value = json(ValueJson.write(MessageValues.messages(List.of(all))));

    assertThat(value)
        .isEqualTo(
            List.of(
                Map.of(
                    "role",
                    "developer",
                    "parts",
                    List.of(
                        Map.of("type", "text", "content", ""),
                        Map.of("type", "reasoning", "content", "hm"),
                        Map.of("type", "refusal", "content", "no"),
                        Map.of("type", "tool_call", "name", "f"),
                        Map.of("type", "tool_call_response", "id", "call_1", "response", "42"),
                        Map.of(
                            "type", "blob",
                            "mime_type", "image/png",
                            "modality", "image",
                            "content", "iVBORw0="),
                        Map.of("type", "file", "modality", "document", "file_id", "file-1"),
                        Map.of(
                            "type", "uri",
                            "mime_type", "audio/wav",
                            "modality", "audio",
                            "uri", "https://example.org/a.wav"),
                        Map.of("type", "hologram", "value", "{}")))));
  }

  @Test
  void finishReasonsAreInTheWordsOfTheSchema() {
    assertThat(List.of("stop", "length", "content_filter", "tool_calls", "function_call"))
        .extracting(MessageValues::finishReason)
        .containsExactly("stop", "length", "content_filter", "tool_call", "tool_call");
  }

  @Test
  void toolDetailsAreThereWhenAskedForAndAreAnObject() {
    ToolDefinition good =
        ToolDefinition.function(
            "f", "does it", JsonText.of("{\"type\":\"object\",\"required\":[\"a\"],\"n\":1.5}"));
    ToolDefinition broken = ToolDefinition.function("g", null, JsonText.of("{\"type\":"));

    Object value = json(ValueJson.write(MessageValues.tools(List.of(good, broken), true)));

    assertThat(value)
        .isEqualTo(
            List.of(
                Map.of(
                    "type", "function",
                    "name", "f",
                    "description", "does it",
                    "parameters", Map.of("type", "object", "required", List.of("a"), "n", 1.5)),
                Map.of("type", "function", "name", "g")));
  }

  @Test
  void deeplyNestedParametersDoNotOverflowTheStack() {
    String nested = "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000);
    ToolDefinition hostile = ToolDefinition.function("f", null, JsonText.of(nested));

    String json = ValueJson.write(MessageValues.tools(List.of(hostile), true));

    assertThat(json).startsWith("[{\"type\":\"function\",\"name\":\"f\"");
  }

  @Test
  void theLatestMessagesAreKeptWithinTheBound() {
    Message old = Message.user("o".repeat(200_000));
    Message latest = Message.user("n".repeat(200_000));

    String json = ValueJson.write(MessageValues.messages(List.of(old, old, latest)));

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> messages = (List<Map<String, Object>>) json(json);
    assertThat(messages).hasSize(2);
    assertThat(json).contains("n".repeat(200_000)).doesNotContain("o".repeat(62_145));
    // 262,144 - 200,000 = 62,144 characters are left for the older one; 200,000 - 62,144 are cut
    assertThat(json).contains("o".repeat(62_144) + "… [137856 characters cut]");
  }

  @Test
  void documentsHaveIdAndScore() {
    Object value =
        json(
            ValueJson.write(
                MessageValues.documents(
                    List.of(
                        new StepResult.Document("d1", 0.5, "text"),
                        new StepResult.Document("d2", null, null)))));

    assertThat(value)
        .isEqualTo(
            List.of(Map.of("id", "d1", "score", 0.5, "content", "text"), Map.of("id", "d2")));
  }

  /** An attribute as plain values: structured from 1.62, JSON text before. */
  private static Object read(Object attribute) {
    if (ApiFeatures.hasStructuredAttributes()) {
      return plain((Value<?>) attribute);
    }
    return json((String) attribute);
  }

  private static Object plain(Value<?> value) {
    return json(ValueJson.write(value));
  }

  private static Object json(String text) {
    try {
      return new ObjectMapper().readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
