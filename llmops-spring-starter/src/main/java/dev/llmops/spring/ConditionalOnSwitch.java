package dev.llmops.spring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * On unless the property, or {@code llmops.enabled}, is false. Unlike Boot's own condition it reads
 * yes and on as the binding of properties does, and stops the start where the value is neither.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Conditional(ConditionalOnSwitch.IsOn.class)
@interface ConditionalOnSwitch {

  /** The property's name. */
  String value();

  /** Reads it. */
  final class IsOn implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      Map<String, Object> said =
          metadata.getAnnotationAttributes(ConditionalOnSwitch.class.getName());
      return said == null
          || (Switches.isOn(context.getEnvironment(), "llmops.enabled", true)
              && Switches.isOn(context.getEnvironment(), String.valueOf(said.get("value")), true));
    }
  }
}
