package dev.llmops.spring;

import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether {@code llmops.servers} names a server, and llmops is not off. */
final class ServersCondition implements Condition {

  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    Environment environment = context.getEnvironment();
    return Switches.isOn(environment, "llmops.enabled", true)
        && !Binder.get(environment)
            .bind("llmops.servers.urls", Bindable.listOf(String.class))
            .orElse(List.of())
            .isEmpty();
  }
}
