package dev.llmops.eval.agent;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.agent.AgentEvaluators.Arguments;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many calls an agent made, and how many of them again. */
final class ToolCallCounts {

  private static final int MAX_ROUND = 20;

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
            times.merge(key(call), 1, Integer::sum);
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

  static Evaluator loop(Arguments arguments, int half) {
    if (arguments == Arguments.SUBSET) {
      throw new IllegalArgumentException("arguments must be exact or ignored, but was subset");
    }
    if (half < 1) {
      throw new IllegalArgumentException("half must be at least 1, but was " + half);
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free("tool_call_loop", Scale.lowerUnbounded(half), Need.TOOL_CALLS)
            .withSettings(
                Map.of(
                    "arguments",
                    arguments.name().toLowerCase(Locale.ROOT),
                    "half",
                    Integer.toString(half)));
    return Evaluators.of(
        spec,
        evalCase -> {
          List<EvalCase.ToolCall> made = AgentEvaluators.made(evalCase);
          return made.isEmpty()
              ? new Skipped(spec, "no tool call was made, so there was no loop")
              : loop(spec, made, arguments);
        });
  }

  private static Scored loop(
      EvaluatorSpec spec, List<EvalCase.ToolCall> made, Arguments arguments) {
    List<Object> keys =
        made.stream().map(each -> arguments == Arguments.EXACT ? key(each) : each.name()).toList();
    Map<Object, Integer> numbers = new HashMap<>();
    int[] calls =
        keys.stream()
            .mapToInt(each -> numbers.computeIfAbsent(each, k -> numbers.size()))
            .toArray();
    int most = 0;
    int at = 0;
    int length = 0;
    for (int round = 1; round <= Math.min(MAX_ROUND, calls.length / 2); round++) {
      int same = 0; // how many calls in a row equal the one a round before
      for (int i = round; i < calls.length; i++) {
        same = calls[i] == calls[i - round] ? same + 1 : 0;
        if (same / round > most) {
          most = same / round;
          at = i + 1 - same - round;
          length = round;
        }
      }
    }
    return Scored.of(
        spec,
        most,
        most == 0
            ? "no round was repeated"
            : "from call "
                + (at + 1)
                + " on, a round of "
                + length
                + (length == 1 ? " call" : " calls")
                + " that begins with "
                + AgentEvaluators.shown(made.get(at).name())
                + " comes "
                + (most + 1)
                + " times in a row");
  }

  /** Name and arguments; what is not JSON is compared as it was written. */
  private static Object key(EvalCase.ToolCall call) {
    ParsedCall parsed = ParsedCall.of(call);
    return parsed.arguments() == null
        ? new EvalCase.ToolCall(call.name(), call.arguments())
        : parsed;
  }
}
