package dev.llmops.samples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.otel.OtlpExport;
import dev.llmops.otel.OtlpReceiver;
import dev.llmops.otel.OtlpReceiver.ReceivedSpan;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Reply;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/** The application as it is, started, asked over HTTP, its telemetry received. */
class ChatApplicationTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void runsOnTheBootThatTheBuildNames() {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("llmops.test.boot"));
  }

  @Test
  void whatTheEndpointShowsIsWhatTheCollectorGot() throws Exception {
    try (OtlpReceiver collector = OtlpReceiver.http()) {
      JsonNode calls;
      JsonNode steps;
      JsonNode status;
      try (ConfigurableApplicationContext app =
          start(ChatApplication.class, "--chat.otlp-endpoint=" + collector.endpoint())) {
        JsonNode answer =
            JSON.readTree(get(app, "/chat", "What is recorded for each call?", "c-1"));
        assertThat(answer.at("/answer").asText()).isNotBlank();
        String streamed = get(app, "/chat/stream", "How do I see the traces in a backend?", "c-2");
        assertThat(streamed).contains("data:");
        assertThat(json(app, "/documents?topic=prices").toString()).contains("cost.md");

        assertThat(post(app, "{\"call\":\"" + answer.at("/call").asText() + "\",\"value\":1}"))
            .contains("\"callIsInRing\":true");
        await() // two calls, two evaluators each, and the feedback
            .atMost(Duration.ofSeconds(20))
            .until(() -> json(app, "/actuator/llmops").at("/scores").asInt() == 5);
        calls = json(app, "/actuator/llmops/calls").at("/calls");
        steps = json(app, "/actuator/llmops/steps").at("/steps");
        status = json(app, "/actuator/llmops");
        assertThat(app.getBean(OtlpExport.class).flush(Duration.ofSeconds(10))).isTrue();
      }

      assertThat(status.at("/beans/openAiClient").asText()).isEqualTo("wrapped");
      assertThat(status.at("/openTelemetry/owner").asText()).isEqualTo("application");
      assertThat(calls).hasSize(2); // the newest first
      assertThat(calls.at("/0/stream").asBoolean()).isTrue();
      assertThat(calls.at("/0/conversationId").asText()).as("another thread's").isEqualTo("c-2");
      assertThat(calls.at("/1/conversationId").asText()).isEqualTo("c-1");

      Map<String, ReceivedSpan> spans =
          collector.spans().stream()
              .collect(Collectors.toMap(ReceivedSpan::spanId, span -> span, (a, b) -> a));
      assertThat(collector.spans()).as("a span each, none twice").hasSameSizeAs(spans.values());
      for (JsonNode call : calls) {
        ReceivedSpan span = spans.get(call.get("spanId").asText());
        assertThat(span.traceId()).isEqualTo(call.get("traceId").asText());
        assertThat(span.attributes())
            .containsEntry("gen_ai.operation.name", "chat")
            .containsEntry("gen_ai.request.model", "docs-extractive")
            .containsEntry("gen_ai.conversation.id", call.get("conversationId").asText())
            .containsEntry("gen_ai.usage.input_tokens", call.get("inputTokens").asLong())
            .containsEntry("gen_ai.usage.output_tokens", call.get("outputTokens").asLong());
        assertThat(spans.get(span.parentSpanId()).span().getName()).startsWith("invoke_workflow ");
      }
      assertThat(steps.findValuesAsText("kind"))
          .containsExactlyInAnyOrder("workflow", "retrieval", "workflow", "retrieval", "tool");
      assertThat(collector.metrics())
          .extracting(metric -> metric.metric().getName())
          .contains("gen_ai.client.operation.duration");
      assertThat(collector.logs())
          .filteredOn(log -> log.attributes().containsKey("gen_ai.evaluation.name"))
          .extracting(log -> log.attributes().get("gen_ai.evaluation.name"))
          .containsExactlyInAnyOrder("length", "pii", "length", "pii", "user_feedback");
    }
  }

  @Test
  void theToolThatTheModelAsksForIsAStepBetweenItsCalls() throws Exception {
    try (FakeModelServer model = FakeModelServer.start()) {
      model.enqueue(
          Reply.json(
              """
              {"id":"c-1","object":"chat.completion","created":1795003200,"model":"gpt-4o-mini",
               "choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
                "content":null,"tool_calls":[{"id":"call_1","type":"function","function":
                 {"name":"find_documents","arguments":"{\\"topic\\":\\"prices of models\\"}"}}]}}],
               "usage":{"prompt_tokens":88,"completion_tokens":23,"total_tokens":111}}
              """));
      model.enqueue(Fixture.CHAT_BASIC);
      SpringApplication application =
          new SpringApplication(ChatApplication.class, OtherModel.class);
      try (ConfigurableApplicationContext app =
          application.run(
              "--server.port=0", "--chat.tools=true", "--test.base-url=" + model.baseUrl())) {

        JsonNode answer = JSON.readTree(get(app, "/chat", "Which documents are on prices?", "c-3"));

        assertThat(answer.at("/answer").asText())
            .isEqualTo("A lighthouse warns ships of rocks and shallow water.");
        List<String> kinds =
            json(app, "/actuator/llmops/steps").at("/steps").findValuesAsText("kind");
        assertThat(kinds).containsExactly("workflow", "tool", "retrieval");
        JsonNode tool = json(app, "/actuator/llmops/steps?kind=tool").at("/steps/0");
        assertThat(tool.at("/request/name").asText()).isEqualTo("find_documents");
        assertThat(json(app, "/actuator/llmops/calls").at("/calls")).hasSize(2);
      }
    }
  }

  private static ConfigurableApplicationContext start(Class<?> source, String... arguments) {
    SpringApplication application = new SpringApplication(source);
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.add("--server.port=0");
    return application.run(all.toArray(String[]::new));
  }

  private static String get(
      ConfigurableApplicationContext app, String path, String question, String conversation)
      throws Exception {
    String query = "?question=" + URLEncoder.encode(question, StandardCharsets.UTF_8);
    return HTTP.send(
            HttpRequest.newBuilder(uri(app, path + query))
                .header("X-Conversation-Id", conversation)
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static JsonNode json(ConfigurableApplicationContext app, String path) throws Exception {
    return JSON.readTree(
        HTTP.send(HttpRequest.newBuilder(uri(app, path)).build(), BodyHandlers.ofString()).body());
  }

  private static String post(ConfigurableApplicationContext app, String json) throws Exception {
    return HTTP.send(
            HttpRequest.newBuilder(uri(app, "/actuator/llmops/feedback"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static URI uri(ConfigurableApplicationContext app, String path) {
    return URI.create(
        "http://127.0.0.1:" + app.getEnvironment().getProperty("local.server.port") + path);
  }

  /** Without an annotation, so that scanning does not find it. */
  static class OtherModel {

    @Bean
    @Primary
    OpenAIClient otherModel(Environment environment) {
      return OpenAIOkHttpClient.builder()
          .baseUrl(environment.getRequiredProperty("test.base-url"))
          .apiKey("none")
          .build();
    }
  }
}
