package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.sink.Sampling;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Makes {@link OnlineEvaluation} from {@code llmops.online}, and starts it. */
final class OnlineScoring implements AfterLlmOps {

  private static final int NEAR = 5;

  private final ConfigurableListableBeanFactory beans;
  private volatile boolean wired;

  OnlineScoring(ConfigurableListableBeanFactory beans) {
    this.beans = beans;
  }

  /**
   * The evaluation, not started.
   *
   * @throws LlmOpsConfigurationException if a property cannot be used
   */
  static OnlineEvaluation create(LlmOpsOnlineProperties properties, List<Evaluator> beans) {
    OnlineEvaluation.Builder builder = OnlineEvaluation.builder();
    TreeSet<String> unused = new TreeSet<>(properties.settings().keySet());
    for (String name : properties.evaluators()) {
      unused.remove(name);
      builder.evaluator(evaluator(name, properties.settings().getOrDefault(name, Map.of())));
    }
    if (!unused.isEmpty()) {
      throw new LlmOpsConfigurationException(
          "llmops.online.settings." + unused.first() + " is set for an evaluator that is not used",
          "Add " + unused.first() + " to llmops.online.evaluators, or remove its settings.");
    }
    beans.forEach(builder::evaluator);
    if (properties.evaluators().isEmpty() && beans.isEmpty()) {
      throw new LlmOpsConfigurationException(
          "llmops.online.enabled is true, but there is no evaluator",
          "Set llmops.online.evaluators, such as toxicity,pii; or define beans of type Evaluator.");
    }
    check("llmops.online.threads", () -> builder.threads(properties.threads()));
    check("llmops.online.capacity", () -> builder.capacity(properties.capacity()));
    check(
        "llmops.online.rate",
        () ->
            builder.sampling(
                Sampling.builder()
                    .rate(properties.rate())
                    .keepErrors(properties.alwaysOnErrors())
                    .build()));
    BigDecimal dailyCost = properties.dailyCost();
    if (dailyCost != null) {
      check("llmops.online.daily-cost", () -> builder.dailyCost(dailyCost, properties.currency()));
    }
    return builder.build();
  }

  @Override
  public void built(LlmOps ops) {
    if (!isThere()
        || ops.stats().sinks().stream()
            .noneMatch(each -> each.name().contains("OnlineEvaluation"))) {
      return; // it would wait for calls that nobody gives it
    }
    wired = true;
    beans
        .getBeanProvider(OnlineEvaluation.class)
        .forEach(
            each -> {
              try {
                each.start(ops);
              } catch (IllegalStateException e) {
                // the application started its own before
              }
            });
  }

  @Override
  public @Nullable String note() {
    if (!isThere()) {
      return "No online scoring: set llmops.online.evaluators, such as toxicity,pii.";
    }
    return wired
        ? null // it is a sink, and says what it does there
        : "Live calls are not judged: inject OnlineEvaluation where you build LlmOps, and add"
            + " .sink(evaluation).";
  }

  /** Whether there is one, which is not made by asking. */
  private boolean isThere() {
    return beans.getBeanNamesForType(OnlineEvaluation.class, true, false).length > 0;
  }

  private static Evaluator evaluator(String name, Map<String, String> settings) {
    if (!Evaluators.names().contains(name)) {
      throw new LlmOpsConfigurationException(
          "evaluator \""
              + name
              + "\" is not known; near are "
              + String.join(", ", Near.to(name, Evaluators.names(), NEAR)),
          "Set llmops.online.evaluators to names that docs/evaluators.md lists.");
    }
    try {
      return Evaluators.byName(name, settings);
    } catch (IllegalArgumentException e) {
      throw new LlmOpsConfigurationException(
          String.valueOf(e.getMessage()), "Set llmops.online.settings." + name + ".");
    } catch (LinkageError e) {
      throw new LlmOpsConfigurationException(
          "evaluator \"" + name + "\" needs a library that is not on the class path: " + e,
          "Add the library that docs/evaluators.md names, or leave " + name + " out.");
    }
  }

  private static void check(String property, Runnable set) {
    try {
      set.run();
    } catch (IllegalArgumentException e) {
      throw new LlmOpsConfigurationException(
          property + ": " + e.getMessage(), "Correct " + property + ".");
    }
  }
}
