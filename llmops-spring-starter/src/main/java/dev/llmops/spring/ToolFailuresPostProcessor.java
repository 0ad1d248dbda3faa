package dev.llmops.spring;

import dev.llmops.client.springai.ToolFailures;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.tool.execution.DefaultToolExecutionExceptionProcessor;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has Spring AI tell the steps of tools what they threw. A class of the application's own may be
 * wanted by its type, and stays as it is.
 */
final class ToolFailuresPostProcessor implements BeanPostProcessor {

  private final ObjectProvider<ObservationRegistry> registry;

  ToolFailuresPostProcessor(ObjectProvider<ObservationRegistry> registry) {
    this.registry = registry;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    return bean instanceof ToolExecutionExceptionProcessor processor
            && (processor instanceof DefaultToolExecutionExceptionProcessor
                || processor.getClass().isHidden()) // a lambda
        ? ToolFailures.told(processor, registry::getIfUnique)
        : bean;
  }
}
