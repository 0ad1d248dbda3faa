package dev.llmops.spring;

import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether {@code llmops.online} asks for online scoring; also when llmops is off, as the bean may
 * be injected.
 */
final class OnlineScoringCondition implements Condition {

  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    Environment environment = context.getEnvironment();
    if (environment.containsProperty("llmops.online.enabled")) {
      return Switches.isOn(environment, "llmops.online.enabled", true);
    }
    return !Binder.get(environment)
        .bind("llmops.online.evaluators", Bindable.listOf(String.class))
        .orElse(List.of())
        .isEmpty();
  }
}
