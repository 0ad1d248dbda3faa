package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;

/** Similarities that compare an output with each reference on its own. */
final class TextSimilarity {

  private TextSimilarity() {}

  /** Levenshtein's distance to the reference for which the measure is best. */
  static TextMetric levenshtein(LevenshteinMeasure measure) {
    return (spec, output, references) ->
        best(
            spec,
            output,
            references,
            (one, other) -> levenshtein(measure, EditDistance.of(one, other)),
            "edits");
  }

  private static double levenshtein(LevenshteinMeasure measure, EditDistance distance) {
    return switch (measure) {
      case DISTANCE -> distance.levenshtein();
      case SIMILARITY ->
          distance.longer() == 0 ? 1 : 1 - (double) distance.levenshtein() / distance.longer();
      case RATIO ->
          distance.lengths() == 0
              ? 1
              : 1 - (double) distance.insertionsAndDeletions() / distance.lengths();
    };
  }

  static TextMetric jaroWinkler(double prefixScale, boolean floor) {
    return (spec, output, references) ->
        best(
            spec,
            output,
            references,
            (one, other) -> {
              EditDistance distance = EditDistance.of(one, other);
              return distance.winkler(distance.jaro(floor), prefixScale);
            },
            "characters out of place");
  }

  private static EvalResult best(
      EvaluatorSpec spec,
      String output,
      List<String> references,
      ToDoubleBiFunction<String, String> measure,
      String what) {
    double best = 0;
    int closest = -1;
    for (int i = 0; i < references.size(); i++) {
      double value = measure.applyAsDouble(output, references.get(i));
      if (closest < 0 || spec.scale().score(value) > spec.scale().score(best)) {
        best = value;
        closest = i;
      }
    }
    String reason =
        output.equals(references.get(closest))
            ? "the same text"
            : String.format(
                Locale.ROOT,
                "%s against reference %d of %d; %d characters, reference %d",
                what,
                closest + 1,
                references.size(),
                output.codePointCount(0, output.length()),
                references.get(closest).codePointCount(0, references.get(closest).length()));
    return Scored.of(spec, best, reason);
  }

  static TextMetric jaccard(MetricTokenizer tokenizer) {
    return (spec, output, references) -> {
      List<String> tokens = tokenizer.tokens(output);
      double best = -1;
      List<String> closest = List.of();
      for (String reference : references) {
        List<String> others = tokenizer.tokens(reference);
        Set<String> union = new HashSet<>(tokens);
        int own = union.size();
        union.addAll(others);
        Set<String> distinct = new HashSet<>(others);
        if (union.isEmpty() || (others.isEmpty() && tokenizer.mode() == MetricMode.DEFAULT)) {
          continue;
        }
        double value = (double) (own + distinct.size() - union.size()) / union.size();
        if (value > best) {
          best = value;
          closest = others;
        }
      }
      if (best < 0) {
        throw new NotMeasurable("jaccard is not defined: no reference has a token");
      }
      return Scored.of(spec, best, TokenDifference.of(tokens, closest));
    };
  }
}
