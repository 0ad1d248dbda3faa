package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.sink.Sampling;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Makes {@link OnlineEvaluation} from {@code llmops.online}, and starts it. */
final class OnlineScoring implements AfterLlmOps {

  private static final int NEAR = 5;

  private final ObjectProvider<OnlineEvaluation> evaluation;

  OnlineScoring(ObjectProvider<OnlineEvaluation> evaluation) {
    this.evaluation = evaluation;
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
    evaluation.forEach(
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
    return evaluation.stream().findAny().isPresent()
        ? null // it is a sink, and says what it does there
        : "No online scoring: set llmops.online.evaluators, such as toxicity,pii.";
  }

  private static Evaluator evaluator(String name, Map<String, String> settings) {
    if (!Evaluators.names().contains(name)) {
      throw new LlmOpsConfigurationException(
          "evaluator \"" + name + "\" is not known; near are " + String.join(", ", near(name)),
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

  /** The names with the fewest letters to change. */
  static List<String> near(String name) {
    List<String> names = new ArrayList<>(Evaluators.names());
    names.sort(Comparator.comparingInt(each -> distance(each, name)));
    return names.subList(0, Math.min(NEAR, names.size()));
  }

  /** Levenshtein's, over UTF-16 characters. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
