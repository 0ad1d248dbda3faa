package dev.llmops.spring;

import dev.llmops.ComponentStats;
import dev.llmops.LlmOps;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      List.of("content", "jsonl", "log", "sampling", "pricing", "micrometer");

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
              wiring ->
                  wiring.own(
                      () ->
                          Stream.concat(
                                  missing.stream(), afterwards.stream().map(AfterLlmOps::note))
                              .filter(Objects::nonNull)
                              .toList()));
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
    if (is(OpenTelemetry.class) && !has(ops.stats().observers(), "OtelCallObserver")) {
      missing.add(
          "No spans and metrics: inject OpenTelemetry where you build LlmOps, and add"
              + " .observer(OtelCallObserver.create(openTelemetry)).");
    }
    String unread =
        OF_OURS.stream()
            .map("llmops."::concat)
            .filter(this::isSet)
            .collect(Collectors.joining(", "));
    if (!unread.isEmpty()) {
      missing.add("Not read, as only the LlmOps of llmops is built from them: " + unread + ".");
    }
    return missing;
  }

  private boolean is(Class<?> type) {
    return beans.getBeanNamesForType(type, true, false).length > 0;
  }

  private boolean isSet(String prefix) {
    return Binder.get(environment)
        .bind(prefix, Bindable.mapOf(String.class, Object.class))
        .map(Map::isEmpty)
        .map(empty -> !empty)
        .orElse(false);
  }

  private static boolean has(List<ComponentStats> components, String name) {
    return components.stream().anyMatch(each -> each.name().contains(name));
  }
}
