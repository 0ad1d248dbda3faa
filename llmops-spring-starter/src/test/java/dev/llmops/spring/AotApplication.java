package dev.llmops.spring;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmStep;
import dev.llmops.sink.RingSink;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What {@link AotTest} processes ahead of time and then runs, in a JVM of its own. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class AotApplication {

  /** Prints what was recorded; processing ends within {@code run}. */
  public static void main(String[] arguments) throws Exception {
    SpringApplication application = new SpringApplication(AotApplication.class);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    try (ConfigurableApplicationContext context = application.run(arguments)) {
      System.out.println("AOT generated: " + AotDetector.useGeneratedArtifacts());
      System.out.println("AOT answer: " + context.getBean(Assistant.class).answer("Hello"));
      RingSink ring = context.getBean(RingSink.class);
      LlmCall call = ring.awaitCalls(1, Duration.ofSeconds(10)).get(0);
      LlmStep step = ring.steps().get(0);
      System.out.println("AOT call: " + call.request().model() + " " + call.cost().amount());
      System.out.println(
          "AOT step: " + step.request().name() + " " + step.ref().equals(call.parent()));
      System.out.println("AOT conversation: " + call.conversationId());
      URI endpoint =
          URI.create(
              "http://127.0.0.1:"
                  + context.getEnvironment().getProperty("local.server.port")
                  + "/actuator/llmops/calls");
      System.out.println(
          "AOT endpoint: "
              + HttpClient.newHttpClient()
                  .send(HttpRequest.newBuilder(endpoint).build(), BodyHandlers.ofString())
                  .body());
    }
  }

  @Bean
  OpenAIClient openAiClient(Environment environment) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(environment.getRequiredProperty("test.base-url"))
        .apiKey("none")
        .build();
  }

  @Bean
  Assistant assistant(OpenAIClient client) {
    return new Assistant(client);
  }

  /** A bean with a step. */
  static class Assistant {
    private final OpenAIClient client;

    Assistant(OpenAIClient client) {
      this.client = client;
    }

    @LlmWorkflow
    public String answer(@LlmConversation String question) {
      return client
          .chat()
          .completions()
          .create(
              ChatCompletionCreateParams.builder()
                  .model("gpt-4o-mini")
                  .addUserMessage(question)
                  .build())
          .choices()
          .get(0)
          .message()
          .content()
          .orElseThrow();
    }
  }
}
