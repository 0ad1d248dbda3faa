package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.TokenUsage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MicrometerTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new);

  @Feature("metrics in Micrometer's registry where OpenTelemetry has none, never in both")
  @Test
  void measuresInMicrometerWhereOpenTelemetryHasNoMetrics() {
    application.run(
        context -> {
          LlmOps ops = context.getBean(LlmOps.class);
          MeterRegistry registry = context.getBean(MeterRegistry.class);

          call(ops, "gpt-4o-mini");
          ops.tool("look_up", null, () -> "found");

          Timer duration = registry.get("gen_ai.client.operation.duration").timer();
          assertThat(duration.count()).isEqualTo(1);
          assertThat(duration.getId().getTag("gen_ai.request.model")).isEqualTo("gpt-4o-mini");
          assertThat(duration.getId().getTag("gen_ai.provider.name")).isEqualTo("openai");
          assertThat(duration.getId().getTag("error.type")).isEqualTo("none");
          assertThat(registry.get("gen_ai.client.inference.usage.input_tokens").counter().count())
              .isEqualTo(1000);
          assertThat(
                  registry
                      .get("gen_ai.client.inference.operation.output_tokens")
                      .summary()
                      .totalAmount())
              .isEqualTo(100);
          // 1,000 x 0.15 / 1,000,000 + 100 x 0.60 / 1,000,000
          assertThat(registry.get("llmops.client.cost").counter().count())
              .isEqualTo(0.00021, org.assertj.core.data.Offset.offset(1e-9));
          assertThat(
                  registry
                      .get("gen_ai.execute_tool.duration")
                      .tag("gen_ai.tool.name", "look_up")
                      .timer()
                      .count())
              .isEqualTo(1);
          assertThat(ops.explain()).contains("Metrics: in Micrometer's SimpleMeterRegistry.");
        });
  }

  @Test
  void neverCountsTwiceUnlessAskedTo() {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    ApplicationContextRunner withMetrics =
        application.withBean(
            OpenTelemetry.class,
            () ->
                OpenTelemetrySdk.builder()
                    .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                    .build());
    withMetrics.run(
        context -> {
          call(context.getBean(LlmOps.class), "gpt-4o-mini");
          assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
          assertThat(reader.collectAllMetrics()).isNotEmpty();
          assertThat(context.getBean(LlmOps.class).explain())
              .contains("No metrics in Micrometer, as OpenTelemetry has them");
        });
    application
        .withPropertyValues("llmops.micrometer.enabled=false")
        .run(
            context -> {
              call(context.getBean(LlmOps.class), "gpt-4o-mini");
              assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
            });
    application
        .withPropertyValues("llmops.micrometer.enabled=true")
        .withBean("telemetry", OpenTelemetry.class, OpenTelemetry::noop)
        .run(
            context -> {
              call(context.getBean(LlmOps.class), "gpt-4o-mini");
              assertThat(context.getBean(MeterRegistry.class).getMeters()).isNotEmpty();
            });
  }

  @Test
  void labelsAreBounded() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LlmOps ops = LlmOps.builder().observer(new MicrometerCallObserver(registry)).build();
    for (int i = 0; i < MicrometerCallObserver.MAX_SERIES + 100; i++) {
      call(ops, "model-" + i);
    }
    call(ops, "x".repeat(1000));

    assertThat(registry.find("gen_ai.client.operation.duration").timers())
        .hasSize(MicrometerCallObserver.MAX_SERIES + 1)
        .allSatisfy(
            timer ->
                assertThat(timer.getId().getTag("gen_ai.request.model"))
                    .hasSizeLessThanOrEqualTo(MicrometerCallObserver.MAX_LABEL_CHARS));
    assertThat(
            registry
                .get("gen_ai.client.operation.duration")
                .tag("gen_ai.operation.name", "_OTHER")
                .timer()
                .count())
        .isEqualTo(101);
  }

  private static void call(LlmOps ops, String model) {
    ops.call(
        LlmRequest.chat("openai", model),
        () -> "x",
        text -> LlmResponse.builder().usage(TokenUsage.of(1000, 100)).build());
  }
}
