package dev.llmops.spring;

import dev.llmops.CallInterceptor;
import dev.llmops.CallObserver;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.cost.CostBudget;
import dev.llmops.cost.PriceTable;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.otel.OtlpExport;
import dev.llmops.otel.SemConvDialect;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.AsyncSink;
import dev.llmops.sink.JsonlSink;
import dev.llmops.sink.LoggingSink;
import dev.llmops.sink.RingSink;
import dev.llmops.sink.SampledSink;
import dev.llmops.sink.Sampling;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;

/** Builds {@link LlmOps} from the application's beans and properties. */
final class LlmOpsFactory {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);

  /** Not in 1.11. */
  static final String NEW_IN_LANGCHAIN4J_1_12 =
      "dev.langchain4j.model.moderation.ModerationRequest";

  private static final int DEFAULT_RING_CAPACITY = 200;

  private final LlmOpsProperties properties;
  private final ConfigurableListableBeanFactory beans;

  LlmOpsFactory(LlmOpsProperties properties, ConfigurableListableBeanFactory beans) {
    this.properties = properties;
    this.beans = beans;
  }

  LlmOps create(Wiring wiring, MetricsToMicrometer toMicrometer) {
    if (!properties.enabled()) {
      log.info("llmops is off: llmops.enabled=false");
      wiring.found(OpenTelemetrySource.none("llmops is off: llmops.enabled=false."));
      return LlmOps.noop();
    }
    wiring.exports().listen();
    Pricing pricing = pricing();
    LlmOps.Builder builder = LlmOps.builder().pricing(pricing);
    List<CallObserver> observers = ordered(CallObserver.class);
    observers.forEach(builder::observer);
    OpenTelemetrySource found = openTelemetry(observers);
    ServerMonitor servers = beans.getBeanProvider(ServerMonitor.class).getIfUnique();
    ToMicrometer meters = toMicrometer(found, toMicrometer);
    OpenTelemetrySource source = addOpenTelemetry(builder, found, meters.meters(), servers);
    wiring.found(source);
    String telemetry = source.note();
    // where the observer could not be made, there are none, as its note says
    String metrics = source.equals(found) ? meters.note() : "";
    List<CallSink> sinks = new ArrayList<>(ordered(CallSink.class));
    addJsonl(sinks);
    if (properties.log().enabled()) {
      sinks.add(sampled(LoggingSink.create()));
    }
    sinks.forEach(builder::sink);
    addInterceptors(builder, wiring, pricing);
    if (servers != null) {
      builder.servers(servers);
    }
    builder.note(() -> telemetry);
    builder.note(() -> metrics);
    builder.note(() -> servers == null ? servers() : null);
    builder.note(wiring.exports()::note);
    builder.note(() -> clients(wiring));
    builder.note(this::others);
    builder.note(this::endpoint);
    List<AfterLlmOps> afterwards = ordered(AfterLlmOps.class);
    afterwards.forEach(each -> builder.note(each::note));
    List<LlmOpsCustomizer> customizers = ordered(LlmOpsCustomizer.class);
    customizers.forEach(each -> each.customize(builder));
    LlmOps ops = builder.build();
    afterwards.forEach(each -> each.built(ops));
    if (log.isInfoEnabled()) {
      log.info(
          "llmops: {} {}",
          telemetry,
          sinks.isEmpty() && customizers.isEmpty() ? "No sinks." : sinks(ops));
    }
    return ops;
  }

  RingSink ring() {
    Integer capacity = properties.ring().capacity();
    return RingSink.builder()
        .content(content(properties.ring().content()))
        .capacity(capacity == null ? DEFAULT_RING_CAPACITY : capacity)
        .maxBytes(properties.ring().maxSize().toBytes())
        .build();
  }

  private OpenTelemetrySource openTelemetry(List<CallObserver> observers) {
    if (observers.stream().anyMatch(OtelCallObserver.class::isInstance)) {
      return OpenTelemetrySource.ofApplication(
          "OpenTelemetry: the application's own OtelCallObserver bean.");
    }
    return properties.otel().enabled()
        ? OpenTelemetrySource.find(beans)
        : OpenTelemetrySource.none("No spans and metrics: llmops.otel.enabled=false.");
  }

  /** Where metrics go in Micrometer, if they do, and what there is to say about it. */
  private record ToMicrometer(@Nullable MeterProvider meters, String note) {}

  private ToMicrometer toMicrometer(OpenTelemetrySource source, MetricsToMicrometer wanted) {
    if (!isPresent("io.micrometer.core.instrument.MeterRegistry")) {
      return new ToMicrometer(null, "");
    }
    if (wanted == MetricsToMicrometer.FALSE) {
      return new ToMicrometer(null, "No metrics in Micrometer: llmops.micrometer.enabled=false.");
    }
    if (source.openTelemetry() == null && source.metrics()) {
      return new ToMicrometer(
          null, "No metrics in Micrometer: the OtelCallObserver bean says where they go.");
    }
    if (wanted == MetricsToMicrometer.AUTO && source.metrics()) {
      return new ToMicrometer(
          null,
          "No metrics in Micrometer, as OpenTelemetry has them; llmops.micrometer.enabled=true"
              + " records them twice.");
    }
    return InMicrometer.meters(
        beans,
        source.metrics() && source.openTelemetry() != null
            ? source.openTelemetry().getMeterProvider()
            : MeterProvider.noop(),
        new MetricLabels(
            properties.metrics().tags(), properties.otel().dialect() == SemConvDialect.V1_41));
  }

  /** Apart: to verify a method that names a class of Micrometer's, the JVM may load it. */
  private static final class InMicrometer {

    static ToMicrometer meters(
        ConfigurableListableBeanFactory beans, MeterProvider also, MetricLabels labels) {
      try {
        MeterRegistry registry = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
        return registry == null
            ? new ToMicrometer(
                null,
                "No metrics in Micrometer: there is not one MeterRegistry bean"
                    + " (spring-boot-starter-actuator makes one).")
            : new ToMicrometer(
                new MicrometerMeters(registry, also, labels),
                "Metrics: in Micrometer's " + registry.getClass().getSimpleName() + ".");
      } catch (NoSuchBeanDefinitionException e) {
        return new ToMicrometer(null, "No metrics in Micrometer: " + e.getMessage());
      }
    }
  }

  /** Returns what is used. */
  private OpenTelemetrySource addOpenTelemetry(
      LlmOps.Builder builder,
      OpenTelemetrySource source,
      @Nullable MeterProvider meters,
      @Nullable ServerMonitor servers) {
    OpenTelemetry openTelemetry = source.openTelemetry();
    if (openTelemetry == null && meters == null) {
      return source;
    }
    try {
      addObserver(builder, source, openTelemetry, meters, servers);
      return source;
    } catch (RuntimeException | LinkageError e) {
      // an OpenTelemetry that we cannot work with must not keep the application from starting
      log.warn("could not use the application's OpenTelemetry; there are no spans and metrics", e);
      return OpenTelemetrySource.none("No spans and metrics: " + e + ". " + source.note());
    }
  }

  private void addObserver(
      LlmOps.Builder builder,
      OpenTelemetrySource source,
      @Nullable OpenTelemetry openTelemetry,
      @Nullable MeterProvider meters,
      @Nullable ServerMonitor servers) {
    LlmOpsProperties.Otel settings = properties.otel();
    LlmOpsProperties.Metrics metrics = properties.metrics();
    OtelCallObserver.Builder observer =
        observing(openTelemetry)
            .dialect(settings.dialect())
            .chunkTimes(settings.chunkTimes())
            .toolDetails(settings.toolDetails())
            .metricTags(metrics.tags().toArray(String[]::new))
            .maxMetricSeries(metrics.maxSeries());
    if (meters != null) {
      observer.meterProvider(meters);
    }
    if (settings.content() != null || properties.content().capture() != null) {
      observer.content(content(settings.content())); // else the OTEL_* variables decide
    }
    if (settings.contentPlacement() != null) {
      observer.contentPlacement(settings.contentPlacement());
    }
    if (settings.emitEvent() != null) {
      observer.emitEvent(settings.emitEvent());
    }
    LlmOpsProperties.SpringAi springAi = properties.springAi();
    boolean theirs = springAi.enabled() && springAi.spans() == SpringAiSpans.THEIRS;
    if (servers != null) {
      observer.servers(servers);
    }
    OtelCallObserver ours = observer.spans(source.spans()).build();
    builder.observer(theirs ? new SpansOfSpringAi(ours) : ours);
  }

  /** Over the application's export where it has one of ours, which counts what became of it. */
  private OtelCallObserver.Builder observing(@Nullable OpenTelemetry openTelemetry) {
    if (openTelemetry == null) {
      return OtelCallObserver.builder(OpenTelemetry.noop());
    }
    for (OtlpExport export : ordered(OtlpExport.class)) {
      if (isOf(export, openTelemetry)) {
        return OtelCallObserver.builder(export);
      }
    }
    return OtelCallObserver.builder(openTelemetry);
  }

  @SuppressWarnings("ReferenceEquality") // whether it is the very one
  private static boolean isOf(OtlpExport export, OpenTelemetry openTelemetry) {
    return export.openTelemetry() == openTelemetry;
  }

  /** Beans first; a budget by property is asked last. */
  private void addInterceptors(LlmOps.Builder builder, Wiring wiring, Pricing pricing) {
    List<CallInterceptor> interceptors = new ArrayList<>(ordered(CallInterceptor.class));
    interceptors.addAll(properties.budget().budgets(pricing));
    List<CostBudget> budgets = new ArrayList<>();
    for (CallInterceptor each : interceptors) {
      builder.interceptor(each);
      if (each instanceof CostBudget budget) {
        budgets.add(budget);
        builder.note(budget::explain);
      }
    }
    wiring.budgets(budgets);
  }

  private void addJsonl(List<CallSink> sinks) {
    LlmOpsProperties.Jsonl settings = properties.jsonl();
    Path path = settings.path();
    if (path == null) {
      return;
    }
    try {
      CallSink file =
          JsonlSink.builder(path)
              .content(content(settings.content()))
              .maxFileBytes(settings.maxFileSize().toBytes())
              .maxRotatedFiles(settings.maxFiles() - 1)
              .sync(settings.sync())
              .build();
      sinks.add(
          sampled( // before the queue, so that only what is kept takes room
              AsyncSink.builder(file)
                  .capacity(settings.queueCapacity())
                  .maxBytes(settings.queueSize().toBytes())
                  .build()));
    } catch (IllegalArgumentException e) {
      throw invalid("llmops.jsonl.path", path, e);
    }
  }

  private CallSink sampled(CallSink sink) {
    LlmOpsProperties.Sampling settings = properties.sampling();
    if (settings.rate() == 1) {
      return sink;
    }
    Sampling.Builder sampling =
        Sampling.builder()
            .rate(settings.rate())
            .keepErrors(settings.keepErrors())
            .keepSlowerThan(settings.keepSlowerThan());
    if (settings.keepDearerThan() != null) {
      sampling.keepDearerThan(settings.keepDearerThan(), settings.currency());
    }
    return SampledSink.of(sink, sampling.build());
  }

  private ContentPolicy content(@Nullable ContentCapture own) {
    LlmOpsProperties.Content settings = properties.content();
    ContentCapture capture = own != null ? own : settings.capture();
    if (capture == null || capture == ContentCapture.NONE) {
      return ContentPolicy.none();
    }
    return ContentPolicy.builder()
        .everything()
        .maxChars(settings.maxChars())
        .redactor(capture == ContentCapture.REDACTED ? redactor() : null)
        .build();
  }

  /** Patterns first, then all redactor beans in their order, then what is named. */
  private Redactor redactor() {
    LlmOpsProperties.Redaction settings = properties.redaction();
    List<Redactor> redactors = new ArrayList<>(settings.ofPatterns());
    List<Redactor> ofApplication = ordered(Redactor.class);
    redactors.addAll(ofApplication);
    if (!settings.kinds().isEmpty()) {
      redactors.add(RedactionKind.redactor(settings.kinds()));
    } else if (ofApplication.isEmpty()) {
      redactors.add(Redactors.all());
    }
    return redactors.stream().reduce(Redactor::then).orElseGet(Redactors::all);
  }

  private Pricing pricing() {
    List<Pricing> sources = new ArrayList<>(ordered(Pricing.class));
    Path file = properties.pricing().file();
    PriceTable own = file == null ? null : read(file);
    if (properties.pricing().bundled()) {
      sources.add(own == null ? PriceTable.bundled() : PriceTable.bundled().with(own));
    } else if (own != null) {
      sources.add(own);
    }
    return sources.isEmpty()
        ? Pricing.NONE
        : sources.size() == 1 ? sources.get(0) : new FirstKnown(List.copyOf(sources));
  }

  private static PriceTable read(Path file) {
    try {
      return file.toString().toLowerCase(Locale.ROOT).endsWith(".json")
          ? PriceTable.readLiteLlm(file)
          : PriceTable.read(file);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw invalid("llmops.pricing.file", file, e);
    }
  }

  private String clients(Wiring wiring) {
    List<String> notes = new ArrayList<>(wiring.clientNotes());
    if (!properties.openai().enabled()) {
      notes.add("No OpenAI client beans are wrapped: llmops.openai.enabled=false.");
    }
    if (!properties.langchain4j().enabled()) {
      notes.add("No LangChain4j beans are wrapped: llmops.langchain4j.enabled=false.");
    } else if (isPresent("dev.langchain4j.model.chat.ChatModel")
        && !isPresent(NEW_IN_LANGCHAIN4J_1_12)) {
      notes.add("No LangChain4j beans are wrapped: LangChain4j is older than 1.12.");
    }
    return notes.isEmpty()
        ? "No client beans are wrapped: neither openai-java nor LangChain4j is on the class path."
        : String.join(" ", notes);
  }

  private @Nullable String servers() {
    return beans.getBeanNamesForType(ServerMonitor.class, true, false).length > 1
        ? "No server is watched: there are several ServerMonitor beans; mark one as @Primary."
        : null;
  }

  private String others() {
    return ordered(WiringNote.class).stream()
        .map(WiringNote::note)
        .collect(Collectors.joining(" "));
  }

  private @Nullable String endpoint() {
    return !isPresent("org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint")
            || beans.getBeanNamesForType(LlmOpsEndpoint.class, false, false).length > 0
        ? null
        : "The endpoint /actuator/llmops is not exposed; a web application exposes it by"
            + " management.endpoints.web.exposure.include=health,llmops.";
  }

  private boolean isPresent(String type) {
    return ClassUtils.isPresent(type, beans.getBeanClassLoader());
  }

  private <T> List<T> ordered(Class<T> type) {
    return beans.getBeanProvider(type).orderedStream().toList();
  }

  private static String sinks(LlmOps ops) {
    List<ComponentStats> sinks = ops.stats().sinks();
    return sinks.isEmpty()
        ? "No sinks."
        : sinks.stream()
            .map(ComponentStats::name)
            .collect(Collectors.joining(", ", "Sinks: ", "."));
  }

  private static InvalidConfigurationPropertyValueException invalid(
      String property, Path value, RuntimeException e) {
    return new InvalidConfigurationPropertyValueException(
        property, value, String.valueOf(e.getMessage()));
  }

  /** The price of the first that knows one. */
  private record FirstKnown(List<Pricing> sources) implements Pricing {

    @Override
    public @Nullable Cost price(LlmRequest request, LlmResponse response, Instant start) {
      for (Pricing source : sources) {
        Cost cost = source.price(request, response, start);
        if (cost != null) {
          return cost;
        }
      }
      return null;
    }
  }
}
