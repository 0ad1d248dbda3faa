package dev.llmops.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import org.springframework.ai.chat.observation.ChatModelMeterObservationHandler;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application with Spring AI, Micrometer's tracing over this SDK, and its metrics. */
final class SpringAiApplication {

  private SpringAiApplication() {}

  static ApplicationContextRunner of(OpenTelemetrySdk sdk, String whose)
      throws ClassNotFoundException {
    boolean three = SpringBootVersion.getVersion().startsWith("3.");
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                LlmOpsAutoConfiguration.class,
                Class.forName(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
                        : "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"),
                Class.forName(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration"
                        : "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration"),
                Class.forName(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration"
                        : "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration")))
        .withPropertyValues(
            "llmops.ring.capacity=10",
            "llmops.spring-ai.spans=" + whose,
            "llmops.micrometer.enabled=true")
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .withBean(ChatModelMeterObservationHandler.class)
        .withBean(OpenTelemetry.class, () -> sdk, bean -> bean.setDestroyMethodName(""))
        .withBean(
            Tracer.class,
            () ->
                new OtelTracer(
                    sdk.getTracer("micrometer"), new OtelCurrentTraceContext(), event -> {}));
  }
}
