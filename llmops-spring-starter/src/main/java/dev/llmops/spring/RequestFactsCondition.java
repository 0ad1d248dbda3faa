package dev.llmops.spring;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether {@code llmops.context} asks for anything of web requests, and llmops is not off. */
final class RequestFactsCondition implements Condition {

  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    Environment environment = context.getEnvironment();
    if (!Switches.isOn(environment, "llmops.enabled", true)) {
      return false;
    }
    return StringUtils.hasText(environment.getProperty("llmops.context.conversation-header"))
        || Switches.isOn(environment, "llmops.context.conversation-from-session", false)
        || Switches.isOn(environment, "llmops.context.session", false)
        || Switches.isOn(environment, "llmops.context.user", false);
  }
}
