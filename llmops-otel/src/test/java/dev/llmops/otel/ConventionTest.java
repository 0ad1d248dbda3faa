package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Origin;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import dev.llmops.ToolDefinition;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything that can be emitted, held against the project's own table of the conventions ({@code
 * genai-conventions.json}): names, types, units, buckets, kinds and requirement levels.
 */
@Tag("otel-versions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConventionTest {

  private JsonNode table;

  @BeforeAll
  void readTable() throws IOException {
    try (InputStream in = ConventionTest.class.getResourceAsStream("genai-conventions.json")) {
      table = new ObjectMapper().readTree(in);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAttributeHasItsNameAndType(SemConvDialect dialect) {
    TestSdk sdk = everything(dialect, true);

    Set<String> wrong = new TreeSet<>();
    for (Attributes attributes : allAttributes(sdk)) {
      attributes.forEach(
          (key, value) -> {
            String type = typeOf(key.getKey(), dialect);
            if (type == null || !fits(key, type)) {
              wrong.add(key.getKey() + " is " + key.getType() + ", the table says " + type);
            }
          });
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everySpanHasItsKindItsNameAndWhatIsRequired(SemConvDialect dialect) {
    TestSdk sdk = everything(dialect, true);

    Set<String> seen = new HashSet<>();
    for (SpanData span : sdk.spans.getFinishedSpanItems()) {
      String type = spanType(span);
      seen.add(type);
      JsonNode row = table.get("spans").get(type);
      Map<String, Object> attributes = TestSdk.plain(span.getAttributes());
      assertThat(span.getKind().name()).as(type).isEqualTo(row.get("kind").asText());
      assertThat(span.getName()).isEqualTo(named(row.get("name").asText(), attributes));
      row.get("attributes")
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().asText().equals("required")) {
                  assertThat(attributes).as(type).containsKey(entry.getKey());
                }
              });
      for (String name : attributes.keySet()) {
        assertThat(belongs(name, type, row, dialect)).as(type + " may have " + name).isTrue();
      }
      assertThat(attributes.containsKey("server.port"))
          .isEqualTo(attributes.containsKey("server.address"));
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(
            table.get("spans").properties().stream().map(Map.Entry::getKey).toList());
  }

  @Test
  void ofTheInferenceSpanEverythingThatARecordHoldsIsThere() {
    TestSdk sdk = everything(SemConvDialect.LATEST, true);

    Set<String> emitted = new TreeSet<>();
    sdk.spans.getFinishedSpanItems().stream()
        .filter(span -> spanType(span).equals("gen_ai.inference.client"))
        .forEach(span -> emitted.addAll(TestSdk.plain(span.getAttributes()).keySet()));
    Set<String> missing = new TreeSet<>();
    table
        .get("spans")
        .get("gen_ai.inference.client")
        .get("attributes")
        .properties()
        .forEach(entry -> missing.add(entry.getKey()));
    missing.removeAll(emitted);

    // compaction is in no record; variables are a template, checked elsewhere
    assertThat(missing).containsExactly("gen_ai.conversation.compacted", "gen_ai.prompt.variable");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOptInNeedsContent(SemConvDialect dialect) {
    TestSdk sdk = everything(dialect, false);

    for (SpanData span : sdk.spans.getFinishedSpanItems()) {
      JsonNode levels = table.get("spans").get(spanType(span)).get("attributes");
      for (String name : TestSdk.plain(span.getAttributes()).keySet()) {
        String base = name.startsWith("gen_ai.prompt.variable.") ? "gen_ai.prompt.variable" : name;
        JsonNode level = levels.get(base);
        assertThat(level != null && level.asText().equals("opt_in")).as(name).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyMetricHasItsUnitItsBucketsAndItsLabels(SemConvDialect dialect) {
    TestSdk sdk = everything(dialect, true);

    Map<String, MetricData> collected = sdk.collected();
    Set<String> expected = new TreeSet<>();
    table.get("metrics").properties().forEach(entry -> expected.add(entry.getKey()));
    table.get("own").get("metrics").properties().forEach(entry -> expected.add(entry.getKey()));
    table.get("core").get("metrics").properties().forEach(entry -> expected.add(entry.getKey()));
    if (dialect == SemConvDialect.V1_41) {
      expected.removeIf(name -> name.startsWith("gen_ai.client.inference."));
      expected.remove("gen_ai.invoke_workflow.duration");
      table.get("older").get("metrics").properties().forEach(entry -> expected.add(entry.getKey()));
    }
    assertThat(collected.keySet()).containsExactlyInAnyOrderElementsOf(expected);

    for (MetricData metric : collected.values()) {
      JsonNode row = metricRow(metric.getName(), dialect);
      assertThat(metric.getUnit()).as(metric.getName()).isEqualTo(row.get("unit").asText());
      assertThat(metric.getDescription()).as(metric.getName()).isNotBlank();
      assertThat(typeOf(metric)).as(metric.getName()).isEqualTo(row.get("instrument").asText());
      if (metric.getType() == MetricDataType.HISTOGRAM) {
        assertThat(metric.getHistogramData().getPoints().iterator().next().getBoundaries())
            .as(metric.getName())
            .isEqualTo(buckets(metric.getName(), row));
      }
      labels(metric, row, dialect);
    }
  }

  @Test
  void everyEventHasWhatIsRequired() {
    TestSdk sdk = everything(SemConvDialect.LATEST, true);

    Set<String> seen = new HashSet<>();
    for (LogRecordData event : sdk.logs.getFinishedLogRecordItems()) {
      String name = TestSdk.eventName(event);
      seen.add(name);
      JsonNode levels = table.get("events").get(name).get("attributes");
      Map<String, Object> attributes = TestSdk.eventAttributes(event);
      levels
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().asText().equals("required")) {
                  assertThat(attributes).as(name).containsKey(entry.getKey());
                }
              });
      for (String attribute : attributes.keySet()) {
        assertThat(levels.has(baseOf(attribute)) || isExtra(attribute, SemConvDialect.LATEST))
            .as(name + " may have " + attribute)
            .isTrue();
      }
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(
            table.get("events").properties().stream().map(Map.Entry::getKey).toList());
  }

  /** One of each: every operation, step, outcome and field that a record can hold. */
  private static TestSdk everything(SemConvDialect dialect, boolean content) {
    TestSdk sdk = TestSdk.sampled();
    OtelCallObserver observer =
        sdk.observer(
            builder ->
                builder
                    .dialect(dialect)
                    .chunkTimes(true)
                    .metricTags("team")
                    .emitEvent(true)
                    .snapshots(() -> List.of(ServerTelemetryTest.SNAPSHOT))
                    .content(content ? ContentPolicy.full() : ContentPolicy.none())
                    .contentPlacement(ContentPlacement.SPAN_AND_EVENT));
    Cost paid = new Cost(new BigDecimal("0.01"), "USD", "test", true);
    LlmOps ops = sdk.ops(observer, (request, response, time) -> paid);
    LlmContext context =
        LlmContext.builder()
            .conversation("c-1")
            .user("u-7")
            .session("s-1")
            .tag("team", "search")
            .evalCase("case-1", 0)
            .origin(Origin.JUDGE)
            .build();
    try (LlmContext.Scope scope = context.open()) {
      for (String operation : List.of("chat", "generate_content", "text_completion")) {
        call(ops, request(operation), response());
      }
      ops.stream(request("chat"), () -> Stream.of(1, 2, 3), (chunk, to) -> to.response(response()))
          .forEach(chunk -> {});
      Stream<Integer> left =
          ops.stream(request("chat"), () -> Stream.of(1, 2, 3), (chunk, to) -> to.text("x"));
      left.iterator().next();
      left.close();
      failing(ops);
      call(
          ops,
          LlmRequest.builder("embeddings", "openai")
              .model("text-embedding-3-small")
              .server("api.openai.com", 443)
              .parameters(
                  RequestParameters.builder()
                      .embeddingDimensions(256L)
                      .encodingFormats(List.of("float"))
                      .build())
              .build(),
          LlmResponse.builder()
              .model("text-embedding-3-small")
              .usage(TokenUsage.builder().inputTokens(3).build())
              .build());
      steps(ops);
      observer
          .onStart(request("chat"), context, TestSdk.START)
          .onEnd(ServerTelemetryTest.call(request("chat"), context));
    }
    ops.score(
        CallScore.of(ops.lastCall(), "quality")
            .value(0.5)
            .label("ok")
            .explanation("why")
            .responseId("r-1")
            .build());
    ops.score(CallScore.ofKey("k", "quality").errorType("timeout").build());
    ops.score(CallScore.of(CallRef.of("0".repeat(32)), "quality").value(1.0).build());
    return sdk;
  }

  private static void steps(LlmOps ops) {
    ops.workflow(
        "support",
        () ->
            ops.step(
                StepRequest.agent("helper")
                    .id("a-1")
                    .version("1")
                    .description("helps")
                    .model("gpt-4o")
                    .input("help")
                    .build(),
                () ->
                    ops.step(
                        StepRequest.tool("weather")
                            .id("call_1")
                            .toolType("function")
                            .description("tells it")
                            .input("{}")
                            .build(),
                        () -> "sunny",
                        StepResult::of),
                StepResult::of));
    ops.step(
        StepRequest.agent("remote").provider("aws.bedrock").id("a-2").build(),
        () -> "x",
        StepResult::of);
    ops.step(
        StepRequest.retrieval("docs").provider("openai").model("m").topK(3L).input("q").build(),
        () -> "x",
        result -> StepResult.of(List.of(new StepResult.Document("d1", 0.5, "t"))));
    assertThatThrownBy(
            () ->
                ops.tool(
                    "broken",
                    null,
                    () -> {
                      throw new IOException("x");
                    }))
        .isInstanceOf(IOException.class);
  }

  private static void call(LlmOps ops, LlmRequest request, LlmResponse response) {
    ops.call(request, () -> "x", r -> response);
  }

  private static void failing(LlmOps ops) {
    assertThatThrownBy(
            () ->
                ops.call(
                    request("chat"),
                    () -> {
                      throw new IOException("x");
                    },
                    r -> response()))
        .isInstanceOf(IOException.class);
  }

  private static LlmRequest request(String operation) {
    return LlmRequest.builder(operation, "openai")
        .model("gpt-4o")
        .server("api.openai.com", 443)
        .parameters(
            RequestParameters.builder()
                .temperature(0.5)
                .topP(0.9)
                .topK(40L)
                .maxTokens(100L)
                .presencePenalty(0.1)
                .frequencyPenalty(-0.1)
                .seed(42L)
                .stopSequences(List.of("END"))
                .choiceCount(2L)
                .outputType("json")
                .reasoningLevel("low")
                .previousResponseId("resp_0")
                .serviceTier("flex")
                .apiType("responses")
                .build())
        .systemInstructions(List.of(new MessagePart.Text("be brief")))
        .message(Message.user("hi"))
        .tools(List.of(ToolDefinition.function("weather", null, null)))
        .prompt(new Prompt("support", "3", Map.of("city", "Paris")))
        .build();
  }

  private static LlmResponse response() {
    List<ModalityUsage> modalities = new ArrayList<>();
    for (Modality modality : Modality.values()) {
      modalities.add(new ModalityUsage(modality, 10L, 2L, 5L));
    }
    return LlmResponse.builder()
        .id("resp_1")
        .model("gpt-4o-2024-08-06")
        .outputs(List.of(Message.assistant("hello")))
        .finishReasons(List.of("stop"))
        .serviceTier("flex")
        .systemFingerprint("fp_1")
        .structuredOutputError("com.acme.ParseException")
        .usage(
            TokenUsage.builder()
                .inputTokens(100)
                .outputTokens(50)
                .cachedInputTokens(40)
                .cacheWriteInputTokens(10)
                .reasoningTokens(20)
                .modalities(modalities)
                .build())
        .build();
  }

  private static String spanType(SpanData span) {
    Map<String, Object> attributes = TestSdk.plain(span.getAttributes());
    String operation = (String) attributes.get("gen_ai.operation.name");
    return switch (operation) {
      case "chat", "generate_content", "text_completion" -> "gen_ai.inference.client";
      case "embeddings" -> "gen_ai.embeddings.client";
      case "retrieval" -> "gen_ai.retrieval.client";
      case "execute_tool" -> "gen_ai.execute_tool.internal";
      case "invoke_workflow" -> "gen_ai.invoke_workflow.internal";
      case "invoke_agent" ->
          attributes.containsKey("gen_ai.provider.name")
              ? "gen_ai.invoke_agent.client"
              : "gen_ai.invoke_agent.internal";
      default -> throw new AssertionError("unexpected operation " + operation);
    };
  }

  private static String named(String format, Map<String, Object> attributes) {
    String name = format.split(" else ", 2)[0].replace("`", "");
    for (Map.Entry<String, Object> entry : attributes.entrySet()) {
      name = name.replace("{" + entry.getKey() + "}", entry.getValue().toString());
    }
    return name;
  }

  private boolean belongs(String name, String spanType, JsonNode row, SemConvDialect dialect) {
    if (row.get("attributes").has(baseOf(name)) || isExtra(name, dialect)) {
      return true;
    }
    JsonNode beyond = table.get("own").get("beyond").get(spanType);
    if (beyond != null) {
      for (JsonNode each : beyond) {
        if (each.asText().equals(name)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isExtra(String name, SemConvDialect dialect) {
    return table.get("own").get("attributes").has(baseOf(name))
        || table.get("core").get("attributes").has(name)
        || (dialect == SemConvDialect.V1_41 && table.get("older").get("attributes").has(name));
  }

  private static String baseOf(String name) {
    for (String template : List.of("gen_ai.prompt.variable", "llmops.tag")) {
      if (name.startsWith(template + ".")) {
        return template;
      }
    }
    return name;
  }

  private @org.jspecify.annotations.Nullable String typeOf(String name, SemConvDialect dialect) {
    List<JsonNode> places = new ArrayList<>();
    if (dialect == SemConvDialect.V1_41) {
      places.add(table.get("older").get("attributes"));
    }
    places.add(table.get("attributes"));
    places.add(table.get("core").get("attributes"));
    places.add(table.get("own").get("attributes"));
    for (JsonNode place : places) {
      if (place.has(baseOf(name))) {
        return place.get(baseOf(name)).asText();
      }
    }
    return name.equals("event.name") ? "string" : null;
  }

  private static boolean fits(AttributeKey<?> key, String type) {
    return switch (key.getType()) {
      case STRING -> type.equals("string") || type.equals("template[string]") || type.equals("any");
      case LONG -> type.equals("int");
      case DOUBLE -> type.equals("double");
      case BOOLEAN -> type.equals("boolean");
      case STRING_ARRAY -> type.equals("string[]");
      default -> key.getType().name().equals("VALUE") && type.equals("any");
    };
  }

  private static List<Attributes> allAttributes(TestSdk sdk) {
    List<Attributes> all = new ArrayList<>();
    sdk.spans.getFinishedSpanItems().forEach(span -> all.add(span.getAttributes()));
    sdk.logs.getFinishedLogRecordItems().forEach(event -> all.add(event.getAttributes()));
    sdk.collected()
        .values()
        .forEach(metric -> points(metric).forEach(p -> all.add(p.getAttributes())));
    return all;
  }

  private static Collection<? extends PointData> points(MetricData metric) {
    return metric.getData().getPoints();
  }

  private JsonNode metricRow(String name, SemConvDialect dialect) {
    JsonNode own = table.get("own").get("metrics").get(name);
    JsonNode older =
        dialect == SemConvDialect.V1_41 ? table.get("older").get("metrics").get(name) : null;
    JsonNode core = table.get("core").get("metrics").get(name);
    return own != null
        ? own
        : older != null ? older : core != null ? core : table.get("metrics").get(name);
  }

  private List<Double> buckets(String name, JsonNode row) {
    JsonNode listed = row.get("buckets");
    JsonNode buckets = listed.isNull() ? table.get("own").get("buckets").get(name) : listed;
    List<Double> bounds = new ArrayList<>();
    buckets.forEach(bound -> bounds.add(bound.asDouble()));
    return bounds;
  }

  private void labels(MetricData metric, JsonNode row, SemConvDialect dialect) {
    boolean ofCalls =
        metric.getName().contains(".client.") || metric.getType() == MetricDataType.HISTOGRAM;
    for (PointData point : points(metric)) {
      Map<String, Object> labels = TestSdk.labels(point);
      row.get("labels")
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().asText().equals("required")) {
                  assertThat(labels).as(metric.getName()).containsKey(entry.getKey());
                }
              });
      for (String label : labels.keySet()) {
        boolean ours = ofCalls && isExtra(label, dialect);
        // those two metrics of ours and of the older convention have the labels of the duration
        boolean common =
            (metric.getName().equals("llmops.client.cost")
                    || metric.getName().equals("gen_ai.client.token.usage"))
                && table
                    .get("metrics")
                    .get("gen_ai.client.operation.duration")
                    .get("labels")
                    .has(label);
        assertThat(row.get("labels").has(label) || ours || common)
            .as(metric.getName() + " may have " + label)
            .isTrue();
      }
    }
  }

  private static String typeOf(MetricData metric) {
    return switch (metric.getType()) {
      case HISTOGRAM -> "histogram";
      case LONG_GAUGE, DOUBLE_GAUGE -> "gauge";
      case LONG_SUM -> metric.getLongSumData().isMonotonic() ? "counter" : "updowncounter";
      case DOUBLE_SUM -> metric.getDoubleSumData().isMonotonic() ? "counter" : "updowncounter";
      default -> "other";
    };
  }
}
