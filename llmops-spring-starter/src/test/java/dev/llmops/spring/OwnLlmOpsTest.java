package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.LlmOps;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Applications that build LlmOps themselves, and use the other beans of llmops. */
class OwnLlmOpsTest {

  private static final String[] ASKED = {
    "--management.endpoints.web.exposure.include=llmops",
    "--llmops.servers.urls=http://localhost:18000",
    "--llmops.online.evaluators=length",
    "--llmops.online.settings.length.max=200"
  };

  @Feature("an `LlmOps` bean of your own, over the beans of the ring, online scoring and servers")
  @Test
  void theBeansOfTheRingAndOfOnlineScoringCanBeWiredInIt() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Wired.class, ASKED)) {
      ContextTest.call(app.bean(LlmOps.class));

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> !app.bean(RingSink.class).scores().isEmpty());
      assertThat(app.get("/actuator/llmops/calls").json().at("/matching").asInt()).isEqualTo(1);
      assertThat(explanation(app))
          .contains("http://localhost:18000")
          .doesNotContain("where you build LlmOps");
    }
  }

  @Test
  void theEndpointTellsWhatIsNotWiredInItAndTheLineToAdd() throws Exception {
    String[] asked = java.util.Arrays.copyOf(ASKED, ASKED.length + 2);
    asked[ASKED.length] = "--llmops.jsonl.path=calls.jsonl";
    asked[ASKED.length + 1] = "--llmops.content.capture=none";
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Bare.class, asked)) {
      assertThat(explanation(app))
          .contains(
              "No record is kept for the endpoint: inject RingSink where you build LlmOps, and add"
                  + " .sink(ring).",
              "Live calls are not judged: inject OnlineEvaluation where you build LlmOps, and add"
                  + " .sink(evaluation).",
              "llmops.servers has no effect: inject ServerMonitor where you build LlmOps, and add"
                  + " .servers(monitor).",
              "No spans and metrics: inject OpenTelemetry where you build LlmOps, and add"
                  + " .observer(OtelCallObserver.create(openTelemetry)).",
              "Not read, as only the LlmOps of llmops is built from them: llmops.content,"
                  + " llmops.jsonl.");
    }
  }

  private static String explanation(WebApp app) throws Exception {
    JsonNode lines = app.get("/actuator/llmops").json().at("/explain");
    StringBuilder all = new StringBuilder();
    lines.forEach(line -> all.append(line.asText()).append('\n'));
    return all.toString();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Wired {

    @Bean
    OpenTelemetry openTelemetry() {
      return OpenTelemetry.noop();
    }

    @Bean
    LlmOps ops(
        OpenTelemetry telemetry,
        RingSink ring,
        OnlineEvaluation evaluation,
        ServerMonitor servers) {
      return LlmOps.builder()
          .observer(OtelCallObserver.create(telemetry))
          .sink(ring)
          .sink(evaluation)
          .servers(servers)
          .build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Bare {

    @Bean
    OpenTelemetry openTelemetry() {
      return OpenTelemetry.noop();
    }

    @Bean
    LlmOps ops() {
      return LlmOps.builder().build();
    }
  }
}
