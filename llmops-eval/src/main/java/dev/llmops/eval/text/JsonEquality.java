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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether two JSON values are the same, member order aside. */
final class JsonEquality {

  private static final int MAX_DIFFERENCES = 5;
  private static final int MAX_SCALE = 1_000;

  private final JsonRules rules;
  private final List<String> differences = new ArrayList<>();

  private JsonEquality(JsonRules rules) {
    this.rules = rules;
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
    EvaluatorSpec spec =
        EvaluatorSpec.free("json_equal", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(settings);
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase, rules));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, EvalCase evalCase, JsonRules rules) {
    Json.Parsed output = Json.parse(Json.unfenced(TextEvaluators.output(evalCase), rules.fenced()));
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
      JsonEquality comparison = new JsonEquality(rules);
      comparison.compare("", got, wanted);
      if (comparison.differences.isEmpty()) {
        return Scored.of(spec, true, "equals a reference");
      }
      first = first == null ? comparison.differences : first;
    }
    return Scored.of(spec, false, first == null ? "" : String.join("; ", first));
  }

  private void compare(String path, JsonNode got, JsonNode wanted) {
    if (differences.size() >= MAX_DIFFERENCES || matches(rules.ignored(), path) != null) {
      return;
    }
    if (got.isObject() && wanted.isObject()) {
      for (Map.Entry<String, JsonNode> field : wanted.properties()) {
        String below = path + "/" + escaped(field.getKey());
        JsonNode other = got.get(field.getKey());
        if (other != null) {
          compare(below, other, field.getValue());
        } else if (matches(rules.ignored(), below) == null) {
          differ(below, "is missing");
        }
      }
      Iterator<String> names = got.fieldNames();
      while (names.hasNext()) {
        String name = names.next();
        String below = path + "/" + escaped(name);
        if (!wanted.has(name) && matches(rules.ignored(), below) == null) {
          differ(below, "is extra");
        }
      }
    } else if (got.isArray() && wanted.isArray()) {
      if (got.size() != wanted.size()) {
        differ(path, "has " + got.size() + " items, expected " + wanted.size());
        return;
      }
      for (int i = 0; i < got.size(); i++) {
        compare(path + "/" + i, got.get(i), wanted.get(i));
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

  private boolean sameNumber(String path, BigDecimal got, BigDecimal wanted) {
    if (got.compareTo(wanted) == 0) {
      return true;
    }
    String pattern = matches(List.copyOf(rules.tolerances().keySet()), path);
    Double tolerance = pattern == null ? null : rules.tolerances().get(pattern);
    // 1e999999999 - 1 would be a number of a billion digits
    return tolerance != null
        && Math.abs((long) got.scale()) <= MAX_SCALE
        && Math.abs((long) wanted.scale()) <= MAX_SCALE
        && got.subtract(wanted).abs().compareTo(BigDecimal.valueOf(tolerance)) <= 0;
  }

  private void differ(String path, String how) {
    if (differences.size() < MAX_DIFFERENCES) {
      differences.add((path.isEmpty() ? "the value" : cut(path)) + " " + how);
    }
  }

  private static String cut(String path) {
    return path.length() <= 100 ? path : path.substring(0, 100) + "…";
  }

  private static String shown(JsonNode node) {
    return node.isContainerNode()
        ? (node.isArray() ? "an array" : "an object")
        : node.isTextual() ? Texts.quoted(node.asText()) : node.asText();
  }

  /** RFC 6901. */
  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** The pattern that matches the path, where a segment {@code *} matches any one segment. */
  private static @Nullable String matches(List<String> patterns, String path) {
    for (String pattern : patterns) {
      if (pattern.equals(path) || (pattern.indexOf('*') >= 0 && matches(pattern, path))) {
        return pattern;
      }
    }
    return null;
  }

  private static boolean matches(String pattern, String path) {
    String[] wanted = pattern.split("/", -1);
    String[] got = path.split("/", -1);
    if (wanted.length != got.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!wanted[i].equals("*") && !wanted[i].equals(got[i])) {
        return false;
      }
    }
    return true;
  }
}
