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
import dev.llmops.sink.RingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

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
  void refusesPagesThatDoNotExist() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Application.class, EXPOSED)) {
      assertThat(app.get("/actuator/llmops/nothing").status()).isEqualTo(404);
      assertThat(app.get("/actuator/llmops/calls?limit=0").json().at("/error").asText())
          .isEqualTo("limit must be between 1 and 500, but was 0");
      assertThat(app.get("/actuator/llmops/calls?outcome=good").status()).isEqualTo(400);
      assertThat(app.get("/actuator/llmops/calls?since=now").status()).isEqualTo(400);
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
}
