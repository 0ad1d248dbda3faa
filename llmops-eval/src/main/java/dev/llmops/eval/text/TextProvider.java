package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.text.TextEvaluators.JsonRules;
import dev.llmops.eval.text.TextEvaluators.LengthUnit;
import dev.llmops.eval.text.TextEvaluators.Matching;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Registers the evaluators of {@link TextEvaluators} by name. */
public final class TextProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public TextProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add("exact_match", settings -> TextEvaluators.exactMatch());
    registrar.add("normalized_exact_match", settings -> TextEvaluators.normalizedExactMatch());
    registrar.add(
        "contains_any",
        settings ->
            TextEvaluators.containsAny(
                settings.list("phrases"), settings.choice("matching", Matching.IGNORE_CASE)));
    registrar.add(
        "contains_all",
        settings ->
            TextEvaluators.containsAll(
                settings.list("phrases"), settings.choice("matching", Matching.IGNORE_CASE)));
    registrar.add(
        "starts_with",
        settings ->
            TextEvaluators.startsWith(
                settings.list("phrases"), settings.choice("matching", Matching.IGNORE_CASE)));
    registrar.add(
        "ends_with",
        settings ->
            TextEvaluators.endsWith(
                settings.list("phrases"), settings.choice("matching", Matching.IGNORE_CASE)));
    registrar.add(
        "regex",
        settings -> {
          String pattern = settings.text("pattern");
          boolean whole = settings.flag("whole", false);
          return pattern == null
              ? TextEvaluators.regex(whole)
              : TextEvaluators.regex(pattern, whole);
        });
    registrar.add(
        "length",
        settings ->
            TextEvaluators.length(
                settings.choice("unit", LengthUnit.WORDS),
                settings.number("min", 1, 0, Integer.MAX_VALUE),
                settings.number("max", Integer.MAX_VALUE, 0, Integer.MAX_VALUE)));
    registrar.add(
        "numeric_answer",
        settings ->
            TextEvaluators.numericAnswer(
                settings.decimal("absolute", 0, 0, Double.MAX_VALUE),
                settings.decimal("relative", 0, 0, Double.MAX_VALUE)));
    registrar.add("answer_correctness", settings -> TextEvaluators.answerCorrectness());
    registrar.add(
        "multiple_choice",
        settings -> TextEvaluators.multipleChoice(settings.number("choices", 26, 2, 26)));
    registrar.add(
        "json_valid", settings -> TextEvaluators.jsonValid(settings.flag("fenced", false)));
    registrar.add(
        "json_schema",
        settings -> {
          String schema = settings.text("schema");
          boolean fenced = settings.flag("fenced", false);
          return schema == null
              ? TextEvaluators.jsonSchema(fenced)
              : TextEvaluators.jsonSchema(schema, fenced);
        });
    registrar.add("xml_valid", settings -> TextEvaluators.xmlValid(settings.flag("fenced", false)));
    registrar.add("sql_valid", settings -> TextEvaluators.sqlValid(settings.flag("fenced", false)));
    registrar.add(
        "code_fence", settings -> TextEvaluators.codeFence(settings.text("language", "")));
    registrar.add(
        "language",
        settings -> {
          String language = settings.text("language");
          return language == null ? TextEvaluators.language() : TextEvaluators.language(language);
        });
    registrar.add("citation_present", settings -> TextEvaluators.citationPresent());
    registrar.add("refusal_phrase", settings -> TextEvaluators.refusalPhrase());
    registrar.add(
        "json_equal",
        settings ->
            TextEvaluators.jsonEqual(
                new JsonRules(
                    tolerances(settings.list("tolerances")),
                    settings.list("ignored"),
                    settings.list("unordered"),
                    settings.flag("fenced", false))));
  }

  private static Map<String, Double> tolerances(List<String> pairs) {
    Map<String, Double> tolerances = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.lastIndexOf('=');
      try {
        tolerances.put(
            pair.substring(0, Math.max(0, equals)), Double.valueOf(pair.substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "setting \"tolerances\" of json_equal must be a list of path=number, but held \""
                + pair
                + "\"",
            e);
      }
    }
    return tolerances;
  }
}
