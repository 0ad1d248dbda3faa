package dev.llmops.eval.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.text.TextEvaluators.JsonRules;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether two JSON values are the same, the order of members aside. */
final class JsonEquality {

  private static final int MAX_DIFFERENCES = 5;
  private static final int MAX_SCALE = 1_000;
  private static final int MAX_UNORDERED = 500;
  private static final int MAX_COMPARISONS = 2_000_000;

  private final Patterns patterns;
  private final int maxDifferences;
  private final int[] comparisons; // of unordered items, shared with those they are made of
  private final List<String> differences = new ArrayList<>();

  private JsonEquality(Patterns patterns, int maxDifferences, int[] comparisons) {
    this.patterns = patterns;
    this.maxDifferences = maxDifferences;
    this.comparisons = comparisons;
  }

  static Evaluator of(JsonRules rules) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("fenced", Boolean.toString(rules.fenced()));
    if (!rules.tolerances().isEmpty()) {
      List<String> each = new ArrayList<>();
      rules.tolerances().forEach((path, tolerance) -> each.add(path + "=" + tolerance));
      settings.put("tolerances", TextEvaluators.joined(each));
    }
    if (!rules.ignored().isEmpty()) {
      settings.put("ignored", TextEvaluators.joined(rules.ignored()));
    }
    if (!rules.unordered().isEmpty()) {
      settings.put("unordered", TextEvaluators.joined(rules.unordered()));
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free("json_equal", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(settings);
    Patterns patterns = Patterns.of(rules);
    return Evaluators.of(
        spec,
        evalCase -> {
          try {
            return evaluate(spec, evalCase, patterns, rules.fenced());
          } catch (NotMeasurable e) {
            return new Skipped(spec, String.valueOf(e.getMessage()));
          }
        });
  }

  private static EvalResult evaluate(
      EvaluatorSpec spec, EvalCase evalCase, Patterns patterns, boolean fenced) {
    Json.Parsed output = Json.parse(Json.unfenced(TextEvaluators.output(evalCase), fenced));
    List<String> first = null;
    for (String reference : evalCase.references()) {
      Json.Parsed expected = Json.parse(reference);
      JsonNode wanted = expected.value();
      if (wanted == null) {
        return new Skipped(spec, "a reference is " + expected.problem());
      }
      JsonNode got = output.value();
      if (got == null) {
        return Scored.of(spec, false, output.problem());
      }
      JsonEquality comparison = new JsonEquality(patterns, MAX_DIFFERENCES, new int[1]);
      comparison.compare(JsonPath.ROOT, got, wanted);
      if (comparison.differences.isEmpty()) {
        return Scored.of(spec, true, "equals a reference");
      }
      first = first == null ? comparison.differences : first;
    }
    return Scored.of(spec, false, first == null ? "" : String.join("; ", first));
  }

  private void compare(JsonPath path, JsonNode got, JsonNode wanted) {
    if (differences.size() >= maxDifferences || path.matchesAny(patterns.ignored())) {
      return;
    }
    if (got.isObject() && wanted.isObject()) {
      compareMembers(path, got, wanted);
    } else if (got.isArray() && wanted.isArray()) {
      if (got.size() != wanted.size()) {
        differ(path, "has " + got.size() + " items, expected " + wanted.size());
      } else if (patterns.allUnordered() || path.matchesAny(patterns.unordered())) {
        compareUnordered(path, got, wanted);
      } else {
        for (int i = 0; i < got.size(); i++) {
          compare(path.item(i), got.get(i), wanted.get(i));
        }
      }
    } else if (got.isNumber() && wanted.isNumber()) {
      if (!sameNumber(path, got.decimalValue(), wanted.decimalValue())) {
        differ(
            path,
            "is " + Texts.quoted(got.asText()) + ", expected " + Texts.quoted(wanted.asText()));
      }
    } else if (!got.equals(wanted)) {
      differ(path, "is " + shown(got) + ", expected " + shown(wanted));
    }
  }

  private void compareMembers(JsonPath path, JsonNode got, JsonNode wanted) {
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      JsonPath below = path.member(field.getKey());
      JsonNode other = got.get(field.getKey());
      if (other != null) {
        compare(below, other, field.getValue());
      } else if (!below.matchesAny(patterns.ignored())) {
        differ(below, "is missing");
      }
    }
    Iterator<String> names = got.fieldNames();
    while (names.hasNext() && differences.size() < maxDifferences) {
      String name = names.next();
      JsonPath below = path.member(name);
      if (!wanted.has(name) && !below.matchesAny(patterns.ignored())) {
        differ(below, "is extra");
      }
    }
  }

  /** Items that are equal within a tolerance are no classes, hence a matching (Kuhn 1955). */
  private void compareUnordered(JsonPath path, JsonNode got, JsonNode wanted) {
    int n = got.size();
    if (n > MAX_UNORDERED) {
      throw new NotMeasurable(
          "an array of "
              + n
              + " items is too long to compare in any order; at most "
              + MAX_UNORDERED
              + " are");
    }
    boolean[][] same = new boolean[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        same[i][j] = same(path.item(j), got.get(i), wanted.get(j));
      }
    }
    int[] ofWanted = new int[n];
    Arrays.fill(ofWanted, -1);
    boolean[] matched = new boolean[n];
    for (int i = 0; i < n; i++) {
      matched[i] = augment(i, same, ofWanted, new boolean[n]);
    }
    for (int i = 0; i < n; i++) {
      if (!matched[i]) {
        differ(path.item(i), "is none of those expected: " + shown(got.get(i)));
      }
    }
    for (int j = 0; j < n; j++) {
      if (ofWanted[j] < 0) {
        differ(path, "misses an item: " + shown(wanted.get(j)));
      }
    }
  }

  private boolean same(JsonPath path, JsonNode got, JsonNode wanted) {
    if (++comparisons[0] > MAX_COMPARISONS) {
      throw new NotMeasurable(
          "comparing the arrays in any order takes more than "
              + MAX_COMPARISONS
              + " comparisons; give fewer paths as unordered");
    }
    JsonEquality items = new JsonEquality(patterns, 1, comparisons);
    items.compare(path, got, wanted);
    return items.differences.isEmpty();
  }

  private static boolean augment(int item, boolean[][] same, int[] ofWanted, boolean[] tried) {
    for (int j = 0; j < ofWanted.length; j++) {
      if (same[item][j] && !tried[j]) {
        tried[j] = true;
        if (ofWanted[j] < 0 || augment(ofWanted[j], same, ofWanted, tried)) {
          ofWanted[j] = item;
          return true;
        }
      }
    }
    return false;
  }

  private boolean sameNumber(JsonPath path, BigDecimal got, BigDecimal wanted) {
    if (got.compareTo(wanted) == 0) {
      return true;
    }
    Double tolerance = null;
    for (Map.Entry<List<String>, Double> each : patterns.tolerances().entrySet()) {
      if (path.matches(each.getKey())) {
        tolerance = each.getValue();
        break;
      }
    }
    // 1e999999999 - 1 would be a number of a billion digits
    return tolerance != null
        && Math.abs((long) got.scale()) <= MAX_SCALE
        && Math.abs((long) wanted.scale()) <= MAX_SCALE
        && got.subtract(wanted).abs().compareTo(BigDecimal.valueOf(tolerance)) <= 0;
  }

  private void differ(JsonPath path, String how) {
    if (differences.size() < maxDifferences) {
      String shown = path.toString();
      differences.add((shown.isEmpty() ? "the value" : shown) + " " + how);
    }
  }

  private static String shown(JsonNode node) {
    return node.isContainerNode()
        ? (node.isArray() ? "an array" : "an object")
        : node.isTextual() ? Texts.quoted(node.asText()) : node.asText();
  }

  /** The rules' paths in segments. */
  private record Patterns(
      Map<List<String>, Double> tolerances,
      List<List<String>> ignored,
      List<List<String>> unordered,
      boolean allUnordered) {

    static Patterns of(JsonRules rules) {
      Map<List<String>, Double> tolerances = new LinkedHashMap<>();
      rules.tolerances().forEach((path, each) -> tolerances.put(JsonPath.segments(path), each));
      return new Patterns(
          tolerances,
          rules.ignored().stream().map(JsonPath::segments).toList(),
          rules.unordered().stream().map(JsonPath::segments).toList(),
          rules.unordered().contains("/**"));
    }
  }
}
