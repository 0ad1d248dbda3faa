package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.client.springai.SpringAiAdvisor;
import dev.llmops.client.springai.SpringAiObservationHandler;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import org.springframework.ai.chat.client.ChatClientCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Makes the {@link LlmOps} bean from the application's {@code CallObserver}, {@code CallSink},
 * {@code CallInterceptor} and {@code Pricing} beans, in their order, and from the properties under
 * {@code llmops} ({@link LlmOpsProperties}); wraps its OpenAI client and LangChain4j beans; and
 * brings the endpoint, online scoring, the context of web requests and tasks, and steps by
 * annotation.
 *
 * <p>The application's OpenTelemetry is used: its bean, else the Java agent's; the global one is
 * never set. {@link LlmOps#explain()} tells what was found. An {@link LlmOps} bean of the
 * application's own takes the place of ours; clients are wrapped for it all the same.
 *
 * <p>One jar for Spring Boot 3.5 and 4.x: only types that both have are linked.
 */
@AutoConfiguration(
    afterName = {
      // Boot 3.5, Boot 4, OpenTelemetry's starter
      "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration",
      "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
      "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration"
    })
@EnableConfigurationProperties({LlmOpsProperties.class, LlmOpsMicrometerProperties.class})
@ImportRuntimeHints(LlmOpsRuntimeHints.class)
public final class LlmOpsAutoConfiguration {

  /** The latest records, for {@code llmops.ring.capacity}; also when llmops is off, then empty. */
  @Bean(destroyMethod = "") // LlmOps closes its sinks
  @ConditionalOnProperty("llmops.ring.capacity")
  @ConditionalOnMissingBean(RingSink.class)
  RingSink llmOpsRing(LlmOpsProperties properties, ConfigurableListableBeanFactory beans) {
    return new LlmOpsFactory(properties, beans).ring();
  }

  @Bean
  Wiring llmOpsWiring(ObjectProvider<WrappedClients> clients) {
    return new Wiring(clients);
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LlmOps llmOps(
      LlmOpsProperties properties,
      LlmOpsMicrometerProperties micrometer,
      Wiring wiring,
      ConfigurableListableBeanFactory beans) {
    return new LlmOpsFactory(properties, beans).create(wiring, micrometer.enabled());
  }

  @Bean
  UnknownProperties llmOpsUnknownProperties(Environment environment) {
    return new UnknownProperties(environment);
  }

  // Evaluated before the bean above is there.

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnBean(LlmOps.class)
  static class Own {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OwnLlmOps llmOpsOwn(ConfigurableListableBeanFactory beans, Environment environment) {
      return new OwnLlmOps(beans, environment);
    }
  }

  /** What is there to be injected, and does nothing while llmops is off, is then made only so. */
  @Configuration(proxyBeanMethods = false)
  @Conditional(Off.Condition.class)
  static class Off {

    @Bean
    static BeanFactoryPostProcessor llmOpsOff() {
      return beans -> {
        for (String name : List.of("llmOpsServerMonitor", "llmOpsOnlineEvaluation")) {
          if (beans.containsBeanDefinition(name)) {
            beans.getBeanDefinition(name).setLazyInit(true);
          }
        }
      };
    }

    static final class Condition implements org.springframework.context.annotation.Condition {

      @Override
      public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return !Switches.isOn(context.getEnvironment(), "llmops.enabled", true);
      }
    }
  }

  // Client libraries, one nested configuration each: a ClientPostProcessor that wraps their beans.

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "com.openai.client.OpenAIClient")
  @ConditionalOnSwitch("llmops.openai.enabled")
  static class OpenAi {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OpenAiClientPostProcessor llmOpsOpenAiClients(ObjectProvider<LlmOps> ops) {
      return new OpenAiClientPostProcessor(ops);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = {"dev.langchain4j.service.AiServices", LlmOpsFactory.NEW_IN_LANGCHAIN4J_1_12})
  @ConditionalOnSwitch("llmops.langchain4j.enabled")
  static class LangChain4j {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LangChain4jPostProcessor llmOpsLangChain4jBeans(
        ObjectProvider<LlmOps> ops, ConfigurableListableBeanFactory beans) {
      return new LangChain4jPostProcessor(ops, beans);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = {
        "org.springframework.ai.model.observation.ModelObservationContext",
        "io.micrometer.observation.ObservationHandler"
      })
  @ConditionalOnSwitch("llmops.spring-ai.enabled")
  static class SpringAi {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE) // before the tracing handlers: one of them takes a span
    @ConditionalOnMissingBean(SpringAiObservationHandler.class)
    SpringAiObservations llmOpsSpringAiObservations(
        ObjectProvider<LlmOps> ops,
        LlmOpsProperties properties,
        ConfigurableListableBeanFactory beans) {
      return SpringAiObservations.create(ops, properties.springAi(), beans);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ToolFailuresPostProcessor llmOpsToolFailures(
        ObjectProvider<ObservationRegistry> registry) {
      return new ToolFailuresPostProcessor(registry);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = {
        "org.springframework.ai.model.observation.ModelObservationContext",
        "io.micrometer.observation.ObservationHandler",
        "org.springframework.ai.chat.client.ChatClientCustomizer"
      })
  static class SpringAiChatClients {

    /** Also when llmops is off: the application may inject it. */
    @Bean
    @ConditionalOnMissingBean
    SpringAiAdvisor llmOpsSpringAiAdvisor() {
      return SpringAiAdvisor.create();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch("llmops.spring-ai.enabled")
    static class Customized {

      @Bean
      ChatClientCustomizer llmOpsChatClientCustomizer(SpringAiAdvisor advisor) {
        return client -> client.defaultAdvisors(advisor);
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @Conditional(ServersCondition.class)
  @EnableConfigurationProperties(LlmOpsServersProperties.class)
  static class Servers {

    @Bean(destroyMethod = "close") // so does LlmOps, but one of the application's own may not
    @ConditionalOnMissingBean(ServerMonitor.class)
    ServerMonitor llmOpsServerMonitor(LlmOpsServersProperties properties) {
      try {
        ServerMonitor.Builder monitor =
            ServerMonitor.builder().interval(properties.interval()).maxAge(properties.maxAge());
        properties.urls().forEach(monitor::server);
        properties.gpus().forEach(monitor::gpus);
        return (properties.nvidiaSmi() ? monitor.nvidiaSmi() : monitor).build();
      } catch (IllegalArgumentException e) {
        throw new LlmOpsConfigurationException(
            "llmops.servers cannot be used: " + e.getMessage(),
            "Give each server as scheme, host and port, such as llmops.servers.urls=http://gpu-1:8000,"
                + " and each GPU exporter as in docs/servers.md.");
      }
    }
  }

  /** With a ring of its own, as a page without calls helps nobody. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint")
  @ConditionalOnAvailableEndpoint(endpoint = LlmOpsEndpoint.class)
  static class Actuator {

    @Bean(destroyMethod = "") // LlmOps closes its sinks
    @ConditionalOnMissingBean(RingSink.class)
    RingSink llmOpsEndpointRing(
        LlmOpsProperties properties, ConfigurableListableBeanFactory beans) {
      return new LlmOpsFactory(properties, beans).ring();
    }

    @Bean
    @ConditionalOnMissingBean
    LlmOpsEndpoint llmOpsEndpoint(
        ObjectProvider<LlmOps> ops,
        ObjectProvider<RingSink> ring,
        ObjectProvider<ServerMonitor> servers,
        Wiring wiring,
        LlmOpsProperties properties) {
      return new LlmOpsEndpoint(ops, ring, servers, wiring, properties);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "dev.llmops.eval.online.OnlineEvaluation")
  static class Online {

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnlineScoringCondition.class)
    @EnableConfigurationProperties(LlmOpsOnlineProperties.class)
    static class Wanted {

      @Bean(destroyMethod = "") // LlmOps closes its sinks
      @ConditionalOnMissingBean(OnlineEvaluation.class)
      OnlineEvaluation llmOpsOnlineEvaluation(
          LlmOpsOnlineProperties properties, ObjectProvider<Evaluator> evaluators) {
        return OnlineScoring.create(properties, evaluators.orderedStream().toList());
      }
    }

    @Bean
    OnlineScoring llmOpsOnlineScoring(ConfigurableListableBeanFactory beans) {
      return new OnlineScoring(beans);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("dev.llmops.eval.online.OnlineEvaluation")
  @Conditional(OnlineScoringCondition.class)
  @ConditionalOnSwitch("llmops.enabled")
  static class OnlineWithoutEval {

    @Bean
    @Lazy(false)
    Object llmOpsOnlineWithoutEval() {
      throw new LlmOpsConfigurationException(
          "llmops.online.evaluators is set, but llmops-eval is not on the class path",
          "Add the dependency dev.llmops:llmops-eval, or remove llmops.online.");
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication
  @Conditional(RequestFactsCondition.class)
  @EnableConfigurationProperties(LlmOpsContextProperties.class)
  static class Requests {

    @Bean
    RequestFacts llmOpsRequestFacts(LlmOpsContextProperties properties) {
      return new RequestFacts(properties);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.SERVLET)
    static class Servlet {

      @Bean
      @ConditionalOnMissingBean
      LlmContextFilter llmOpsContextFilter(RequestFacts facts) {
        return new LlmContextFilter(facts);
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnClass(name = "io.micrometer.context.ContextRegistry")
    static class Reactive {

      @Bean
      @ConditionalOnMissingBean
      LlmContextWebFilter llmOpsContextWebFilter(RequestFacts facts) {
        return new LlmContextWebFilter(facts);
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.context.ContextRegistry")
  static class Propagation {

    @Bean
    @Lazy(false)
    ContextPropagation llmOpsContextPropagation(Environment environment) {
      return new ContextPropagation(environment);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("io.micrometer.context.ContextRegistry")
  @ConditionalOnClass(name = "reactor.core.publisher.Flux")
  static class NoPropagation {

    @Bean
    AfterLlmOps llmOpsNoPropagation() {
      return new AfterLlmOps() {
        @Override
        public void built(LlmOps ops) {}

        @Override
        public String note() {
          return "Reactor loses the context of calls: add io.micrometer:context-propagation, and set"
              + " spring.reactor.context-propagation=auto.";
        }
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnSwitch("llmops.annotations.enabled")
  static class Annotations {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static StepAnnotations llmOpsStepAnnotations(
        ObjectProvider<LlmOps> ops, Environment environment) {
      return StepAnnotations.create(
          ops, environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true));
    }
  }
}
