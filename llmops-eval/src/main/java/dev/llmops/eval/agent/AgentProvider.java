package dev.llmops.eval.agent;

import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.agent.AgentEvaluators.Arguments;
import dev.llmops.eval.agent.AgentEvaluators.Matching;
import dev.llmops.eval.agent.AgentEvaluators.Trajectory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Registers the evaluators of {@link AgentEvaluators} by name. The setting {@code matchers} is a
 * list of {@code argument=evaluator}, each evaluator with its defaults.
 */
public final class AgentProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public AgentProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add(
        "tool_call_valid",
        settings ->
            AgentEvaluators.toolCallValid(ToolCallValidity.read(settings.text("tools", "[]"))));
    registrar.add(
        "tool_call_precision", settings -> AgentEvaluators.toolCallPrecision(matching(settings)));
    registrar.add(
        "tool_call_recall", settings -> AgentEvaluators.toolCallRecall(matching(settings)));
    registrar.add("tool_call_f1", settings -> AgentEvaluators.toolCallF1(matching(settings)));
    registrar.add(
        "trajectory_match",
        settings ->
            AgentEvaluators.trajectoryMatch(
                settings.choice("mode", Trajectory.STRICT), matching(settings)));
    registrar.add(
        "steps", settings -> AgentEvaluators.steps(settings.number("half", 10, 1, 1_000_000)));
    registrar.add("repeated_tool_calls", settings -> AgentEvaluators.repeatedToolCalls());
    registrar.add(
        "tool_call_loop",
        settings ->
            AgentEvaluators.toolCallLoop(
                settings.choice("arguments", Arguments.EXACT),
                settings.number("half", 2, 1, 1_000_000)));
    registrar.add("tool_call_executed", settings -> AgentEvaluators.toolCallExecuted());
    registrar.add("tool_call_failed", settings -> AgentEvaluators.toolCallFailed());
  }

  private static Matching matching(EvaluatorSettings settings) {
    Map<String, Evaluator> matchers = new LinkedHashMap<>();
    for (String pair : settings.list("matchers")) {
      int equals = pair.lastIndexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "setting \"matchers\" must be a list of argument=evaluator, but held \"" + pair + "\"");
      }
      matchers.put(pair.substring(0, equals), Evaluators.byName(pair.substring(equals + 1)));
    }
    return new Matching(settings.choice("arguments", Arguments.EXACT), matchers);
  }
}
