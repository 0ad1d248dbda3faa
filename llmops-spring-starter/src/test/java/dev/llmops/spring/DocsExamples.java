package dev.llmops.spring;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.LlmOps;
import dev.llmops.cost.CostBudget;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.otel.OtlpExport;
import dev.llmops.sink.RingSink;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The code of {@code docs/spring.md}, so that it compiles. */
class DocsExamples {

  @Bean // com.openai:openai-java, recorded from now on
  OpenAIClient openAiClient() {
    return OpenAIOkHttpClient.fromEnv();
  }

  @Bean // (1); Boot has the resource
  SdkMeterProvider meterProvider(Resource resource) {
    return SdkMeterProvider.builder()
        .setResource(resource)
        .registerMetricReader(PeriodicMetricReader.create(OtlpHttpMetricExporter.getDefault()))
        .build();
  }

  @Bean // (2)
  OtlpExport otlpExport() {
    return OtlpExport.start();
  }

  @Bean
  OpenTelemetry openTelemetry(OtlpExport export) {
    return export.openTelemetry();
  }

  @Bean
  CostBudget teamBudget() {
    return CostBudget.monthly("1000", "USD").perTag("team").build();
  }

  private final java.util.Map<String, String> dictionary = java.util.Map.of();

  @LlmTool(value = "look_up", description = "Looks a word up.")
  public String lookUp(String word) {
    return dictionary.get(word);
  }

  interface Assistant {
    String ask(String question);
  }

  private final Assistant assistant = question -> "answer";

  @LlmWorkflow
  @LlmPrompt(value = "support", version = "7")
  public String answer(@LlmConversation String chatId, String question) {
    return assistant.ask(question);
  }

  @Bean
  SecurityFilterChain rules(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(
            rules ->
                rules
                    .requestMatchers(HttpMethod.POST, "/actuator/llmops/feedback")
                    .hasAuthority("rates")
                    .requestMatchers("/actuator/**")
                    .authenticated()
                    .anyRequest()
                    .permitAll())
        .csrf(csrf -> csrf.ignoringRequestMatchers("/actuator/llmops/feedback"))
        .httpBasic(Customizer.withDefaults())
        .build();
  }

  @Bean
  LlmOps llmOps(OpenTelemetry telemetry, RingSink ring, OnlineEvaluation evaluation) {
    return LlmOps.builder()
        .observer(OtelCallObserver.create(telemetry))
        .sink(ring) // llmops.ring.capacity, or the endpoint
        .sink(evaluation) // llmops.online.evaluators
        .build();
  }
}
