package dev.llmops.samples.chat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.otel.OtlpExport;
import dev.llmops.samples.quickstart.DocsAssistant;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Answers questions about this project from its docs, over HTTP. From the root of the project:
 * {@code mvn -q -Pspring-boot-chat -pl samples/spring-boot-chat -am process-classes}, then
 *
 * <pre>{@code
 * curl -H 'X-Conversation-Id: c-1' 'localhost:8080/chat?question=What+is+recorded+for+each+call'
 * curl -N 'localhost:8080/chat/stream?question=How+do+I+see+the+traces'
 * curl localhost:8080/actuator/llmops/calls
 * }</pre>
 *
 * <p>Which model answers is the quickstart's choice: a key, an Ollama, a GGUF file, or the embedded
 * server that repeats sentences of the docs.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class ChatApplication {

  /** Starts the server. */
  public static void main(String[] args) {
    SpringApplication.run(ChatApplication.class, args);
  }

  @Bean
  DocsAssistant docs() {
    return DocsAssistant.start();
  }

  /** Nothing of llmops here: the starter wraps the bean. */
  @Bean
  OpenAIClient openAiClient(DocsAssistant docs) {
    return OpenAIOkHttpClient.builder().baseUrl(docs.baseUrl()).apiKey(docs.apiKey()).build();
  }

  /** Traces and metrics, where {@code chat.otlp-endpoint} says; without it they stay here. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty("chat.otlp-endpoint")
  static class Telemetry {

    @Bean
    OtlpExport otlpExport(
        @org.springframework.beans.factory.annotation.Value("${chat.otlp-endpoint}") String url) {
      return OtlpExport.builder().endpoint(url).serviceName("spring-boot-chat").start();
    }

    @Bean
    OpenTelemetry openTelemetry(OtlpExport export) {
      return export.openTelemetry();
    }
  }
}
