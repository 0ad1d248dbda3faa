package dev.llmops.spring;

import dev.llmops.CallError;
import dev.llmops.CallObserver;
import dev.llmops.ComponentStats;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import dev.llmops.TokenUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Measures calls and steps in Micrometer's registry, under the names, labels and buckets of the
 * OpenTelemetry GenAI conventions (2026-10): histograms are timers and distribution summaries. A
 * label without a value is {@code none}, as registries want the same labels everywhere.
 *
 * <p>At most {@value #MAX_SERIES} kinds of calls and as many of steps have series of their own; the
 * rest are measured under {@code _OTHER}. Text longer than {@value #MAX_LABEL_CHARS} characters is
 * cut: names come from outside. Thread-safe.
 */
final class MicrometerCallObserver implements CallObserver {

  static final int MAX_SERIES = 500;
  static final int MAX_LABEL_CHARS = 256;

  private static final String NONE = "none";
  private static final String OTHER = "_OTHER";
  // as the conventions advise, in seconds and tokens
  private static final double[] SECONDS = {
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
  };
  private static final double[] LONG_SECONDS = {1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200};
  private static final double[] TOKENS = {
    1,
    4,
    16,
    64,
    256,
    1024,
    4096,
    16_384,
    65_536,
    262_144,
    1_048_576,
    4_194_304,
    16_777_216,
    67_108_864
  };

  private record CallKey(
      String operation,
      String provider,
      String model,
      String responseModel,
      String address,
      String port,
      String error) {}

  private record StepKey(StepRequest.Kind kind, String name, String error) {}

  private final MeterRegistry registry;
  private final Map<CallKey, CallMeters> calls = new ConcurrentHashMap<>();
  private final Map<StepKey, Timer> steps = new ConcurrentHashMap<>();
  private final LongAdder measured = new LongAdder();
  private final LongAdder overflowed = new LongAdder();
  private final CallObservation ofCall = this::measure;
  private final StepObservation ofStep = this::measure;

  MicrometerCallObserver(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Adds an observer over the application's registry; says what was found, in plain words. */
  static String addTo(LlmOps.Builder builder, ConfigurableListableBeanFactory beans) {
    try {
      MeterRegistry registry = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
      if (registry == null) {
        return "No metrics in Micrometer: there is not one MeterRegistry bean"
            + " (spring-boot-starter-actuator makes one).";
      }
      builder.observer(new MicrometerCallObserver(registry));
      return "Metrics: in Micrometer's " + registry.getClass().getSimpleName() + ".";
    } catch (NoSuchBeanDefinitionException e) {
      return "No metrics in Micrometer: " + e.getMessage();
    }
  }

  @Override
  public CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
    return ofCall;
  }

  @Override
  public StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    return ofStep;
  }

  @Override
  public ComponentStats stats() {
    long all = measured.sum();
    return new ComponentStats(
        "MicrometerCallObserver",
        all,
        all,
        0,
        0,
        overflowed.sum() == 0
            ? null
            : overflowed.sum()
                + " of them under _OTHER: more than "
                + MAX_SERIES
                + " kinds of calls or steps");
  }

  private void measure(LlmCall call) {
    measured.increment();
    CallKey key = keyOf(call);
    CallMeters meters = calls.get(key);
    if (meters == null) {
      if (calls.size() >= MAX_SERIES) {
        overflowed.increment();
        key = new CallKey(OTHER, OTHER, NONE, NONE, NONE, NONE, NONE);
      }
      meters = calls.computeIfAbsent(key, each -> new CallMeters(registry, each));
    }
    meters.measure(call);
  }

  private void measure(LlmStep step) {
    measured.increment();
    CallError error = step.error();
    StepKey key =
        new StepKey(
            step.request().kind(),
            label(step.request().name()),
            error == null ? NONE : label(error.type()));
    Timer timer = steps.get(key);
    if (timer == null) {
      if (steps.size() >= MAX_SERIES) {
        overflowed.increment();
        key = new StepKey(step.request().kind(), OTHER, NONE);
      }
      timer = steps.computeIfAbsent(key, this::timerOf);
    }
    timer.record(step.timing().total());
  }

  private Timer timerOf(StepKey key) {
    Tag error = Tag.of("error.type", key.error());
    return switch (key.kind()) {
      case TOOL ->
          timer(
              registry,
              "gen_ai.execute_tool.duration",
              "How long a tool took.",
              SECONDS,
              Tags.of(Tag.of("gen_ai.tool.name", key.name()), error));
      case AGENT ->
          timer(
              registry,
              "gen_ai.invoke_agent.duration",
              "How long an agent took.",
              LONG_SECONDS,
              Tags.of(Tag.of("gen_ai.agent.name", key.name()), error));
      case WORKFLOW ->
          timer(
              registry,
              "gen_ai.invoke_workflow.duration",
              "How long a workflow took.",
              LONG_SECONDS,
              Tags.of(Tag.of("gen_ai.workflow.name", key.name()), error));
      case RETRIEVAL ->
          timer(
              registry,
              "gen_ai.client.operation.duration",
              "How long a GenAI operation took.",
              SECONDS,
              tags(new CallKey("retrieval", NONE, NONE, NONE, NONE, NONE, key.error()))
                  .and("error.type", key.error()));
    };
  }

  private static CallKey keyOf(LlmCall call) {
    LlmRequest request = call.request();
    CallError error = call.error();
    Integer port = request.serverPort();
    return new CallKey(
        label(request.operation()),
        label(request.provider()),
        label(request.model()),
        label(call.response().model()),
        label(request.serverAddress()),
        port == null ? NONE : port.toString(),
        error == null ? NONE : label(error.type()));
  }

  private static String label(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return NONE;
    }
    return text.length() <= MAX_LABEL_CHARS ? text : text.substring(0, MAX_LABEL_CHARS);
  }

  private static Tags tags(CallKey key) {
    return Tags.of(
        "gen_ai.operation.name", key.operation(),
        "gen_ai.provider.name", key.provider(),
        "gen_ai.request.model", key.model(),
        "gen_ai.response.model", key.responseModel(),
        "server.address", key.address(),
        "server.port", key.port());
  }

  private static Timer timer(
      MeterRegistry registry, String name, String description, double[] seconds, Tags tags) {
    Duration[] buckets = new Duration[seconds.length];
    for (int i = 0; i < seconds.length; i++) {
      buckets[i] = Duration.ofMillis(Math.round(seconds[i] * 1000));
    }
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(buckets)
        .tags(tags)
        .register(registry);
  }

  /** The meters of one kind of calls; made once, as looking them up builds and sorts tags. */
  private static final class CallMeters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Tags tagsWithError;
    private final Timer duration;

    CallMeters(MeterRegistry registry, CallKey key) {
      this.registry = registry;
      tags = tags(key);
      tagsWithError = tags.and("error.type", key.error());
      duration =
          timer(
              registry,
              "gen_ai.client.operation.duration",
              "How long a GenAI operation took.",
              SECONDS,
              tagsWithError);
    }

    void measure(LlmCall call) {
      duration.record(call.timing().total());
      Duration firstChunk = call.timing().timeToFirstChunk();
      if (firstChunk != null) {
        timer(
                registry,
                "gen_ai.client.operation.time_to_first_chunk",
                "From the issue of a streaming request to its first chunk.",
                SECONDS,
                tags)
            .record(firstChunk);
      }
      TokenUsage usage = call.usage();
      summary("input_tokens", "Input tokens of one operation.", usage.inputTokens());
      summary("output_tokens", "Output tokens of one operation.", usage.outputTokens());
      count("input_tokens", usage.inputTokens());
      count("output_tokens", usage.outputTokens());
      count("cache_read.input_tokens", usage.cachedInputTokens());
      count("cache_write.input_tokens", usage.cacheWriteInputTokens());
      count("reasoning.output_tokens", usage.reasoningTokens());
      Cost cost = call.cost();
      if (cost != null) {
        Counter.builder("llmops.client.cost")
            .description("What calls cost by the price table, a series a currency.")
            .tags(tags.and("llmops.cost.currency", cost.currency()))
            .register(registry)
            .increment(cost.amount().doubleValue());
      }
    }

    private void summary(String name, String description, @Nullable Long tokens) {
      if (tokens != null) {
        DistributionSummary.builder("gen_ai.client.inference.operation." + name)
            .description(description)
            .baseUnit("tokens")
            .serviceLevelObjectives(TOKENS)
            .tags(tagsWithError)
            .register(registry)
            .record(tokens);
      }
    }

    private void count(String name, @Nullable Long tokens) {
      if (tokens != null) {
        Counter.builder("gen_ai.client.inference.usage." + name)
            .description("Tokens; parts are also in their total.")
            .baseUnit("tokens")
            .tags(tags)
            .register(registry)
            .increment(tokens);
      }
    }
  }
}
