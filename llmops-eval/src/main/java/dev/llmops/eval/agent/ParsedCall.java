package dev.llmops.eval.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.llmops.JsonText;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.agent.AgentEvaluators.Arguments;
import dev.llmops.eval.agent.AgentEvaluators.Matching;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool call with its arguments read once.
 *
 * @param name the tool's
 * @param arguments absent where they are not JSON; an empty object where there are none
 */
record ParsedCall(String name, @Nullable JsonNode arguments) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  static ParsedCall of(EvalCase.ToolCall call) {
    JsonText text = call.arguments();
    if (text == null || text.text().isBlank()) {
      return new ParsedCall(call.name(), JsonNodeFactory.instance.objectNode());
    }
    try {
      return new ParsedCall(call.name(), MAPPER.readTree(text.text()));
    } catch (JsonProcessingException e) {
      return new ParsedCall(call.name(), null);
    }
  }

  static List<ParsedCall> all(List<EvalCase.ToolCall> calls) {
    return calls.stream().map(ParsedCall::of).toList();
  }

  /** Whether this call, which was made, is the expected one. */
  boolean is(ParsedCall expected, Matching matching) {
    if (!name.equals(expected.name)) {
      return false;
    }
    if (matching.arguments() == Arguments.IGNORED) {
      return true;
    }
    JsonNode made = arguments;
    JsonNode wanted = expected.arguments;
    if (made == null || wanted == null) {
      return false;
    }
    if (!made.isObject() || !wanted.isObject()) {
      return same(made, wanted);
    }
    if (matching.arguments() == Arguments.EXACT && made.size() != wanted.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> argument : wanted.properties()) {
      JsonNode value = made.get(argument.getKey());
      if (value == null || !sameArgument(argument.getKey(), value, argument.getValue(), matching)) {
        return false;
      }
    }
    return true;
  }

  private boolean sameArgument(String argument, JsonNode made, JsonNode wanted, Matching matching) {
    Evaluator matcher = matching.matchers().get(name + "." + argument);
    matcher = matcher == null ? matching.matchers().get(argument) : matcher;
    return matcher == null
        ? same(made, wanted)
        : matcher.evaluate(EvalCase.of(text(made), text(wanted))) instanceof Scored scored
            && scored.score() == 1;
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private static boolean same(JsonNode one, JsonNode other) {
    return one.equals(
        (left, right) ->
            left.isNumber() && right.isNumber()
                ? left.decimalValue().compareTo(right.decimalValue())
                : left.equals(right) ? 0 : 1,
        other);
  }
}
