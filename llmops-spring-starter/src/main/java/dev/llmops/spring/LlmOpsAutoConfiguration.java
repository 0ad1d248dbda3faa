package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.client.springai.SpringAiAdvisor;
import dev.llmops.client.springai.SpringAiObservationHandler;
import dev.llmops.sink.RingSink;
import org.springframework.ai.chat.client.ChatClientCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Makes the {@link LlmOps} bean from the application's {@code CallObserver}, {@code CallSink},
 * {@code CallInterceptor} and {@code Pricing} beans, in their order, and from the properties under
 * {@code llmops} ({@link LlmOpsProperties}); and wraps its OpenAI client beans.
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
@EnableConfigurationProperties(LlmOpsProperties.class)
public final class LlmOpsAutoConfiguration {

  /** The latest records, for {@code llmops.ring.capacity}; also when llmops is off, then empty. */
  @Bean(destroyMethod = "") // LlmOps closes its sinks
  @ConditionalOnProperty("llmops.ring.capacity")
  @ConditionalOnMissingBean({RingSink.class, LlmOps.class})
  RingSink llmOpsRing(LlmOpsProperties properties, ConfigurableListableBeanFactory beans) {
    return new LlmOpsFactory(properties, beans).ring();
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LlmOps llmOps(LlmOpsProperties properties, ConfigurableListableBeanFactory beans) {
    return new LlmOpsFactory(properties, beans).create();
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "com.openai.client.OpenAIClient")
  @ConditionalOnBooleanProperty(name = "llmops.openai.enabled", matchIfMissing = true)
  static class OpenAi {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OpenAiClientPostProcessor llmOpsOpenAiClients(ObjectProvider<LlmOps> ops) {
      return new OpenAiClientPostProcessor(ops);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = {
        "org.springframework.ai.model.observation.ModelObservationContext",
        "io.micrometer.observation.ObservationHandler"
      })
  @ConditionalOnBooleanProperty(name = "llmops.spring-ai.enabled", matchIfMissing = true)
  static class SpringAi {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE) // before the tracing handlers: one of them takes a span
    @ConditionalOnMissingBean(SpringAiObservationHandler.class)
    SpringAiObservations llmOpsSpringAiObservations(
        ObjectProvider<LlmOps> ops,
        LlmOpsProperties properties,
        ConfigurableListableBeanFactory beans) {
      return SpringAiObservations.create(ops, properties.springAi().spans(), beans);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.ai.chat.client.ChatClientCustomizer")
    static class ChatClients {

      @Bean
      @ConditionalOnMissingBean
      SpringAiAdvisor llmOpsSpringAiAdvisor() {
        return SpringAiAdvisor.create();
      }

      @Bean
      ChatClientCustomizer llmOpsChatClientCustomizer(SpringAiAdvisor advisor) {
        return client -> client.defaultAdvisors(advisor);
      }
    }
  }
}
