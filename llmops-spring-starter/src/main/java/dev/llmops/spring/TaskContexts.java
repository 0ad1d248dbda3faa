package dev.llmops.spring;

import dev.llmops.LlmOps;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringBootVersion;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/** Says whose tasks lose the {@code LlmContext}, or may: Boot gives our decorator to its own. */
final class TaskContexts implements AfterLlmOps {

  static final String DECORATOR = "llmOpsTaskDecorator";

  private final ConfigurableListableBeanFactory beans;

  TaskContexts(ConfigurableListableBeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public void built(LlmOps ops) {}

  @Override
  public @Nullable String note() {
    List<String> own = new ArrayList<>();
    for (String name : names(Executor.class)) {
      if (!isOfBoot(name) && !isWrapped(name)) {
        own.add(name);
      }
    }
    List<String> notes = new ArrayList<>();
    if (!own.isEmpty()) {
      notes.add(
          "Tasks of "
              + own
              + " have their submitter's context only if you saw to it: give it the bean of type"
              + " TaskDecorator, or wrap it in LlmContext.wrap(executor).");
    }
    List<String> decorators = names(TaskDecorator.class);
    if (decorators.size() > 1
        && SpringBootVersion.getVersion().startsWith("3.")
        && decorators.stream().noneMatch(this::isPrimary)) {
      notes.add(
          "Tasks of Boot's executors have no context, as Boot 3 uses none of several TaskDecorator"
              + " beans ("
              + decorators
              + "): mark as @Primary one that calls the others and"
              + " LlmContext.current().wrap(task).");
    } else if (!beans.containsBean(DECORATOR)) {
      notes.add(
          "Tasks of Boot's executors have it only if the TaskDecorator "
              + decorators
              + " calls LlmContext.current().wrap(task).");
    }
    List<String> late = names(SimpleAsyncTaskScheduler.class);
    if (!late.isEmpty()) {
      notes.add(
          "What is scheduled at "
              + late
              + " has no context, as Spring decorates it only when it is due: schedule"
              + " LlmContext.current().wrap(task).");
    }
    return notes.isEmpty() ? null : String.join(" ", notes);
  }

  private List<String> names(Class<?> type) {
    return List.of(beans.getBeanNamesForType(type, true, false));
  }

  private boolean isPrimary(String name) {
    return beans.containsBeanDefinition(name) && beans.getBeanDefinition(name).isPrimary();
  }

  private boolean isOfBoot(String name) {
    if (!beans.containsBeanDefinition(name)) {
      return false;
    }
    BeanDefinition definition = beans.getBeanDefinition(name);
    String factory = definition.getFactoryBeanName();
    return factory != null && factory.startsWith("org.springframework.boot.");
  }

  /** Only of one that is there already: the note must make no bean. */
  private boolean isWrapped(String name) {
    Object bean = beans.getSingleton(name);
    String type = bean == null ? "" : bean.getClass().getName();
    return type.startsWith("dev.llmops.") || type.startsWith("io.micrometer.context.");
  }
}
