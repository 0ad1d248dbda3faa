package dev.llmops.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Makes evaluators: by name and settings, the same in Java, in properties, in reports and in
 * telemetry; from a function; and from others (see {@link Combined}).
 */
public final class Evaluators {

  private Evaluators() {}

  /**
   * The evaluator of this name with its defaults.
   *
   * @throws IllegalArgumentException if there is none; lists the near ones
   */
  public static Evaluator byName(String name) {
    return byName(name, Map.of());
  }

  /**
   * The evaluator of this name with these settings.
   *
   * @throws IllegalArgumentException if there is none, or a setting is unknown or out of range
   */
  public static Evaluator byName(String name, Map<String, String> settings) {
    Function<EvaluatorSettings, Evaluator> maker = Catalogue.MAKERS.get(name);
    if (maker == null) {
      throw new IllegalArgumentException(
          "evaluator \"" + name + "\" is not known; near are " + near(name));
    }
    EvaluatorSettings given = new EvaluatorSettings(name, settings);
    Evaluator evaluator = maker.apply(given);
    given.checkAllKnown();
    return evaluator;
  }

  /** The names of all evaluators that can be made by name, in order. */
  public static SortedSet<String> names() {
    return new TreeSet<>(Catalogue.MAKERS.keySet());
  }

  /**
   * An evaluator from a function. A case that lacks what {@code spec} needs is Skipped with what to
   * provide; what the function throws is Errored.
   */
  public static Evaluator of(EvaluatorSpec spec, Function<EvalCase, EvalResult> function) {
    return new FunctionEvaluator(spec, function);
  }

  private static List<String> near(String name) {
    List<String> near = new ArrayList<>();
    for (String each : Catalogue.MAKERS.keySet()) {
      if (each.contains(name) || name.contains(each) || shares(each, name)) {
        near.add(each);
      }
    }
    return near.isEmpty() ? List.copyOf(Catalogue.MAKERS.keySet()) : near;
  }

  private static boolean shares(String one, String other) {
    return !Collections.disjoint(words(one), words(other));
  }

  private static List<String> words(String name) {
    return List.of(name.split("_", -1));
  }

  /** Loaded once, when the first name is asked for. */
  private static final class Catalogue {
    static final Map<String, Function<EvaluatorSettings, Evaluator>> MAKERS = load();

    private static Map<String, Function<EvaluatorSettings, Evaluator>> load() {
      Map<String, Function<EvaluatorSettings, Evaluator>> makers = new TreeMap<>();
      for (EvaluatorProvider provider :
          ServiceLoader.load(EvaluatorProvider.class, Evaluators.class.getClassLoader())) {
        provider.register(
            (name, maker) -> {
              if (makers.putIfAbsent(name, maker) != null) {
                throw new IllegalStateException(
                    "evaluator \"" + name + "\" is registered twice; give yours another name");
              }
            });
      }
      return makers;
    }
  }

  private record FunctionEvaluator(EvaluatorSpec spec, Function<EvalCase, EvalResult> function)
      implements Evaluator {

    @Override
    public EvalResult evaluate(EvalCase evalCase) {
      try {
        for (Need need : spec.needs()) {
          if (!need.isMetBy(evalCase)) {
            return new EvalResult.Skipped(spec, spec.name() + " needs " + need.provide());
          }
        }
        EvalResult result = function.apply(evalCase);
        return result != null
            ? result
            : new EvalResult.Errored(
                spec, "no_result", "the evaluator returned null", EvalResult.Spend.NONE);
      } catch (RuntimeException | StackOverflowError | LinkageError e) {
        return EvalResult.Errored.of(spec, e);
      }
    }
  }
}
