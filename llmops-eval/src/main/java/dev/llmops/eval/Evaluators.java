package dev.llmops.eval;

import java.util.Map;
import java.util.SortedSet;
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
    return Catalogue.EVALUATORS.make(name, settings);
  }

  /** The names of all evaluators that can be made by name, in order. */
  public static SortedSet<String> names() {
    return Catalogue.EVALUATORS.names();
  }

  /**
   * An evaluator from a function. A case that lacks what {@code spec} needs is Skipped with what to
   * provide; what the function throws is Errored.
   */
  public static Evaluator of(EvaluatorSpec spec, Function<EvalCase, EvalResult> function) {
    return new FunctionEvaluator(spec, function);
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
