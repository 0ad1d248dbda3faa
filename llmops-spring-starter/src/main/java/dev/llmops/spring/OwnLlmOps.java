package dev.llmops.spring;

import dev.llmops.ComponentStats;
import dev.llmops.LlmOps;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Looks at an {@link LlmOps} bean that the application makes itself: starts what is wired in it,
 * and tells what was asked for and is not, with the line to add. It changes nothing in the bean.
 */
final class OwnLlmOps implements BeanPostProcessor {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);

  /** What only the LlmOps of ours is built from. */
  private static final List<String> OF_OURS =
      List.of("jsonl", "log", "sampling", "pricing", "metrics", "micrometer");

  /** What a ring of ours is built from as well. */
  private static final List<String> OF_RINGS = List.of("content", "redaction");

  private final ConfigurableListableBeanFactory beans;
  private final Environment environment;

  OwnLlmOps(ConfigurableListableBeanFactory beans, Environment environment) {
    this.beans = beans;
    this.environment = environment;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof LlmOps ops && ops.isEnabled()) {
      List<AfterLlmOps> afterwards = beans.getBeanProvider(AfterLlmOps.class).stream().toList();
      afterwards.forEach(each -> each.built(ops));
      List<String> missing = missing(ops);
      beans
          .getBeanProvider(Wiring.class)
          .ifAvailable(
              wiring -> {
                wiring.exports().listen();
                wiring.own(
                    () ->
                        Stream.of(
                                missing.stream(),
                                Stream.of(wiring.exports()).map(ExportFailures::note),
                                afterwards.stream().map(AfterLlmOps::note))
                            .flatMap(notes -> notes)
                            .filter(Objects::nonNull)
                            .toList());
              });
      if (missing.isEmpty()) {
        log.info("llmops: the bean [{}] is the application's own LlmOps.", name);
      } else {
        log.warn(
            "llmops: the bean [{}] is the application's own LlmOps. {}",
            name,
            String.join(" ", missing));
      }
    }
    return bean;
  }

  private List<String> missing(LlmOps ops) {
    List<String> missing = new ArrayList<>();
    if (is(RingSink.class) && !has(ops.stats().sinks(), "RingSink")) {
      missing.add(
          "No record is kept for the endpoint: inject RingSink where you build LlmOps, and add"
              + " .sink(ring).");
    }
    if (is(ServerMonitor.class) && !ops.explain().matches("(?s).*(Server |server monitor).*")) {
      missing.add(
          "llmops.servers has no effect: inject ServerMonitor where you build LlmOps, and add"
              + " .servers(monitor).");
    }
    if (exports() && !has(ops.stats().observers(), "OtelCallObserver")) {
      missing.add(
          "No spans and metrics: inject OpenTelemetry where you build LlmOps, and add"
              + " .observer(OtelCallObserver.create(openTelemetry)).");
    }
    if ("theirs".equalsIgnoreCase(environment.getProperty("llmops.spring-ai.spans"))
        && has(ops.stats().observers(), "OtelCallObserver")) {
      missing.add(
          "Calls of Spring AI have two spans, Micrometer's and the observer's:"
              + " llmops.spring-ai.spans=theirs needs the LlmOps of llmops.");
    }
    if (!set("budget").isEmpty()) {
      missing.add(
          "llmops.budget does not limit anything: make a CostBudget where you build LlmOps, and add"
              + " .interceptor(budget).");
    }
    TreeSet<String> unread = new TreeSet<>(OF_OURS);
    if (!isRingOfOurs()) {
      unread.addAll(OF_RINGS);
    }
    unread.removeIf(each -> set(each).isEmpty());
    if (!Set.of("enabled").containsAll(set("otel"))) { // which is read above
      unread.add("otel");
    }
    if (!unread.isEmpty()) {
      missing.add(
          "Not read, as only the LlmOps of llmops is built from them: "
              + unread.stream().map("llmops."::concat).collect(Collectors.joining(", "))
              + ".");
    }
    return missing;
  }

  /** Whether there is an OpenTelemetry that somebody asked for: our own SDK makes Boot's bean. */
  private boolean exports() {
    return Switches.isOn(environment, "llmops.otel.enabled", true)
        && Arrays.stream(beans.getBeanNamesForType(OpenTelemetry.class, true, false))
            .anyMatch(
                name ->
                    !OpenTelemetrySource.isFrom("org.springframework.boot.", beans, name)
                        || is(SdkTracerProvider.class)
                        || is(SdkMeterProvider.class));
  }

  private boolean isRingOfOurs() {
    return beans.containsBeanDefinition("llmOpsRing")
        || beans.containsBeanDefinition("llmOpsEndpointRing");
  }

  private boolean is(Class<?> type) {
    return beans.getBeanNamesForType(type, true, false).length > 0;
  }

  private Set<String> set(String name) {
    return Binder.get(environment)
        .bind("llmops." + name, Bindable.mapOf(String.class, Object.class))
        .map(Map::keySet)
        .orElse(Set.of());
  }

  private static boolean has(List<ComponentStats> components, String name) {
    return components.stream().anyMatch(each -> each.name().contains(name));
  }
}
