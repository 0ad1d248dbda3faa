package dev.llmops.spring;

import dev.llmops.LlmContext;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Gives tasks the {@code LlmContext} of whoever submitted them. Apart from {@link
 * LlmOpsAutoConfiguration}, without which it does nothing, and after all others: a {@link
 * TaskDecorator} of theirs must not back off from ours, nor stand beside it, as Boot 3.5 uses none
 * of two.
 */
@AutoConfiguration(after = LlmOpsAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnBean(Wiring.class)
@Conditional(LlmOpsTasksAutoConfiguration.Wanted.class)
final class LlmOpsTasksAutoConfiguration {

  /**
   * Boot gives it to its executors and schedulers, those of virtual threads as well. When llmops is
   * off it leaves tasks as they are; it is still there, as the application may inject it.
   */
  @Bean
  @ConditionalOnMissingBean
  TaskDecorator llmOpsTaskDecorator(Environment environment) {
    return Switches.isOn(environment, "llmops.enabled", true)
        ? task -> LlmContext.current().wrap(task)
        : task -> task;
  }

  @Bean
  TaskContexts llmOpsTaskContexts(ConfigurableListableBeanFactory beans) {
    return new TaskContexts(beans);
  }

  /** Not {@link ConditionalOnSwitch}, which is off when llmops is. */
  static final class Wanted implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return Switches.isOn(context.getEnvironment(), "llmops.context.tasks", true);
    }
  }
}
