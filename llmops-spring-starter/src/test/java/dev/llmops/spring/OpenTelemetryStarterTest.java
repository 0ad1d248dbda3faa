package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.client.springai.Models;
import dev.llmops.sink.RingSink;
import dev.llmops.testing.FakeModelServer;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

/** OpenTelemetry's own Spring Boot starter and ours; run where the build puts it on the path. */
class OpenTelemetryStarterTest {

  private static final String AUTO_CONFIGURATION =
      "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration";
  private static final String CUSTOMIZER =
      "io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private FakeModelServer server;

  @BeforeEach
  void start() {
    Assumptions.assumeTrue(
        ClassUtils.isPresent(AUTO_CONFIGURATION, null), "the starter is on the path of one run");
    server = FakeModelServer.start();
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  @Feature(value = "OpenTelemetry's own starter: one OpenTelemetry, one span a call", on = "3.5")
  void itsOpenTelemetryGetsOneSpanACall() throws Exception {
    application()
        .withBean("openAi", OpenAIClient.class, () -> Models.client(server))
        .run(
            context -> {
              assertThat(context).hasSingleBean(OpenTelemetry.class);

              ask(context.getBean(OpenAIClient.class));

              SpanData span = only();
              LlmCall call = context.getBean(RingSink.class).calls().get(0);
              assertThat(context.getBean(RingSink.class).calls()).hasSize(1);
              assertThat(span.getName()).isEqualTo("chat gpt-4o");
              assertThat(call.ref().spanId()).isEqualTo(span.getSpanId());
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains(
                      "OpenTelemetry: the bean [openTelemetry] of OpenTelemetry's own starter.")
                  .contains("[openAi] wrapped.");
            });
  }

  @Test
  @Feature(value = "OpenTelemetry's own starter under Spring AI and Micrometer", on = "3.5")
  void itsOpenTelemetryGetsOneSpanOfSpringAi() throws Exception {
    application()
        .withConfiguration(
            AutoConfigurations.of(
                Class.forName(
                    "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"),
                Class.forName(
                    "org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration"),
                Class.forName(
                    "org.springframework.boot.actuate.autoconfigure.tracing.OpenTelemetryTracingAutoConfiguration"),
                Class.forName(
                    "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration")))
        .run(
            context -> {
              assertThat(context).hasSingleBean(OpenTelemetry.class);

              String unused =
                  Models.chat(server, context.getBean(ObservationRegistry.class)).call("Hello");

              assertThat(only().getInstrumentationScopeInfo().getName()).startsWith("dev.llmops");
              assertThat(context.getBean(RingSink.class).calls()).hasSize(1);
            });
  }

  @Test
  void tellsThatItIsOff() throws Exception {
    application()
        .withPropertyValues("otel.sdk.disabled=true")
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "of OpenTelemetry's own starter. It is off (otel.sdk.disabled=true)."));
  }

  /** The same instrumentation as the Java agent's. */
  @Test
  void tellsOfAClientThatOpenTelemetryTracesItself() throws Exception {
    application()
        .withBean(
            "openAi",
            OpenAIClient.class,
            () -> {
              try {
                Class<?> telemetry =
                    Class.forName("io.opentelemetry.instrumentation.openai.v1_1.OpenAITelemetry");
                Object traced =
                    telemetry
                        .getMethod("create", OpenTelemetry.class)
                        .invoke(null, OpenTelemetry.noop());
                return (OpenAIClient)
                    telemetry
                        .getMethod("wrap", OpenAIClient.class)
                        .invoke(traced, Models.client(server));
              } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
              }
            })
        .run(
            context -> {
              ask(context.getBean(OpenAIClient.class));

              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("[openAi] wrapped, and traced by OpenTelemetry's own instrumentation")
                  .contains("otel.instrumentation.openai.enabled=false");
            });
  }

  private SpanData only() {
    List<SpanData> finished = spans.getFinishedSpanItems();
    assertThat(finished).hasSize(1);
    return finished.get(0);
  }

  private static void ask(OpenAIClient client) {
    Object unused =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("gpt-4o")
                    .addUserMessage("Hello")
                    .build());
  }

  private ApplicationContextRunner application() throws ClassNotFoundException {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(LlmOpsAutoConfiguration.class, Class.forName(AUTO_CONFIGURATION)))
        .withPropertyValues(
            "llmops.ring.capacity=10",
            "otel.traces.exporter=none",
            "otel.metrics.exporter=none",
            "otel.logs.exporter=none")
        .withBean("spansOfTheTest", customizer(), this::addProcessor);
  }

  /** The starter's own way to add a processor, without a dependency to compile against. */
  @SuppressWarnings("unchecked")
  private static Class<Object> customizer() throws ClassNotFoundException {
    return (Class<Object>) Class.forName(CUSTOMIZER);
  }

  private Object addProcessor() {
    try {
      BiFunction<SdkTracerProviderBuilder, Object, SdkTracerProviderBuilder> add =
          (builder, config) -> builder.addSpanProcessor(SimpleSpanProcessor.create(spans));
      Class<?> type = customizer();
      return Proxy.newProxyInstance(
          type.getClassLoader(),
          new Class<?>[] {type},
          (proxy, method, arguments) -> {
            if (method.getName().equals("customize")) {
              Class.forName("io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer")
                  .getMethod("addTracerProviderCustomizer", BiFunction.class)
                  .invoke(arguments[0], add);
              return null;
            }
            return switch (method.getName()) {
              case "order", "hashCode" -> 0;
              case "equals" -> proxy == arguments[0];
              default -> "spans of the test";
            };
          });
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
