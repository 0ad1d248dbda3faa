package dev.llmops.spring;

import dev.llmops.LlmOps;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Says what keeps Micrometer's context propagation from carrying the {@code LlmContext}; the
 * accessor is found by itself.
 */
final class ContextPropagation implements AfterLlmOps {

  private final @Nullable String note;

  ContextPropagation(Environment environment) {
    boolean reactor =
        ClassUtils.isPresent("reactor.core.publisher.Flux", getClass().getClassLoader());
    note =
        reactor && !"auto".equals(environment.getProperty("spring.reactor.context-propagation"))
            ? "Reactor does not restore the context of calls on its threads: set"
                + " spring.reactor.context-propagation=auto."
            : null;
  }

  @Override
  public void built(LlmOps ops) {}

  @Override
  public @Nullable String note() {
    return note;
  }
}
