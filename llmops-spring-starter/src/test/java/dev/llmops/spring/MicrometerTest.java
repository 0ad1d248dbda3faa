package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.StepResult;
import dev.llmops.TokenUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

  /** An SDK without a reader, as with otel.metrics.exporter=none, measures nothing. */
  @Test
  void measuresInMicrometerWhereTheOpenTelemetryBeanHasSpansOnly() {
    for (OpenTelemetrySdk sdk :
        List.of(
            OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder().build())
                .build(),
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().build())
                .build())) {
      application
          .withBean("telemetry", OpenTelemetry.class, () -> sdk)
          .run(
              context -> {
                call(context.getBean(LlmOps.class), "gpt-4o-mini");

                assertThat(
                        context
                            .getBean(MeterRegistry.class)
                            .get("gen_ai.client.operation.duration")
                            .timer()
                            .count())
                    .isEqualTo(1);
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "OpenTelemetry: the bean [telemetry]. Its metrics go nowhere: its"
                            + " MeterProvider has no reader.",
                        "Metrics: in Micrometer's SimpleMeterRegistry.");
              });
    }
  }

  @Test
  void saysThatBootsMeterProviderHasNoReader() throws Exception {
    application
        .withConfiguration(AutoConfigurations.of(BootOpenTelemetry.autoConfiguration()))
        .withBean(SdkMeterProvider.class, () -> SdkMeterProvider.builder().build())
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "Its metrics go nowhere: its MeterProvider has no reader.",
                        "Metrics: in Micrometer's SimpleMeterRegistry.")
                    .doesNotContain("It has no SdkMeterProvider bean"));
  }

  @Test
  void labelsAreBounded() {
    application
        .withPropertyValues("llmops.metrics.max-series=50")
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);
              for (int i = 0; i < 150; i++) {
                call(ops, "model-" + i);
              }
              call(ops, "x".repeat(1000));

              MeterRegistry registry = context.getBean(MeterRegistry.class);
              assertThat(registry.find("gen_ai.client.operation.duration").timers())
                  .hasSize(51)
                  .allSatisfy(
                      timer ->
                          assertThat(timer.getId().getTag("gen_ai.request.model"))
                              .hasSizeLessThanOrEqualTo(256));
              assertThat(
                      registry
                          .get("gen_ai.client.operation.duration")
                          .tag("gen_ai.operation.name", "_OTHER")
                          .timer()
                          .count())
                  .isEqualTo(101);
            });
  }

  @Feature("Micrometer's metrics have the names, labels, buckets and values of OpenTelemetry's")
  @ParameterizedTest
  @ValueSource(strings = {"latest", "v1-41"})
  void hasWhatOpenTelemetryHas(String dialect) {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    application
        .withPropertyValues(
            "llmops.micrometer.enabled=true",
            "llmops.otel.dialect=" + dialect,
            "llmops.otel.chunk-times=true",
            "llmops.metrics.tags=team",
            "llmops.spring-ai.enabled=false")
        .withBean(
            OpenTelemetry.class,
            () ->
                OpenTelemetrySdk.builder()
                    .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                    .build())
        .run(
            context -> {
              everything(context.getBean(LlmOps.class));
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              Map<String, MetricData> theirs = new TreeMap<>();
              reader.collectAllMetrics().forEach(each -> theirs.put(each.getName(), each));
              theirs
                  .keySet()
                  .removeIf(each -> !each.startsWith("gen_ai") && !each.startsWith("ll"));

              Set<String> ours = new TreeSet<>();
              registry.getMeters().forEach(each -> ours.add(each.getId().getName()));
              // SimpleMeterRegistry's way to show buckets
              ours.removeIf(each -> each.endsWith(".histogram"));
              assertThat(ours).isEqualTo(theirs.keySet()).hasSizeGreaterThanOrEqualTo(10);
              theirs.values().forEach(each -> assertSame(each, registry));
            });
  }

  @Test
  void whatIsObservedIsAGaugeOfBothWithoutAValueWhenThereIsNone() {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    AtomicReference<Long> waiting = new AtomicReference<>(7L);
    try (SdkMeterProvider provider =
        SdkMeterProvider.builder().registerMetricReader(reader).build()) {
      io.opentelemetry.api.metrics.Meter meter =
          new MicrometerMeters(registry, provider, new MetricLabels(List.of(), false)).get("test");
      ObservableLongMeasurement observed =
          meter.gaugeBuilder("llmops.server.requests.waiting").ofLongs().buildObserver();
      Attributes server = Attributes.of(AttributeKey.stringKey("server.address"), "gpu-1");
      try (BatchCallback callback =
          meter.batchCallback(
              () -> {
                if (waiting.get() != null) {
                  observed.record(waiting.get(), server);
                }
              },
              observed)) {

        meter.histogramBuilder("gen_ai.client.operation.duration").setUnit("s").build().record(1);

        Gauge gauge = registry.get("llmops.server.requests.waiting").gauge();
        assertThat(gauge.value()).isEqualTo(7);
        assertThat(gauge.getId().getTags())
            .containsExactly(
                Tag.of("llmops.server.kind", "none"),
                Tag.of("server.address", "gpu-1"),
                Tag.of("server.port", "none"));
        assertThat(reader.collectAllMetrics())
            .filteredOn(each -> each.getName().equals("llmops.server.requests.waiting"))
            .singleElement()
            .satisfies(
                each ->
                    assertThat(each.getLongGaugeData().getPoints())
                        .singleElement()
                        .satisfies(point -> assertThat(point.getValue()).isEqualTo(7)));
        waiting.set(null);
        Awaitility.await().until(() -> Double.isNaN(gauge.value()));
      }
    }
  }

  @Test
  void aGaugeKeepsItsValueWhileTheNextIsTaken() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    AtomicReference<Double> seenMeanwhile = new AtomicReference<>();
    io.opentelemetry.api.metrics.Meter meter =
        new MicrometerMeters(registry, MeterProvider.noop(), new MetricLabels(List.of(), false))
            .get("test");
    ObservableLongMeasurement observed =
        meter.gaugeBuilder("llmops.server.requests.waiting").ofLongs().buildObserver();
    try (BatchCallback callback =
        meter.batchCallback(
            () -> {
              Gauge before = registry.find("llmops.server.requests.waiting").gauge();
              if (before != null) {
                // as a scrape of another thread
                seenMeanwhile.set(CompletableFuture.supplyAsync(before::value).join());
              }
              observed.record(7, Attributes.empty());
            },
            observed)) {
      meter.histogramBuilder("gen_ai.client.operation.duration").setUnit("s").build().record(1);
      Gauge gauge = registry.get("llmops.server.requests.waiting").gauge();

      Awaitility.await()
          .until(
              () -> {
                assertThat(gauge.value()).isEqualTo(7);
                return seenMeanwhile.get() != null;
              });

      assertThat(seenMeanwhile).hasValue(7.0);
    }
  }

  /** Each point has a meter of the same labels, count, sum and buckets, and the other way round. */
  private static void assertSame(MetricData metric, MeterRegistry registry) {
    Map<Map<String, String>, Meter> meters = new HashMap<>();
    Set<Set<String>> keys = new HashSet<>();
    for (Meter meter : registry.find(metric.getName()).meters()) {
      Map<String, String> labels = new TreeMap<>();
      meter.getId().getTags().forEach(tag -> labels.put(tag.getKey(), tag.getValue()));
      keys.add(Set.copyOf(labels.keySet()));
      labels.values().removeIf(MetricLabels.NONE::equals);
      assertThat(meters.put(labels, meter)).isNull();
    }
    assertThat(keys).as("the same labels on every meter of %s", metric.getName()).hasSize(1);
    assertThat(metric.getData().getPoints()).as(metric.getName()).hasSameSizeAs(meters.keySet());
    for (PointData point : metric.getData().getPoints()) {
      Map<String, String> labels = new TreeMap<>();
      point.getAttributes().forEach((key, value) -> labels.put(key.getKey(), value.toString()));
      Meter meter = meters.get(labels);
      assertThat(meter).as("%s %s", metric.getName(), labels).isNotNull();
      assertThat(meter.getId().getDescription()).isEqualTo(metric.getDescription());
      if (point instanceof HistogramPointData histogram) {
        HistogramSnapshot snapshot =
            meter instanceof Timer timer
                ? timer.takeSnapshot()
                : ((DistributionSummary) meter).takeSnapshot();
        double total = meter instanceof Timer ? snapshot.total(TimeUnit.SECONDS) : snapshot.total();
        assertThat(snapshot.count()).isEqualTo(histogram.getCount());
        assertThat(total).isCloseTo(histogram.getSum(), Offset.offset(1e-6));
        List<Double> bounds =
            Arrays.stream(snapshot.histogramCounts())
                .map(each -> meter instanceof Timer ? each.bucket(TimeUnit.SECONDS) : each.bucket())
                .toList();
        assertThat(bounds)
            .as(metric.getName())
            .isEqualTo(histogram.getBoundaries().stream().filter(each -> each > 0).toList());
      } else {
        double value =
            point instanceof LongPointData whole
                ? whole.getValue()
                : ((DoublePointData) point).getValue();
        assertThat(((Counter) meter).count()).isCloseTo(value, Offset.offset(1e-9));
      }
    }
  }

  /** A call of each kind and outcome, with all that is measured, and a step of each kind. */
  private static void everything(LlmOps ops) {
    call(ops, "gpt-4o-mini");
    try (LlmContext.Scope scope =
        LlmContext.builder().tag("team", "red").origin(Origin.JUDGE).open()) {
      ops.call(
          LlmRequest.builder(LlmRequest.CHAT, "openai")
              .model("gpt-4o-mini")
              .server("localhost", 8000)
              .build(),
          () -> "x",
          text ->
              LlmResponse.builder()
                  .model("gpt-4o-mini-2024-07-18")
                  .serviceTier("default")
                  .systemFingerprint("fp_1")
                  .usage(
                      TokenUsage.builder()
                          .inputTokens(1000)
                          .outputTokens(100)
                          .cachedInputTokens(10)
                          .cacheWriteInputTokens(5)
                          .reasoningTokens(20)
                          .modalities(
                              List.of(
                                  new TokenUsage.ModalityUsage(
                                      MessagePart.Modality.TEXT, 600L, 100L, null),
                                  new TokenUsage.ModalityUsage(
                                      MessagePart.Modality.IMAGE, 300L, null, null)))
                          .build())
                  .build());
    }
    assertThatThrownBy(
            () ->
                ops.call(
                    LlmRequest.chat("openai", "gpt-4o-mini"),
                    () -> {
                      throw new IllegalStateException("down");
                    },
                    LlmResponse::ofText))
        .isInstanceOf(IllegalStateException.class);
    try (Stream<String> chunks =
        ops.stream(
            LlmRequest.chat("vllm", "m"),
            () -> Stream.of("a", "b", "c"),
            (chunk, into) -> into.text(chunk))) {
      assertThat(chunks.count()).isEqualTo(3);
    }
    ops.agent(
        "planner",
        () -> {
          call(ops, "gpt-4o-mini");
          return ops.tool("look_up", null, () -> "found");
        });
    assertThatThrownBy(
            () ->
                ops.tool(
                    "fails",
                    null,
                    () -> {
                      throw new IllegalStateException("down");
                    }))
        .isInstanceOf(IllegalStateException.class);
    ops.workflow("nightly", () -> "done");
    ops.retrieval("docs", "query", () -> "x", text -> StepResult.of(text));
  }

  private static void call(LlmOps ops, String model) {
    ops.call(
        LlmRequest.chat("openai", model),
        () -> "x",
        text -> LlmResponse.builder().usage(TokenUsage.of(1000, 100)).build());
  }
}
