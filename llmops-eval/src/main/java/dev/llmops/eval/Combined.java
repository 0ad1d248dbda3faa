package dev.llmops.eval;

import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Evaluators made of others. What a part could not measure is never counted as 0: the whole is then
 * Skipped or Errored as the part was, unless it says otherwise.
 */
public final class Combined {

  private Combined() {}

  /** The worst of the parts: 1 only if all are. The first part that measured nothing decides. */
  public static Evaluator all(String name, List<Evaluator> parts) {
    return folded(name, parts, true);
  }

  /** The best of the parts. A part that measured nothing is passed over unless all did. */
  public static Evaluator any(String name, List<Evaluator> parts) {
    return folded(name, parts, false);
  }

  /** The opposite: a score of 0.2 becomes 0.8. */
  public static Evaluator not(Evaluator part) {
    EvaluatorSpec spec = spec("not_" + part.spec().name(), List.of(part));
    return Evaluators.of(
        spec,
        evalCase -> {
          EvalResult result = part.evaluate(evalCase);
          return result instanceof Scored scored
              ? scored(spec, 1 - scored.score(), "not: " + scored.reason(), List.of(result))
              : relabelled(spec, result);
        });
  }

  /**
   * The weighted mean of the scores: Σ weight × score ÷ Σ weight. Weights 3 and 1 on scores 1 and 0
   * → 0.75. The first part that measured nothing decides.
   *
   * @param parts each with a weight above 0
   */
  public static Evaluator weighted(String name, Map<Evaluator, Double> parts) {
    Map<Evaluator, Double> copy = new LinkedHashMap<>(parts);
    copy.forEach(
        (part, weight) -> {
          if (!(weight > 0) || weight.isInfinite()) {
            throw new IllegalArgumentException(
                "weight of " + part.spec().name() + " must be above 0, but was " + weight);
          }
        });
    EvaluatorSpec spec = spec(name, List.copyOf(copy.keySet()));
    return Evaluators.of(
        spec,
        evalCase -> {
          double sum = 0;
          double weights = 0;
          List<EvalResult> results = new ArrayList<>();
          for (Map.Entry<Evaluator, Double> part : copy.entrySet()) {
            EvalResult result = part.getKey().evaluate(evalCase);
            if (!(result instanceof Scored scored)) {
              return relabelled(spec, result);
            }
            results.add(result);
            sum += part.getValue() * scored.score();
            weights += part.getValue();
          }
          return scored(spec, Math.min(1, sum / weights), reasons(results), results);
        });
  }

  /** 1 if the part scores at least {@code atLeast}, else 0; the threshold is 0 to 1. */
  public static Evaluator threshold(Evaluator part, double atLeast) {
    if (!(atLeast >= 0 && atLeast <= 1)) {
      throw new IllegalArgumentException("atLeast must be between 0.0 and 1.0, but was " + atLeast);
    }
    EvaluatorSpec spec =
        spec(part.spec().name() + "_at_least", List.of(part))
            .withSettings(Map.of("at_least", Double.toString(atLeast)));
    return Evaluators.of(
        spec,
        evalCase -> {
          EvalResult result = part.evaluate(evalCase);
          if (!(result instanceof Scored scored)) {
            return relabelled(spec, result);
          }
          boolean pass = scored.score() >= atLeast;
          return new Scored(
              spec,
              pass ? 1 : 0,
              pass ? 1 : 0,
              "scores " + scored.score() + " of at least " + atLeast + ": " + scored.reason(),
              pass ? "pass" : "fail",
              scored.spend());
        });
  }

  /** The part on the cases of a slice; Skipped on the others. */
  public static Evaluator onSlice(Evaluator part, String slice, Predicate<EvalCase> contains) {
    EvaluatorSpec spec = part.spec();
    return Evaluators.of(
        spec,
        evalCase ->
            contains.test(evalCase)
                ? part.evaluate(evalCase)
                : new Skipped(spec, "not in the slice " + slice));
  }

  /**
   * First the cheap one, then the dear one only if the cheap score lies strictly between the
   * bounds: outside of them the cheap verdict stands.
   *
   * @param below at or below this score the cheap verdict stands, 0 to 1
   * @param above at or above this score the cheap verdict stands, {@code below} to 1
   */
  public static Evaluator firstCheap(
      String name, Evaluator cheap, Evaluator dear, double below, double above) {
    if (!(below >= 0 && below <= above && above <= 1)) {
      throw new IllegalArgumentException(
          "bounds must satisfy 0 <= below <= above <= 1, but were " + below + " and " + above);
    }
    EvaluatorSpec spec = spec(name, List.of(cheap, dear));
    return Evaluators.of(
        spec,
        evalCase -> {
          EvalResult first = cheap.evaluate(evalCase);
          if (first instanceof Scored scored
              && (scored.score() <= below || scored.score() >= above)) {
            return scored(
                spec, scored.score(), cheap.spec().name() + ": " + scored.reason(), List.of(first));
          }
          EvalResult second = dear.evaluate(evalCase);
          return second instanceof Scored scored
              ? scored(
                  spec,
                  scored.score(),
                  dear.spec().name() + ": " + scored.reason(),
                  List.of(first, second))
              : relabelled(spec, second);
        });
  }

  private static Evaluator folded(String name, List<Evaluator> parts, boolean worst) {
    List<Evaluator> copy = List.copyOf(parts);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("parts must not be empty");
    }
    EvaluatorSpec spec = spec(name, copy);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<EvalResult> results = new ArrayList<>();
          Scored found = null;
          EvalResult unmeasured = null;
          for (Evaluator part : copy) {
            EvalResult result = part.evaluate(evalCase);
            if (result instanceof Scored scored) {
              results.add(result);
              boolean better = found == null || scored.score() > found.score();
              if (found == null || better != worst) {
                found = scored;
              }
            } else if (worst) {
              return relabelled(spec, result);
            } else if (unmeasured == null) {
              unmeasured = result;
            }
          }
          if (found == null) {
            return relabelled(spec, java.util.Objects.requireNonNull(unmeasured));
          }
          return scored(spec, found.score(), found.by().name() + ": " + found.reason(), results);
        });
  }

  private static EvaluatorSpec spec(String name, List<Evaluator> parts) {
    EvaluatorSpec.CostClass cost = EvaluatorSpec.CostClass.FREE;
    List<String> signatures = new ArrayList<>();
    for (Evaluator part : parts) {
      if (part.spec().costClass().compareTo(cost) > 0) {
        cost = part.spec().costClass();
      }
      signatures.add(part.spec().signature());
    }
    // the parts say themselves what they miss
    return new EvaluatorSpec(
        name, "1", Map.of("of", String.join(" ", signatures)), Scale.UNIT, Set.of(), cost);
  }

  private static Scored scored(
      EvaluatorSpec spec, double score, String reason, List<EvalResult> parts) {
    return new Scored(spec, score, score, reason, null, Spends.sum(parts));
  }

  private static EvalResult relabelled(EvaluatorSpec spec, EvalResult result) {
    String reason = result.by().name() + ": " + result.reason();
    return result instanceof EvalResult.Errored errored
        ? new EvalResult.Errored(spec, errored.type(), reason, errored.spend())
        : new Skipped(spec, reason, result.spend());
  }

  private static String reasons(List<EvalResult> results) {
    List<String> reasons = new ArrayList<>();
    for (EvalResult each : results) {
      reasons.add(each.by().name() + ": " + each.reason());
    }
    return String.join("; ", reasons);
  }
}
