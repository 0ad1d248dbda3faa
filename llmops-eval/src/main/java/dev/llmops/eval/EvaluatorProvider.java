package dev.llmops.eval;

import java.util.function.Function;

/**
 * Brings evaluators and run metrics that are made by name. Found by {@link
 * java.util.ServiceLoader}; the families of this module are providers themselves, and so can yours
 * be.
 */
public interface EvaluatorProvider {

  /** Tells the names and how each is made. */
  void register(Registrar registrar);

  /** Takes the registrations. */
  @FunctionalInterface
  interface Registrar {

    /**
     * Registers one evaluator.
     *
     * @param name its name, as in {@link EvaluatorSpec#name()}
     * @param maker makes it from settings; throws {@link IllegalArgumentException} for wrong ones
     */
    void add(String name, Function<EvaluatorSettings, Evaluator> maker);

    /**
     * Registers one run metric; a registrar that takes evaluators only leaves it out.
     *
     * @param name its name, as in {@link EvaluatorSpec#name()}; no evaluator's
     * @param maker makes it from settings; throws {@link IllegalArgumentException} for wrong ones
     */
    default void addRunMetric(String name, Function<EvaluatorSettings, RunMetric> maker) {}
  }
}
