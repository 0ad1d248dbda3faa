package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.client.springai.SpringAiAdvisor;
import dev.llmops.client.springai.SpringAiObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The handler of Spring AI's observations as a bean. {@link LlmOps} is asked for only when one
 * starts: handlers are made with the registry, and much may need the registry that {@link LlmOps}
 * needs.
 */
class SpringAiObservations implements ObservationHandler<Observation.Context>, WiringNote {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);

  /** Whether a class of observations is one of Spring AI's, or made from one. */
  private static final ClassValue<Boolean> OF_SPRING_AI =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          Class<?> each = type;
          while (each != null && !each.getName().startsWith("org.springframework.ai.")) {
            each = each.getSuperclass();
          }
          return each != null;
        }
      };

  private final Supplier<SpringAiObservationHandler> making;
  private final ConfigurableListableBeanFactory beans;
  private volatile @Nullable SpringAiObservationHandler handler;
  private volatile @Nullable String unusable;

  SpringAiObservations(
      Kept<LlmOps> ops, LlmOpsProperties.SpringAi settings, ConfigurableListableBeanFactory beans) {
    this(() -> handler(ops, settings), beans);
    if (!settings.servers().isEmpty()) {
      handler(); // a URL that cannot be used must stop the start
    }
  }

  /**
   * One whose handler is made at the first observation of Spring AI: it links much of Spring AI.
   */
  SpringAiObservations(
      Supplier<SpringAiObservationHandler> making, ConfigurableListableBeanFactory beans) {
    this.making = making;
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

  /** The one under which observations keep what is recorded of them. */
  final SpringAiObservationHandler handler() {
    SpringAiObservationHandler made = handler;
    return made == null ? make() : made;
  }

  private synchronized SpringAiObservationHandler make() {
    SpringAiObservationHandler made = handler;
    if (made == null) {
      made = making.get();
      handler = made;
    }
    return made;
  }

  @Override
  public boolean supportsContext(Observation.Context context) {
    return OF_SPRING_AI.get(context.getClass())
        && unusable == null
        && (handler != null || isMade())
        && handler().supportsContext(context);
  }

  /** A Spring AI that we cannot work with must not fail the call that it observes. */
  private boolean isMade() {
    try {
      SpringAiObservationHandler unused = make();
      return true;
    } catch (RuntimeException | LinkageError e) {
      unusable = e.toString();
      log.warn("could not use the observations of Spring AI; they are not recorded", e);
      return false;
    }
  }

  @Override
  public void onStart(Observation.Context context) {
    handler().onStart(context);
  }

  @Override
  public void onStop(Observation.Context context) {
    handler().onStop(context);
  }

  @Override
  public void onScopeOpened(Observation.Context context) {
    handler().onScopeOpened(context);
  }

  @Override
  public void onScopeClosed(Observation.Context context) {
    handler().onScopeClosed(context);
  }

  @Override
  public String note() {
    StringBuilder note = new StringBuilder("Spring AI: ");
    note.append(
        beans.getBeanNamesForType(ObservationRegistry.class, true, false).length == 0
            ? "NOT recorded, there is no ObservationRegistry bean: add"
                + " spring-boot-starter-actuator, which makes one and gives it to the models."
            : "its observations are recorded; " + spans() + ".");
    SpringAiObservationHandler made = handler;
    add(note, made == null ? null : made.note());
    add(note, unusable == null ? null : "NOT recorded, they could not be used: " + unusable + ".");
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
        : List.of();
  }

  private static void add(StringBuilder note, @Nullable String more) {
    if (more != null) {
      note.append(' ').append(more);
    }
  }
}
