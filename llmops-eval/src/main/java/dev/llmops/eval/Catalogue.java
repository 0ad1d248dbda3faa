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

/** What can be made by name. Loaded once, when the first name is asked for. */
final class Catalogue {

  static final Named<Evaluator> EVALUATORS = new Named<>("evaluator");
  static final Named<RunMetric> RUN_METRICS = new Named<>("run metric");

  static {
    EvaluatorProvider.Registrar registrar =
        new EvaluatorProvider.Registrar() {
          @Override
          public void add(String name, Function<EvaluatorSettings, Evaluator> maker) {
            put(EVALUATORS, name, maker);
          }

          @Override
          public void addRunMetric(String name, Function<EvaluatorSettings, RunMetric> maker) {
            put(RUN_METRICS, name, maker);
          }

          private <T> void put(Named<T> to, String name, Function<EvaluatorSettings, T> maker) {
            // one name is one thing, so that a list of names can hold both kinds
            if (EVALUATORS.makers.containsKey(name) || RUN_METRICS.makers.containsKey(name)) {
              throw new IllegalStateException(
                  to.kind + " \"" + name + "\" is registered twice; give yours another name");
            }
            to.makers.put(name, maker);
          }
        };
    for (EvaluatorProvider provider :
        ServiceLoader.load(EvaluatorProvider.class, Evaluators.class.getClassLoader())) {
      provider.register(registrar);
    }
  }

  private Catalogue() {}

  /**
   * The makers of one kind of thing.
   *
   * @param <T> the kind
   */
  static final class Named<T> {
    private final String kind;
    private final Map<String, Function<EvaluatorSettings, T>> makers = new TreeMap<>();

    private Named(String kind) {
      this.kind = kind;
    }

    T make(String name, Map<String, String> settings) {
      Function<EvaluatorSettings, T> maker = makers.get(name);
      if (maker == null) {
        throw new IllegalArgumentException(
            kind + " \"" + name + "\" is not known; near are " + near(name));
      }
      EvaluatorSettings given = new EvaluatorSettings(name, settings);
      T made = maker.apply(given);
      given.checkAllKnown();
      return made;
    }

    SortedSet<String> names() {
      return new TreeSet<>(makers.keySet());
    }

    private List<String> near(String name) {
      List<String> near = new ArrayList<>();
      for (String each : makers.keySet()) {
        if (each.contains(name) || name.contains(each) || shares(each, name)) {
          near.add(each);
        }
      }
      return near.isEmpty() ? List.copyOf(makers.keySet()) : near;
    }

    private static boolean shares(String one, String other) {
      return !Collections.disjoint(words(one), words(other));
    }

    private static List<String> words(String name) {
      return List.of(name.split("_", -1));
    }
  }
}
