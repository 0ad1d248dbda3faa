package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is recorded is what a backend shows: sent by OTLP/gRPC to Apache SkyWalking and read back
 * through its query APIs. Runs with {@code mvn -Pit-backend verify}.
 */
class SkyWalkingBackendIT {
  private static final String SERVICE = "it-backend";
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HHmm").withZone(ZoneOffset.UTC);

  // 1/64 USD a token in, 1/32 USD a token out: sums of doubles stay exact
  private static final Pricing PRICING =
      (request, response, start) -> {
        Long in = response.usage().inputTokens();
        Long out = response.usage().outputTokens();
        return in == null || out == null
            ? null
            : new Cost(BigDecimal.valueOf((in + 2 * out) / 64.0), "USD", "test", false);
      };

  private static final Instant BEGIN = Instant.now();
  private static final List<LlmRecord> RECORDS = new CopyOnWriteArrayList<>();

  private static SkyWalkingServer skyWalking;
  private static OtlpExport otlp;
  private static CallRef completed;
  private static CallRef streamed;
  private static CallRef failed;
  private static CallRef insideTool;

  @BeforeAll
  static void anApplicationRuns() throws Exception {
    skyWalking = SkyWalkingServer.start();
    otlp =
        OtlpExport.builder()
            .endpoint(skyWalking.otlpEndpoint())
            .protocol(OtlpExport.Protocol.GRPC)
            .serviceName(SERVICE)
            .exportInterval(Duration.ofHours(1)) // the flush below is the only export
            .start();
    LlmOps ops =
        LlmOps.builder()
            .observer(OtelCallObserver.create(otlp.openTelemetry()))
            .sink(RECORDS::add)
            .pricing(PRICING)
            .build();
    LlmRequest chat =
        LlmRequest.builder(LlmRequest.CHAT, "acme")
            .model("m-1")
            .server("models.example", 443)
            .build();

    ops.call(
        chat,
        () -> "hi",
        answer ->
            LlmResponse.builder()
                .id("answer-1")
                .model("m-1-2026")
                .finishReasons(List.of("stop"))
                .usage(TokenUsage.of(12, 34))
                .build());
    completed = ops.lastCall();
    ops.score(completed, "faithfulness", 0.91);

    LlmRequest streaming =
        LlmRequest.builder(LlmRequest.CHAT, "acme").model("m-2").stream(true).build();
    try (Stream<String> chunks =
        ops.stream(
            streaming,
            () -> Stream.of("a", "b", "c"),
            (chunk, recorder) -> {
              recorder.text(chunk);
              recorder.usage(TokenUsage.of(5, 3));
            })) {
      assertThat(chunks).hasSize(3);
    }
    streamed = ops.lastCall();

    assertThatThrownBy(
            () ->
                ops.call(
                    chat,
                    () -> {
                      throw new HttpTimeoutException("too slow");
                    },
                    answer -> LlmResponse.EMPTY))
        .isInstanceOf(HttpTimeoutException.class);
    failed = ops.lastCall();

    ops.tool(
        "stock",
        "{}",
        () ->
            ops.call(
                chat,
                () -> "7",
                answer -> LlmResponse.builder().usage(TokenUsage.of(7, 1)).build()));
    insideTool = ops.lastCall();

    assertThat(otlp.flush(WAIT)).as(otlp.explain()).isTrue();
    assertThat(otlp.stats().lostAnything()).as(otlp.explain()).isFalse();
  }

  @AfterAll
  static void theBackendEnds() {
    try {
      if (otlp != null) {
        otlp.close();
      }
    } finally {
      if (skyWalking != null) {
        skyWalking.close();
      }
    }
  }

  @Test
  void completedCallHasItsTokensCostAndTimes() {
    JsonNode span = span(completed);

    assertThat(span.path("name").asText()).isEqualTo("chat m-1");
    assertThat(span.path("kind").asText()).isEqualTo("CLIENT");
    assertThat(span.path("localEndpoint").path("serviceName").asText()).isEqualTo(SERVICE);
    assertThat(span.has("parentId")).isFalse();
    assertThat(ours(span))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("gen_ai.operation.name", "chat"),
                Map.entry("gen_ai.provider.name", "acme"),
                Map.entry("gen_ai.request.model", "m-1"),
                Map.entry("gen_ai.response.id", "answer-1"),
                Map.entry("gen_ai.response.model", "m-1-2026"),
                Map.entry("gen_ai.response.finish_reasons", "stop"),
                Map.entry("gen_ai.usage.input_tokens", "12"),
                Map.entry("gen_ai.usage.output_tokens", "34"),
                Map.entry("llmops.cost.amount", "1.25"), // (12 + 2 * 34) / 64
                Map.entry("llmops.cost.currency", "USD"),
                Map.entry("server.address", "models.example"),
                Map.entry("server.port", "443")));
    LlmCall call = call(completed);
    assertThat(span.path("timestamp").asLong()).isEqualTo(micros(call.timing().start()));
    // start and end are each cut to microseconds
    assertThat(span.path("duration").asLong())
        .isCloseTo(call.timing().total().toNanos() / 1_000, within(1L));
  }

  @Test
  void streamedCallHasItsChunksAndTheTimeOfTheFirst() {
    JsonNode span = span(streamed);

    assertThat(span.path("name").asText()).isEqualTo("chat m-2");
    Duration firstChunk = Objects.requireNonNull(call(streamed).timing().timeToFirstChunk());
    assertThat(ours(span))
        .containsEntry("gen_ai.request.stream", "true")
        .containsEntry("gen_ai.usage.input_tokens", "5")
        .containsEntry("gen_ai.usage.output_tokens", "3")
        .containsEntry("llmops.response.chunks", "3")
        .containsEntry(
            "gen_ai.response.time_to_first_chunk", Double.toString(firstChunk.toNanos() / 1e9))
        .doesNotContainKey("error");
  }

  @Test
  void failedCallIsAnErrorWithItsTypeAndNothingGuessed() {
    assertThat(ours(span(failed)))
        .isEqualTo(
            Map.of(
                "error", "true",
                "otel.status_code", "STATUS_CODE_ERROR",
                "error.type", "java.net.http.HttpTimeoutException",
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "acme",
                "gen_ai.request.model", "m-1",
                "server.address", "models.example",
                "server.port", "443"));
  }

  @Test
  void toolIsTheParentOfTheCallInsideIt() {
    JsonNode inside = span(insideTool);
    CallRef tool =
        RECORDS.stream()
            .filter(LlmStep.class::isInstance)
            .map(step -> ((LlmStep) step).ref())
            .findFirst()
            .orElseThrow();
    JsonNode step = span(tool);

    assertThat(step.path("name").asText()).isEqualTo("execute_tool stock");
    assertThat(ours(step))
        .containsEntry("gen_ai.operation.name", "execute_tool")
        .containsEntry("gen_ai.tool.name", "stock");
    assertThat(step.has("parentId")).isFalse();
    assertThat(inside.path("name").asText()).isEqualTo("chat m-1");
    assertThat(inside.path("traceId").asText()).isEqualTo(tool.traceId());
    assertThat(inside.path("parentId").asText()).isEqualTo(tool.spanId());
  }

  @Test
  void callsAreFoundByTheirModel() {
    String query =
        "traces?serviceName="
            + SERVICE
            + "&annotationQuery=gen_ai.request.model=m-2&limit=10&lookback=600000&endTs="
            + Instant.now().plusSeconds(60).toEpochMilli();

    eventually(
        () ->
            assertThat(skyWalking.zipkin(query).findValuesAsText("traceId"))
                .containsExactly(streamed.traceId()));
  }

  @Test
  void metricsAreTheSumsOfTheCalls() {
    // m-1 twice, 12 + 7 in and 34 + 1 out; the failed call adds 0
    assertMetric("llmops_input_tokens", "gen_ai.request.model", Map.of("m-1", "19", "m-2", "5"));
    assertMetric("llmops_output_tokens", "gen_ai.request.model", Map.of("m-1", "35", "m-2", "3"));
    // (24 + 2 * 38) / 64 USD = 1.5625 USD
    assertMetric("llmops_cost_micros", "llmops.cost.currency", Map.of("USD", "1562500"));
    assertMetric(
        "llmops_operations",
        "error.type",
        Map.of("", "3", "java.net.http.HttpTimeoutException", "1"));
  }

  @Test
  void scoresAndExceptionsAreLogRecords() {
    // this backend keeps neither the trace id nor the event name of an OTLP log record
    eventually(
        () ->
            assertThat(logs())
                .containsExactlyInAnyOrder(
                    Map.of(
                        "gen_ai.evaluation.name", "faithfulness",
                        "gen_ai.evaluation.score.value", "0.91",
                        "llmops.evaluation.source", "application"),
                    Map.of("exception.type", "java.net.http.HttpTimeoutException")));
  }

  /** The span, once the backend has it. */
  private static JsonNode span(CallRef ref) {
    return await()
        .atMost(WAIT)
        .pollInterval(Duration.ofMillis(250))
        .until(
            () -> {
              for (JsonNode span : skyWalking.zipkin("trace/" + ref.traceId())) {
                if (span.path("id").asText().equals(ref.spanId())) {
                  return span;
                }
              }
              return null;
            },
            Objects::nonNull);
  }

  /** Its tags without those that the SDK and the backend add to each span. */
  private static Map<String, String> ours(JsonNode span) {
    Map<String, String> tags = strings(span.path("tags"));
    tags.keySet()
        .removeIf(
            key ->
                key.startsWith("telemetry.sdk.")
                    || key.startsWith("otel.library.")
                    || key.equals("service.name")
                    || key.equals("w3c.tracestate"));
    return tags;
  }

  private static void assertMetric(String name, String label, Map<String, String> expected) {
    eventually(() -> assertThat(metric(name, label)).as(name).isEqualTo(expected));
  }

  /** What each value of the label was measured at in the one minute that has a value. */
  private static Map<String, String> metric(String name, String label) {
    JsonNode answer =
        skyWalking
            .graphql(
                """
                query ($name: String!, $entity: Entity!, $duration: Duration!) {
                  execExpression(expression: $name, entity: $entity, duration: $duration) {
                    error
                    results { metric { labels { key value } } values { value } }
                  }
                }
                """,
                Map.of(
                    "name",
                    name,
                    "entity",
                    Map.of("serviceName", SERVICE, "normal", true),
                    "duration",
                    sinceBegin()))
            .path("execExpression");
    assertThat(answer.path("error").isNull()).as(answer.toString()).isTrue();
    Map<String, String> values = new TreeMap<>();
    for (JsonNode series : answer.path("results")) {
      String of = pairs(series.path("metric").path("labels")).get(label);
      for (JsonNode value : series.path("values")) {
        if (value.hasNonNull("value")) {
          assertThat(values.put(of, value.path("value").asText())).as("two minutes").isNull();
        }
      }
    }
    return values;
  }

  private static List<Map<String, String>> logs() {
    JsonNode answer =
        skyWalking
            .graphql(
                """
                query ($condition: LogQueryCondition!) {
                  queryLogs(condition: $condition) { errorReason logs { serviceName tags { key value } } }
                }
                """,
                Map.of(
                    "condition",
                    Map.of(
                        "queryDuration",
                        sinceBegin(),
                        "paging",
                        Map.of("pageNum", 1, "pageSize", 10))))
            .path("queryLogs");
    assertThat(answer.path("errorReason").isNull()).as(answer.toString()).isTrue();
    assertThat(answer.findValuesAsText("serviceName")).containsOnly(SERVICE);
    return answer.findValues("tags").stream().map(SkyWalkingBackendIT::pairs).toList();
  }

  private static Map<String, String> sinceBegin() {
    return Map.of(
        "start", MINUTE.format(BEGIN),
        "end", MINUTE.format(Instant.now().plusSeconds(60)),
        "step", "MINUTE");
  }

  private static LlmCall call(CallRef ref) {
    return RECORDS.stream()
        .filter(LlmCall.class::isInstance)
        .map(LlmCall.class::cast)
        .filter(call -> call.ref().equals(ref))
        .findFirst()
        .orElseThrow();
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  private static Map<String, String> strings(JsonNode object) {
    Map<String, String> strings = new HashMap<>();
    object.properties().forEach(field -> strings.put(field.getKey(), field.getValue().asText()));
    return strings;
  }

  private static Map<String, String> pairs(JsonNode list) {
    Map<String, String> pairs = new HashMap<>();
    list.forEach(pair -> pairs.put(pair.path("key").asText(), pair.path("value").asText()));
    return pairs;
  }

  private static void eventually(ThrowingRunnable assertion) {
    await().atMost(WAIT).pollInterval(Duration.ofMillis(250)).untilAsserted(assertion);
  }
}
