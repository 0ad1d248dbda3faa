package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.client.springai.SpringAiAdvisor;
import dev.llmops.client.springai.SpringAiObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The handler of Spring AI's observations as a bean. {@link LlmOps} is asked for only when one
 * starts: handlers are made with the registry, and much may need the registry that {@link LlmOps}
 * needs.
 */
class SpringAiObservations implements ObservationHandler<Observation.Context>, WiringNote {

  private final SpringAiObservationHandler handler;
  private final ConfigurableListableBeanFactory beans;

  SpringAiObservations(
      Kept<LlmOps> ops, LlmOpsProperties.SpringAi settings, ConfigurableListableBeanFactory beans) {
    this.handler = handler(ops, settings);
    this.beans = beans;
  }

  /** One that takes the place of Micrometer's tracing where that is on the class path. */
  static SpringAiObservations create(
      ObjectProvider<LlmOps> ops,
      LlmOpsProperties.SpringAi settings,
      ConfigurableListableBeanFactory beans) {
    Kept<LlmOps> kept = new Kept<>(ops::getIfUnique);
    return ClassUtils.isPresent(
            "io.micrometer.tracing.otel.bridge.OtelTracer", beans.getBeanClassLoader())
        ? WithTracing.create(kept, settings, beans)
        : new SpringAiObservations(kept, settings, beans);
  }

  private static SpringAiObservationHandler handler(
      Kept<LlmOps> ops, LlmOpsProperties.SpringAi settings) {
    try {
      return SpringAiObservationHandler.create(ops::get, settings.servers());
    } catch (IllegalArgumentException e) {
      throw new LlmOpsConfigurationException(
          "llmops.spring-ai cannot be used: " + e.getMessage(),
          "Give each server as scheme, host and port, such as"
              + " llmops.spring-ai.servers.openai=http://gpu-1:8000.");
    }
  }

  /** Apart: to verify a method that returns a SpringAiTracing, the JVM loads it. */
  private static final class WithTracing {

    static SpringAiObservations create(
        Kept<LlmOps> ops,
        LlmOpsProperties.SpringAi settings,
        ConfigurableListableBeanFactory beans) {
      return SpringAiTracing.create(ops, settings, beans);
    }
  }

  final SpringAiObservationHandler handler() {
    return handler;
  }

  @Override
  public boolean supportsContext(Observation.Context context) {
    return handler.supportsContext(context);
  }

  @Override
  public void onStart(Observation.Context context) {
    handler.onStart(context);
  }

  @Override
  public void onStop(Observation.Context context) {
    handler.onStop(context);
  }

  @Override
  public void onScopeOpened(Observation.Context context) {
    handler.onScopeOpened(context);
  }

  @Override
  public void onScopeClosed(Observation.Context context) {
    handler.onScopeClosed(context);
  }

  @Override
  public String note() {
    StringBuilder note = new StringBuilder("Spring AI: ");
    note.append(
        beans.getBeanNamesForType(ObservationRegistry.class, true, false).length == 0
            ? "NOT recorded, there is no ObservationRegistry bean: add"
                + " spring-boot-starter-actuator, which makes one and gives it to the models."
            : "its observations are recorded; " + spans() + ".");
    add(note, handler.note());
    for (SpringAiAdvisor advisor : advisors()) {
      add(note, advisor.note());
    }
    return note.toString();
  }

  /** Whose spans there are, in plain words. */
  String spans() {
    return "without micrometer-tracing-bridge-otel on the class path, spans can only be ours";
  }

  private Iterable<SpringAiAdvisor> advisors() {
    return ClassUtils.isPresent(
            "org.springframework.ai.chat.client.advisor.api.CallAdvisor",
            beans.getBeanClassLoader())
        ? beans.getBeanProvider(SpringAiAdvisor.class)
        : java.util.List.of();
  }

  private static void add(StringBuilder note, @org.jspecify.annotations.Nullable String more) {
    if (more != null) {
      note.append(' ').append(more);
    }
  }
}
