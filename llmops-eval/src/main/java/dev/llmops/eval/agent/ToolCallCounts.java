package dev.llmops.eval.agent;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many calls an agent made, and how many of them again. */
final class ToolCallCounts {

  private ToolCallCounts() {}

  static Evaluator steps(int half) {
    if (half < 1) {
      throw new IllegalArgumentException("half must be at least 1, but was " + half);
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free("steps", Scale.lowerUnbounded(half), Need.TOOL_CALLS)
            .withSettings(Map.of("half", Integer.toString(half)));
    return Evaluators.of(
        spec,
        evalCase -> {
          int calls = AgentEvaluators.made(evalCase).size();
          return Scored.of(spec, calls, calls + (calls == 1 ? " tool call" : " tool calls"));
        });
  }

  static Evaluator repeated() {
    EvaluatorSpec spec = EvaluatorSpec.free("repeated_tool_calls", Scale.RISK, Need.TOOL_CALLS);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<EvalCase.ToolCall> made = AgentEvaluators.made(evalCase);
          if (made.isEmpty()) {
            return new Skipped(spec, "no tool call was made, so none could be repeated");
          }
          Map<Object, Integer> times = new LinkedHashMap<>();
          for (EvalCase.ToolCall call : made) {
            ParsedCall parsed = ParsedCall.of(call);
            // what is not JSON is compared as it was written
            times.merge(parsed.arguments() == null ? call : parsed, 1, Integer::sum);
          }
          int repeated = made.size() - times.size();
          int most = times.values().stream().mapToInt(Integer::intValue).max().orElse(0);
          return Scored.of(
              spec,
              (double) repeated / made.size(),
              repeated == 0
                  ? "no call was repeated"
                  : repeated
                      + " of "
                      + made.size()
                      + " calls repeat an earlier one; the most frequent was made "
                      + most
                      + " times");
        });
  }
}
