package dev.llmops.samples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.otel.OtlpReceiver;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application on a port of its own, its telemetry sent to a collector; asked over HTTP. */
final class RunningChat implements AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ConfigurableApplicationContext context;

  private RunningChat(ConfigurableApplicationContext context) {
    this.context = context;
  }

  static RunningChat start(OtlpReceiver collector, List<Class<?>> more, String... settings) {
    SpringApplication application = ChatApplication.application(more.toArray(Class<?>[]::new));
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("--server.port=0");
    // the names of Boot 3.5 and of Boot 4
    all.add("--management.otlp.tracing.endpoint=" + collector.endpoint() + "/v1/traces");
    all.add(
        "--management.opentelemetry.tracing.export.otlp.endpoint="
            + collector.endpoint()
            + "/v1/traces");
    all.add("--management.otlp.logging.endpoint=" + collector.endpoint() + "/v1/logs");
    all.add(
        "--management.opentelemetry.logging.export.otlp.endpoint="
            + collector.endpoint()
            + "/v1/logs");
    all.add("--management.otlp.metrics.export.url=" + collector.endpoint() + "/v1/metrics");
    return new RunningChat(application.run(all.toArray(String[]::new)));
  }

  ConfigurableApplicationContext context() {
    return context;
  }

  /** Asks for an answer in one piece. */
  String chat(String question, String conversation) throws Exception {
    return JSON.readTree(get("/chat", question, conversation)).at("/text").asText();
  }

  /** Asks for a streamed answer. */
  List<String> stream(String question, String conversation) throws Exception {
    return get("/chat/stream", question, conversation)
        .lines()
        .filter(line -> line.startsWith("data:"))
        .map(line -> text(line.substring("data:".length())))
        .toList();
  }

  JsonNode actuator(String path) throws Exception {
    return JSON.readTree(send(HttpRequest.newBuilder(uri("/actuator" + path)).build()));
  }

  /** A user's thumbs up for the latest answer of a conversation; the call that it is about. */
  JsonNode feedback(String conversation) throws Exception {
    JsonNode call =
        actuator("/llmops/calls?operation=chat&conversation=" + conversation).at("/calls/0");
    String body = "{\"call\":\"" + call.at("/id").asText() + "\",\"value\":1}";
    String answer =
        send(
            HttpRequest.newBuilder(uri("/actuator/llmops/feedback"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    assertThat(answer).contains("\"callIsInRing\":true");
    return call;
  }

  /** Stops it, which sends what is left to the collector. */
  @Override
  public void close() {
    context.close();
  }

  private String get(String path, String question, String conversation) throws Exception {
    String query = "?question=" + URLEncoder.encode(question, StandardCharsets.UTF_8);
    return send(
        HttpRequest.newBuilder(uri(path + query))
            .header("X-Conversation-Id", conversation)
            .build());
  }

  private static String send(HttpRequest request) throws Exception {
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private static String text(String json) {
    try {
      return JSON.readTree(json).at("/text").asText();
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  private URI uri(String path) {
    return URI.create(
        "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
  }

  static String joined(List<String> pieces) {
    return pieces.stream().collect(Collectors.joining());
  }
}
