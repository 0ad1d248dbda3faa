package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.CallScore;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.TokenUsage;
import dev.llmops.otel.OtlpExport;
import dev.llmops.sink.RingSink;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

class LlmOpsEndpointTest {

  private static final String EXPOSED = "--management.endpoints.web.exposure.include=llmops";

  @Feature("`/actuator/llmops`: status, calls, scores, prices, feedback (MVC and WebFlux)")
  @ParameterizedTest
  @EnumSource(
      value = WebApplicationType.class,
      names = {"SERVLET", "REACTIVE"})
  void showsStatusCallsAndOneCallWhole(WebApplicationType type) throws Exception {
    try (WebApp app = WebApp.start(type, Application.class, EXPOSED)) {
      LlmOps ops = app.bean(LlmOps.class);
      call(ops, "gpt-4o-mini", "c-1");
      call(ops, "gpt-4o-mini", "c-2");
      call(ops, "no-such-model", "c-2");
      String id = app.bean(RingSink.class).calls().get(1).ref().id();

      JsonNode status = app.get("/actuator/llmops").json();
      assertThat(status.at("/enabled").asBoolean()).isTrue();
      assertThat(status.at("/capturesContent").asBoolean()).isFalse();
      assertThat(status.at("/calls/completed").asInt()).isEqualTo(3);
      assertThat(status.at("/calls/unpriced").asInt()).isEqualTo(1);
      assertThat(status.at("/openTelemetry/note").asText()).startsWith("OpenTelemetry: ");
      assertThat(status.at("/explain").toString()).contains("llmops is on");
      assertThat(status.at("/sinks/0/name").asText()).isEqualTo("RingSink");

      JsonNode calls = app.get("/actuator/llmops/calls?model=gpt-4o-mini&limit=1").json();
      assertThat(calls.at("/matching").asInt()).isEqualTo(2);
      assertThat(calls.at("/calls")).hasSize(1);
      assertThat(calls.at("/calls/0/conversationId").asText()).as("newest first").isEqualTo("c-2");
      assertThat(calls.at("/calls/0/inputTokens").asInt()).isEqualTo(1000);
      // 1,000 x 0.15 / 1,000,000 + 100 x 0.60 / 1,000,000: OpenAI's price page of 2026-07-11
      assertThat(calls.at("/calls/0/cost/amount").decimalValue()).isEqualByComparingTo("0.00021");
      JsonNode next = app.get("/actuator/llmops/calls?offset=1&limit=1&model=gpt-4o-mini").json();
      assertThat(next.at("/calls/0/conversationId").asText()).isEqualTo("c-1");
      JsonNode found = app.get("/actuator/llmops/calls?conversation=c-2&outcome=completed").json();
      assertThat(found.at("/matching").asInt()).isEqualTo(2);

      JsonNode whole = app.get("/actuator/llmops/calls/" + id).json();
      assertThat(whole.at("/ref/id").asText()).isEqualTo(id);
      assertThat(whole.at("/outcome/kind").asText()).isEqualTo("completed");
      assertThat(whole.at("/outcome/response/usage/outputTokens").asInt()).isEqualTo(100);
      assertThat(whole.toString()).as("content was not asked for").doesNotContain("secret");

      WebApp.Answer feedback =
          app.post(
              "/actuator/llmops/feedback",
              "{\"call\":\"" + id + "\",\"value\":1,\"label\":\"good\",\"explanation\":\"fits\"}");
      assertThat(feedback.status()).isEqualTo(200);
      assertThat(feedback.json().at("/callIsInRing").asBoolean()).isTrue();
      CallScore score = app.bean(RingSink.class).scores().get(0);
      assertThat(score.name()).isEqualTo("user_feedback");
      assertThat(score.value()).isEqualTo(1.0);
      assertThat(score.source()).isEqualTo("user");
      assertThat(score.ref()).isEqualTo(app.bean(RingSink.class).calls().get(1).ref());
      assertThat(app.get("/actuator/llmops/scores?call=" + id).json().at("/scores")).hasSize(1);
      assertThat(app.get("/actuator/llmops/calls/" + id).json().at("/scores")).hasSize(1);

      JsonNode prices = app.get("/actuator/llmops/prices").json();
      assertThat(prices.at("/unpricedModels/0").asText()).isEqualTo("openai/no-such-model");
      assertThat(prices.at("/spentInRing").get("openai/gpt-4o-mini").get("USD").decimalValue())
          .isEqualByComparingTo("0.00042");
    }
  }

  @Test
  void offItSaysSo() throws Exception {
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET, Application.class, EXPOSED, "--llmops.enabled=false")) {
      JsonNode status = app.get("/actuator/llmops").json();

      assertThat(status.at("/enabled").asBoolean()).isFalse();
      assertThat(status.at("/openTelemetry/owner").asText()).isEqualTo("none");
      assertThat(status.at("/openTelemetry/note").asText())
          .isEqualTo("llmops is off: llmops.enabled=false.");
    }
  }

  @Test
  void severalLlmOpsBeansAreToldAndBundledPricesOnlyWhereTheyAreUsed() throws Exception {
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET, Two.class, EXPOSED, "--llmops.pricing.bundled=false")) {
      assertThat(app.get("/actuator/llmops").json().at("/note").asText())
          .isEqualTo("there is not one LlmOps bean; mark one as @Primary");
      WebApp.Answer prices = app.get("/actuator/llmops/prices");
      assertThat(prices.status()).isEqualTo(200);
      assertThat(prices.json().has("bundledPricesOf")).isFalse();
      WebApp.Answer feedback = app.post("/actuator/llmops/feedback", "{\"key\":\"k\",\"value\":1}");
      assertThat(feedback.status()).isEqualTo(409);
      assertThat(feedback.json().at("/error").asText()).contains("not one LlmOps bean");
    }
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Application.class, EXPOSED)) {
      assertThat(app.get("/actuator/llmops/prices").json().at("/bundledPricesOf").asText())
          .startsWith("20");
    }
  }

  @Test
  void refusesPagesThatDoNotExist() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Application.class, EXPOSED)) {
      assertThat(app.get("/actuator/llmops/nothing").status()).isEqualTo(404);
      assertThat(app.get("/actuator/llmops/calls?limit=0").json().at("/error").asText())
          .isEqualTo("limit must be between 1 and 500, but was 0");
      assertThat(app.get("/actuator/llmops/calls?outcome=good").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/calls?since=now").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/calls?until=now").json().at("/error").asText())
          .isEqualTo("until must be a time such as 2026-11-22T10:15:30Z, but was \"now\"");
      assertThat(app.get("/actuator/llmops/calls?limit=9999").json().at("/error").asText())
          .isEqualTo("limit must be between 1 and 500, but was 9999");
      assertThat(app.get("/actuator/llmops/calls?limit=many").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/calls?offset=-1").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/steps?kind=thought").json().at("/error").asText())
          .isEqualTo("kind must be tool, agent, workflow, retrieval, but was \"thought\"");
      assertThat(app.get("/actuator/llmops/traces/none").status()).isEqualTo(404);
      assertThat(app.get("/actuator/llmops/servers").json().at("/note").asText())
          .isEqualTo("no server is watched: set llmops.servers.urls");
      assertThat(app.get("/actuator/llmops/calls/short").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/calls/" + "0".repeat(32)).status()).isEqualTo(404);
      assertThat(app.post("/actuator/llmops/nothing", "{\"key\":\"k\",\"value\":1}").status())
          .isEqualTo(404);
      String[][] refused = {
        {"{\"value\":1}", "give either call (a call's id) or key, not both"},
        {"{\"call\":\"x\",\"value\":1}", "id must be 32 hexadecimal digits"},
        {"{\"key\":\"k\",\"value\":4}", "score must be between 0.0 (worst) and 1.0 (best)"},
        {"{\"key\":\"k\"}", "must have a value, a label or an errorType"},
        {"{\"key\":\"k\",\"name\":\"a b\",\"value\":1}", "name must be 1 to 100 letters, digits"},
      };
      for (String[] each : refused) {
        WebApp.Answer answer = app.post("/actuator/llmops/feedback", each[0]);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error").asText()).contains(each[1]);
      }
      assertThat(app.bean(LlmOps.class).stats().scores()).isZero();
    }
  }

  @Test
  void pagesStandStillUntilATimeWhileNewCallsArrive() throws Exception {
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET,
            Application.class,
            EXPOSED,
            "--llmops.ring.capacity=20000")) {
      LlmOps ops = app.bean(LlmOps.class);
      for (int i = 0; i < 10_000; i++) {
        call(ops, "gpt-4o-mini", "c-" + i);
      }
      String now = java.time.Instant.now().toString();
      String page = "/actuator/llmops/calls?limit=500&offset=9500&until=" + now;
      JsonNode before = app.get(page).json();
      for (int i = 0; i < 1_000; i++) {
        call(ops, "gpt-4o-mini", "later");
      }

      JsonNode after = app.get(page).json();

      assertThat(before.at("/matching").asInt()).isEqualTo(10_000);
      assertThat(before.at("/calls")).hasSize(500);
      assertThat(before.at("/calls/499/conversationId").asText()).as("the oldest").isEqualTo("c-0");
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void showsTheCallsAndStepsOfAConversationAndOfATraceInTheirOrder() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Traced.class, EXPOSED)) {
      LlmOps ops = app.bean(LlmOps.class);
      try (LlmContext.Scope scope = LlmContext.builder().conversation("c-1").open()) {
        ops.agent(
            "planner",
            () -> {
              call(ops, "gpt-4o-mini", "c-1");
              return ops.tool("look_up", null, () -> "found");
            });
      }
      call(ops, "gpt-4o-mini", "c-2");

      JsonNode talk = app.get("/actuator/llmops/conversations/c-1").json();

      assertThat(talk.at("/matching").asInt()).isEqualTo(3);
      assertThat(talk.at("/records/0/name").asText()).isEqualTo("planner");
      assertThat(talk.at("/records/0/type").asText()).isEqualTo("step");
      assertThat(talk.at("/records/1/type").asText()).isEqualTo("call");
      assertThat(talk.at("/records/2/name").asText()).isEqualTo("look_up");
      String planner = talk.at("/records/0/id").asText();
      assertThat(talk.at("/records/2/parent").asText()).isEqualTo(planner);
      String trace = talk.at("/records/0/traceId").asText();
      assertThat(trace).hasSize(32);
      JsonNode traced = app.get("/actuator/llmops/traces/" + trace).json();
      assertThat(traced.at("/records")).isEqualTo(talk.at("/records"));
      assertThat(app.get("/actuator/llmops/conversations/c-9").status()).isEqualTo(404);
    }
  }

  @Feature("`/actuator/llmops/servers`: the state of watched servers and GPUs")
  @Test
  void showsTheServersThatAreWatched() throws Exception {
    try (SocketChannel refusing = refusing();
        WebApp app =
            WebApp.start(
                WebApplicationType.SERVLET,
                Application.class,
                EXPOSED,
                "--llmops.servers.urls=" + url(refusing))) {
      JsonNode server = app.get("/actuator/llmops/servers").json().at("/servers/0");

      assertThat(server.at("/server").asText()).startsWith("http://127.0.0.1:");
      assertThat(server.at("/match").asText()).isEqualTo("unknown");
      assertThat(server.at("/reason").asText()).isNotEmpty();
    }
  }

  @Feature("the status says that an exporter fails, and why")
  @Test
  void saysThatTheExporterFailsWhenNothingListens() throws Exception {
    try (SocketChannel refusing = refusing();
        WebApp app =
            WebApp.start(
                WebApplicationType.SERVLET,
                DeadExporter.class,
                EXPOSED,
                "--test.endpoint=" + url(refusing) + "/v1/traces")) {
      assertThat(app.get("/actuator/llmops").json().at("/openTelemetry/exports").isMissingNode())
          .isTrue();

      call(app.bean(LlmOps.class), "gpt-4o-mini", "c-1");
      app.bean(SdkTracerProvider.class)
          .forceFlush()
          .join(60, java.util.concurrent.TimeUnit.SECONDS);

      JsonNode status = app.get("/actuator/llmops").json();
      assertThat(status.at("/openTelemetry/exports/failuresAtLeast").asInt()).isPositive();
      assertThat(status.at("/openTelemetry/exports/lastFailure").asText())
          .startsWith("Failed to export spans. The request could not be executed.")
          .endsWith("Nothing listens at the endpoint (ConnectException).");
      assertThat(status.at("/explain").toString())
          .contains("An exporter of OpenTelemetry fails: Failed to export spans.");
    }
  }

  @Test
  void countsWhatBecameOfTheTelemetryOfAnOtlpExportBean() throws Exception {
    try (SocketChannel refusing = refusing();
        WebApp app =
            WebApp.start(
                WebApplicationType.SERVLET,
                DeadExport.class,
                EXPOSED,
                "--test.endpoint=" + url(refusing))) {
      call(app.bean(LlmOps.class), "gpt-4o-mini", "c-1");
      boolean unused = app.bean(OtlpExport.class).flush(java.time.Duration.ofSeconds(60));

      JsonNode observer = app.get("/actuator/llmops").json().at("/observers/0");

      assertThat(observer.at("/name").asText()).isEqualTo("OtelCallObserver over OTLP");
      assertThat(observer.at("/failed").asInt()).isPositive();
      assertThat(observer.at("/note").asText()).contains("nothing listens");
    }
  }

  /** Bound and not listening: nobody else gets the port, and a connection is refused. */
  private static SocketChannel refusing() throws IOException {
    return SocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
  }

  private static String url(SocketChannel refusing) throws IOException {
    return "http://127.0.0.1:" + ((InetSocketAddress) refusing.getLocalAddress()).getPort();
  }

  @Test
  void showsContentWhereTheRingKeepsIt() throws Exception {
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET, Application.class, EXPOSED, "--llmops.ring.content=full")) {
      call(app.bean(LlmOps.class), "gpt-4o-mini", "c-1");
      String id = app.bean(RingSink.class).calls().get(0).ref().id();

      JsonNode whole = app.get("/actuator/llmops/calls/" + id).json();

      assertThat(whole.at("/outcome/response/outputs/0/parts/0/content").asText())
          .isEqualTo("a secret");
    }
  }

  @Feature("the endpoint follows actuator's exposure and access rules")
  @Test
  void isThereOnlyWhenActuatorExposesIt() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Application.class)) {
      assertThat(app.get("/actuator/llmops").status()).isEqualTo(404);
      assertThat(app.context().getBeanNamesForType(RingSink.class)).isEmpty();
    }
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET,
            Application.class,
            EXPOSED,
            "--management.endpoint.llmops.access=read-only")) {
      assertThat(app.get("/actuator/llmops").status()).isEqualTo(200);
      assertThat(app.post("/actuator/llmops/feedback", "{\"key\":\"k\",\"value\":1}").status())
          .isEqualTo(405);
    }
  }

  private static void call(LlmOps ops, String model, String conversation) {
    try (LlmContext.Scope scope = LlmContext.builder().conversation(conversation).open()) {
      ops.call(
          LlmRequest.chat("openai", model),
          () -> "a secret",
          text ->
              LlmResponse.builder()
                  .outputs(java.util.List.of(Message.assistant(text)))
                  .usage(TokenUsage.of(1000, 100))
                  .build());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Two {

    @Bean
    LlmOps one() {
      return LlmOps.builder().build();
    }

    @Bean
    LlmOps two() {
      return LlmOps.builder().build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Traced {

    @Bean
    SdkTracerProvider tracerProvider() {
      return SdkTracerProvider.builder().build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class DeadExporter {

    @Bean
    SdkTracerProvider tracerProvider(Environment environment) {
      return SdkTracerProvider.builder()
          .addSpanProcessor(
              BatchSpanProcessor.builder(
                      OtlpHttpSpanExporter.builder()
                          .setEndpoint(environment.getRequiredProperty("test.endpoint"))
                          .setRetryPolicy(null)
                          .build())
                  .build())
          .build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class DeadExport {

    @Bean
    OtlpExport otlpExport(Environment environment) {
      return OtlpExport.builder()
          .endpoint(environment.getRequiredProperty("test.endpoint"))
          .property("otel.java.exporter.otlp.retry.disabled", "true")
          .property("otel.metrics.exporter", "none")
          .property("otel.logs.exporter", "none")
          .start();
    }

    @Bean
    OpenTelemetry openTelemetry(OtlpExport export) {
      return export.openTelemetry();
    }
  }
}
