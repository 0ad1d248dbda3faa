package dev.llmops.spring;

import dev.llmops.LlmOps;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.task.TaskDecorator;

/** Says whose tasks may lose the {@code LlmContext}: those of executors that Boot did not make. */
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
    for (String name : beans.getBeanNamesForType(Executor.class, true, false)) {
      if (!isOfBoot(name) && !isWrapped(name)) {
        own.add(name);
      }
    }
    StringBuilder note = new StringBuilder();
    if (!own.isEmpty()) {
      note.append("Tasks of ").append(own);
      note.append(
          " have their submitter's context only if you saw to it: give it the bean of type");
      note.append(" TaskDecorator, or wrap it in LlmContext.wrap(executor).");
    }
    if (!beans.containsBean(DECORATOR)) {
      List<String> decorators =
          List.of(beans.getBeanNamesForType(TaskDecorator.class, true, false));
      note.append(note.isEmpty() ? "" : " ").append("Tasks of Boot's executors have it only if");
      note.append(" the TaskDecorator ").append(decorators);
      note.append(" calls LlmContext.current().wrap(task).");
    }
    return note.isEmpty() ? null : note.toString();
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
