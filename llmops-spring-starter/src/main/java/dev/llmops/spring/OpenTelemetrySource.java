package dev.llmops.spring;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.util.ClassUtils;

/**
 * The OpenTelemetry that the application has: its bean, else the global one if somebody set it.
 *
 * @param openTelemetry absent when there is none
 * @param spans whether spans made with it can arrive anywhere
 * @param metrics whether measurements made with it can arrive anywhere
 * @param owner whose it is: {@code spring-boot}, {@code opentelemetry-starter}, {@code
 *     application}, {@code global} or {@code none}
 * @param note what was found, in plain words
 */
record OpenTelemetrySource(
    @Nullable OpenTelemetry openTelemetry,
    boolean spans,
    boolean metrics,
    String owner,
    String note) {

  private static final String AGENT = "io.opentelemetry.javaagent.OpenTelemetryAgent";
  private static final String SCOPE = "llmops";
  private static final String NO_READER =
      " Its metrics go nowhere: its MeterProvider has no reader.";
  private static final String NONE =
      "No OpenTelemetry was found, so there are no spans and metrics: neither a bean of type"
          + " OpenTelemetry nor the Java agent. Add one of Boot's or OpenTelemetry's starters, or"
          + " define the bean (docs/spring.md).";

  /** None is used, for this reason. */
  static OpenTelemetrySource none(String note) {
    return new OpenTelemetrySource(null, false, false, "none", note);
  }

  /** The application wires its own; that measurements arrive is taken for granted. */
  static OpenTelemetrySource ofApplication(String note) {
    return new OpenTelemetrySource(null, true, true, "application", note);
  }

  static OpenTelemetrySource find(ConfigurableListableBeanFactory beans) {
    if (BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, OpenTelemetry.class).length
        == 0) {
      OpenTelemetry global = global();
      return global == null
          ? none(NONE)
          : new OpenTelemetrySource(
              global, true, true, "global", "OpenTelemetry: the global one (the Java agent's).");
    }
    NamedBeanHolder<OpenTelemetry> bean;
    try {
      bean = beans.resolveNamedBean(OpenTelemetry.class);
    } catch (NoUniqueBeanDefinitionException e) {
      return none(
          "No OpenTelemetry is used, so there are no spans and metrics: there are several beans of"
              + " that type; mark one as @Primary.");
    }
    String name = bean.getBeanName();
    if (isFrom("io.opentelemetry.instrumentation.spring.", beans, name)) {
      return ofStarter(name, bean.getBeanInstance());
    }
    if (!isFrom("org.springframework.boot.", beans, name)) {
      boolean metrics = measures(bean.getBeanInstance());
      return new OpenTelemetrySource(
          bean.getBeanInstance(),
          true,
          metrics,
          "application",
          "OpenTelemetry: the bean [" + name + "]." + (metrics ? "" : NO_READER));
    }
    return ofBoot(beans, name, bean.getBeanInstance());
  }

  /**
   * Boot makes the bean as soon as the SDK is on the class path, which our own dependency puts
   * there, from whatever provider beans there are: without them it is an SDK that exports nothing.
   */
  private static OpenTelemetrySource ofBoot(
      ConfigurableListableBeanFactory beans, String name, OpenTelemetry openTelemetry) {
    boolean spans = beans.getBeanNamesForType(SdkTracerProvider.class).length > 0;
    boolean meters = beans.getBeanNamesForType(SdkMeterProvider.class).length > 0;
    boolean metrics = meters && measures(openTelemetry);
    if (!spans && !metrics) {
      OpenTelemetry global = global();
      if (global != null) {
        return new OpenTelemetrySource(
            global,
            true,
            true,
            "global",
            "OpenTelemetry: the global one (the Java agent's); Boot's bean ["
                + name
                + "] exports nothing.");
      }
    }
    StringBuilder note =
        new StringBuilder("OpenTelemetry: Spring Boot's bean [").append(name).append("].");
    if (!spans) {
      note.append(
          " It has no SdkTracerProvider bean, so there are no spans: add micrometer-tracing-bridge-otel"
              + " and opentelemetry-exporter-otlp (Boot 3.5) or spring-boot-starter-opentelemetry"
              + " (Boot 4).");
    }
    if (!meters) {
      note.append(
          " It has no SdkMeterProvider bean, so metrics of OpenTelemetry go nowhere: define that"
              + " bean.");
    } else if (!metrics) {
      note.append(NO_READER);
    }
    return new OpenTelemetrySource(openTelemetry, spans, metrics, "spring-boot", note.toString());
  }

  /** Where it is disabled, its bean does nothing. */
  private static OpenTelemetrySource ofStarter(String name, OpenTelemetry openTelemetry) {
    boolean spans = openTelemetry.getTracerProvider() != TracerProvider.noop();
    boolean metrics = measures(openTelemetry);
    return new OpenTelemetrySource(
        openTelemetry,
        spans,
        metrics,
        "opentelemetry-starter",
        "OpenTelemetry: the bean ["
            + name
            + "] of OpenTelemetry's own starter."
            + (metrics ? "" : spans ? NO_READER : " It is off (otel.sdk.disabled=true)."));
  }

  /** An SDK without a reader of metrics hands out meters that do nothing. */
  private static boolean measures(OpenTelemetry openTelemetry) {
    try {
      Class<?> nothing = MeterProvider.noop().get(SCOPE).getClass();
      return openTelemetry.getMeterProvider().get(SCOPE).getClass() != nothing;
    } catch (RuntimeException | LinkageError e) {
      return true; // one that we cannot work with is told of where it is used
    }
  }

  static boolean isFrom(String prefix, ConfigurableListableBeanFactory beans, String name) {
    if (!beans.containsBeanDefinition(name)) {
      return false;
    }
    BeanDefinition definition = beans.getBeanDefinition(name);
    String factory = definition.getFactoryBeanName();
    return factory != null && factory.startsWith(prefix);
  }

  /**
   * The global one, only if it was set: {@link GlobalOpenTelemetry#get()} alone would set it to
   * no-op for good. Newer APIs can be asked whether it is (1.62 can, 1.55 cannot); with older ones
   * the Java agent is recognised by its class, and one that was set in code is not seen.
   */
  private static @Nullable OpenTelemetry global() {
    boolean set;
    try {
      set =
          (boolean)
              MethodHandles.publicLookup()
                  .findStatic(
                      GlobalOpenTelemetry.class, "isSet", MethodType.methodType(boolean.class))
                  .invokeExact();
    } catch (NoSuchMethodException e) {
      set = ClassUtils.isPresent(AGENT, ClassLoader.getSystemClassLoader());
    } catch (Throwable e) {
      set = false;
    }
    return set ? GlobalOpenTelemetry.get() : null;
  }
}
