package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.cost.BudgetExceededException;
import dev.llmops.cost.CostBudget;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

class BudgetTest {

  // 17 x 0.15 / 1,000,000 + 11 x 0.60 / 1,000,000 USD: OpenAI's price page of 2026-07-11
  private static final String ONE_CALL = "0.00000915";

  @Feature("budgets by `llmops.budget.*`: calls over the limit are refused, nothing is sent")
  @Test
  void refusesACallOfTheClientBeanWhenTheDayIsSpent() throws Exception {
    try (FakeModelServer server = FakeModelServer.start();
        WebApp app =
            WebApp.start(
                WebApplicationType.SERVLET,
                Application.class,
                "--test.base-url=" + server.baseUrl(),
                "--llmops.budget.daily=0.00001",
                "--llmops.budget.per-user-daily=0.000015",
                "--management.endpoints.web.exposure.include=llmops")) {
      server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_BASIC);
      ask(app);
      ask(app); // let pass, as 0.00000915 is less than 0.00001

      Throwable refused = catchThrowable(() -> ask(app));

      assertThat(refused)
          .isInstanceOf(BudgetExceededException.class)
          .hasMessageStartingWith(
              "the daily budget is spent: 0.00001830 of 0.00001 USD; it resets at ");
      assertThat(server.requests()).hasSize(2);
      for (String page : new String[] {"/actuator/llmops", "/actuator/llmops/prices"}) {
        JsonNode budgets = app.get(page).json().at("/budgets");
        assertThat(budgets).hasSize(2);
        assertThat(budgets.at("/0/name").asText()).isEqualTo("daily");
        assertThat(budgets.at("/0/limit").decimalValue()).isEqualByComparingTo("0.00001");
        assertThat(budgets.at("/0/spent").decimalValue()).isEqualByComparingTo("0.0000183");
        assertThat(budgets.at("/0/over").asInt()).isEqualTo(1);
        assertThat(budgets.at("/0/action").asText()).isEqualTo("refuse");
        assertThat(budgets.at("/1/name").asText()).isEqualTo("daily per user");
        assertThat(budgets.at("/1/keys").asInt()).isEqualTo(1);
        assertThat(budgets.toString()).doesNotContain("ann");
      }
      JsonNode failed = app.get("/actuator/llmops/calls?outcome=failed").json();
      assertThat(failed.at("/calls/0/error").asText())
          .isEqualTo(BudgetExceededException.class.getName());
      assertThat(app.bean(LlmOps.class).explain())
          .contains("Budget daily: 0.00001830 of 0.00001 USD spent until ", "; 1 calls refused.");
    }
  }

  @Test
  void warnsInPlaceOfRefusingAndRefusesModelsWithoutAPriceWhereAsked() {
    ApplicationContextRunner application =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
            .withUserConfiguration(Client.class);
    try (FakeModelServer server = FakeModelServer.start()) {
      server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_BASIC);
      application
          .withPropertyValues(
              "test.base-url=" + server.baseUrl(),
              "llmops.budget.hourly=" + ONE_CALL,
              "llmops.budget.action=warn")
          .run(
              context -> {
                ask(context.getBean(OpenAIClient.class), "gpt-4o-mini");
                ask(context.getBean(OpenAIClient.class), "gpt-4o-mini");

                assertThat(server.requests()).hasSize(2);
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains("; 1 calls over it let pass.");
              });
      application
          .withPropertyValues(
              "test.base-url=" + server.baseUrl(),
              "llmops.budget.monthly=100",
              "llmops.budget.refuse-unpriced=true")
          .run(
              context -> {
                Throwable refused =
                    catchThrowable(() -> ask(context.getBean(OpenAIClient.class), "my-own"));

                assertThat(refused)
                    .hasMessageStartingWith(
                        "the monthly budget of 100 USD cannot be held for openai/my-own: no price");
                assertThat(server.requests()).hasSize(2);
              });
    }
  }

  @Test
  void aBudgetBeanIsHeldAndShownAsWell() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
        .withBean(CostBudget.class, () -> CostBudget.monthly("9", "USD").perTag("team").build())
        .run(
            context -> {
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("Budget monthly per tag team: 0 spent by all, the limit is 9 USD each");
              assertThat(context.getBean(Wiring.class).budgets())
                  .containsExactly(context.getBean(CostBudget.class));
            });
  }

  private static void ask(WebApp app) {
    try (LlmContext.Scope scope = LlmContext.builder().user("ann").open()) {
      ask(app.bean(OpenAIClient.class), "gpt-4o-mini");
    }
  }

  private static void ask(OpenAIClient client, String model) {
    assertThat(
            client
                .chat()
                .completions()
                .create(
                    ChatCompletionCreateParams.builder()
                        .model(model)
                        .addUserMessage("What is a lighthouse for?")
                        .build())
                .choices())
        .hasSize(1);
  }

  @Configuration(proxyBeanMethods = false)
  static class Client {

    @Bean
    OpenAIClient openAiClient(Environment environment) {
      return OpenAIOkHttpClient.builder()
          .baseUrl(environment.getRequiredProperty("test.base-url"))
          .apiKey("none")
          .build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application extends Client {}
}
