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
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
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

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class));

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
    String[] asked = java.util.Arrays.copyOf(ASKED, ASKED.length + 5);
    asked[ASKED.length] = "--llmops.jsonl.path=calls.jsonl";
    asked[ASKED.length + 1] = "--llmops.content.capture=none"; // the ring reads it
    asked[ASKED.length + 2] = "--llmops.otel.dialect=v1-41";
    asked[ASKED.length + 3] = "--llmops.metrics.tags=team";
    asked[ASKED.length + 4] = "--llmops.budget.daily=50";
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
              "llmops.budget does not limit anything: make a CostBudget where you build LlmOps, and"
                  + " add .interceptor(budget).",
              "Not read, as only the LlmOps of llmops is built from them: llmops.jsonl,"
                  + " llmops.metrics, llmops.otel.");
    }
  }

  @Test
  void redactionAndContentAreNotReadWithoutARingOfOurs() {
    application
        .withUserConfiguration(Bare.class)
        .withPropertyValues("llmops.content.capture=redacted", "llmops.redaction.kinds=email")
        .run(
            context ->
                assertThat(context.getBean(Wiring.class).ownNotes())
                    .contains(
                        "Not read, as only the LlmOps of llmops is built from them: llmops.content,"
                            + " llmops.redaction."));
    application
        .withUserConfiguration(Bare.class)
        .withPropertyValues(
            "llmops.ring.capacity=5",
            "llmops.content.capture=redacted",
            "llmops.redaction.kinds=email")
        .run(
            context ->
                assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
                    .contains("No record is kept")
                    .doesNotContain("Not read"));
  }

  @Test
  void spansOfMicrometersBesideThoseOfAnOwnObserverAreTold() {
    ApplicationContextRunner own =
        application.withBean(
            LlmOps.class,
            () -> LlmOps.builder().observer(OtelCallObserver.create(OpenTelemetry.noop())).build());
    own.withPropertyValues("llmops.spring-ai.spans=theirs")
        .run(
            context ->
                assertThat(context.getBean(Wiring.class).ownNotes())
                    .contains(
                        "Calls of Spring AI have two spans, Micrometer's and the observer's:"
                            + " llmops.spring-ai.spans=theirs needs the LlmOps of llmops."));
    own.run(
        context ->
            assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
                .doesNotContain("two spans"));
  }

  @Test
  void spansThatNobodyAskedForAreNotMissed() throws Exception {
    application
        .withUserConfiguration(Bare.class)
        .withPropertyValues("llmops.otel.enabled=false")
        .run(
            context ->
                assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
                    .doesNotContain("No spans", "Not read"));
    ApplicationContextRunner boot =
        application
            .withConfiguration(AutoConfigurations.of(BootOpenTelemetry.autoConfiguration()))
            .withBean(LlmOps.class, () -> LlmOps.builder().build());
    boot.run(
        context -> {
          assertThat(context).hasSingleBean(OpenTelemetry.class);
          assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
              .doesNotContain("No spans");
        });
    boot.withBean(SdkTracerProvider.class, () -> SdkTracerProvider.builder().build())
        .run(
            context ->
                assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
                    .contains("No spans and metrics: inject OpenTelemetry"));
  }

  @Test
  void failuresOfAnExporterAreTold() {
    application
        .withUserConfiguration(Bare.class)
        .run(
            context -> {
              Logger.getLogger("io.opentelemetry.exporter.test").severe("Failed to export.");

              assertThat(String.join(" ", context.getBean(Wiring.class).ownNotes()))
                  .contains("An exporter of OpenTelemetry fails: Failed to export.");
            });
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
