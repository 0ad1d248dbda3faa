package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.sink.JsonlReader;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A whole application as users write it: it adds the dependency, has providers for Boot's
 * OpenTelemetry and a client bean, and calls the model.
 */
class LlmOpsApplicationTest {

  @Feature("a call of a client bean is a span, metrics and a line of a file")
  @Test
  void aCallOfTheClientBeanIsASpanMetricsAndALineOfTheFile(@TempDir Path directory) {
    Path file = directory.resolve("calls.jsonl");
    List<SpanData> spans;
    List<MetricData> metrics;
    String explanation;

    try (FakeModelServer server = FakeModelServer.start()) {
      server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_STREAM_USAGE);
      try (ConfigurableApplicationContext application =
          start(
              "--test.base-url=" + server.baseUrl(),
              "--llmops.jsonl.path=" + file,
              "--llmops.jsonl.content=redacted",
              "--llmops.log.enabled=true")) {
        Assistant assistant = application.getBean(Assistant.class);
        assertThat(assistant.answer("Ask a@example.com: what is a lighthouse for?"))
            .isEqualTo("A lighthouse warns ships of rocks and shallow water.");
        assertThat(assistant.streamedChunks("And at night?")).isPositive();
        spans = application.getBean(InMemorySpanExporter.class).getFinishedSpanItems();
        metrics = List.copyOf(application.getBean(InMemoryMetricReader.class).collectAllMetrics());
        explanation = application.getBean(LlmOps.class).explain();
        assertThat(application.getBeanNamesForType(OpenTelemetry.class))
            .as("Boot's own")
            .hasSize(1);
      }
    }

    assertThat(spans).hasSize(2);
    SpanData span = spans.get(0);
    assertThat(span.getName()).isEqualTo("chat gpt-4o-mini");
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("gen_ai.response.model"), "gpt-4o-mini-2024-07-18")
        .containsEntry(AttributeKey.longKey("gen_ai.usage.input_tokens"), 17L)
        .containsEntry(AttributeKey.longKey("gen_ai.usage.output_tokens"), 11L);
    assertThat(span.getAttributes().toString()).doesNotContain("lighthouse");
    assertThat(metrics)
        .extracting(MetricData::getName)
        .contains(
            "gen_ai.client.operation.duration",
            "gen_ai.client.operation.time_to_first_chunk",
            "gen_ai.client.inference.operation.input_tokens");

    List<LlmRecord> lines;
    try (Stream<LlmRecord> read = JsonlReader.at(file).read()) {
      lines = read.toList();
    }
    assertThat(lines).hasSize(2);
    LlmCall call = (LlmCall) lines.get(0);
    assertThat(call.ref().spanId()).isEqualTo(span.getSpanId());
    // 17 x 0.15 / 1,000,000 + 11 x 0.60 / 1,000,000: OpenAI's price page of 2026-07-11
    assertThat(call.cost().amount()).isEqualByComparingTo("0.00000915");
    assertThat(call.request().messages().get(0).text())
        .isEqualTo("Ask [EMAIL]: what is a lighthouse for?");
    assertThat(call.response().text())
        .isEqualTo("A lighthouse warns ships of rocks and shallow water.");

    assertThat(explanation)
        .contains(
            "llmops is on; content (prompts and answers) is captured",
            "OpenTelemetry: Spring Boot's bean [",
            "OpenAI client beans: [openAiClient] wrapped.",
            "2 calls started: 2 completed")
        .doesNotContain("SdkTracerProvider", "SdkMeterProvider");

    GlobalOpenTelemetry.set(OpenTelemetry.noop()); // throws if somebody had set it
    GlobalOpenTelemetry.resetForTest();
  }

  private static ConfigurableApplicationContext start(String... arguments) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    return application.run(arguments);
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    OpenAIClient openAiClient(org.springframework.core.env.Environment environment) {
      return OpenAIOkHttpClient.builder()
          .baseUrl(environment.getRequiredProperty("test.base-url"))
          .apiKey("none")
          .build();
    }

    @Bean
    Assistant assistant(OpenAIClient client) {
      return new Assistant(client);
    }

    @Bean
    InMemorySpanExporter spans() {
      return InMemorySpanExporter.create();
    }

    @Bean
    SdkTracerProvider tracerProvider(InMemorySpanExporter spans) {
      return SdkTracerProvider.builder()
          .addSpanProcessor(SimpleSpanProcessor.create(spans))
          .build();
    }

    @Bean
    InMemoryMetricReader metrics() {
      return InMemoryMetricReader.create();
    }

    @Bean
    SdkMeterProvider meterProvider(InMemoryMetricReader metrics) {
      return SdkMeterProvider.builder().registerMetricReader(metrics).build();
    }
  }

  record Assistant(OpenAIClient client) {

    String answer(String question) {
      return client
          .chat()
          .completions()
          .create(asking(question))
          .choices()
          .get(0)
          .message()
          .content()
          .orElseThrow();
    }

    long streamedChunks(String question) {
      try (StreamResponse<ChatCompletionChunk> chunks =
          client.chat().completions().createStreaming(asking(question))) {
        return chunks.stream().count();
      }
    }

    private static ChatCompletionCreateParams asking(String question) {
      return ChatCompletionCreateParams.builder()
          .model("gpt-4o-mini")
          .addUserMessage(question)
          .build();
    }
  }
}
