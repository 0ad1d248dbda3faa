package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModerationEndpointTest {

  private final AtomicReference<String> request = new AtomicReference<>("");
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/moderations",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          request.set(exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private EvalResult evaluate(String text) {
    URI base = URI.create("http://localhost:" + server.getAddress().getPort() + "/v1");
    ModerationEndpoint endpoint =
        ModerationEndpoint.of(base, "key", "omni", Duration.ofSeconds(10));
    return SafetyEvaluators.moderation(endpoint, Part.OUTPUT).evaluate(EvalCase.of(text));
  }

  @Test
  void highestCategoryIsTheMeasure() {
    answer =
        "{\"results\":[{\"flagged\":true,\"category_scores\":{\"hate\":0.1,\"violence\":0.75}}]}";

    Scored scored = (Scored) evaluate("some \"text\"");

    assertThat(scored.raw()).isEqualTo(0.75);
    assertThat(scored.score()).isEqualTo(0.25);
    assertThat(scored.label()).isEqualTo("flagged");
    assertThat(scored.reason()).isEqualTo("highest category violence at 0.750");
    assertThat(scored.spend().calls()).isEqualTo(1);
    assertThat(request.get())
        .isEqualTo("Bearer key {\"input\":\"some \\\"text\\\"\",\"model\":\"omni\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429|{}|http_429",
        "500|oops|http_500",
        "200|not json|malformed",
        "200|{}|malformed",
        "200|{\"results\":[]}|malformed",
        "200|{\"results\":[{\"flagged\":true,\"category_scores\":{}}]}|malformed",
        "200|{\"results\":[{\"flagged\":true,\"category_scores\":{\"a\":7}}]}|malformed",
        "200|{\"results\":[{\"category_scores\":{\"a\":0.5}}]}|malformed",
      })
  void whatCannotBeReadIsErrored(int code, String body, String type) {
    status = code;
    answer = body;

    EvalResult result = evaluate("the text");

    assertThat(result).isInstanceOf(Errored.class);
    assertThat(((Errored) result).type()).isEqualTo(type);
    assertThat(result.reason()).doesNotContain("the text").doesNotContain("key");
  }

  @Test
  void deadServerIsErrored() {
    server.stop(0);

    assertThat(((Errored) evaluate("x")).type()).isEqualTo("connection");
  }

  @Test
  void endlessAnswerIsErrored() {
    answer = " ".repeat(2 << 20);

    assertThat(((Errored) evaluate("x")).type()).isEqualTo("too_large");
  }

  @Test
  void wrongAddressIsRefused() {
    assertThatThrownBy(
            () -> ModerationEndpoint.of(URI.create("file:/x"), null, null, Duration.ofSeconds(1)))
        .hasMessage("baseUrl must start with http:// or https://, but its scheme was file");
  }
}
