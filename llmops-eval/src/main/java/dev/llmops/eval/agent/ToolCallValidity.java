package dev.llmops.eval.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.ToolDefinition;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.text.TextEvaluators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether tool calls are such as the tools can take. */
final class ToolCallValidity {

  private static final String ANY_OBJECT = "{\"type\": \"object\"}";

  private ToolCallValidity() {}

  static Evaluator of(List<ToolDefinition> tools) {
    EvaluatorSpec spec =
        tools.isEmpty()
            ? EvaluatorSpec.free("tool_call_valid", Scale.UNIT, Need.TOOL_CALLS, Need.CALL)
            : EvaluatorSpec.free("tool_call_valid", Scale.UNIT, Need.TOOL_CALLS)
                .withSettings(Map.of("tools", written(tools)));
    Map<String, Evaluator> given = schemas(tools);
    return Evaluators.of(
        spec,
        evalCase -> {
          LlmCall call = evalCase.call();
          return evaluate(
              spec,
              evalCase,
              given.isEmpty() && call != null ? schemas(call.request().tools()) : given);
        });
  }

  private static Map<String, Evaluator> schemas(List<ToolDefinition> tools) {
    Map<String, Evaluator> schemas = new LinkedHashMap<>();
    for (ToolDefinition tool : tools) {
      JsonText schema = tool.parameters();
      schemas.put(
          tool.name(),
          TextEvaluators.jsonSchema(
              schema == null || schema.text().isBlank() ? ANY_OBJECT : schema.text(), false));
    }
    return schemas;
  }

  /** The tools as a JSON array, from which {@link #read} makes them again. */
  private static String written(List<ToolDefinition> tools) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (ToolDefinition tool : tools) {
      JsonText schema = tool.parameters();
      ObjectNode each = array.addObject().put("name", tool.name());
      if (schema != null) {
        each.put("parameters", schema.text());
      }
    }
    return array.toString();
  }

  /**
   * Tools from a JSON array of objects with {@code name} and {@code parameters}, the latter an
   * object or the text of one.
   */
  static List<ToolDefinition> read(String json) {
    List<ToolDefinition> tools = new ArrayList<>();
    try {
      for (JsonNode each : new JsonMapper().readTree(json)) {
        JsonNode schema = each.path("parameters");
        tools.add(
            ToolDefinition.function(
                each.path("name").asText(),
                null,
                schema.isMissingNode()
                    ? null
                    : JsonText.of(schema.isTextual() ? schema.asText() : schema.toString())));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "setting \"tools\" of tool_call_valid must be a JSON array of objects with name and"
              + " parameters: "
              + e.getOriginalMessage(),
          e);
    }
    return tools;
  }

  private static EvalResult evaluate(
      EvaluatorSpec spec, EvalCase evalCase, Map<String, Evaluator> schemas) {
    List<EvalCase.ToolCall> made = AgentEvaluators.made(evalCase);
    if (made.isEmpty()) {
      return new Skipped(spec, "no tool call was made, so there is none to be valid");
    }
    if (schemas.isEmpty()) {
      return new Skipped(
          spec, "no tools are known; give them, or record the call with LlmRequest.tools");
    }
    int valid = 0;
    List<String> problems = new ArrayList<>();
    for (EvalCase.ToolCall call : made) {
      Evaluator schema = schemas.get(call.name());
      JsonText arguments = call.arguments();
      if (schema == null) {
        problems.add(AgentEvaluators.shown(call.name()) + " is not among the tools");
        continue;
      }
      String text = arguments == null || arguments.text().isBlank() ? "{}" : arguments.text();
      EvalResult result = schema.evaluate(EvalCase.of(text));
      if (result instanceof Errored errored) {
        return new Errored(
            spec,
            errored.type(),
            AgentEvaluators.shown(call.name()) + ": " + errored.reason(),
            errored.spend());
      }
      if (result instanceof Scored scored && scored.score() == 1) {
        valid++;
      } else {
        problems.add(AgentEvaluators.shown(call.name()) + ": " + result.reason());
      }
    }
    String reason = valid + " of " + made.size() + " tool calls are valid";
    return Scored.of(
        spec,
        (double) valid / made.size(),
        problems.isEmpty()
            ? reason
            : reason + "; " + String.join("; ", problems.subList(0, Math.min(5, problems.size()))));
  }
}
