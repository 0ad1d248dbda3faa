package dev.llmops.spring;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.cost.CostBudget;
import dev.llmops.otel.OtlpExport;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import org.springframework.context.annotation.Bean;

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
}
