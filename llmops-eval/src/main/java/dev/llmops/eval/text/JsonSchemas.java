package dev.llmops.eval.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether the output is JSON that a schema allows. */
final class JsonSchemas {

  private JsonSchemas() {}

  static Evaluator ofReference(boolean fenced) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("json_schema", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(Map.of("fenced", Boolean.toString(fenced)));
    return Evaluators.of(
        spec,
        evalCase -> evaluate(spec, evalCase, Loaded.of(evalCase.references().get(0)), fenced));
  }

  static Evaluator of(String schema, boolean fenced) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("json_schema", Scale.UNIT, Need.OUTPUT)
            .withSettings(Map.of("schema", schema, "fenced", Boolean.toString(fenced)));
    Loaded loaded = Loaded.of(schema);
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase, loaded, fenced));
  }

  private static EvalResult evaluate(
      EvaluatorSpec spec, EvalCase evalCase, Loaded schema, boolean fenced) {
    Function<JsonNode, List<String>> check = schema.check();
    if (check == null) {
      return new Errored(spec, schema.type(), schema.problem(), Spend.NONE);
    }
    Json.Parsed output = Json.parse(Json.unfenced(TextEvaluators.output(evalCase), fenced));
    JsonNode value = output.value();
    if (value == null) {
      return Scored.of(spec, false, output.problem());
    }
    List<String> problems = check.apply(value);
    return Scored.of(
        spec,
        problems.isEmpty(),
        problems.isEmpty() ? "valid by the schema" : String.join("; ", problems));
  }

  /** A schema, or why it cannot be used. */
  private record Loaded(
      @Nullable Function<JsonNode, List<String>> check, String type, String problem) {

    static Loaded of(String text) {
      Json.Parsed parsed = Json.parse(text);
      JsonNode schema = parsed.value();
      if (schema == null) {
        return new Loaded(null, "invalid_schema", "the schema is " + parsed.problem());
      }
      try {
        JsonSchemaMatch match = JsonSchemaMatch.of(schema);
        return new Loaded(match::problems, "", "");
      } catch (IllegalArgumentException e) {
        return new Loaded(null, "invalid_schema", "the " + e.getMessage());
      } catch (LinkageError e) {
        return new Loaded(
            null,
            "missing_library",
            "json_schema needs com.networknt:json-schema-validator 1.5 on the class path; add it");
      }
    }
  }
}
